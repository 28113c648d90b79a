package convlstm4j.optim;

/** Words what is wrong with an option. */
final class Checks {
  private Checks() {}

  static void atLeast(String name, double value, double least) {
    if (!(value >= least && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          name + "=" + value + ", must be finite and at least " + least);
    }
  }

  static void above(String name, double value, double bound) {
    if (!(value > bound && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          name + "=" + value + ", must be finite and above " + bound);
    }
  }

  /** Fails unless the value lies in [0, 1). */
  static void fraction(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + "=" + value + ", must be at least 0 and below 1");
    }
  }
}
