package convlstm4j.objective;

import convlstm4j.formula.Formula;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.Reduce.Mode;
import convlstm4j.option.Config;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A loss that is a formula of prediction (input 0) and target (input 1), averaged over the last
 * axis.
 *
 * @param name what it is called
 * @param formula for each element
 */
public record FormulaLoss(String name, Formula formula) implements Loss {
  static final String CLASS_NAME = "FormulaLoss";

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
  public Value lower(Lowering g, Value prediction, Value target, Optional<Value> weights) {
    Value each = g.op(new Pointwise(formula, 2), prediction, target);
    Value means = g.op(new Reduce(Mode.MEAN, List.of(each.shape().rank() - 1)), each);
    return Positions.mean(g, means, weights);
  }
}
