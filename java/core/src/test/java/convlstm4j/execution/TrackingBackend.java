package convlstm4j.execution;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backends;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.op.Op;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** The reference, with books on the most memory that was ever in use. */
public final class TrackingBackend implements Backend, Memory {
  private final Backend inner = Backends.named("reference");
  private final Optional<DataFormat> preferred;
  private long peak;

  public TrackingBackend() {
    this(Optional.empty());
  }

  public TrackingBackend(Optional<DataFormat> preferred) {
    this.preferred = preferred;
  }

  /** The most bytes in use since the last call. */
  public long takePeak() {
    long p = peak;
    peak = liveBytes();
    return p;
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public String description() {
    return inner.description();
  }

  @Override
  public Optional<DataFormat> preferredFormat() {
    return preferred;
  }

  @Override
  public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
    return inner.plan(op, inputs, dtype, mode);
  }

  @Override
  public Memory memory() {
    return this;
  }

  @Override
  public void close() {
    inner.close();
  }

  @Override
  public Buffer allocate(DType dtype, Shape shape) {
    Buffer b = inner.memory().allocate(dtype, shape);
    peak = Math.max(peak, liveBytes());
    return b;
  }

  @Override
  public void upload(Tensor source, Buffer target) {
    inner.memory().upload(source, target);
  }

  @Override
  public Tensor download(Buffer source) {
    return inner.memory().download(source);
  }

  @Override
  public void copy(Buffer source, Buffer target) {
    inner.memory().copy(source, target);
  }

  @Override
  public void fill(Buffer target, double value) {
    inner.memory().fill(target, value);
  }

  @Override
  public long liveBytes() {
    return inner.memory().liveBytes();
  }

  @Override
  public long capacityBytes() {
    return inner.memory().capacityBytes();
  }
}
