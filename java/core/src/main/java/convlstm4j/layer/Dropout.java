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
 * Keras's {@code Dropout} (Srivastava et al. 2014): in training, zeros with probability {@code
 * rate} and the rest divided by {@code 1 - rate}; at inference the input itself.
 */
public final class Dropout extends KerasLayer<Dropout> {
  private final double rate;
  private List<Long> noiseShape = List.of();

  /**
   * A layer.
   *
   * @param rate probability of dropping, at least 0 and below 1
   * @throws IllegalArgumentException if it is out of range
   */
  public Dropout(double rate) {
    this.rate = rate("rate", rate);
  }

  /**
   * Sets along which axes a decision is shared.
   *
   * @param values one size per axis, the batch included: 1 shares along that axis, {@link
   *     Input#ANY} takes the input's size; default: no sharing
   * @return this layer
   * @throws IllegalArgumentException if a size is neither positive nor {@link Input#ANY}
   */
  public Dropout noiseShape(long... values) {
    List<Long> checked = checkedNoiseShape(label(), values);
    return set(() -> noiseShape = checked);
  }

  static List<Long> checkedNoiseShape(String label, long... values) {
    if (Arrays.stream(values).anyMatch(v -> v < 1 && v != Input.ANY)) {
      throw new IllegalArgumentException(
          label
              + ": noise_shape="
              + Arrays.toString(values)
              + ", expected sizes >= 1 or Input.ANY");
    }
    return Arrays.stream(values).boxed().toList();
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    if (!g.training() || rate == 0) {
      return List.of(x);
    }
    return List.of(g.op(new convlstm4j.op.Drop(rate, noiseShape), x));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    List<Object> shape = new ArrayList<>();
    noiseShape.forEach(d -> shape.add(d == Shape.UNKNOWN ? null : d));
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("rate", rate);
    c.put("noise_shape", noiseShape.isEmpty() ? null : shape);
    return c;
  }

  static Dropout fromConfig(Config c) {
    return new Dropout(c.real("rate", 0)).noiseShape(c.dims("noise_shape"));
  }
}
