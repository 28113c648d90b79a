package convlstm4j.backend.cuda;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.cuda.PointwiseKernel.Data;
import convlstm4j.formula.Code;
import convlstm4j.op.PointwiseUpdate;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** {@link PointwiseUpdate}, a launch per weight: cuda/include/pointwise.h. */
final class PointwiseUpdatePlan extends CudaPlan<PointwiseUpdate>
    implements UpdateTrialPlan.Update {
  private final Code code;
  private final int first;

  PointwiseUpdatePlan(Device device, PointwiseUpdate op, List<Shape> inputs) {
    super(device, op, inputs);
    code = op.code();
    first = op.input("w0");
  }

  @Override
  protected void compute(Forward call) {
    launch(call.inputs(), call.outputs(), 0);
  }

  @Override
  public void tryOut(List<? extends Buffer> inputs, long bad) {
    launch(inputs, List.of(), bad);
  }

  private void launch(List<? extends Buffer> inputs, List<? extends Buffer> outputs, long bad) {
    int groups = op.formulas().size() + 1;
    List<Integer> kept = new ArrayList<>();
    for (int f = 0; f < op.formulas().size(); f++) {
      kept.add(op.rates() + (f == 0 ? 0 : f + 1));
    }
    long rate = optional(inputs, "rate");
    long guard = at(inputs, op.input("guard"));
    for (int i = 0; i < op.count(); i++) {
      List<Long> x = new ArrayList<>();
      for (int k = 0; k < op.rates(); k++) {
        x.add(rate + (long) k * Float.BYTES);
      }
      for (int g = 0; g < groups; g++) {
        x.add(at(inputs, first + g * op.count() + i));
      }
      List<Long> y = new ArrayList<>();
      for (int f = 0; f < op.formulas().size() && bad == 0; f++) {
        y.add(at(outputs, f * op.count() + i));
      }
      long n = in.get(first + i).elements();
      long own = bad == 0 ? 0 : bad + (long) i * Float.BYTES;
      PointwiseKernel.launch(device, code, new Data(n, guard, own, op.rates(), false, x, y, kept));
    }
  }
}
