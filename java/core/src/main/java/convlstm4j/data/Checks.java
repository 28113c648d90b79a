package convlstm4j.data;

/** What is asked of the numbers of {@link Augmentations}. */
final class Checks {
  private Checks() {}

  static double chance(String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw wrong(what, value, "a number from 0 to 1");
    }
    return value;
  }

  static IllegalArgumentException wrong(String what, Object value, String expected) {
    return new IllegalArgumentException(what + " of " + value + ", expected " + expected);
  }
}
