package convlstm4j.formula;

/** What a {@link Formula} is made of, with what it is of a, b, c. */
public enum Function {
  /** A number that is handed in. */
  INPUT(0),
  /** A fixed number. */
  CONSTANT(0),
  /** {@code -a}. */
  NEGATE(1),
  /** {@code |a|}. */
  ABS(1),
  /** -1, 0 or 1, as a is; a where that is NaN. */
  SIGN(1),
  /** e to the a. */
  EXP(1),
  /** The natural logarithm. */
  LOG(1),
  /** {@code log(1 + a)}, exact for small a. */
  LOG1P(1),
  /** {@code exp(a) - 1}, exact for small a. */
  EXPM1(1),
  /** The square root. */
  SQRT(1),
  /** The hyperbolic tangent. */
  TANH(1),
  /** {@code 1 / (1 + exp(-a))}. */
  SIGMOID(1),
  /** The largest whole number that is not above a. */
  FLOOR(1),
  /** {@code a + b}. */
  ADD(2),
  /** {@code a - b}. */
  SUBTRACT(2),
  /** {@code a b}. */
  MULTIPLY(2),
  /** {@code a / b}. */
  DIVIDE(2),
  /** a to the b. */
  POWER(2),
  /** The smaller one; NaN where one is NaN. */
  MINIMUM(2),
  /** The larger one; NaN where one is NaN. */
  MAXIMUM(2),
  /** 1 where {@code a < b}, else 0. */
  LESS(2),
  /** 1 where {@code a = b}, else 0. */
  EQUAL(2),
  /** b where a is not 0, else c. */
  WHERE(3);

  private final int arguments;

  Function(int arguments) {
    this.arguments = arguments;
  }

  /**
   * How many arguments it takes.
   *
   * @return 0 to 3
   */
  public int arguments() {
    return arguments;
  }
}
