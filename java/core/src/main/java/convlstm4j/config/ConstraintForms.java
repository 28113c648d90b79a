package convlstm4j.config;

import convlstm4j.option.Constraint;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Constraints as Keras's configs spell them. */
public final class ConstraintForms {
  private ConstraintForms() {}

  /**
   * What Keras's options call a weight.
   *
   * @param localName its name within its layer, such as {@code recurrent_kernel}
   * @return what comes before {@code _constraint}, such as {@code recurrent}
   */
  public static String option(String localName) {
    return localName.replaceFirst("_kernel$", "");
  }

  /**
   * Adds a layer's constraints to its options.
   *
   * @param constraints by local name
   * @param config the layer's options
   */
  static void put(Map<String, Constraint> constraints, Map<String, Object> config) {
    constraints.forEach((weight, c) -> config.put(key(option(weight)), encode(c)));
  }

  private static String key(String option) {
    return option + "_constraint";
  }

  private static Object encode(Constraint c) {
    Object axis = c.axes().size() == 1 ? c.axes().get(0) : c.axes();
    return switch (c.kind()) {
      case MAX_NORM -> Forms.object("MaxNorm", "max_value", c.most(), "axis", axis);
      case UNIT_NORM -> Forms.object("UnitNorm", "axis", axis);
      case MIN_MAX_NORM ->
          Forms.object(
              "MinMaxNorm",
              "min_value",
              c.least(),
              "max_value",
              c.most(),
              "rate",
              c.rate(),
              "axis",
              axis);
      case NON_NEG -> Forms.object("NonNeg");
    };
  }

  /**
   * Reads an option.
   *
   * @param c the options
   * @param weight what they call it
   * @return the constraint; null where it is absent or null
   * @throws IllegalArgumentException if there is no such constraint
   */
  public static @Nullable Constraint read(Config c, String weight) {
    return c.form(key(weight), ConstraintForms::read);
  }

  private static @Nullable Constraint read(@Nullable Object value, Reading reading) {
    if (value == null) {
      return null;
    }
    KerasObject o = KerasObject.of(value);
    Config c = Config.of(o, "constraint", reading);
    int[] axes = Config.array(c.ints("axis", 0, List.of(0)));
    Constraint constraint =
        switch (o.className().replace("_", "").toLowerCase(Locale.ROOT)) {
          case "maxnorm" -> Constraint.maxNorm(c.real("max_value", 2), axes);
          case "unitnorm" -> Constraint.unitNorm(axes);
          case "minmaxnorm" ->
              Constraint.minMaxNorm(
                  c.real("min_value", 0), c.real("max_value", 1), c.real("rate", 1), axes);
          case "nonneg" -> Constraint.nonNeg();
          default ->
              throw new IllegalArgumentException(
                  "unknown constraint; there are MaxNorm, UnitNorm, MinMaxNorm, NonNeg");
        };
    c.finish();
    return constraint;
  }
}
