package convlstm4j.backend.onednn;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;

/** Floats outside the Java heap, row-major. A view shares the block of the buffer it looks at. */
final class NativeBuffer implements Buffer {
  private final NativeMemory owner;
  private final NativeBuffer viewed;
  private final Shape shape;
  private final long size;
  private Block block;

  NativeBuffer(NativeMemory owner, Block block, Shape shape) {
    this.owner = owner;
    this.viewed = null;
    this.block = block;
    this.shape = shape;
    this.size = shape.elements();
    block.mark(size);
  }

  private NativeBuffer(NativeBuffer source, Shape shape) {
    this.owner = null;
    this.viewed = source;
    this.block = source.block();
    this.shape = shape;
    this.size = source.size;
  }

  /** The buffer as one of ours; null for null. */
  static NativeBuffer of(Buffer b) {
    return (NativeBuffer) b;
  }

  /** Number of elements. */
  long size() {
    return size;
  }

  /** Address of the first element. */
  long address() {
    return block().address();
  }

  /** Address of an element. */
  long address(long index) {
    return block().address() + index * Float.BYTES;
  }

  Block block() {
    if (viewed != null) {
      viewed.block(); // fails if that is closed
    }
    if (block == null) {
      throw new IllegalStateException(
          "the buffer of shape " + shape + " is closed, its values are gone; allocate another");
    }
    return block;
  }

  @Override
  public Shape shape() {
    block();
    return shape;
  }

  @Override
  public DType dtype() {
    return DType.FLOAT32;
  }

  @Override
  public NativeBuffer view(Shape other) {
    if (other.elements() != size) {
      throw new IllegalArgumentException(
          "shape " + other + " has not as many elements as " + shape);
    }
    return new NativeBuffer(this, other);
  }

  @Override
  public void close() {
    if (block == null) {
      return;
    }
    Block closed = block;
    block = null;
    if (owner != null) {
      boolean intact = closed.isIntact(size);
      owner.release(closed, size * Float.BYTES);
      if (!intact) {
        throw new BackendException(
            OneDnnBackend.NAME
                + ": memory beside a buffer of shape "
                + shape
                + " was overwritten; results are not to be trusted, please report this");
      }
    }
  }
}
