package convlstm4j.io.keras;

import java.util.Map;
import java.util.TreeMap;

/**
 * Walks a group whose names are not all ASCII, for {@link Hdf5Guard}: libhdf5 keeps its links in
 * messages of the header (sections IV.A.2.c and g) and, where they are more than eight, in a
 * fractal heap (III.G) with an index of their names (III.A.2).
 */
final class Hdf5Links {
  private static final long UNDEFINED = -1;

  /** Of what a heap is made of; a file of 2 GiB has fewer. */
  private static final int MAX_ROWS = 64;

  /** A record of the index: a hash, then where the link is in the heap. */
  private static final int HASH = 4;

  private static final int ID = 7;
  private static final int RECORD = HASH + ID;
  private static final int LINKS_BY_NAME = 5;
  private static final int CHECKSUM = 4;

  private final Hdf5Bytes guard;

  /** Direct blocks: where they begin in the heap's own addresses, to where they are in the file. */
  private final TreeMap<Long, long[]> blocks = new TreeMap<>();

  private int offsetBytes;
  private int lengthBytes;

  Hdf5Links(Hdf5Bytes guard) {
    this.guard = guard;
  }

  /** IV.A.2.c: the message that says that a group is of this kind. */
  void info(int at, int size) {
    guard.room(at, size, 18, "a group's links");
    if (guard.u8(at) != 0 || guard.u8(at + 1) != 0) {
      throw guard.foreign("HDF5 groups of another form");
    }
    long heap = guard.i64(at + 2);
    long index = guard.i64(at + 10);
    if (heap == UNDEFINED && index == UNDEFINED) {
      return;
    }
    heap(heap);
    index(index);
  }

  /** IV.A.2.g: a link; only those to an object in this file are followed. */
  void link(int at, int size) {
    guard.room(at, size, 2, "a link");
    int flags = guard.u8(at + 1);
    if (guard.u8(at) != 1) {
      throw guard.foreign("HDF5 links of another form");
    }
    int next = at + 2;
    if ((flags & 8) != 0) {
      guard.room(at, size, next + 1 - at, "a link");
      if (guard.u8(next++) != 0) {
        throw guard.foreign("links");
      }
    }
    next += (flags & 4) != 0 ? 8 : 0;
    next += (flags & 16) != 0 ? 1 : 0;
    int width = 1 << (flags & 3);
    guard.room(at, size, next + width - at, "a link");
    long length = guard.number(next, width);
    next += width;
    if (length < 0 || length > size) {
      throw guard.damaged(at, "a link's name does not fit");
    }
    guard.room(at, size, next - at + length + 8, "a link");
    guard.countName(length, at);
    guard.header(guard.i64((int) (next + length)));
  }

  /** III.G: the header, and all blocks below it. */
  private void heap(long address) {
    int at = guard.place(address, 146, "a heap of links");
    guard.once(address, "a heap of links");
    guard.signature(at, "FRHP");
    if (guard.u8(at + 4) != 0 || guard.u16(at + 5) != ID || guard.u16(at + 7) != 0) {
      throw guard.foreign("heaps of links of another form");
    }
    boolean checked = (guard.u8(at + 9) & 2) != 0;
    int width = guard.u16(at + 110);
    long start = guard.i64(at + 112);
    long most = guard.i64(at + 120);
    int bits = guard.u16(at + 128);
    long root = guard.i64(at + 132);
    int rows = guard.u16(at + 140);
    if (width < 1
        || Long.bitCount(start) != 1
        || Long.bitCount(most) != 1
        || start < 0
        || most < start
        || most > Integer.MAX_VALUE
        || bits < 1
        || bits > 64
        || rows > MAX_ROWS) {
      throw guard.damaged(at, "a heap of links has impossible sizes");
    }
    offsetBytes = (bits + 7) / 8;
    lengthBytes = ID - 1 - offsetBytes;
    if (lengthBytes < 1) {
      throw guard.foreign("heaps of links of another form");
    }
    if (root == UNDEFINED) {
      return;
    }
    Heap heap = new Heap(address, width, start, most, checked);
    if (rows == 0) {
      heap.direct(root, 0, start);
    } else {
      heap.indirect(root, 0, rows);
    }
  }

  /** The doubling table of a heap. */
  private final class Heap {
    private final long address;
    private final int width;
    private final long start;
    private final long most;
    private final boolean checked;

    Heap(long address, int width, long start, long most, boolean checked) {
      this.address = address;
      this.width = width;
      this.start = start;
      this.most = most;
      this.checked = checked;
    }

    /** Bytes of a block of a row. */
    private long size(int row) {
      return row < 2 ? start : row - 1 > 40 ? Long.MAX_VALUE >> 8 : start << (row - 1);
    }

    private int head(long block, String signature, long offset, String what, long length) {
      int at = guard.place(block, length, what);
      guard.once(block, what);
      guard.signature(at, signature);
      if (guard.u8(at + 4) != 0
          || guard.i64(at + 5) != address
          || guard.number(at + 13, offsetBytes) != offset) {
        throw guard.damaged(at, what + " belongs to another heap");
      }
      return at + 13 + offsetBytes;
    }

    void direct(long block, long offset, long size) {
      int first = head(block, "FHDB", offset, "a block of links", size);
      blocks.put(offset, new long[] {block, size, first - block + (checked ? CHECKSUM : 0)});
    }

    void indirect(long block, long from, int rows) {
      long length = 13L + offsetBytes + 8L * width * rows + CHECKSUM;
      int at = head(block, "FHIB", from, "a list of blocks of links", length);
      long offset = from;
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < width; i++, at += 8) {
          long child = guard.i64(at);
          long size = size(row);
          if (child != UNDEFINED) {
            if (size <= most) {
              direct(child, offset, size);
            } else {
              indirect(child, offset, rowsOf(size));
            }
          }
          offset += size;
        }
      }
    }

    /** How many rows a list of blocks has that covers so many bytes. */
    private int rowsOf(long size) {
      int rows = 1;
      for (long covered = width * start; covered < size && rows < MAX_ROWS; rows++) {
        covered += width * size(rows);
      }
      return rows;
    }
  }

  /** III.A.2: the header of the index of names, and all nodes below it. */
  private void index(long address) {
    int at = guard.place(address, 38, "an index of links");
    guard.once(address, "an index of links");
    guard.signature(at, "BTHD");
    int node = (int) guard.number(at + 6, 4);
    int depth = guard.u16(at + 12);
    if (guard.u8(at + 5) != LINKS_BY_NAME
        || guard.u16(at + 10) != RECORD
        || node < 64
        || depth > 8) {
      throw guard.foreign("an index of links of another form");
    }
    long root = guard.i64(at + 16);
    int records = guard.u16(at + 24);
    if (root != UNDEFINED) {
      new Index(node, depth).node(root, records, depth);
    }
  }

  /** Nodes of an index, whose sizes follow from how many records a node can have. */
  private final class Index {
    private static final int OVERHEAD = 10;

    private final int nodeSize;
    private final int countBytes;
    private final int[] totalBytes;

    Index(int nodeSize, int depth) {
      this.nodeSize = nodeSize;
      this.totalBytes = new int[depth + 1];
      long most = ((long) nodeSize - OVERHEAD) / RECORD;
      this.countBytes = bytesFor(most);
      long total = most;
      for (int level = 1; level <= depth; level++) {
        int pointer = 8 + countBytes + totalBytes[level - 1];
        most = ((long) nodeSize - OVERHEAD - pointer) / (RECORD + pointer);
        total = Math.min(1L << 62, (most + 1) * Math.min(total, 1L << 40) + most);
        totalBytes[level] = bytesFor(total);
      }
    }

    private static int bytesFor(long most) {
      return (63 - Long.numberOfLeadingZeros(Math.max(1, most))) / 8 + 1;
    }

    void node(long address, int records, int level) {
      int at = guard.place(address, nodeSize, "an index of links");
      guard.once(address, "an index of links");
      guard.signature(at, level == 0 ? "BTLF" : "BTIN");
      int pointer = level == 0 ? 0 : 8 + countBytes + totalBytes[level - 1];
      long used = 6 + (long) records * RECORD + (level == 0 ? 0L : (records + 1L) * pointer);
      if (guard.u8(at + 5) != LINKS_BY_NAME || used + CHECKSUM > nodeSize) {
        throw guard.damaged(at, "an index of links has too many of them");
      }
      for (int i = 0; i < records; i++) {
        record(at + 6 + i * RECORD + HASH);
      }
      for (int i = 0; pointer > 0 && i <= records; i++) {
        int child = at + 6 + records * RECORD + i * pointer;
        node(guard.i64(child), (int) guard.number(child + 8, countBytes), level - 1);
      }
    }
  }

  /** III.G, "Fractal Heap ID for Managed Objects". */
  private void record(int id) {
    if (guard.u8(id) != 0) {
      throw guard.foreign("names of thousands of characters");
    }
    long offset = guard.number(id + 1, offsetBytes);
    long length = guard.number(id + 1 + offsetBytes, lengthBytes);
    Map.Entry<Long, long[]> e = blocks.floorEntry(offset);
    if (e == null
        || offset - e.getKey() < e.getValue()[2]
        || offset - e.getKey() + length > e.getValue()[1]) {
      throw guard.damaged(id, "a link is not in its heap");
    }
    link((int) (e.getValue()[0] + offset - e.getKey()), (int) length);
  }
}
