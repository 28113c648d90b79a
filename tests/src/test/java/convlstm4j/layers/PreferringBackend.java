package convlstm4j.layers;

import convlstm4j.backend.Backend;
import convlstm4j.backend.ForwardingBackend;
import convlstm4j.backend.Plan;
import convlstm4j.op.Op;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A backend with a preference of its own, which writes down what it plans. */
final class PreferringBackend extends ForwardingBackend {
  private final Optional<DataFormat> preferred;
  private final List<Op> planned = new ArrayList<>();

  PreferringBackend(Backend real, Optional<DataFormat> preferred) {
    super(real);
    this.preferred = preferred;
  }

  /** What was planned since the last call. */
  List<Op> takePlanned() {
    List<Op> taken = List.copyOf(planned);
    planned.clear();
    return taken;
  }

  @Override
  public Optional<DataFormat> preferredFormat() {
    return preferred;
  }

  @Override
  public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
    planned.add(op);
    return super.plan(op, inputs, dtype, mode);
  }
}
