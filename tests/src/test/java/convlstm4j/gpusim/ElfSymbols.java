package convlstm4j.gpusim;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.TreeSet;

/**
 * The dynamic symbols of a shared library.
 *
 * <p>Source: System V ABI, chapter 4 (sections and symbol tables); 64 bits, little-endian.
 *
 * @param defined names that it offers
 * @param wanted names that it needs from others, the weak ones left out
 */
record ElfSymbols(Set<String> defined, Set<String> wanted) {
  private static final int DYNAMIC_SYMBOLS = 11;
  private static final int GLOBAL = 1;
  private static final int WEAK = 2;

  static ElfSymbols of(byte[] library) {
    ByteBuffer elf = ByteBuffer.wrap(library).order(ByteOrder.LITTLE_ENDIAN);
    if (elf.getInt(0) != 0x464c457f || elf.get(4) != 2 || elf.get(5) != 1) {
      throw new IllegalArgumentException("no 64-bit little-endian ELF file");
    }
    int headers = Math.toIntExact(elf.getLong(0x28));
    int size = elf.getShort(0x3a);
    int count = elf.getShort(0x3c);
    for (int i = 0; i < count; i++) {
      int header = headers + i * size;
      if (elf.getInt(header + 4) == DYNAMIC_SYMBOLS) {
        int strings = headers + elf.getInt(header + 0x28) * size;
        return symbols(elf, header, Math.toIntExact(elf.getLong(strings + 0x18)));
      }
    }
    throw new IllegalArgumentException("no dynamic symbols");
  }

  private static ElfSymbols symbols(ByteBuffer elf, int header, int strings) {
    Set<String> defined = new TreeSet<>();
    Set<String> wanted = new TreeSet<>();
    int start = Math.toIntExact(elf.getLong(header + 0x18));
    int bytes = Math.toIntExact(elf.getLong(header + 0x20));
    int entry = Math.toIntExact(elf.getLong(header + 0x38));
    for (int at = start; at < start + bytes; at += entry) {
      int binding = elf.get(at + 4) >> 4;
      boolean here = elf.getShort(at + 6) != 0;
      String name = text(elf, strings + elf.getInt(at));
      if (here && (binding == GLOBAL || binding == WEAK)) {
        defined.add(name);
      } else if (!here && binding == GLOBAL) {
        wanted.add(name);
      }
    }
    return new ElfSymbols(defined, wanted);
  }

  private static String text(ByteBuffer elf, int from) {
    StringBuilder text = new StringBuilder();
    for (int i = from; elf.get(i) != 0; i++) {
      text.append((char) elf.get(i));
    }
    return text.toString();
  }
}
