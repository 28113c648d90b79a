package convlstm4j.objective;

import static convlstm4j.formula.Formula.constant;
import static convlstm4j.formula.Formula.input;

import convlstm4j.formula.Formula;
import convlstm4j.formula.Function;
import convlstm4j.op.WeightedLoss;
import convlstm4j.option.Config;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keras's losses as graphs of arrays (keras/src/losses/losses.py): p the prediction, t the target,
 * means and sums over the K values of the last axis, epsilon 1e-7.
 */
final class KerasTerms {
  private static final Formula P = input(0);
  private static final Formula T = input(1);
  private static final double EPSILON = WeightedLoss.EPSILON;

  private interface Losses {
    /**
     * The losses of the positions.
     *
     * @param options of the loss
     * @param classes K
     */
    Term of(Options options, long classes);
  }

  private static final Kinds<Losses> KINDS = new Kinds<>("loss");

  private static void add(String kind, String name, Map<String, Object> options, Losses losses) {
    KINDS.add(kind, name, options, losses);
  }

  private static void mean(String kind, String name, Formula each) {
    add(kind, name, Map.of(), (o, k) -> Term.of(each, Term.prediction(), Term.target()).mean(-1));
  }

  static {
    KINDS.number(Double::isFinite, "a finite number", "alpha", "beta", "gamma");
    KINDS.number(d -> d >= 0 && d <= 1, "0 to 1", "label_smoothing");
    Formula error = P.minus(T).abs(); // the form that does not overflow
    mean("LogCosh", "log_cosh", error.plus(error.times(-2).exp().log1p()).minus(Math.log(2)));
    mean("Poisson", "poisson", P.minus(T.times(P.plus(EPSILON).log())));
    mean(
        "MeanAbsolutePercentageError",
        "mean_absolute_percentage_error",
        error.over(T.abs().max(constant(EPSILON))).times(100));
    Formula logs = log1p(P).minus(log1p(T));
    mean("MeanSquaredLogarithmicError", "mean_squared_logarithmic_error", logs.square());
    add("KLDivergence", "kl_divergence", Map.of(), (o, k) -> divergence());
    add("Hinge", "hinge", Map.of(), (o, k) -> hinge(input(0)));
    add("SquaredHinge", "squared_hinge", Map.of(), (o, k) -> hinge(input(0).square()));
    add("CategoricalHinge", "categorical_hinge", Map.of(), (o, k) -> categoricalHinge());
    add("CosineSimilarity", "cosine_similarity", Map.of(), (o, k) -> cosine());
    Map<String, Object> focal =
        Kinds.options("alpha", 0.25, "gamma", 2.0, "from_logits", false, "label_smoothing", 0.0);
    add(
        "CategoricalFocalCrossentropy",
        "categorical_focal_crossentropy",
        focal,
        KerasTerms::categoricalFocal);
    Map<String, Object> binary = new LinkedHashMap<>(focal);
    binary.put("apply_class_balancing", false);
    add("BinaryFocalCrossentropy", "binary_focal_crossentropy", binary, (o, k) -> binaryFocal(o));
    Map<String, Object> overAxes = Kinds.options("axis", List.of());
    add("Dice", "dice", overAxes, (o, k) -> dice(axes(o)));
    Map<String, Object> tversky = new LinkedHashMap<>(overAxes);
    tversky.put("alpha", 0.5);
    tversky.put("beta", 0.5);
    add("Tversky", "tversky", tversky, (o, k) -> tversky(o));
  }

  private KerasTerms() {}

  /** Keras's names of the functions. */
  static List<String> names() {
    return KINDS.names();
  }

  /** Keras's names of the classes. */
  static Set<String> classes() {
    return KINDS.classes();
  }

  static String name(String className) {
    return KINDS.name(className);
  }

  /** Keras's name of the class; empty if there is none of that name. */
  static Optional<String> className(String name) {
    return KINDS.className(name);
  }

  /**
   * All options of a loss.
   *
   * @param config of one of {@link #classes()}
   */
  static Map<String, Object> options(Config config) {
    return KINDS.options(config);
  }

  static Term term(String className, Map<String, Object> options, long classes) {
    return KINDS.make(className).of(new Options(options), classes);
  }

  private static int[] axes(Options o) {
    return o.list("axis").stream().mapToInt(a -> a).toArray();
  }

  private static Formula log1p(Formula x) {
    return x.max(constant(EPSILON)).plus(1).log();
  }

  private static Formula clip(Formula x, double least, double most) {
    return x.max(constant(least)).min(constant(most));
  }

  /** {@code sum t log(t/p)} of both clipped to [epsilon, 1]. */
  private static Term divergence() {
    Formula t = clip(T, EPSILON, 1);
    Formula each = t.times(t.over(clip(P, EPSILON, 1)).log());
    return Term.of(each, Term.prediction(), Term.target()).sum(-1);
  }

  /**
   * A function of {@code max(1 - t p, 0)}; where all t of the batch are 0 or 1, 0 stands for -1.
   */
  private static Term hinge(Formula function) {
    Formula isZero = Formula.of(Function.EQUAL, input(0), constant(0));
    Formula isOne = Formula.of(Function.EQUAL, input(0), constant(1));
    Term others = Term.of(constant(1).minus(isZero).minus(isOne), Term.target()).sum();
    Formula sign = input(1).where(input(0), input(0).times(2).minus(1));
    Term t = Term.of(sign, Term.target(), others);
    Term gap = Term.of(constant(1).minus(T.times(P)).max(constant(0)), Term.prediction(), t);
    return Term.of(function, gap).mean(-1);
  }

  /** {@code max(max((1-t) p) - sum t p + 1, 0)}. */
  private static Term categoricalHinge() {
    Term p = Term.prediction();
    Term right = p.times(Term.target()).sum(-1);
    Term wrong = Term.of(constant(1).minus(T).times(P), p, Term.target()).max();
    return Term.of(input(0).minus(input(1)).plus(1).max(constant(0)), wrong, right);
  }

  /** {@code -sum t p / (|t| |p|)}. */
  private static Term cosine() {
    Term product = Term.prediction().times(Term.target()).sum(-1);
    Formula each = input(0).times(inverse(input(1))).times(inverse(input(2)));
    return Term.of(
        Formula.of(Function.NEGATE, each),
        product,
        squares(Term.prediction()),
        squares(Term.target()));
  }

  private static Term squares(Term x) {
    return Term.of(input(0).square(), x).sum(-1);
  }

  private static Formula inverse(Formula square) {
    return constant(1).over(square.sqrt()).min(constant(1 / EPSILON));
  }

  /**
   * {@code mean (1-q)^gamma bce(t, p)}, q the probability of what is right (Lin et al. 2017,
   * arXiv:1708.02002, equation 5).
   */
  private static Term binaryFocal(Options o) {
    double smoothing = o.number("label_smoothing");
    Formula t = smoothing == 0 ? T : T.times(1 - smoothing).plus(0.5 * smoothing);
    Term p = o.flag("from_logits") ? Term.of(P.sigmoid(), Term.prediction()) : Term.prediction();
    Formula clipped = clip(P, EPSILON, 1 - EPSILON);
    Formula not = constant(1).minus(t);
    Formula crossentropy =
        t.times(clipped.log()).plus(not.times(constant(1).minus(clipped).log())).times(-1);
    Formula right = t.times(P).plus(not.times(constant(1).minus(P)));
    Formula focal = constant(1).minus(right).power(o.number("gamma")).times(crossentropy);
    Term each = Term.of(focal, p, Term.target());
    if (o.flag("apply_class_balancing")) {
      double alpha = o.number("alpha");
      Formula balance = t.times(alpha).plus(not.times(1 - alpha));
      each = each.times(Term.of(balance, Term.prediction(), Term.target()));
    }
    return each.mean(-1);
  }

  /** {@code -alpha sum t (1-p)^gamma log p}, p divided by its sum, then clipped. */
  private static Term categoricalFocal(Options o, long classes) {
    double smoothing = o.number("label_smoothing");
    Formula t = smoothing == 0 ? T : T.times(1 - smoothing).plus(smoothing / classes);
    Term p = o.flag("from_logits") ? Term.prediction().softmax() : Term.prediction();
    Formula clipped = clip(P.over(input(2)), EPSILON, 1 - EPSILON);
    Formula factor = constant(1).minus(clipped).power(o.number("gamma"));
    Formula each = factor.times(-o.number("alpha")).times(t).times(clipped.log());
    return Term.of(each, p, Term.target(), p.sum(-1)).sum(-1);
  }

  /** {@code 1 - 2 sum t p / (sum t + sum p + epsilon)} (Sudre et al. 2017, arXiv:1707.03237). */
  private static Term dice(int... axes) {
    Term both = Term.prediction().times(Term.target()).sum(axes);
    Formula part = input(0).times(2).over(input(1).plus(input(2)).plus(EPSILON));
    return Term.of(
        constant(1).minus(part), both, Term.target().sum(axes), Term.prediction().sum(axes));
  }

  /**
   * {@code 1 - tp / (tp + alpha fn + beta fp + epsilon)}, {@code fn = sum (1-p) t}, {@code fp = sum
   * (1-t) p}: Keras's alpha counts what was missed, where the paper's (Salehi et al. 2017,
   * arXiv:1706.05721, equation 4) counts what is too many.
   */
  private static Term tversky(Options o) {
    int[] axes = axes(o);
    Term p = Term.prediction();
    Term t = Term.target();
    Formula without = constant(1).minus(input(0)).times(input(1));
    Formula others =
        input(1).times(o.number("alpha")).plus(input(2).times(o.number("beta"))).plus(EPSILON);
    Formula part = input(0).over(input(0).plus(others));
    return Term.of(
        constant(1).minus(part),
        p.times(t).sum(axes),
        Term.of(without, p, t).sum(axes),
        Term.of(without, t, p).sum(axes));
  }
}
