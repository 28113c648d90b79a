package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Plan;
import convlstm4j.backend.PlanFrame;
import convlstm4j.op.Op;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;

/** Plans on oneDNN and on loops of our own where oneDNN has no primitive. */
final class OneDnnBackend implements Backend {
  static final String NAME = "onednn";

  private final Dnnl dnnl;
  private final NativeMemory memory = new NativeMemory();

  OneDnnBackend(Dnnl dnnl) {
    this.dnnl = dnnl;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return dnnl.description();
  }

  @Override
  public boolean supports(DType dtype) {
    return dtype == DType.FLOAT32;
  }

  @Override
  public Optional<DataFormat> preferredFormat() {
    return Optional.of(DataFormat.CHANNELS_LAST);
  }

  @Override
  public void threads(int most) {
    if (dnnl.kernels() != null) {
      dnnl.kernels().threads(most);
    }
  }

  @Override
  public Plan plan(Op op, List<Shape> inputs, DType dtype, Mode mode) {
    NativeBuffer.checkType(dtype);
    memory.checkOpen();
    return PlanFrame.make(NAME, op, inputs, () -> Kernels.plan(dnnl, op, inputs, mode));
  }

  @Override
  public NativeMemory memory() {
    return memory;
  }

  @Override
  public void close() {
    if (memory.close()) {
      dnnl.close();
    }
  }
}
