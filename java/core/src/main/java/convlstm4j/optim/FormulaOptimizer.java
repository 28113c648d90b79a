package convlstm4j.optim;

import convlstm4j.formula.Formula;
import convlstm4j.op.Op;
import convlstm4j.op.PointwiseUpdate;
import convlstm4j.option.Config;
import java.util.ArrayList;
import java.util.List;

/**
 * An optimiser of one's own: a formula for the new weight and one for each of the slots, which are
 * zeros at first. Their inputs are, in this order, the learning rate, the number t of the step from
 * 1, the weight w, its gradient g, and the slots:
 *
 * <pre>
 * Formula rate = Formula.input(0), w = Formula.input(2), g = Formula.input(3), m = Formula.input(4);
 * Optimizer lion = // Chen et al. 2023, arXiv:2302.06675
 *     new FormulaOptimizer(
 *         "lion",
 *         Common.of(Schedule.constant(1e-4)),
 *         List.of("m"),
 *         List.of(
 *             w.minus(rate.times(m.times(0.9).plus(g.times(0.1)).sign())),
 *             m.times(0.99).plus(g.times(0.01))));
 * </pre>
 *
 * @param name what it is called
 * @param common learning rate and limits; decay of weights is up to the formula
 * @param slots names of what is remembered for each weight
 * @param formulas the new weight, then each slot's new value
 */
public record FormulaOptimizer(
    String name, Common common, List<String> slots, List<Formula> formulas) implements Optimizer {
  static final String CLASS_NAME = "FormulaOptimizer";
  private static final int RATES = 2;

  public FormulaOptimizer {
    slots = List.copyOf(slots);
    formulas = List.copyOf(formulas);
    if (slots.stream().distinct().count() != formulas.size() - 1) {
      throw new IllegalArgumentException(
          "optimizer \""
              + name
              + "\": slots "
              + slots
              + " and "
              + formulas.size()
              + " formulas, expected one for the weight and one for each slot, none twice");
    }
    if (common.weightDecay() != 0) {
      throw new IllegalArgumentException(
          "optimizer \"" + name + "\": write weight_decay into the formula of the weight");
    }
    new PointwiseUpdate(formulas, RATES, 1); // which refuses what no backend could run
  }

  static FormulaOptimizer read(Config config) {
    List<Formula> formulas = config.texts("formulas").stream().map(Formula::parse).toList();
    return new FormulaOptimizer(
        config.text("name", "formula"),
        Common.read(config, 1e-3, 0),
        config.texts("slots"),
        formulas);
  }

  @Override
  public FormulaOptimizer common(Common newCommon) {
    return new FormulaOptimizer(name, newCommon, slots, formulas);
  }

  @Override
  public Op update(int count) {
    return new PointwiseUpdate(formulas, RATES, count);
  }

  @Override
  public double[] rates(double rate, long step) {
    return new double[] {rate, step + 1.0};
  }

  @Override
  public Config config() {
    return common
        .save(Config.of(CLASS_NAME))
        .with("name", name)
        .with("slots", new ArrayList<>(slots))
        .with("formulas", formulas.stream().map(Formula::toString).toList());
  }
}
