package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.ImageAxes;
import convlstm4j.op.ShapeException;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keras's {@code Dense}: {@code activation(x kernel + bias)} over the last axis. Input {@code [N,
 * .., C]}, output {@code [N, .., U]}; weights {@code kernel [C, U]}, {@code bias [U]}.
 */
public final class Dense extends Weighted<Dense> {
  private final int units;

  /**
   * A layer, linear by default.
   *
   * @param units U, at least 1
   * @throws IllegalArgumentException if it is below 1
   */
  public Dense(int units) {
    super(Activation.LINEAR);
    this.units = positive("units", units);
  }

  @Override
  public List<Value> lower(Lowering g, Arguments<Value> arguments) {
    Value x = only(arguments);
    Shape s = x.shape();
    if (s.rank() < 2 || s.dim(-1) == Shape.UNKNOWN) {
      throw new ShapeException(
          "input has shape " + s + ", expected [N, .., C] of rank 2 or more with a known C");
    }
    List<Value> inputs = new ArrayList<>();
    inputs.add(x);
    inputs.add(kernel(g, Shape.of(s.dim(-1), units)));
    if (useBias) {
      inputs.add(parameter(g, "bias", Shape.of(units), biasInitializer, biasRegularizer, true));
    }
    return List.of(finish(g, g.ops(new convlstm4j.op.Affine(units, useBias), inputs).get(0)));
  }

  @Override
  public Optional<ImageAxes> imageAxes() {
    return Optional.of(new ImageAxes(DataFormat.CHANNELS_LAST, 0));
  }

  @Override
  public boolean keepsAxes() {
    return true;
  }

  @Override
  public Map<String, Object> config() {
    Map<String, Object> c = new LinkedHashMap<>();
    c.put("units", units);
    putActivation(c);
    putWeights(c);
    return c;
  }

  static Dense fromConfig(Config c) {
    return new Dense(c.integer("units")).readWeights(c);
  }
}
