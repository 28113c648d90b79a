package convlstm4j.objective;

import convlstm4j.formula.Formula;
import convlstm4j.formula.Function;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Reduce;
import convlstm4j.op.Reduce.Mode;
import convlstm4j.option.Config;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A loss whose positions are put together otherwise than by {@link Reduction#SUM_OVER_BATCH_SIZE}.
 *
 * @param loss what each position's is
 * @param reduction another one
 */
public record ReducedLoss(Loss loss, Reduction reduction) implements Loss {
  public ReducedLoss {
    if (reduction == Reduction.SUM_OVER_BATCH_SIZE || loss instanceof ReducedLoss) {
      throw new IllegalArgumentException(
          "loss " + loss.name() + " with reduction " + reduction + ": use Loss.reduction");
    }
    if (loss instanceof KerasTermLoss k && k.options().containsKey("axis")) {
      throw new IllegalArgumentException(
          "loss "
              + loss.name()
              + " has no reduction "
              + reduction.kerasName()
              + " here, only sum_over_batch_size: it is one number for many positions");
    }
  }

  @Override
  public String name() {
    return loss.name();
  }

  @Override
  public Config config() {
    Config own = loss.config();
    Map<String, Object> options = new LinkedHashMap<>(own.values());
    options.put(Reduction.KEY, reduction.kerasName());
    return new Config(own.className(), options);
  }

  @Override
  public Value lower(Lowering g, Value prediction, Value target, Optional<Value> weights) {
    Value mean = loss.lower(g, prediction, target, weights);
    double positions = prediction.shape().without(-1).elements();
    Formula total = Formula.input(0).times(positions);
    if (reduction == Reduction.SUM) {
      return g.op(new Pointwise(total, 1), mean);
    }
    if (weights.isEmpty()) { // the sum of as many ones
      return g.op(new Pointwise(total.over(Formula.constant(positions)), 1), mean);
    }
    Value given = weights.get();
    List<Integer> all = IntStream.range(0, given.shape().rank()).boxed().toList();
    Value sum = g.reshape(g.op(new Reduce(Mode.SUM, all), given), Shape.of(1));
    Formula none = Formula.of(Function.EQUAL, Formula.input(1), Formula.constant(0));
    Formula divided = total.over(Formula.input(1));
    return g.op(new Pointwise(none.where(Formula.constant(0), divided), 2), mean, sum);
  }

  @Override
  public Shape targetShape(Shape prediction) {
    return loss.targetShape(prediction);
  }

  @Override
  public Optional<String> wrong(Tensor target, long classes) {
    return loss.wrong(target, classes);
  }
}
