package convlstm4j.model;

import convlstm4j.tensor.Tensor;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Whether a log gets better, and which way that is.
 *
 * @param name of the log, for instance {@code val_loss}
 * @param mode which way is better
 * @param minDelta a change must be larger to count; at least 0
 */
public record Monitor(String name, Mode mode, double minDelta) {
  /** Which way is better. */
  public enum Mode {
    /** Down. */
    MIN,
    /** Up. */
    MAX
  }

  private static final Pattern UP =
      Pattern.compile(
          "acc|auc|precision|recall|f1|fbeta|r2_score|io_u|psnr|ssim|cosine_similarity"
              + "|true_positives|true_negatives|sensitivity|specificity|correlation"
              + "|(^|_)(r2|iou)$");

  /**
   * Chooses the mode by the name: scores go up, everything else (losses, errors) down.
   *
   * @param name of the log
   * @param minDelta a change must be larger to count; at least 0
   * @return the monitor
   */
  public static Monitor of(String name, double minDelta) {
    String lower = name.toLowerCase(Locale.ROOT);
    return new Monitor(name, UP.matcher(lower).find() ? Mode.MAX : Mode.MIN, minDelta);
  }

  /**
   * Sets which way is better.
   *
   * @param newMode {@code min}, {@code max} or {@code auto}
   * @return a new monitor
   * @throws IllegalArgumentException if it is none of these
   */
  public Monitor withMode(String newMode) {
    return switch (newMode) {
      case "min" -> new Monitor(name, Mode.MIN, minDelta);
      case "max" -> new Monitor(name, Mode.MAX, minDelta);
      case "auto" -> of(name, minDelta);
      default ->
          throw new IllegalArgumentException("mode=" + newMode + ", expected min, max or auto");
    };
  }

  Monitor withMinDelta(double delta) {
    if (!(delta >= 0)) {
      throw new IllegalArgumentException("minDelta=" + delta + ", must be at least 0");
    }
    return new Monitor(name, mode, delta);
  }

  /**
   * What every number is better than.
   *
   * @return infinite
   */
  public double worst() {
    return mode == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
  }

  /**
   * Compares two values.
   *
   * @param value the new one
   * @param best the best before
   * @return false also for NaN
   */
  public boolean isBetter(double value, double best) {
    return mode == Mode.MIN ? value < best - minDelta : value > best + minDelta;
  }

  /**
   * A number as callbacks keep it in {@link Callback#state}.
   *
   * @param value the number
   * @return a tensor of one element
   */
  public static Tensor number(double value) {
    return Tensor.of(new double[] {value}, 1);
  }

  /**
   * Takes up a number that {@link #number(double)} made.
   *
   * @param state what the callback is given to restore
   * @param key name of the number
   * @param absent the number if it is not there
   * @return the number
   */
  public static double number(Map<String, Tensor> state, String key, double absent) {
    return state.containsKey(key) ? state.get(key).get(0) : absent;
  }
}
