package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keras's {@code RepeatVector}: {@code [N, F]} as every step of {@code [N, n, F]}. */
public final class RepeatVector extends KerasLayer<RepeatVector> {
  private final int n;

  /**
   * A layer.
   *
   * @param n how many steps, at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public RepeatVector(int n) {
    this.n = positive("n", n);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    if (x.shape().rank() != 2) {
      throw new ShapeException("input has shape " + x.shape() + ", expected [N, F] of rank 2");
    }
    Value step = g.reshape(x, x.shape().from(1).prepend(x.shape().dim(0), 1));
    return List.of(Axes.repeated(g, step, 1, n, 1));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("n", n);
    return c;
  }

  static RepeatVector fromConfig(Config c) {
    return new RepeatVector(c.integer("n"));
  }
}
