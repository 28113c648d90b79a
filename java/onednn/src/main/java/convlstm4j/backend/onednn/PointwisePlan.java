package convlstm4j.backend.onednn;

import convlstm4j.backend.Buffer;
import convlstm4j.formula.Code;
import convlstm4j.op.Broadcasting;
import convlstm4j.op.Pointwise;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** {@link Pointwise}. */
final class PointwisePlan extends OneDnnPlan<Pointwise> {
  /** How each input is seen; null if it has the output's shape. */
  private final List<Broadcast> broadcasts = new ArrayList<>();

  private final Code code;
  private final List<Code> gradients = new ArrayList<>();

  PointwisePlan(Pointwise op, List<Shape> inputs) {
    super(op, inputs);
    Shape y = out.get(0);
    in.forEach(x -> broadcasts.add(x.equals(y) ? null : new Broadcast(y, Broadcasting.kept(x, y))));
    code = op.code();
    for (int i = 0; i < op.count(); i++) {
      gradients.add(op.gradient(i));
    }
  }

  private void read(List<? extends Buffer> inputs, int i, long from, float[] target, int n) {
    NativeBuffer x = at(inputs, i);
    if (broadcasts.get(i) == null) {
      Floats.read(x, from, target, n);
    } else {
      broadcasts.get(i).read(x, from, target, n);
    }
  }

  @Override
  protected void compute(Forward call) {
    NativeBuffer y = output(call.outputs(), "y");
    Parallel.ranges(
        y.size(),
        (from, n) -> {
          Formulas.run(code, (i, x, size) -> read(call.inputs(), i, from, x, size), n);
          Floats.write(Formulas.result(code, 0), y, from, n);
        });
  }

  @Override
  public boolean writesGradient(int input) {
    return broadcasts.get(input) == null;
  }

  @Override
  protected void addGradients(Backward call) {
    NativeBuffer dy = output(call.outputGradients(), "y");
    for (int i = 0; i < op.count(); i++) {
      NativeBuffer dx = wantedAt(call.inputGradients(), i);
      Code gradient = gradients.get(i);
      if (dx == null) {
        continue;
      }
      if (broadcasts.get(i) == null) {
        boolean write = call.written().contains(i);
        Parallel.ranges(
            dy.size(),
            (from, n) ->
                Floats.give(
                    write, gradient(gradient, call.inputs(), dy, from, n), 0, dx, from, n, 0));
      } else {
        broadcasts.get(i).addSums((from, n) -> gradient(gradient, call.inputs(), dy, from, n), dx);
      }
    }
  }

  /** What n elements of y's gradient make of that of an input laid out as y. */
  private float[] gradient(
      Code gradient, List<? extends Buffer> inputs, NativeBuffer dy, long from, int n) {
    Formulas.run(
        gradient,
        (i, x, size) -> {
          if (i < op.count()) {
            read(inputs, i, from, x, size);
          } else {
            Floats.read(dy, from, x, size);
          }
        },
        n);
    return Formulas.result(gradient, 0);
  }
}
