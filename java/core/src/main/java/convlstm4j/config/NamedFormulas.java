package convlstm4j.config;

import convlstm4j.formula.Formula;
import convlstm4j.formula.Function;
import convlstm4j.op.ActivationFormula;
import convlstm4j.option.Activation;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keras's activation functions that are formulas, by the names of Keras 3. */
final class NamedFormulas {
  /**
   * Numbers of selu: Klambauer et al. 2017, arXiv:1706.02515, equation 14, with the digits of
   * keras/src/activations/activations.py.
   */
  static final double SELU_SCALE = 1.0507009873554805;

  static final double SELU_ALPHA = 1.6732632423543772;

  /**
   * The logarithm of the complementary error function over t, as a polynomial of {@code t = 1 / (1
   * + z / 2)}: Press et al., Numerical Recipes, section 6.2; off by less than 1.2e-7 of its value.
   */
  private static final double[] ERFC = {
    0.17087277,
    -0.82215223,
    1.48851587,
    -1.13520398,
    0.27886807,
    -0.18628806,
    0.09678418,
    0.37409196,
    1.00002368,
    -1.26551223
  };

  private static final Formula X = Formula.input(0);
  private static final Formula ZERO = Formula.constant(0);
  private static final Formula ONE = Formula.constant(1);
  private static final Map<String, Formula[]> ALL = new TreeMap<>();

  static {
    Formula expm1 = Formula.of(Function.EXPM1, X);
    put("celu", X.less(ZERO).where(expm1, X));
    put("exponential", X.exp());
    ALL.put("gelu", gelu());
    put("hard_shrink", Formula.constant(0.5).less(X.abs()).where(X, ZERO));
    put("hard_silu", X.times(relu6(X.plus(3))).over(6));
    put("hard_tanh", X.max(Formula.constant(-1)).min(ONE));
    put("log_sigmoid", ActivationFormula.of(Activation.SOFTPLUS, X.times(-1)).times(-1));
    put("mish", X.times(softplus().tanh()));
    put("relu6", relu6(X));
    put("selu", X.less(ZERO).where(expm1.times(SELU_SCALE * SELU_ALPHA), X.times(SELU_SCALE)));
    put("soft_shrink", X.sign().times(X.abs().minus(0.5).max(ZERO)));
    put("softsign", X.over(X.abs().plus(1)));
    Formula middle = X.plus(1).square().times(0.25);
    put("sparse_plus", X.less(ONE).where(X.less(Formula.constant(-1)).where(ZERO, middle), X));
    put("sparse_sigmoid", X.plus(1).times(0.5).max(ZERO).min(ONE));
    put("squareplus", X.plus(X.square().plus(4).sqrt()).times(0.5));
    put("tanh_shrink", X.minus(X.tanh()));
  }

  private NamedFormulas() {}

  private static void put(String name, Formula formula) {
    ALL.put(name, new Formula[] {formula});
  }

  private static Formula relu6(Formula x) {
    return Formula.constant(6).min(ZERO.max(x)); // flat at both kinks
  }

  private static Formula softplus() {
    return X.max(ZERO).plus(X.abs().times(-1).exp().log1p());
  }

  /**
   * {@code x Phi(x)}, Phi being the normal distribution (Hendrycks and Gimpel 2016,
   * arXiv:1606.08415), without an approximation by tanh, as Keras's default. In two stages: the
   * derivative of one would have more values at once than a backend keeps.
   */
  private static Formula[] gelu() {
    Formula z = X.abs().times(Math.sqrt(0.5));
    Formula t = ONE.over(z.times(0.5).plus(1));
    Formula p = Formula.constant(ERFC[0]);
    for (int i = 1; i < ERFC.length; i++) {
      p = p.times(t).plus(ERFC[i]);
    }
    Formula tail = t.times(Formula.input(1).minus(z.square()).exp()).times(0.5);
    return new Formula[] {p, X.times(X.less(ZERO).where(tail, ONE.minus(tail)))};
  }

  static Set<String> names() {
    return Collections.unmodifiableSet(ALL.keySet());
  }

  /** The stages of a function, or null. */
  static Formula @Nullable [] get(String name) {
    return ALL.get(name);
  }
}
