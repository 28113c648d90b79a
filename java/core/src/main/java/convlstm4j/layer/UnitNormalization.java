package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keras's {@code UnitNormalization}: the input divided by its Euclidean length along some axes. */
public final class UnitNormalization extends KerasLayer<UnitNormalization> {
  private final List<Integer> axes;

  /** A layer along the last axis. */
  public UnitNormalization() {
    this(-1);
  }

  /**
   * A layer.
   *
   * @param axes counted with the batch; negative from the end
   * @throws IllegalArgumentException if there is none or one is 0, the batch
   */
  public UnitNormalization(int... axes) {
    this.axes = sampleAxes(axes);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    return List.of(Axes.toUnitLength(g, x, Axes.resolved(axes, x.shape())));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("axis", axes.size() == 1 ? axes.get(0) : axes);
    return c;
  }

  static UnitNormalization fromConfig(Config c) {
    return new UnitNormalization(Config.array(c.ints("axis", 0, List.of(-1))));
  }
}
