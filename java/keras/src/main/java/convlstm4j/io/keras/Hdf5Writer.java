package convlstm4j.io.keras;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes HDF5 as Keras does through h5py: superblock version 0, groups as symbol tables, contiguous
 * arrays, texts of variable length in the global heap. The structures are those of the HDF5 File
 * Format Specification 1.1, whose sections are named; docs/adr/0015 says why jHDF does not do it.
 *
 * <p>All but the arrays is laid out in memory; arrays follow, each streamed once.
 */
final class Hdf5Writer {
  private static final long NONE = -1;
  private static final int SUPERBLOCK = 96;
  private static final int SYMBOL = 40;

  /** Names in a leaf of a group's tree, and children of its other nodes: twice these (II.A). */
  private static final int LEAF_K = 4;

  private static final int NODE_K = 16;

  /** Most bytes of a message but for lists. */
  private static final int SMALL = 32;

  /** Bytes of arrays moved at a time. */
  private static final int CHUNK = 1 << 16;

  private final Meta meta = new Meta();
  private final Hdf5Texts texts;
  private final List<Data> arrays = new ArrayList<>();

  /** Where the address of each array is written once it is known. */
  private final List<Integer> addressAt = new ArrayList<>();

  private final long size;

  /** Lays out a file. */
  Hdf5Writer(Group root) {
    meta.allocate(SUPERBLOCK);
    texts = new Hdf5Texts(meta, root);
    Table table = group(root);
    long end = meta.size();
    for (int i = 0; i < arrays.size(); i++) {
      long bytes = bytes(arrays.get(i));
      meta.putLong(addressAt.get(i), bytes == 0 ? NONE : end);
      end = Math.addExact(end, padded(bytes));
    }
    size = end;
    superblock(table);
  }

  /** Length of the file, bytes. */
  long size() {
    return size;
  }

  /** Writes the file; may be called again. */
  void writeTo(WritableByteChannel out) throws IOException {
    writeAll(out, meta.content());
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (Data d : arrays) {
      if (d instanceof Data.Whole w) {
        buffer.putLong(w.integer());
      } else {
        Tensor t = ((Data.Floats) d).tensor();
        for (int i = 0; i < t.size(); i++) {
          if (buffer.remaining() < Double.BYTES) {
            writeAll(out, buffer.flip());
            buffer.clear();
          }
          if (t.dtype() == DType.FLOAT64) {
            buffer.putDouble(t.doubles()[i]);
          } else {
            buffer.putFloat(t.floats()[i]);
          }
        }
      }
      buffer.put(new byte[(int) (padded(bytes(d)) - bytes(d))]);
      writeAll(out, buffer.flip());
      buffer.clear();
    }
  }

  private static void writeAll(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static long bytes(Data d) {
    return Math.multiplyExact(
        d.shape().elements(), d instanceof Data.Whole || d.isDouble() ? 8L : 4L);
  }

  private static long padded(long bytes) {
    return Math.addExact(bytes, 7) & -8;
  }

  /** A group's object header and its two parts. */
  private record Table(long header, long tree, long heap) {}

  /** II.A: the superblock, with the root's symbol table entry. */
  private void superblock(Table root) {
    Meta.At at = meta.at(0);
    at.bytes((byte) 0x89, 'H', 'D', 'F', '\r', '\n', (byte) 0x1a, '\n');
    at.bytes(0, 0, 0, 0, 0, 8, 8, 0); // versions; sizes of addresses and of lengths
    at.u16(LEAF_K).u16(NODE_K).u32(0);
    at.u64(0).u64(NONE).u64(size).u64(NONE);
    symbol(at, 0, root.header(), root);
  }

  /** III.C: an entry; {@code table} is null for an array. */
  private static void symbol(Meta.At at, long name, long header, @Nullable Table table) {
    at.u64(name).u64(header).u32(table == null ? 0 : 1).u32(0);
    at.u64(table == null ? 0 : table.tree()).u64(table == null ? 0 : table.heap());
  }

  private Table group(Group g) {
    List<byte[]> messages = new ArrayList<>();
    List<String> names = new ArrayList<>(g.groups().keySet());
    names.addAll(g.arrays().keySet());
    names.sort(Hdf5Writer::byBytes);
    long[] offsets = new long[names.size()];
    long heap = heap(names, offsets);
    Symbols symbols = new Symbols(names.size());
    for (int i = 0; i < names.size(); i++) {
      Group inside = g.groups().get(names.get(i));
      Table table = inside == null ? null : group(inside);
      long header =
          table == null
              ? array(Objects.requireNonNull(g.arrays().get(names.get(i)), names.get(i)))
              : table.header();
      symbols.set(i, offsets[i], header, table);
    }
    long tree = tree(symbols);
    messages.add(Meta.message(0x11, SMALL, at -> at.u64(tree).u64(heap)));
    messages.addAll(texts.attributes(g));
    return new Table(header(messages), tree, heap);
  }

  /** The order of names in a group: that of C's strcmp. */
  private static int byBytes(String a, String b) {
    return Arrays.compareUnsigned(Meta.utf8(a), Meta.utf8(b));
  }

  /** III.D: the local heap of a group's names, the empty one first. */
  private long heap(List<String> names, long[] offsets) {
    long length = 8;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = length;
      length += padded(Meta.utf8(names.get(i)).length + 1L);
    }
    long at = meta.allocate(32);
    long data = meta.allocate((int) length);
    meta.at(at).ascii("HEAP").u32(0).u64(length).u64(1).u64(data); // 1: nothing is free
    for (int i = 0; i < offsets.length; i++) {
      meta.at(data + offsets[i]).bytes(Meta.utf8(names.get(i)));
    }
    return at;
  }

  /** Symbol table entries before they are written. */
  private static final class Symbols {
    final long[] names;
    final long[] headers;

    /** Null for an array. */
    final @Nullable Table[] tables;

    Symbols(int count) {
      names = new long[count];
      headers = new long[count];
      tables = new Table[count];
    }

    void set(int i, long name, long header, @Nullable Table table) {
      names[i] = name;
      headers[i] = header;
      tables[i] = table;
    }
  }

  /** A child of a tree's node, and the last name in it. */
  private record Child(long address, long lastName) {}

  /** III.A.1: the tree over a group's symbols; never without a node. */
  private long tree(Symbols symbols) {
    List<Child> level = new ArrayList<>();
    for (int i = 0; i < symbols.names.length; i += 2 * LEAF_K) {
      int n = Math.min(2 * LEAF_K, symbols.names.length - i);
      long at = meta.allocate(8 + 2 * LEAF_K * SYMBOL); // III.B: symbol table node
      Meta.At node = meta.at(at).ascii("SNOD").bytes(1, 0).u16(n);
      for (int k = i; k < i + n; k++) {
        symbol(node, symbols.names[k], symbols.headers[k], symbols.tables[k]);
      }
      level.add(new Child(at, symbols.names[i + n - 1]));
    }
    for (int height = 0; ; height++) {
      List<Child> above = new ArrayList<>();
      int nodes = Math.max(1, (level.size() + 2 * NODE_K - 1) / (2 * NODE_K));
      long first = meta.allocate(nodes * nodeBytes());
      long before = 0; // the empty name
      for (int n = 0; n < nodes; n++) {
        List<Child> children =
            level.subList(n * 2 * NODE_K, Math.min(level.size(), (n + 1) * 2 * NODE_K));
        long at = first + (long) n * nodeBytes();
        Meta.At node = meta.at(at).ascii("TREE").bytes(0, height).u16(children.size());
        node.u64(n == 0 ? NONE : at - nodeBytes());
        node.u64(n == nodes - 1 ? NONE : at + nodeBytes());
        node.u64(before);
        for (Child c : children) {
          node.u64(c.address()).u64(c.lastName());
          before = c.lastName();
        }
        above.add(new Child(at, before));
      }
      if (nodes == 1) {
        return first;
      }
      level = above;
    }
  }

  private static int nodeBytes() {
    return 24 + 8 * (2 * NODE_K) + 8 * (2 * NODE_K + 1);
  }

  /** An array's object header. */
  private long array(Data d) {
    long[] dims = d.shape().dims();
    List<byte[]> messages = new ArrayList<>();
    messages.add(Meta.message(0x01, 8 + 8 * dims.length, at -> at.bytes(Meta.dataspace(dims))));
    messages.add(Meta.message(0x03, SMALL, at -> at.bytes(type(d))));
    // Fill value: space when written, fill if set, none set.
    messages.add(Meta.message(0x05, SMALL, at -> at.bytes(2, 2, 2, 0)));
    messages.add(Meta.message(0x08, SMALL, at -> at.bytes(3, 1).u64(NONE).u64(bytes(d))));
    long header = header(messages);
    arrays.add(d);
    // The address is in the last message, after its version and class.
    addressAt.add(Math.toIntExact(meta.size() - messages.get(3).length + 8 + 2));
    return header;
  }

  /** IV.A.2.d: the type of an array's elements. */
  private static byte[] type(Data d) {
    if (d instanceof Data.Whole) {
      return Meta.INT64;
    }
    return d.isDouble() ? Meta.FLOAT64 : Meta.FLOAT32;
  }

  /** IV.A.1.a: an object header of version 1. */
  private long header(List<byte[]> messages) {
    int length = messages.stream().mapToInt(m -> m.length).sum();
    long at = meta.allocate(16);
    meta.at(at).bytes(1, 0).u16(messages.size()).u32(1).u32(length).u32(0);
    for (byte[] m : messages) {
      meta.at(meta.allocate(m.length)).bytes(m);
    }
    return at;
  }
}
