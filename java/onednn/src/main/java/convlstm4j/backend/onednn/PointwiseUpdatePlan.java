package convlstm4j.backend.onednn;

import convlstm4j.formula.Code;
import convlstm4j.op.PointwiseUpdate;
import convlstm4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** {@link PointwiseUpdate}. */
final class PointwiseUpdatePlan extends UpdatePlan<PointwiseUpdate> {
  private final Code code;

  PointwiseUpdatePlan(PointwiseUpdate op, List<Shape> inputs) {
    super(op, inputs, op.count());
    code = op.code();
  }

  @Override
  void update(float[] rate, float[][] a, int n) {
    Formulas.run(
        code,
        (i, x, size) -> {
          if (i < op.rates()) {
            Arrays.fill(x, 0, size, rate[i]);
          } else {
            System.arraycopy(a[i - op.rates()], 0, x, 0, size);
          }
        },
        n);
    for (int f = 0; f < op.formulas().size(); f++) {
      float[] target = a[f == 0 ? 0 : f + GRADIENT];
      System.arraycopy(Formulas.result(code, f), 0, target, 0, n);
    }
  }
}
