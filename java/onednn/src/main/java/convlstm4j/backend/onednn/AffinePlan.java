package convlstm4j.backend.onednn;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.onednn.MatrixProduct.Matrix;
import convlstm4j.op.Affine;
import convlstm4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Affine}: oneDNN's matmul on the layouts as they are, over the rows r: all axes but the
 * last.
 */
final class AffinePlan extends OneDnnPlan<Affine> {
  private final int units;
  private final MatrixProduct forward;
  private final @Nullable GradientProduct backwardInput;
  private final @Nullable GradientProduct backwardWeight;
  private final Groups columns;

  AffinePlan(Dnnl engine, Affine op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    long channels = inputs.get(0).dim(-1);
    long rows = inputs.get(0).without(-1).elements();
    this.units = op.units();
    Matrix x = Matrix.of(rows, channels);
    Matrix w = Matrix.of(channels, units);
    Matrix y = Matrix.of(rows, units);
    this.forward = own(new MatrixProduct(engine, x, w, op.useBias(), false));
    long scratch = forward.scratchBytes();
    if (mode == Mode.TRAINING) {
      this.backwardInput = own(new GradientProduct(engine, y, w.transposed()));
      this.backwardWeight = own(new GradientProduct(engine, x.transposed(), y));
      scratch = Math.max(scratch, backwardInput.scratchBytes());
      scratch = Math.max(scratch, backwardWeight.scratchBytes());
    } else {
      this.backwardInput = null;
      this.backwardWeight = null;
    }
    this.columns = new Groups(Shape.of(rows, units), List.of(1));
    workspace.takeBytes(scratch);
  }

  @Override
  public String algorithm() {
    return "oneDNN matmul " + forward.implementation();
  }

  @Override
  protected void compute(Forward call) {
    forward.run(
        input(call.inputs(), "x").address(),
        input(call.inputs(), "w").address(),
        op.useBias() ? input(call.inputs(), "b").address() : 0,
        output(call.outputs(), "y").address(),
        scratch(call.workspace()));
  }

  @Override
  public boolean writesGradient(int input) {
    return is(input, "x", "w");
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer x = input(call.inputs(), "x");
    NativeBuffer w = input(call.inputs(), "w");
    NativeBuffer dy = output(call.outputGradients(), "y");
    NativeBuffer dx = wanted(call.inputGradients(), "x");
    NativeBuffer dw = wanted(call.inputGradients(), "w");
    NativeBuffer db = optional(call.inputGradients(), "b");
    long scratch = scratch(call.workspace());
    if (dx != null) {
      boolean write = isWritten(call, "x");
      trained(backwardInput).run(write, dy.address(), w.address(), dx.address(), scratch);
    }
    if (dw != null) {
      boolean write = isWritten(call, "w");
      trained(backwardWeight).run(write, x.address(), dy.address(), dw.address(), scratch);
    }
    if (db != null) {
      addColumnSums(dy, db);
    }
  }

  private static long scratch(@Nullable Buffer workspace) {
    return workspace == null ? 0 : NativeBuffer.of(workspace).address();
  }

  private void addColumnSums(NativeBuffer dy, NativeBuffer db) {
    double[] sum =
        columns.sum(
            (sums, e, size, runs) -> {
              float[] v = Floats.read(dy, e, Floats.scratch(0), size);
              runs.each(
                  (at, n, group, step) -> {
                    for (int k = 0, g = group; k < n; k++, g += step) {
                      sums[g] += v[at + k];
                    }
                  });
            });
    float[] d = Floats.read(db, 0, new float[units], units);
    for (int u = 0; u < units; u++) {
      d[u] += (float) sum[u];
    }
    Floats.write(d, db, 0, units);
  }
}
