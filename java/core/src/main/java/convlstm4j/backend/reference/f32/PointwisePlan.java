package convlstm4j.backend.reference.f32;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.reference.heap.Groups;
import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.formula.Code;
import convlstm4j.op.Broadcasting;
import convlstm4j.op.Pointwise;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** {@link Pointwise}. */
final class PointwisePlan extends ReferencePlan<Pointwise> {
  /** For each input the elements of the output that one of its own counts for; null if only one. */
  private final List<Groups> groups = new ArrayList<>();

  PointwisePlan(Pointwise op, List<Shape> inputs) {
    super(op, inputs);
    Shape y = out.get(0);
    in.forEach(x -> groups.add(x.equals(y) ? null : new Groups(y, Broadcasting.kept(x, y))));
  }

  /** One array per input, of the output's shape. */
  private List<float[]> laidOut(List<? extends Buffer> inputs) {
    List<float[]> x = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      float[] given = data(inputs.get(i));
      Groups g = groups.get(i);
      x.add(g == null ? given : Spread.of(given, g, (int) out.get(0).elements()));
    }
    return x;
  }

  /** Takes a value for an element. */
  private interface Sink {
    void put(int element, float value);
  }

  private static void each(Code code, List<float[]> x, int from, int to, Sink sink) {
    float[] inputs = new float[x.size()];
    float[] values = new float[code.steps().size()];
    int result = code.results().get(0);
    for (int k = from; k < to; k++) {
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = x.get(i)[k];
      }
      Formulas.run(code, inputs, values);
      sink.put(k, values[result]);
    }
  }

  @Override
  protected void compute(Forward call) {
    List<float[]> x = laidOut(call.inputs());
    float[] y = output(call.outputs(), "y");
    Code code = op.code();
    Parallel.ranges(y.length, (from, to) -> each(code, x, from, to, (k, v) -> y[k] = v));
  }

  @Override
  protected void addGradients(Backward call) {
    List<float[]> x = laidOut(call.inputs());
    float[] dy = output(call.outputGradients(), "y");
    x.add(dy);
    for (int i = 0; i < op.count(); i++) {
      float[] dx = array(call.inputGradients().get(i));
      if (dx == null) {
        continue;
      }
      Code code = op.gradient(i);
      if (groups.get(i) == null) {
        Parallel.ranges(dy.length, (from, to) -> each(code, x, from, to, (k, v) -> dx[k] += v));
      } else {
        addSums(groups.get(i), code, x, dx);
      }
    }
  }

  private static void addSums(Groups g, Code code, List<float[]> x, float[] dx) {
    double[] sum =
        g.sum(
            (sums, e, n, group, step) ->
                each(code, x, e, e + n, (k, v) -> sums[group + (k - e) * step] += v));
    for (int k = 0; k < dx.length; k++) {
      dx[k] += (float) sum[k];
    }
  }
}
