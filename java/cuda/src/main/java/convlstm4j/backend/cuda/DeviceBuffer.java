package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Floats in device memory, row-major. A view shares the memory of the buffer it looks at. */
final class DeviceBuffer implements Buffer {
  /** Null for a view, which looks at another buffer. */
  private final @Nullable LongConsumer owner;

  private final @Nullable DeviceBuffer viewed;
  private final Shape shape;
  private final long size;

  /** Where a view begins, in bytes of what it looks at. */
  private final long offset;

  private long address;

  /** A block of memory; {@code owner} gets its address back when the buffer is closed. */
  DeviceBuffer(LongConsumer owner, long address, Shape shape) {
    this.owner = owner;
    this.viewed = null;
    this.address = address;
    this.shape = shape;
    this.size = shape.elements();
    this.offset = 0;
  }

  private DeviceBuffer(DeviceBuffer viewed, long from, Shape shape) {
    this.owner = null;
    this.viewed = viewed;
    this.shape = shape;
    this.size = shape.elements();
    this.offset = from * Float.BYTES;
  }

  /** The buffer as one of ours. */
  static DeviceBuffer of(Buffer b) {
    return (DeviceBuffer) b;
  }

  /** The address of a buffer; 0 for null. */
  static long address(@Nullable Buffer b) {
    return b == null ? 0 : of(b).address();
  }

  /** Number of elements. */
  long size() {
    return size;
  }

  long bytes() {
    return size * Float.BYTES;
  }

  /** Address of the first element. */
  long address() {
    if (viewed != null) {
      return viewed.address() + offset;
    }
    if (address == 0) {
      throw new IllegalStateException(
          "the buffer of shape " + shape + " is closed, its values are gone; allocate another");
    }
    return address;
  }

  @Override
  public Shape shape() {
    address();
    return shape;
  }

  @Override
  public DType dtype() {
    return DType.FLOAT32;
  }

  @Override
  public DeviceBuffer view(Shape other) {
    if (other.elements() != size) {
      throw new IllegalArgumentException(
          "shape " + other + " has not as many elements as " + shape);
    }
    return new DeviceBuffer(this, 0, other);
  }

  /** Some of the elements, from one on. */
  DeviceBuffer part(long from, Shape other) {
    if (from < 0 || from + other.elements() > size) {
      throw new IllegalArgumentException(
          "a part of shape " + other + " from " + from + " on is not within " + shape);
    }
    return new DeviceBuffer(this, from, other);
  }

  @Override
  public void close() {
    if (owner != null && address != 0) {
      owner.accept(address);
      address = 0;
    }
  }
}
