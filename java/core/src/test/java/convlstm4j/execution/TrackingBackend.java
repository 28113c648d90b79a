package convlstm4j.execution;

import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Peak;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Optional;

/**
 * The reference, with books on the most memory that was ever in use, and on what was allocated to
 * stay.
 */
public final class TrackingBackend extends ForwardingBackend implements Memory {
  private final Memory inner;
  private final Optional<DataFormat> preferred;
  private long peak;
  private long lasting;
  private long plannedLasting;

  public TrackingBackend() {
    this(Optional.empty());
  }

  public TrackingBackend(Optional<DataFormat> preferred) {
    super(Backends.named("reference"));
    this.inner = super.memory();
    this.preferred = preferred;
  }

  /** The most bytes in use since the last call. */
  public long takePeak() {
    long p = peak;
    peak = liveBytes();
    return p;
  }

  /** Bytes allocated to stay since the last call. */
  public long takeLasting() {
    long bytes = lasting;
    lasting = 0;
    return bytes;
  }

  /** The same as it was counted since the last call. */
  public long takePlannedLasting() {
    long bytes = plannedLasting;
    plannedLasting = 0;
    return bytes;
  }

  @Override
  public Buffer allocateLasting(DType dtype, Shape shape) {
    Buffer b = allocate(dtype, shape);
    lasting += shape.elements() * dtype.bytes();
    return b;
  }

  @Override
  public Peak peak() {
    return Peak.ofHeld(
        new Peak.Played() {
          private long live;

          @Override
          public void add(long bytes, boolean stays) {
            live += bytes;
            plannedLasting += stays ? bytes : 0;
          }

          @Override
          public void remove(long bytes, boolean stayed) {
            live -= bytes;
          }

          @Override
          public long heldBytes() {
            return live;
          }
        });
  }

  @Override
  public Optional<DataFormat> preferredFormat() {
    return preferred;
  }

  @Override
  public Memory memory() {
    return this;
  }

  @Override
  public Buffer allocate(DType dtype, Shape shape) {
    Buffer b = inner.allocate(dtype, shape);
    peak = Math.max(peak, liveBytes());
    return b;
  }

  @Override
  public void upload(Tensor source, Buffer target) {
    inner.upload(source, target);
  }

  @Override
  public Tensor download(Buffer source) {
    return inner.download(source);
  }

  @Override
  public void copy(Buffer source, Buffer target) {
    inner.copy(source, target);
  }

  @Override
  public void fill(Buffer target, double value) {
    inner.fill(target, value);
  }

  @Override
  public long liveBytes() {
    return inner.liveBytes();
  }

  @Override
  public long capacityBytes() {
    return inner.capacityBytes();
  }
}
