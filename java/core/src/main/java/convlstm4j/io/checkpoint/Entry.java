package convlstm4j.io.checkpoint;

import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A tensor in the index of a checkpoint.
 *
 * @param section which map of the snapshot it is in
 * @param owner the callback that it belongs to; empty in other sections
 * @param name its key in the map
 * @param dtype element type
 * @param shape sizes of the axes
 * @param offset bytes before it in the data, which follow the header
 * @param crc CRC32C of its bytes
 */
record Entry(
    Section section, String owner, String name, DType dtype, Shape shape, long offset, int crc) {

  /** The maps of a snapshot, in the order in which they are written. */
  enum Section {
    WEIGHT,
    SLOT,
    STATE,
    SUM,
    CALLBACK
  }

  private static final int CHUNK = 1 << 16;

  static Entry of(Section section, String owner, String name, Tensor tensor, long offset) {
    CRC32C crc = new CRC32C();
    for (int from = 0; from < tensor.size(); from += chunk(tensor)) {
      crc.update(encode(tensor, from));
    }
    return new Entry(
        section, owner, name, tensor.dtype(), tensor.shape(), offset, (int) crc.getValue());
  }

  /** Elements that are encoded at a time. */
  static int chunk(Tensor tensor) {
    return CHUNK / tensor.dtype().bytes();
  }

  /** Little-endian bytes of at most {@link #chunk} elements from some element on. */
  static ByteBuffer encode(Tensor tensor, int from) {
    int n = Math.min(chunk(tensor), tensor.size() - from);
    ByteBuffer bytes =
        ByteBuffer.allocate(n * tensor.dtype().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    if (tensor.dtype() == DType.FLOAT32) {
      bytes.asFloatBuffer().put(tensor.floats(), from, n);
    } else {
      bytes.asDoubleBuffer().put(tensor.doubles(), from, n);
    }
    return bytes;
  }

  /** The inverse of {@link #encode}; the bytes are read from the buffer's position on. */
  static void decode(ByteBuffer bytes, Tensor tensor, int from, int n) {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    if (tensor.dtype() == DType.FLOAT32) {
      bytes.asFloatBuffer().get(tensor.floats(), from, n);
    } else {
      bytes.asDoubleBuffer().get(tensor.doubles(), from, n);
    }
  }

  long bytes() {
    return Math.multiplyExact(shape.elements(), dtype.bytes());
  }

  /** For messages. */
  String label() {
    return section.name().toLowerCase(java.util.Locale.ROOT)
        + " \""
        + (owner.isEmpty() ? "" : owner + "/")
        + name
        + "\"";
  }
}
