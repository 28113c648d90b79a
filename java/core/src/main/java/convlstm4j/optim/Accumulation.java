package convlstm4j.optim;

import convlstm4j.backend.Buffer;
import convlstm4j.backend.Closing;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.formula.Formula;
import convlstm4j.op.PointwiseUpdate;
import convlstm4j.op.UpdateTrial;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Sums of gradients of several steps for one update. Every step is the same work, so that a backend
 * can record it: whether it updates the weights is a number among the rates. In a step that does
 * not, the update gets gradients of zeros, and a guard that lets nothing change. Sums that are not
 * finite are thrown away like weights that are not.
 */
final class Accumulation implements AutoCloseable {
  /** Rates of its own: whether the step updates the weights. */
  static final int RATES = 1;

  private final int steps;
  private final Runner runner;
  private final List<Buffer> sums;
  private final List<Buffer> means = new ArrayList<>();

  /** A guard that lets all change. */
  private Buffer open;

  private Buffer gate;
  private Plan take;
  private Plan close;
  private Plan add;
  private Plan trial;
  private Plan verdict;

  /**
   * Plans the sums.
   *
   * @param rates how many rates there are
   * @param due which of them is its own
   * @param sums of gradients so far
   */
  Accumulation(
      int steps, Runner runner, int rates, int due, List<Shape> weights, List<Buffer> sums) {
    this.steps = steps;
    this.runner = runner;
    this.sums = sums;
    try {
      open = runner.allocate(Shape.of(1));
      gate = runner.allocate(Shape.of(1));
      weights.forEach(w -> means.add(runner.memory().allocatePermanent(runner.dtype(), w)));
      Formula updates = Formula.input(due);
      Formula w = Formula.input(rates);
      Formula g = Formula.input(rates + 1);
      Formula sum = Formula.input(rates + 2);
      Formula none = Formula.constant(0);
      Formula mean = updates.where(g.plus(sum).over(steps), none);
      take = plan(rates, weights, List.of(mean, sum));
      Formula shut = updates.where(g, Formula.constant(Double.POSITIVE_INFINITY));
      close = plan(rates, List.of(Shape.of(1)), List.of(shut));
      add = plan(rates, weights, List.of(updates.where(none, w.plus(g))));
      int count = weights.size();
      PointwiseUpdate further = new PointwiseUpdate(List.of(w.plus(g)), rates, count);
      List<Shape> tried = new ArrayList<>(List.of(Shape.of(rates)));
      tried.addAll(weights);
      tried.addAll(weights);
      trial = runner.plan(new UpdateTrial(further, count), tried);
      verdict = plan(rates, List.of(Shape.of(count)), List.of(updates.where(w, none).plus(g)));
    } catch (RuntimeException e) {
      Closing.after(e, this);
      throw e;
    }
  }

  private Plan plan(int rates, List<Shape> of, List<Formula> formulas) {
    List<Shape> inputs = new ArrayList<>(List.of(Shape.of(rates), Shape.of(1)));
    for (int group = 0; group < formulas.size() + 1; group++) {
      inputs.addAll(of);
    }
    return runner.plan(new PointwiseUpdate(formulas, rates, of.size()), inputs);
  }

  /** Its rates in a step, from 0. */
  double[] rates(long step) {
    return new double[] {(step + 1) % steps == 0 ? 1 : 0};
  }

  /** The gradients of the update: the mean of those of all its steps. */
  List<Buffer> means(Buffer rates, List<Buffer> gradients) {
    List<Buffer> inputs = new ArrayList<>(List.of(rates, open));
    inputs.addAll(means);
    inputs.addAll(gradients);
    inputs.addAll(sums);
    List<Buffer> outputs = new ArrayList<>(means);
    outputs.addAll(sums);
    runner.run(take, inputs, outputs);
    return means;
  }

  /** The guard of the update. */
  Buffer gate(Buffer rates, Buffer guard) {
    runner.run(close, List.of(rates, open, gate, guard), List.of(gate));
    return gate;
  }

  /**
   * Looks at the sums of a step, and forgets what an update would make of the weights in a step
   * that has none.
   *
   * @param bad one number per weight, infinity where it would not be finite after the update; then
   *     also where its sum of gradients would not be
   */
  void tryOut(Buffer rates, List<Buffer> gradients, Buffer bad) {
    try (Buffer badSums = runner.memory().allocateUnset(runner.dtype(), bad.shape())) {
      List<Buffer> inputs = new ArrayList<>(List.of(rates));
      inputs.addAll(sums);
      inputs.addAll(gradients);
      runner.run(trial, inputs, List.of(badSums));
      runner.run(verdict, List.of(rates, open, bad, badSums), List.of(bad));
    }
  }

  /** Adds the gradients of a step, or begins anew after an update. */
  void add(Buffer rates, Buffer guard, List<Buffer> gradients) {
    List<Buffer> inputs = new ArrayList<>(List.of(rates, guard));
    inputs.addAll(sums);
    inputs.addAll(gradients);
    runner.run(add, inputs, sums);
  }

  @Override
  public void close() {
    List<Buffer> buffers = List.copyOf(means);
    means.clear();
    Closing.all(() -> Closing.all(buffers), open, gate, take, close, add, trial, verdict);
  }
}
