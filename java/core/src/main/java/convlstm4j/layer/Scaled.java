package convlstm4j.layer;

import convlstm4j.config.Config;
import convlstm4j.config.RegularizerForms;
import convlstm4j.option.Initializer;
import convlstm4j.option.Regularizer;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Map;

/**
 * What the layers share that normalise by mean and variance: {@code gamma (x - mean) /
 * sqrt(variance + epsilon) + beta}.
 *
 * @param <S> the layer's own type
 */
public abstract class Scaled<S extends Scaled<S>> extends KerasLayer<S> {
  private double epsilon = 1e-3;
  private boolean center = true;
  private boolean scale = true;
  private Initializer betaInitializer = Initializers.zeros();
  private Initializer gammaInitializer = Initializers.ones();
  private Regularizer betaRegularizer = Regularizer.NONE;
  private Regularizer gammaRegularizer = Regularizer.NONE;

  /** For the layers of this package. */
  Scaled() {}

  /**
   * Sets what is added to the variance.
   *
   * @param value at least 0, default 0.001
   * @return this layer
   * @throws IllegalArgumentException if it is negative
   */
  public final S epsilon(double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException(label() + ": epsilon=" + value + ", must be >= 0");
    }
    return set(() -> epsilon = value);
  }

  /**
   * Says whether beta is added.
   *
   * @param value default true
   * @return this layer
   */
  public final S center(boolean value) {
    return set(() -> center = value);
  }

  /**
   * Says whether the result is multiplied by gamma.
   *
   * @param value default true
   * @return this layer
   */
  public final S scale(boolean value) {
    return set(() -> scale = value);
  }

  /**
   * Sets where the first beta comes from.
   *
   * @param value default zeros
   * @return this layer
   */
  public final S betaInitializer(Initializer value) {
    return set(() -> betaInitializer = value);
  }

  /**
   * Sets where the first gamma comes from.
   *
   * @param value default ones
   * @return this layer
   */
  public final S gammaInitializer(Initializer value) {
    return set(() -> gammaInitializer = value);
  }

  /**
   * Sets beta's penalty.
   *
   * @param value default none
   * @return this layer
   */
  public final S betaRegularizer(Regularizer value) {
    return set(() -> betaRegularizer = value);
  }

  /**
   * Sets gamma's penalty.
   *
   * @param value default none
   * @return this layer
   */
  public final S gammaRegularizer(Regularizer value) {
    return set(() -> gammaRegularizer = value);
  }

  @Override
  public final boolean keepsAxes() {
    return true;
  }

  final double epsilon() {
    return epsilon;
  }

  final boolean center() {
    return center;
  }

  final boolean scale() {
    return scale;
  }

  final Value gamma(Lowering g, Shape shape) {
    return parameter(g, "gamma", shape, gammaInitializer, gammaRegularizer, true);
  }

  final Value beta(Lowering g, Shape shape) {
    return parameter(g, "beta", shape, betaInitializer, betaRegularizer, true);
  }

  final void putScaling(Map<String, Object> c) {
    c.put("epsilon", epsilon);
    c.put("center", center);
    c.put("scale", scale);
    c.put("beta_initializer", InitializerForms.encode(betaInitializer));
    c.put("gamma_initializer", InitializerForms.encode(gammaInitializer));
  }

  final void putRegularizers(Map<String, Object> c) {
    c.put("beta_regularizer", RegularizerForms.encode(betaRegularizer));
    c.put("gamma_regularizer", RegularizerForms.encode(gammaRegularizer));
  }

  @Override
  final List<String> constrainable() {
    return List.of("beta", "gamma");
  }

  /** Reads what {@link #putScaling} and {@link #putRegularizers} write. */
  final S read(Config c) {
    return epsilon(c.real("epsilon", epsilon))
        .center(c.bool("center", true))
        .scale(c.bool("scale", true))
        .betaInitializer(InitializerForms.read(c, "beta_initializer", betaInitializer))
        .gammaInitializer(InitializerForms.read(c, "gamma_initializer", gammaInitializer))
        .betaRegularizer(RegularizerForms.read(c, "beta_regularizer"))
        .gammaRegularizer(RegularizerForms.read(c, "gamma_regularizer"));
  }
}
