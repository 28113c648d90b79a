package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.op.ShapeException;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keras's {@code LayerNormalization} (Ba et al. 2016, arXiv:1607.06450): each sample by mean and
 * variance along some axes. Weights, of the axes' sizes: {@code gamma} if scaled, {@code beta} if
 * centred.
 */
public final class LayerNormalization extends Standardizing<LayerNormalization> {
  private List<Integer> axes = List.of(-1);
  private boolean rmsScaling;

  /** A layer along the last axis. */
  public LayerNormalization() {}

  /**
   * Sets along which axes a mean is taken.
   *
   * @param values axes, negative ones counted from the end; default -1
   * @return this layer
   * @throws IllegalArgumentException if there is none or one is 0, the batch
   */
  public LayerNormalization axis(int... values) {
    return set(() -> axes = sampleAxes(values));
  }

  /**
   * Says whether the input is divided by the deviation only, without taking the mean away: {@code
   * gamma x / sqrt(variance + epsilon)}. Keras calls it so, though it is not the root of the mean
   * square, which {@link RMSNormalization} takes.
   *
   * @param value default false
   * @return this layer
   */
  public LayerNormalization rmsScaling(boolean value) {
    return set(() -> rmsScaling = value);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    List<Integer> resolved = Axes.resolved(axes, x.shape());
    Shape weights = Shape.of(resolved.stream().mapToLong(x.shape()::dim).toArray());
    if (!weights.isKnown()) {
      throw new ShapeException(
          "input has shape " + x.shape() + ", expected known sizes along axis=" + axes);
    }
    return List.of(
        rmsScaling
            ? scaledAlone(g, x, resolved, weights, Axes.alone(x.shape(), resolved))
            : standardized(g, x, resolved, resolved, weights));
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("axis", axes.size() == 1 ? axes.get(0) : axes);
    if (rmsScaling) { // not in Keras 2
      c.put("rms_scaling", true);
    }
    putOptions(c);
    return c;
  }

  static LayerNormalization fromConfig(Config c) {
    LayerNormalization l = new LayerNormalization();
    return l.axis(Config.array(c.ints("axis", 0, l.axes)))
        .rmsScaling(c.bool("rms_scaling", false))
        .read(c);
  }
}
