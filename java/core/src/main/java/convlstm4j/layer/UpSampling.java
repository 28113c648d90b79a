package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Concat;
import convlstm4j.op.Pad;
import convlstm4j.op.Pointwise;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the layers share that make images larger by whole factors.
 *
 * @param <S> the layer's own type
 */
public abstract class UpSampling<S extends UpSampling<S>> extends ImageLayer<S> {
  /** What is between pixels. */
  enum Interpolation {
    NEAREST,
    BILINEAR
  }

  final List<Integer> size;
  Interpolation interpolation = Interpolation.NEAREST;

  /** For the layers of this package: a factor for each axis, or one for all. */
  UpSampling(int axes, int... size) {
    super(axes);
    int[] all = size;
    if (size.length == 1) {
      all = new int[axes];
      Arrays.fill(all, size[0]);
    }
    this.size = perAxis("size", axes, all);
  }

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    checkRank(x.shape());
    int first = firstAxis();
    if (interpolation == Interpolation.NEAREST) {
      int[] times = new int[axes + 2];
      Arrays.fill(times, 1);
      for (int a = 0; a < axes; a++) {
        times[first + a] = size.get(a);
      }
      return List.of(Axes.repeated(g, x, times));
    }
    Value y = x;
    for (int a = 0; a < axes; a++) {
      y = size.get(a) == 1 ? y : linear(g, y, first + a, size.get(a));
    }
    return List.of(y);
  }

  /**
   * Between neighbours along an axis. Centres of pixels stay where they are, so output {@code r i +
   * j} of factor r lies at {@code (j + 0.5) / r - 0.5} from pixel i; beyond the edge its pixel goes
   * on.
   */
  private static Value linear(Lowering g, Value input, int axis, int factor) {
    Shape s = input.shape();
    long n = s.dim(axis);
    Value x = g.reshape(input, Axes.around(s, axis, n));
    int behind = n == Shape.UNKNOWN ? 0 : Math.toIntExact(1 - n);
    Value firstPixel = g.op(along(0, behind), x);
    Value lastPixel = g.op(along(behind, 0), x);
    Value before = g.op(new Concat(1, 2), firstPixel, x);
    Value after = g.op(new Concat(1, 2), x, lastPixel);
    before = g.op(along(0, -1), before);
    after = g.op(along(-1, 0), after);
    List<Value> phases = new ArrayList<>();
    for (int j = 0; j < factor; j++) {
      double distance = (j + 0.5) / factor - 0.5;
      double weight = Math.abs(distance);
      Formula mixed = Formula.input(0).times(1 - weight).plus(Formula.input(1).times(weight));
      Value y = distance == 0 ? x : g.op(new Pointwise(mixed, 2), x, distance < 0 ? before : after);
      phases.add(g.reshape(y, Axes.around(s, axis, n, 1)));
    }
    Value joined = g.ops(new Concat(2, factor), phases).get(0);
    return g.reshape(joined, s.with(axis, Shape.times(n, factor)));
  }

  /** Along the middle one of three axes. */
  private static Pad along(int before, int after) {
    return new Pad(List.of(0, before, 0), List.of(0, after, 0));
  }

  @Override
  public final boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("size", size);
    c.put("data_format", dataFormat.kerasName());
    return c;
  }

  static int[] size(Config c, int axes) {
    return Config.array(c.ints("size", axes, List.of(2)));
  }
}
