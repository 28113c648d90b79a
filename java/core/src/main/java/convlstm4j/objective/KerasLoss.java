package convlstm4j.objective;

import convlstm4j.op.WeightedLoss;
import convlstm4j.op.WeightedLoss.Kind;
import convlstm4j.option.Config;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoublePredicate;

/**
 * A loss with Keras 3's formulas (see {@link WeightedLoss}).
 *
 * @param op what is computed
 */
public record KerasLoss(WeightedLoss op) implements Loss {
  static KerasLoss of(Kind kind) {
    return new KerasLoss(new WeightedLoss(kind, false, 1, 0));
  }

  /**
   * The same loss for predictions before their sigmoid or softmax, which is more exact.
   *
   * @return a new loss
   * @throws IllegalArgumentException if this is not a cross-entropy
   */
  public KerasLoss fromLogits() {
    if (!isCrossentropy()) {
      throw new IllegalArgumentException(name() + " has no logits; only cross-entropies have");
    }
    return new KerasLoss(new WeightedLoss(op.kind(), true, op.delta(), op.labelSmoothing()));
  }

  /**
   * The same loss with targets moved towards the middle.
   *
   * @param amount 0 to 1
   * @return a new loss
   * @throws IllegalArgumentException if this is not a binary or categorical cross-entropy
   */
  public KerasLoss labelSmoothing(double amount) {
    if (op.kind() != Kind.BINARY_CROSSENTROPY && op.kind() != Kind.CATEGORICAL_CROSSENTROPY) {
      throw new IllegalArgumentException(
          name() + " has no label smoothing; only binary and categorical cross-entropy have");
    }
    return new KerasLoss(new WeightedLoss(op.kind(), op.fromLogits(), op.delta(), amount));
  }

  @Override
  public String name() {
    return op.kind() == Kind.HUBER ? "huber_loss" : op.kind().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Shape targetShape(Shape prediction) {
    return op.targetShape(prediction);
  }

  @Override
  public Value lower(Lowering g, Value prediction, Value target, Optional<Value> weights) {
    return weights.isPresent()
        ? g.op(op, prediction, target, weights.get())
        : g.op(op.unweighted(), prediction, target);
  }

  @Override
  public Optional<String> wrong(Tensor target, long classes) {
    return switch (op.kind()) {
      case SPARSE_CATEGORICAL_CROSSENTROPY ->
          first(
              target,
              c -> c == Math.rint(c) && c >= 0 && c < classes,
              "class numbers 0 to " + (classes - 1));
      case BINARY_CROSSENTROPY, CATEGORICAL_CROSSENTROPY ->
          first(target, p -> p >= 0 && p <= 1, "values from 0 to 1 for " + name());
      default -> Optional.empty();
    };
  }

  static Optional<String> first(Tensor target, DoublePredicate right, String expected) {
    for (int i = 0; i < target.size(); i++) {
      if (!right.test(target.get(i))) {
        return Optional.of("holds " + target.get(i) + ", expected " + expected);
      }
    }
    return Optional.empty();
  }

  @Override
  public Config config() {
    Config c = Config.of(className(op.kind())).with("name", name());
    if (isCrossentropy()) {
      c.with("from_logits", op.fromLogits());
    }
    if (op.kind() == Kind.BINARY_CROSSENTROPY || op.kind() == Kind.CATEGORICAL_CROSSENTROPY) {
      c.with("label_smoothing", op.labelSmoothing());
    }
    if (op.kind() == Kind.HUBER) {
      c.with("delta", op.delta());
    }
    return c;
  }

  /** Restores a loss of Keras's; empty if the options are of another. */
  static Optional<KerasLoss> restored(Config config) {
    for (Kind k : Kind.values()) {
      if (className(k).equals(config.className())) {
        config.allow(Set.of("name", "from_logits", "label_smoothing", "delta"));
        KerasLoss loss = k == Kind.HUBER ? Loss.huber(config.number("delta", 1)) : of(k);
        loss = config.flag("from_logits", false) ? loss.fromLogits() : loss;
        double smoothing = config.number("label_smoothing", 0);
        return Optional.of(smoothing == 0 ? loss : loss.labelSmoothing(smoothing));
      }
    }
    return Optional.empty();
  }

  /** {@code BINARY_CROSSENTROPY -> BinaryCrossentropy}. */
  private static String className(Kind kind) {
    StringBuilder b = new StringBuilder();
    for (String word : kind.name().split("_")) {
      b.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return b.toString();
  }

  private boolean isCrossentropy() {
    return op.kind().name().endsWith("CROSSENTROPY");
  }
}
