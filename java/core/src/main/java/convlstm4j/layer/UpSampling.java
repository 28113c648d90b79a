package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
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
    Shape y = x.shape();
    List<Long> pixels = new ArrayList<>();
    for (int a = 0; a < axes; a++) {
      pixels.add(Shape.times(y.dim(first + a), size.get(a)));
      y = y.with(first + a, pixels.get(a));
    }
    boolean ofTime = axes != 2 && size.get(0) > 1 && interpolation == Interpolation.NEAREST;
    if (!ofTime) {
      return List.of(interpolation.resized(g, x, first, pixels, false));
    }
    // The first axis may be time: repeated along an axis of its own behind it, each step is by
    // itself.
    Shape split = x.shape().from(first + 1).prepend(1);
    for (int d = first; d >= 0; d--) {
      split = split.prepend(x.shape().dim(d));
    }
    pixels.set(0, (long) size.get(0));
    Value repeated = interpolation.resized(g, g.reshape(x, split), first + 1, pixels, false);
    return List.of(g.reshape(repeated, y));
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
