package convlstm4j.backend.onednn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a shared library needs of a system.
 *
 * <p>Source: System V ABI, chapters 4 and 5; Linux Standard Base 5.0, 10.7 (symbol versions); 64
 * bits, little-endian.
 *
 * @param libraries names of the libraries that are loaded with it
 * @param versions of symbols that it needs, per library
 */
record ElfNeeds(Set<String> libraries, Map<String, Set<String>> versions) {
  private static final int DYNAMIC = 6;
  private static final int VERSION_NEEDS = 0x6ffffffe;
  private static final int NEEDED = 1;

  static ElfNeeds of(byte[] library) {
    ByteBuffer elf = ByteBuffer.wrap(library).order(ByteOrder.LITTLE_ENDIAN);
    if (elf.getInt(0) != 0x464c457f || elf.get(4) != 2 || elf.get(5) != 1) {
      throw new IllegalArgumentException("no 64-bit little-endian ELF file");
    }
    int headers = Math.toIntExact(elf.getLong(0x28));
    int size = elf.getShort(0x3a);
    Set<String> libraries = new TreeSet<>();
    Map<String, Set<String>> versions = new TreeMap<>();
    for (int i = 0; i < elf.getShort(0x3c); i++) {
      int header = headers + i * size;
      int kind = elf.getInt(header + 4);
      int strings = headers + elf.getInt(header + 0x28) * size;
      if (kind == DYNAMIC) {
        libraries(elf, header, text(elf, strings), libraries);
      } else if (kind == VERSION_NEEDS) {
        versions(elf, header, text(elf, strings), versions);
      }
    }
    return new ElfNeeds(libraries, versions);
  }

  /** Where a section's content begins in the file. */
  private static int text(ByteBuffer elf, int header) {
    return Math.toIntExact(elf.getLong(header + 0x18));
  }

  private static void libraries(ByteBuffer elf, int header, int strings, Set<String> to) {
    int end = text(elf, header) + Math.toIntExact(elf.getLong(header + 0x20));
    for (int at = text(elf, header); at < end; at += 16) {
      if (elf.getLong(at) == NEEDED) {
        to.add(string(elf, strings + Math.toIntExact(elf.getLong(at + 8))));
      }
    }
  }

  private static void versions(
      ByteBuffer elf, int header, int strings, Map<String, Set<String>> to) {
    int count = elf.getInt(header + 0x2c);
    for (int at = text(elf, header); count > 0; count--, at += elf.getInt(at + 12)) {
      Set<String> names = new TreeSet<>();
      int name = at + elf.getInt(at + 8);
      for (int left = elf.getShort(at + 2); left > 0; left--, name += elf.getInt(name + 12)) {
        names.add(string(elf, strings + elf.getInt(name + 8)));
      }
      to.put(string(elf, strings + elf.getInt(at + 4)), names);
    }
  }

  private static String string(ByteBuffer elf, int from) {
    StringBuilder text = new StringBuilder();
    for (int i = from; elf.get(i) != 0; i++) {
      text.append((char) elf.get(i));
    }
    return text.toString();
  }
}
