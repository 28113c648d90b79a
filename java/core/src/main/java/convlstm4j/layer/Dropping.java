package convlstm4j.layer;

import convlstm4j.graph.Arguments;
import convlstm4j.op.Drop;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the layers that drop single elements in training share; at inference they are the input
 * itself.
 *
 * @param <S> the layer's own type
 */
public abstract class Dropping<S extends Dropping<S>> extends KerasLayer<S> {
  private final double rate;
  private List<Long> noiseShape = List.of();

  /** For the layers of this package. */
  Dropping(double rate) {
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
  public final S noiseShape(long... values) {
    if (Arrays.stream(values).anyMatch(v -> v < 1 && v != Input.ANY)) {
      throw new IllegalArgumentException(
          label()
              + ": noise_shape="
              + Arrays.toString(values)
              + ", expected sizes >= 1 or Input.ANY");
    }
    return set(() -> noiseShape = Arrays.stream(values).boxed().toList());
  }

  @Override
  public final List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    boolean drops = g.training() && rate > 0;
    return List.of(drops ? dropped(g, x, rate, new Drop(rate, noiseShape)) : x);
  }

  /**
   * In training.
   *
   * @param rate probability of dropping, above 0
   * @param drop what makes dropped elements 0, and divides the others by {@code 1 - rate}
   */
  abstract Value dropped(Lowering g, Value x, double rate, Drop drop);

  @Override
  public final boolean keepsAxes() {
    return true;
  }

  @Override
  public final Map<String, Object> config() {
    List<Object> shape = new ArrayList<>();
    noiseShape.forEach(d -> shape.add(d == Shape.UNKNOWN ? null : d));
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("rate", rate);
    c.put("noise_shape", noiseShape.isEmpty() ? null : shape);
    return c;
  }
}
