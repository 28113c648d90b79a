package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Merge;
import convlstm4j.op.Reduce;
import convlstm4j.op.ShapeException;
import convlstm4j.op.Transpose;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code Dot}: sums of products of two inputs along an axis of each, sample by sample: of
 * {@code [N, A.., K]} and {@code [N, B.., K]} comes {@code [N, A.., B..]}. All products are in
 * memory at once.
 */
public final class Dot extends KerasLayer<Dot> {
  private final int first;
  private final int second;
  private boolean normalize;

  /**
   * A layer with one axis for both inputs.
   *
   * @param axis counted with the batch; negative from the end
   * @throws IllegalArgumentException if it is 0, the batch
   */
  public Dot(int axis) {
    this(axis, axis);
  }

  /**
   * A layer.
   *
   * @param firstAxis the first input's, counted with the batch; negative from the end
   * @param secondAxis the second input's
   * @throws IllegalArgumentException if one is 0, the batch
   */
  public Dot(int firstAxis, int secondAxis) {
    if (firstAxis == 0 || secondAxis == 0) {
      throw new IllegalArgumentException(
          "Dot: axes=" + List.of(firstAxis, secondAxis) + ", expected others than the batch, 0");
    }
    this.first = firstAxis;
    this.second = secondAxis;
  }

  /**
   * Says whether both inputs are first divided by their Euclidean length along the axes.
   *
   * @param value default false
   * @return this layer
   */
  public Dot normalize(boolean value) {
    return set(() -> normalize = value);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    List<Value> inputs = many(arguments);
    if (inputs.size() != 2) {
      throw new ShapeException("got " + inputs.size() + " inputs, expected 2");
    }
    Shape s = inputs.get(0).shape();
    Shape t = inputs.get(1).shape();
    int a = Axes.resolved(List.of(first), s).get(0);
    int b = Axes.resolved(List.of(second), t).get(0);
    if (s.dim(a) != t.dim(b) && s.dim(a) != Shape.UNKNOWN && t.dim(b) != Shape.UNKNOWN) {
      throw new ShapeException(
          "inputs of shapes " + s + " and " + t + " differ in size along axes " + List.of(a, b));
    }
    Value x = rows(g, inputs.get(0), a);
    Value y = rows(g, inputs.get(1), b);
    Shape rest = s.without(a);
    Shape other = t.without(b).from(1);
    Value products =
        g.op(
            new Merge(Merge.Mode.MULTIPLY, 2),
            g.reshape(x, x.shape().from(2).prepend(x.shape().dim(0), x.shape().dim(1), 1)),
            g.reshape(y, y.shape().from(1).prepend(y.shape().dim(0), 1)));
    Value sums = g.op(new Reduce(Reduce.Mode.SUM, List.of(3)), products);
    Shape out = other;
    for (int d = rest.rank() - 1; d >= 0; d--) {
      out = out.prepend(rest.dim(d));
    }
    return List.of(g.reshape(sums, out.rank() == 1 ? Shape.of(out.dim(0), 1) : out));
  }

  /** The input as {@code [N, others, K]}. */
  private Value rows(Lowering g, Value input, int axis) {
    Value x = normalize ? Axes.toUnitLength(g, input, List.of(axis)) : input;
    int rank = x.shape().rank();
    if (axis != rank - 1) {
      List<Integer> order = new ArrayList<>();
      for (int d = 0; d < rank; d++) {
        if (d != axis) {
          order.add(d);
        }
      }
      order.add(axis);
      x = g.op(new Transpose(order), x);
    }
    long others = 1;
    for (int d = 1; d < rank - 1; d++) {
      others = Shape.times(others, x.shape().dim(d));
    }
    return g.reshape(x, Shape.of(x.shape().dim(0), others, x.shape().dim(rank - 1)));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("axes", first == second ? first : List.of(first, second));
    c.put("normalize", normalize);
    return c;
  }

  static Dot fromConfig(Config c) {
    List<Integer> axes = c.ints("axes", 2);
    return new Dot(axes.get(0), axes.get(1)).normalize(c.bool("normalize", false));
  }
}
