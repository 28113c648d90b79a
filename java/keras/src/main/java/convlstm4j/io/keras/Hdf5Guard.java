package convlstm4j.io.keras;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Walks the structures of an HDF5 file before jHDF does, so that jHDF's work is bounded by the
 * file's length whatever its bytes are: everything is met once, so there are no cycles and nothing
 * is read again and again; everything lies in the file; no text or array is larger than it. What
 * Keras does not write (h5py's default {@code libver}: superblock 0, contiguous arrays, symbol
 * tables but for groups with names that are not ASCII) is refused. Sections are those of the HDF5
 * File Format Specification 1.1.
 */
final class Hdf5Guard extends Hdf5Bytes {
  private static final int SHARED = 2;

  /** Keras nests a group in three or four others for each model within a model. */
  private static final int MAX_DEPTH = 64;

  /** Of one header; h5py makes one for some attributes. */
  private static final int MAX_CONTINUATIONS = 200;

  /** Of texts in the file's global heap per byte of the file; they are looked up per attribute. */
  private static final int MAX_LOOKED_THROUGH = 64;

  private final Map<Long, Map<Integer, Integer>> collections = new HashMap<>();
  private int depth;
  private long texts;
  private long lookedThrough;

  private Hdf5Guard(String file, ByteBuffer bytes) {
    super(file, bytes);
  }

  /**
   * Checks a file that begins with HDF5's signature.
   *
   * @throws KerasException if jHDF should not see it; the message says what and where
   */
  static void check(String file, ByteBuffer bytes) {
    Hdf5Guard guard = new Hdf5Guard(file, bytes);
    try {
      guard.superblock();
    } catch (IndexOutOfBoundsException e) {
      throw new KerasException(file, "is a damaged HDF5 file: it ends too early", e);
    }
  }

  /** II.A. */
  private void superblock() {
    place(0, 96, "the superblock");
    if (u8(8) != 0) {
      throw foreign("an HDF5 superblock of version " + u8(8));
    }
    if (u8(13) != 8 || u8(14) != 8 || bytes.getLong(24) != 0) {
      throw foreign("HDF5 addresses of another form");
    }
    header(bytes.getLong(64));
  }

  /** IV.A.1.a: the header of a group or an array, and its continuations. */
  @Override
  void header(long address) {
    int at = place(address, 16, "an object header");
    once(address, "an object header");
    if (u8(at) != 1) {
      throw foreign("an HDF5 object header of version " + u8(at));
    }
    Messages messages = new Messages(u16(at + 2));
    messages.read(place(address + 16, u32(at + 8), "an object header"), u32(at + 8));
    if (messages.linked) {
      depth--;
    }
    if (messages.layout >= 0) {
      array(messages);
    }
    if (messages.table >= 0) {
      group(bytes.getLong(messages.table), bytes.getLong(messages.table + 8));
    }
  }

  /** The messages of one object; -1 stands for one that it does not have. */
  private final class Messages {
    private int left;
    private int continuations;
    int space = -1;
    int type = -1;
    int layout = -1;
    int table = -1;

    /** Whether it is a group whose names are not all ASCII. */
    boolean linked;

    Messages(int count) {
      left = count;
    }

    void read(int from, long length) {
      int at = from;
      long end = from + length;
      while (left > 0 && end - at >= 8) {
        left--;
        int kind = u16(at);
        int size = u16(at + 2);
        int flags = u8(at + 4);
        int data = at + 8;
        if (data + (long) size > end) {
          throw damaged(at, "a message does not fit its header");
        }
        if ((flags & SHARED) != 0) {
          throw foreign("shared HDF5 messages");
        }
        take(kind, data, size);
        at = data + size;
      }
    }

    private Hdf5Links links(int at) {
      if (!linked) {
        linked = true;
        deeper(at);
      }
      return new Hdf5Links(Hdf5Guard.this);
    }

    private void take(int kind, int data, int size) {
      switch (kind) {
        case 0x01 -> space = data;
        case 0x03 -> type = version(data);
        case 0x08 -> layout = data;
        case 0x11 -> table = data;
        case 0x0c -> attribute(data, data + size);
        case 0x02 -> links(data).info(data, size);
        case 0x06 -> links(data).link(data, size);
        case 0x10 -> {
          long address = bytes.getLong(data);
          long length = bytes.getLong(data + 8);
          once(address, "a header's continuation");
          if (++continuations > MAX_CONTINUATIONS) {
            throw damaged(data, "a header has more than " + MAX_CONTINUATIONS + " continuations");
          }
          read(place(address, length, "a header's continuation"), length);
        }
        case 0x00, 0x05, 0x0a, 0x0d, 0x0e, 0x12 -> {} // nothing, fill value, group, comment, times
        default -> throw foreign("HDF5 messages of type " + kind);
      }
    }
  }

  /** IV.A.2.i: where an array is, and that it is no larger than the file. */
  private void array(Messages m) {
    if (m.space < 0 || m.type < 0) {
      throw damaged(m.layout, "an array has no shape or no type");
    }
    long length = product(m.space, u32(m.type + 4));
    int kind = u8(m.layout + 1);
    if (u8(m.layout) != 3 || kind > 1) {
      throw foreign(kind == 2 ? "arrays in chunks or compressed" : "arrays stored in another form");
    }
    if (kind == 1 && length > 0) {
      if (bytes.getLong(m.layout + 2) == -1) {
        throw damaged(m.layout, "an array of " + length + " bytes was not written");
      }
      place(bytes.getLong(m.layout + 2), length, "an array");
    }
  }

  /** IV.A.2.b: the bytes of all elements. */
  private long product(int space, long element) {
    int rank = u8(space + 1);
    int first = space + (u8(space) == 1 ? 8 : 4);
    if (u8(space) > 2 || rank > 32) {
      throw damaged(space, "a shape of an unknown form");
    }
    long length = element;
    for (int i = 0; i < rank; i++) {
      long dim = bytes.getLong(first + 8 * i);
      if (dim < 0 || (dim != 0 && length > bytes.limit() / dim)) {
        throw damaged(space, "an array larger than the file");
      }
      length *= dim;
    }
    return length;
  }

  /** IV.A.2.m: texts of an attribute. */
  private void attribute(int at, int end) {
    int version = u8(at);
    if (version < 1 || version > 3 || (version > 1 && u8(at + 1) != 0)) {
      throw foreign("HDF5 attributes of another form");
    }
    int unit = version == 1 ? 8 : 1;
    int name = at + (version == 3 ? 9 : 8);
    int type = name + padded(u16(at + 2), unit);
    int space = type + padded(u16(at + 4), unit);
    int data = space + padded(u16(at + 6), unit);
    if (data > end) {
      throw damaged(at, "an attribute does not fit its message");
    }
    long length = product(space, u32(version(type) + 4));
    if (length > end - data) {
      throw damaged(at, "an attribute does not fit its message");
    }
    if ((u8(type) & 0xf) != 9) { // of fixed length, so within the message
      return;
    }
    if (u32(type + 4) != 16) {
      throw damaged(at, "a text has a reference of " + u32(type + 4) + " bytes");
    }
    Set<Long> own = new HashSet<>();
    for (int i = data; i < data + length; i += 16) {
      int index = bytes.getInt(i + 12);
      if (index != 0) {
        long collection = bytes.getLong(i + 4);
        text(i, collection, index);
        if (own.add(collection)) {
          lookedThrough += bytes.getLong((int) collection + 8);
        }
      }
    }
    if (texts > bytes.limit() || lookedThrough > (long) MAX_LOOKED_THROUGH * bytes.limit()) {
      throw damaged(at, "there are more texts than the file has bytes");
    }
  }

  /** IV.A.2.d: a type, of a version that there is. */
  private int version(int type) {
    if (u8(type) >> 4 < 1 || u8(type) >> 4 > 3) {
      throw damaged(type, "a type of an unknown version");
    }
    return type;
  }

  private static int padded(int length, int unit) {
    return (length + unit - 1) / unit * unit;
  }

  /** III.E: a text in the global heap. */
  private void text(int at, long address, int index) {
    Map<Integer, Integer> collection =
        collections.computeIfAbsent(address, a -> collection(address));
    Integer length = collection.get(index);
    if (length == null) {
      throw damaged(at, "a text is not where it should be");
    }
    texts += length;
  }

  private Map<Integer, Integer> collection(long address) {
    int at = place(address, 16, "a collection of texts");
    signature(at, "GCOL");
    long length = bytes.getLong(at + 8);
    place(address, length, "a collection of texts");
    Map<Integer, Integer> lengths = new HashMap<>();
    long end = address + length;
    long next = address + 16;
    while (end - next >= 16) {
      int object = (int) next;
      int index = u16(object);
      long size = bytes.getLong(object + 8);
      if (index == 0) {
        break;
      }
      if (size < 0 || size > end - next - 16) {
        throw damaged(object, "a text lies outside its collection");
      }
      lengths.put(index, (int) size);
      next += 16 + ((size + 7) & -8);
    }
    return lengths;
  }

  /** III.A.1, III.D: the tree and the names of a group. */
  private void group(long tree, long heap) {
    int at = place(heap, 32, "a group's names");
    once(heap, "a group's names");
    signature(at, "HEAP");
    long length = bytes.getLong(at + 8);
    int names = place(bytes.getLong(at + 24), length, "a group's names");
    deeper(heap);
    node(tree, -1, names, length);
    depth--;
  }

  private void deeper(long at) {
    if (++depth > MAX_DEPTH) {
      throw damaged(at, "groups are nested more than " + MAX_DEPTH + " deep");
    }
  }

  @Override
  void countName(long length, long at) {
    texts += length;
    if (texts > bytes.limit()) {
      throw damaged(at, "there are more names than the file has bytes");
    }
  }

  private void node(long address, int level, int names, long length) {
    int at = place(address, 24, "a group's tree");
    once(address, "a group's tree");
    signature(at, "TREE");
    int own = u8(at + 5);
    if (u8(at + 4) != 0 || (level >= 0 && own != level)) {
      throw damaged(at, "a group's tree has a node of another kind");
    }
    int children = u16(at + 6);
    place(address, 32L + 16L * children, "a group's tree");
    for (int i = 0; i < children; i++) {
      long child = bytes.getLong(at + 32 + 16 * i);
      if (own > 0) {
        node(child, own - 1, names, length);
      } else {
        symbols(child, names, length);
      }
    }
  }

  /** III.B. */
  private void symbols(long address, int names, long length) {
    int at = place(address, 8, "a group's members");
    once(address, "a group's members");
    signature(at, "SNOD");
    int count = u16(at + 6);
    place(address, 8 + 40L * count, "a group's members");
    for (int i = 0; i < count; i++) {
      int entry = at + 8 + 40 * i;
      long name = bytes.getLong(entry);
      if (name < 0 || name >= length) {
        throw damaged(entry, "a name is not among the group's names");
      }
      int end = names + (int) name;
      while (end < names + length && bytes.get(end) != 0) {
        end++;
      }
      countName(end - names - name, entry);
      if (u32(entry + 16) > 1) {
        throw foreign("links");
      }
      header(bytes.getLong(entry + 8));
    }
  }
}
