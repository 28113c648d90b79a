package convlstm4j.config;

import convlstm4j.option.Regularizer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Regularisers as Keras's configs spell them. */
public final class RegularizerForms {
  /** What Keras's L1 and L2 have by themselves. */
  private static final double DEFAULT = 0.01;

  private RegularizerForms() {}

  /**
   * Writes a regulariser.
   *
   * @param r the regulariser
   * @return an object; null for no penalty
   */
  public static @Nullable Object encode(Regularizer r) {
    if (r.isNone()) {
      return null;
    }
    return Forms.object("L1L2", "l1", r.l1(), "l2", r.l2());
  }

  /**
   * Reads an option.
   *
   * @param c the options
   * @param key its name
   * @return the regulariser; none where it is absent or null
   * @throws IllegalArgumentException if there is no such regulariser
   */
  public static Regularizer read(Config c, String key) {
    return c.form(key, RegularizerForms::read);
  }

  private static Regularizer read(Object value, Reading reading) {
    if (value == null) {
      return Regularizer.NONE;
    }
    if ("l1_l2".equals(value)) { // the function of this name has other defaults than the class
      return new Regularizer(DEFAULT, DEFAULT);
    }
    KerasObject o = KerasObject.of(value);
    Config c = Config.of(o, "regularizer", reading);
    Regularizer r =
        switch (o.className().replace("_", "").toLowerCase(Locale.ROOT)) {
          case "l1" -> Regularizer.l1(c.real("l1", DEFAULT));
          case "l2" -> Regularizer.l2(c.real("l2", DEFAULT));
          case "l1l2" -> new Regularizer(c.real("l1", 0), c.real("l2", 0));
          default ->
              throw new IllegalArgumentException("unknown regularizer; there are L1, L2, L1L2");
        };
    c.finish();
    return r;
  }
}
