package convlstm4j.backend;

import convlstm4j.op.Op;
import convlstm4j.option.DataFormat;
import convlstm4j.option.ProductPrecision;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A backend that hands everything on to another. Whoever watches or changes a part of what a
 * backend does overrides that part, such as {@link #plan} with a {@link ForwardingPlan}.
 */
public class ForwardingBackend implements Backend {
  private final Backend real;

  /**
   * Makes it.
   *
   * @param real the backend that does the work; closed with this one
   */
  public ForwardingBackend(Backend real) {
    this.real = real;
  }

  @Override
  public String name() {
    return real.name();
  }

  @Override
  public String description() {
    return real.description();
  }

  @Override
  public void threads(int most) {
    real.threads(most);
  }

  @Override
  public boolean supports(DType dtype) {
    return real.supports(dtype);
  }

  @Override
  public Optional<DataFormat> preferredFormat() {
    return real.preferredFormat();
  }

  @Override
  public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
    return real.plan(op, inputs, dtype, mode);
  }

  @Override
  public Recording recording(Consumer<List<Philox>> work) {
    return real.recording(work);
  }

  @Override
  public long nanoseconds(Runnable work) {
    return real.nanoseconds(work);
  }

  @Override
  public void precision(ProductPrecision precision) {
    real.precision(precision);
  }

  @Override
  public int frugality() {
    return real.frugality();
  }

  @Override
  public <T> T frugal(int level, Supplier<T> planning) {
    return real.frugal(level, planning);
  }

  @Override
  public Optional<String> notice() {
    return real.notice();
  }

  @Override
  public Memory memory() {
    return real.memory();
  }

  @Override
  public void close() {
    real.close();
  }
}
