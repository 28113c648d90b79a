package convlstm4j.optim;

import convlstm4j.formula.Formula;
import convlstm4j.op.Op;
import convlstm4j.op.PointwiseUpdate;
import java.util.List;

/**
 * One of Keras's optimisers whose update is a formula for each element. The formulas' inputs are
 * {@link #rates}, of which the first is the learning rate, then the weight, its gradient and the
 * slots.
 */
sealed interface PointwiseOptimizer extends Optimizer
    permits Adadelta, Adagrad, Adamax, Ftrl, Lion, Nadam {
  /** The new weight, then each slot's new value. */
  List<Formula> formulas();

  @Override
  default Op update(int count) {
    return update(this, formulas(), count);
  }

  static Op update(Optimizer optimizer, List<Formula> formulas, int count) {
    return new PointwiseUpdate(formulas, optimizer.rates(0, 0).length, count);
  }

  /** One of the {@link #rates}; the first is the learning rate. */
  static Formula rate(int k) {
    return Formula.input(k);
  }

  /** The weight, after its decay. */
  static Formula weight(Optimizer optimizer) {
    Formula w = Formula.input(optimizer.rates(0, 0).length);
    double decay = optimizer.common().weightDecay();
    return decay == 0 ? w : w.minus(w.times(rate(0).times(decay)));
  }

  static Formula gradient(Optimizer optimizer) {
    return Formula.input(optimizer.rates(0, 0).length + 1);
  }

  /** What was remembered before. */
  static Formula slot(Optimizer optimizer, int k) {
    return Formula.input(optimizer.rates(0, 0).length + 2 + k);
  }

  /** {@code decay old + (1 - decay) now}. */
  static Formula mean(double decay, Formula old, Formula now) {
    return old.times(decay).plus(now.times(1 - decay));
  }

  /** {@code old + (now - old) (1 - decay)}, which rounds as Keras's Adam does. */
  static Formula moment(double decay, Formula old, Formula now) {
    return old.plus(now.minus(old).times(1 - decay));
  }
}
