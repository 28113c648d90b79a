package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code ActivityRegularization}: the input itself, of which {@code l1 |x| + l2 x^2} joins
 * the loss, a mean over the batch as in Keras 2 and from Keras 3.14 on (those between add over it).
 */
public final class ActivityRegularization extends KerasLayer<ActivityRegularization> {
  private final Regularizer penalty;

  /**
   * A layer.
   *
   * @param l1 of absolute values, at least 0
   * @param l2 of squares, at least 0
   * @throws IllegalArgumentException if a number is out of range
   */
  public ActivityRegularization(double l1, double l2) {
    this.penalty = new Regularizer(l1, l2);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    penalize(g, penalty, x);
    return List.of(x);
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("l1", penalty.l1());
    c.put("l2", penalty.l2());
    return c;
  }

  static ActivityRegularization fromConfig(Config c) {
    return new ActivityRegularization(c.real("l1", 0), c.real("l2", 0));
  }
}
