package convlstm4j.backend.onednn;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.Buffer;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/** Floats outside the Java heap, row-major. A view shares the block of the buffer it looks at. */
final class NativeBuffer implements Buffer {
  /** Where a closed buffer's block goes. */
  @FunctionalInterface
  interface Owner {
    /** Takes it back. */
    void release(Block block, long bytes);
  }

  /** Null for a view, which looks at another buffer. */
  private final @Nullable Owner owner;

  private final @Nullable NativeBuffer viewed;
  private final Shape shape;
  private final long size;

  /** Where the first element is in the block. */
  private final long first;

  /** Null once it is closed. */
  private @Nullable Block block;

  NativeBuffer(Owner owner, Block block, Shape shape) {
    this.owner = owner;
    this.viewed = null;
    this.block = block;
    this.shape = shape;
    this.size = shape.elements();
    this.first = 0;
    block.mark(size);
  }

  private NativeBuffer(NativeBuffer source, long from, Shape shape) {
    this.owner = null;
    this.viewed = source;
    this.block = source.block();
    this.shape = shape;
    this.size = shape.elements();
    this.first = source.first + from;
  }

  /** Fails unless the type is float32. */
  static void checkType(DType dtype) {
    if (dtype != DType.FLOAT32) {
      throw new BackendException(
          OneDnnBackend.NAME + " computes in float32 only; for float64 use the backend reference");
    }
  }

  /** The buffer as one of ours. */
  static NativeBuffer of(Buffer b) {
    return (NativeBuffer) b;
  }

  /** The buffer, if there is one, as one of ours. */
  static @Nullable NativeBuffer orNull(@Nullable Buffer b) {
    return b == null ? null : of(b);
  }

  /** Number of elements. */
  long size() {
    return size;
  }

  /** Address of the first element. */
  long address() {
    return address(0);
  }

  /** Address of an element. */
  long address(long index) {
    return block().address() + (first + index) * Float.BYTES;
  }

  /** The segment that holds a run of up to {@link Block#OVERLAP} elements from an index on. */
  FloatBuffer segment(long index) {
    return block().segment(first + index);
  }

  /** Position of an element in its segment. */
  int position(long index) {
    return Block.position(first + index);
  }

  private Block block() {
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
    return new NativeBuffer(this, 0, other);
  }

  /** Some of the elements, from one on. */
  NativeBuffer part(long from, Shape other) {
    if (from < 0 || from + other.elements() > size) {
      throw new IllegalArgumentException(
          "a part of shape " + other + " from " + from + " on is not within " + shape);
    }
    return new NativeBuffer(this, from, other);
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
