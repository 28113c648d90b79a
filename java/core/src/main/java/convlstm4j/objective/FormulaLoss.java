package convlstm4j.objective;

import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.Reduce.Mode;
import convlstm4j.option.Config;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A loss that is a formula of prediction (input 0) and target (input 1), averaged over the last
 * axis.
 *
 * @param name what it is called
 * @param formula for each element
 */
public record FormulaLoss(String name, Formula formula) implements Loss {
  static final String CLASS_NAME = "FormulaLoss";

  private static final Formula PRODUCT = Formula.input(0).times(Formula.input(1));

  public FormulaLoss {
    new Pointwise(formula, 2); // which refuses what no backend could run
  }

  static FormulaLoss restored(Config config) {
    config.allow(Set.of("name", "formula"));
    return new FormulaLoss(
        config.text("name", "formula"), Formula.parse(config.text("formula", "")));
  }

  @Override
  public Config config() {
    return Config.of(CLASS_NAME).with("name", name).with("formula", formula.toString());
  }

  @Override
  public Value lower(Lowering g, Value prediction, Value target, Value weights) {
    Value each = g.op(new Pointwise(formula, 2), prediction, target);
    int last = each.shape().rank() - 1;
    Value means = g.op(new Reduce(Mode.MEAN, List.of(last)), each);
    Value positions = g.reshape(means, weights.shape());
    Value weighted = g.op(new Pointwise(PRODUCT, 2), positions, weights);
    List<Integer> all = IntStream.range(0, last).boxed().toList();
    return g.reshape(g.op(new Reduce(Mode.MEAN, all), weighted), Shape.of(1));
  }
}
