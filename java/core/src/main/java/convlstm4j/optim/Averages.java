package convlstm4j.optim;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.formula.Formula;
import convlstm4j.op.PointwiseUpdate;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** The moving averages of weights: {@link Averaging}. */
final class Averages implements AutoCloseable {
  /** Rates of its own: the momentum, and whether the averages take the weights' place. */
  static final int RATES = 2;

  private final Averaging options;
  private final Runner runner;
  private final List<Buffer> values;
  private final Plan plan;

  /**
   * Plans the averages.
   *
   * @param rates how many rates there are, its own being the last
   * @param values the averages
   */
  Averages(Averaging options, Runner runner, int rates, List<Shape> weights, List<Buffer> values) {
    this.options = options;
    this.runner = runner;
    this.values = values;
    Formula momentum = Formula.input(rates - 2);
    Formula overwrite = Formula.input(rates - 1);
    Formula w = Formula.input(rates);
    Formula before = Formula.input(rates + 2);
    Formula rest = Formula.constant(1).minus(momentum);
    Formula average = momentum.times(before).plus(rest.times(w));
    List<Shape> inputs = new ArrayList<>(List.of(Shape.of(rates), Shape.of(1)));
    for (int group = 0; group < 3; group++) { // w, g, average
      inputs.addAll(weights);
    }
    List<Formula> formulas = List.of(overwrite.where(average, w), average);
    this.plan = runner.plan(new PointwiseUpdate(formulas, rates, weights.size()), inputs);
  }

  /** Its rates in a step, of which so many updates were done before. */
  double[] rates(long updates) {
    long frequency = options.overwriteFrequency();
    boolean overwrite = frequency > 0 && (updates + 1) % frequency == 0;
    return new double[] {updates == 0 ? 0 : options.momentum(), overwrite ? 1 : 0};
  }

  /** Goes on with weights that were just updated. */
  void update(Buffer rates, Buffer guard, List<Buffer> weights, List<Buffer> gradients) {
    List<Buffer> inputs = new ArrayList<>(List.of(rates, guard));
    inputs.addAll(weights);
    inputs.addAll(gradients); // not read
    inputs.addAll(values);
    List<Buffer> outputs = new ArrayList<>(weights);
    outputs.addAll(values);
    runner.run(plan, inputs, outputs);
  }

  /** Puts the averages in the weights' place. */
  void overwrite(List<Buffer> weights) {
    for (int i = 0; i < weights.size(); i++) {
      runner.memory().copy(values.get(i), weights.get(i));
    }
  }

  @Override
  public void close() {
    Closing.all(plan);
  }
}
