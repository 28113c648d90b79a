package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Pad;
import convlstm4j.option.DataFormat;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the layers share that add pixels at the edges of an image, or take some away.
 *
 * @param <S> the layer's own type
 */
public abstract class Framing<S extends Framing<S>> extends ImageLayer<S>
    implements DataFormatted<S> {
  private final String option;
  private final int sign;

  /** Pixels before and after, axis by axis. */
  private final List<Integer> edges;

  /**
   * For the layers of this package.
   *
   * @param option Keras's name of the pixels
   * @param sign 1 to add them, -1 to take them away
   * @param axes number of spatial axes
   * @param pixels one for all edges, one for each axis, or two for each: before and after
   */
  Framing(String option, int sign, int axes, int... pixels) {
    super(axes);
    this.option = option;
    this.sign = sign;
    this.edges = expanded(pixels);
  }

  private List<Integer> expanded(int... pixels) {
    boolean right = pixels.length == 1 || pixels.length == axes || pixels.length == 2 * axes;
    if (!right || Arrays.stream(pixels).anyMatch(p -> p < 0)) {
      throw new IllegalArgumentException(
          label()
              + ": "
              + option
              + "="
              + Arrays.toString(pixels)
              + ", expected 1"
              + (axes == 1 ? "" : ", " + axes)
              + " or "
              + 2 * axes
              + " numbers, each >= 0");
    }
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < 2 * axes; i++) {
      all.add(pixels[pixels.length == 1 ? 0 : pixels.length == 2 * axes ? i : i / 2]);
    }
    return all;
  }

  @Override
  public final S dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    checkRank(x.shape());
    List<Integer> before = new ArrayList<>(Collections.nCopies(axes + 2, 0));
    List<Integer> after = new ArrayList<>(before);
    int first = firstAxis();
    for (int a = 0; a < axes; a++) {
      before.set(first + a, sign * edges.get(2 * a));
      after.set(first + a, sign * edges.get(2 * a + 1));
    }
    return List.of(g.op(new Pad(before, after), x));
  }

  @Override
  public final boolean keepsAxes() {
    return true;
  }

  @Override
  public final Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    List<List<Integer>> pairs = new ArrayList<>();
    for (int a = 0; a < axes; a++) {
      pairs.add(edges.subList(2 * a, 2 * a + 2));
    }
    c.put(option, axes == 1 ? edges : pairs);
    if (axes > 1 || dataFormat == DataFormat.CHANNELS_FIRST) { // of one axis, no Keras 2 has it
      c.put("data_format", dataFormat.kerasName());
    }
    return c;
  }

  /** The pixels of a config: a number, a list, or a list of pairs. */
  static int[] pixels(Config c, String option) {
    double[] all = c.reals(option, 1);
    if (!Arrays.stream(all).allMatch(v -> v == (int) v)) {
      throw c.wrong(option, "expected whole numbers");
    }
    return Arrays.stream(all).mapToInt(v -> (int) v).toArray();
  }
}
