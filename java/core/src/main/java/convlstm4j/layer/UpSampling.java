package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
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
      long pixels = Shape.times(x.shape().dim(first + a), size.get(a));
      y = interpolation.resized(g, y, first + a, pixels, false);
    }
    return List.of(y);
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
