package convlstm4j.optim;

import convlstm4j.option.Config;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Keras's optimisers that there are here, by the names of their classes. */
final class Known {
  private record Kind(Set<String> options, Function<Config, Optimizer> read) {}

  private static final Map<String, Kind> KINDS = new LinkedHashMap<>();

  private static void add(
      String name, Function<Config, Optimizer> read, String... optionsBesideCommonOnes) {
    KINDS.put(name, new Kind(Set.of(optionsBesideCommonOnes), read));
  }

  static {
    add("SGD", SGD::read, "momentum", "nesterov");
    add("Adam", Adam::read, "beta_1", "beta_2", "epsilon", "amsgrad");
    add("AdamW", AdamW::read, "beta_1", "beta_2", "epsilon", "amsgrad");
    add("RMSprop", RMSprop::read, "rho", "momentum", "epsilon", "centered");
    add("Adadelta", Adadelta::read, "rho", "epsilon");
    add("Adagrad", Adagrad::read, "initial_accumulator_value", "epsilon");
    add("Adamax", Adamax::read, "beta_1", "beta_2", "epsilon");
    add("Nadam", Nadam::read, "beta_1", "beta_2", "epsilon");
    add("Lion", Lion::read, "beta_1", "beta_2");
    add(
        "Ftrl",
        Ftrl::read,
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta");
    add(FormulaOptimizer.CLASS_NAME, FormulaOptimizer::read, "slots", "formulas");
  }

  private Known() {}

  /** Names of Keras's classes. */
  static List<String> classes() {
    return KINDS.keySet().stream().filter(n -> !n.equals(FormulaOptimizer.CLASS_NAME)).toList();
  }

  static Optimizer ofName(String name) {
    for (String kind : classes()) {
      if (kind.toLowerCase(Locale.ROOT).equals(name)) {
        return of(Config.of(kind));
      }
    }
    throw new IllegalArgumentException(
        "optimizer \""
            + name
            + "\" is not known; expected "
            + String.join(", ", classes()).toLowerCase(Locale.ROOT));
  }

  static Optimizer of(Config config) {
    Kind kind = KINDS.get(config.className());
    if (kind == null) {
      throw new IllegalArgumentException(
          "optimizer "
              + config.className()
              + " is not known; expected "
              + String.join(", ", classes()));
    }
    Set<String> keys = new HashSet<>(Common.KEYS);
    keys.addAll(kind.options());
    config.allow(keys);
    return kind.read().apply(config);
  }
}
