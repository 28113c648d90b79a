package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.formula.Formula;
import convlstm4j.graph.Arguments;
import convlstm4j.op.Drop;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.Reverse;
import convlstm4j.option.DataFormat;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Keras's {@code RandomFlip}: in training half of the images are mirrored, at inference none. Input
 * {@code [N, H, W, C]} or channels first.
 */
public final class RandomFlip extends ImageLayer<RandomFlip> implements DataFormatted<RandomFlip> {
  /** Which sides change places. */
  public enum Mode {
    /** Left and right. */
    HORIZONTAL,
    /** Top and bottom. */
    VERTICAL,
    /** Both pairs at once, as Keras 3 has it. */
    HORIZONTAL_AND_VERTICAL
  }

  private final Mode mode;

  /**
   * A layer.
   *
   * @param mode which sides change places
   */
  public RandomFlip(Mode mode) {
    super(2);
    this.mode = mode;
  }

  @Override
  public RandomFlip dataFormat(DataFormat value) {
    return set(() -> dataFormat = value);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    checkRank(x.shape());
    if (!g.training()) {
      return List.of(x);
    }
    Value mirrored = x;
    if (mode != Mode.HORIZONTAL) {
      mirrored = g.op(new Reverse(firstAxis()), mirrored);
    }
    if (mode != Mode.VERTICAL) {
      mirrored = g.op(new Reverse(firstAxis() + 1), mirrored);
    }
    // One decision per sample: 0 or 2.
    Value sample = g.op(new Reduce(Reduce.Mode.SUM, List.of(1, 2, 3)), x);
    Value ones = g.op(new Pointwise(Formula.constant(1), 1), sample);
    Value chosen = g.op(new Drop(0.5, List.of()), ones);
    Formula either = Formula.input(2).where(Formula.input(1), Formula.input(0));
    return List.of(g.op(new Pointwise(either, 3), x, mirrored, chosen));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("mode", mode.name().toLowerCase(Locale.ROOT));
    if (dataFormat == DataFormat.CHANNELS_FIRST) { // which not every Keras has
      c.put("data_format", dataFormat.kerasName());
    }
    return c;
  }

  static RandomFlip fromConfig(Config c) {
    String both = "horizontal_and_vertical";
    return new RandomFlip(c.choice("mode", Mode.class, both, both))
        .dataFormat(c.dataFormat("data_format"));
  }
}
