package convlstm4j.objective;

import convlstm4j.option.Config;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A loss with Keras 3's formulas that is made of arithmetic per element and sums (keras.losses).
 *
 * @param className Keras's name, for instance {@code Tversky}
 * @param options all of them, by Keras's names
 */
public record KerasTermLoss(String className, Map<String, Object> options) implements Loss {
  public KerasTermLoss {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /** Empty if there is none of that name. */
  static Optional<KerasTermLoss> ofName(String name) {
    return KerasTerms.className(name).map(kind -> of(Config.of(kind)));
  }

  /** Empty if it is of no kind that there is here. */
  static Optional<KerasTermLoss> restored(Config config) {
    return KerasTerms.classes().contains(config.className())
        ? Optional.of(of(config))
        : Optional.empty();
  }

  private static KerasTermLoss of(Config config) {
    return new KerasTermLoss(config.className(), KerasTerms.options(config));
  }

  /**
   * Sets an option.
   *
   * @param option Keras's name of it, for instance {@code alpha}
   * @param value a number or boolean
   * @return a new loss
   * @throws IllegalArgumentException if the loss has no such option, or not of such a value
   */
  public KerasTermLoss with(String option, Object value) {
    Map<String, Object> all = new LinkedHashMap<>(options);
    all.put(option, value);
    return of(new Config(className, all));
  }

  @Override
  public String name() {
    return KerasTerms.name(className);
  }

  @Override
  public Config config() {
    return new Config(className, new LinkedHashMap<>(options)).with("name", name());
  }

  @Override
  public Value lower(Lowering g, Value prediction, Value target, Optional<Value> weights) {
    Term losses = KerasTerms.term(className, options, prediction.shape().dim(-1));
    return Positions.mean(g, losses.lower(g, prediction, target), weights);
  }

  @Override
  public Optional<String> wrong(Tensor target, long classes) {
    return className.endsWith("FocalCrossentropy")
        ? KerasLoss.first(target, p -> p >= 0 && p <= 1, "values from 0 to 1 for " + name())
        : Optional.empty();
  }
}
