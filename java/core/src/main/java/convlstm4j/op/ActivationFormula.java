package convlstm4j.op;

import convlstm4j.formula.Formula;
import convlstm4j.formula.Function;
import convlstm4j.option.Activation;

/** The element-wise activation functions as formulas. */
public final class ActivationFormula {
  /** From here on {@code log(1 + exp(x))} is x, in both precisions; below, exp is finite. */
  private static final double LINEAR_SOFTPLUS = 40;

  private ActivationFormula() {}

  /**
   * An activation of a formula. Its derivative at a kink is the one that {@link Activate} has.
   *
   * @param f which function
   * @param x what it is of
   * @return the formula
   * @throws IllegalArgumentException for softmax, which is not element-wise
   */
  public static Formula of(Activation f, Formula x) {
    Formula zero = Formula.constant(0);
    return switch (f.kind()) {
      case LINEAR -> x;
      case RELU -> zero.max(x);
      case TANH -> x.tanh();
      case SIGMOID -> x.sigmoid();
      case HARD_SIGMOID_KERAS2 -> zero.max(x.times(0.2).plus(0.5).min(Formula.constant(1)));
      case HARD_SIGMOID_KERAS3 -> zero.max(x.plus(3).min(Formula.constant(6))).over(6);
      case ELU -> zero.less(x).where(x, Formula.of(Function.EXPM1, x).times(f.alpha()));
      case LEAKY_RELU -> zero.less(x).where(x, x.times(f.alpha()));
      case SOFTPLUS -> x.less(Formula.constant(LINEAR_SOFTPLUS)).where(x.exp().log1p(), x);
      case SWISH -> x.times(x.sigmoid());
      case SOFTMAX ->
          throw new IllegalArgumentException("softmax is not element-wise, so it is no formula");
    };
  }
}
