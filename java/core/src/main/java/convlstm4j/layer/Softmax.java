package convlstm4j.layer;

import convlstm4j.config.ActivationFunction;
import convlstm4j.config.Config;
import convlstm4j.config.FunctionForms;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keras's {@code Softmax}: {@code exp(x) / sum(exp(x))} over all elements along some axes. */
public final class Softmax extends FunctionLayer<Softmax> {
  private final List<Integer> axes;

  /** A layer along the last axis. */
  public Softmax() {
    this(-1);
  }

  /**
   * A layer.
   *
   * @param axes counted with the batch; negative from the end
   * @throws IllegalArgumentException if there is no axis, or one is 0, the batch
   */
  public Softmax(int... axes) {
    this(Arrays.stream(axes).boxed().toList());
  }

  private Softmax(List<Integer> axes) {
    super(word("Softmax", "axis", axes.toString(), () -> ActivationFunction.softmax(axes)));
    this.axes = axes;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("axis", axes.size() == 1 ? axes.get(0) : axes);
    return c;
  }

  static Softmax fromConfig(Config c) {
    FunctionForms.softmax(c); // says of a wrong axis what the file has
    return new Softmax(c.ints("axis", 0, List.of(-1)));
  }
}
