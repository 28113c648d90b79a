package convlstm4j.io.keras;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Options of Keras's losses, metrics and optimisers that there are not here: at Keras's default
 * they say nothing, another value is refused by name. An option that no release up to 3.15 has is
 * said and left out.
 */
enum TrainingOptions {
  /** Of optimisers. */
  OPTIMIZER(
      Set.of(
          "learning_rate",
          "weight_decay",
          "clipvalue",
          "clipnorm",
          "global_clipnorm",
          "momentum",
          "nesterov",
          "beta",
          "beta_1",
          "beta_2",
          "epsilon",
          "rho",
          "centered",
          "amsgrad",
          "initial_accumulator_value",
          "learning_rate_power",
          "l1_regularization_strength",
          "l2_regularization_strength",
          "l2_shrinkage_regularization_strength",
          "use_ema",
          "ema_momentum",
          "ema_overwrite_frequency",
          "gradient_accumulation_steps"),
      Map.of("decay", Set.of(0.0), "loss_scale_factor", Set.of(1.0)),
      // How it is computed, what it is called.
      Set.of("jit_compile", "is_legacy_optimizer", "name", "dtype")),

  /** Of losses. */
  LOSS(
      Set.of(
          "name",
          "from_logits",
          "label_smoothing",
          "delta",
          "alpha",
          "beta",
          "gamma",
          "apply_class_balancing",
          "reduction"),
      Map.of(
          "axis", Set.of(-1.0),
          "ignore_class", Set.of()),
      Set.of("dtype")),

  /** Of metrics; how AUC is approximated says nothing, for here it is exact. */
  METRIC(
      Set.of("name", "threshold", "average"),
      Map.of(
          "curve", Set.of("ROC"),
          "multi_label", Set.of(false),
          "from_logits", Set.of(false),
          "label_smoothing", Set.of(0.0),
          "axis", Set.of(-1.0),
          "num_labels", Set.of(),
          "label_weights", Set.of(),
          "top_k", Set.of(),
          "class_id", Set.of(),
          "beta", Set.of(1.0)),
      Set.of("dtype", "num_thresholds", "summation_method"));

  private final Set<String> read;
  private final Map<String, Set<Object>> idle;
  private final Set<String> harmless;

  /**
   * A table.
   *
   * @param read options that there are here
   * @param idle further ones, with the values besides null at which they say nothing
   * @param harmless further ones that change no number here
   */
  TrainingOptions(Set<String> read, Map<String, Set<Object>> idle, Set<String> harmless) {
    this.read = read;
    this.idle = idle;
    this.harmless = harmless;
  }

  /**
   * The options that there are here; what is null is left out.
   *
   * @param what they are of, for messages
   * @param options as the file has them
   * @param notes told of options that no release has
   * @throws IllegalArgumentException if one that there is not here has a value that matters
   */
  Map<String, Object> heeded(String what, Map<String, Object> options, Consumer<String> notes) {
    Map<String, Object> known = new LinkedHashMap<>();
    options.forEach(
        (key, value) -> {
          if (value == null || harmless.contains(key)) {
            return;
          }
          Set<Object> same = idle.get(key);
          if (read.contains(key)) {
            known.put(key, value);
          } else if (same != null) {
            if (!same.contains(value instanceof Number n ? n.doubleValue() : value)) {
              throw new IllegalArgumentException(
                  what + " has " + key + "=" + Said.value(value) + ", there is only " + only(same));
            }
          } else {
            notes.accept(
                what
                    + ": "
                    + Said.value(key)
                    + " is no option of Keras up to 3.15; it is left out");
          }
        });
    return known;
  }

  private static String only(Set<Object> same) {
    List<String> values =
        same.stream()
            .map(v -> v instanceof Double d ? String.valueOf(d).replaceFirst("\\.0$", "") : "" + v)
            .sorted()
            .toList();
    return values.isEmpty() ? "null" : String.join(", ", values);
  }
}
