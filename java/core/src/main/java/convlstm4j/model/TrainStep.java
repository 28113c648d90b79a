package convlstm4j.model;

import convlstm4j.optim.Updater;
import convlstm4j.program.Value;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Tensor;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Training steps on inputs of fixed shapes, one after the other: forward, backward, update and
 * commit. A step with a number that is not finite changes nothing.
 */
interface TrainStep extends AutoCloseable {
  /** Whether it is for this updater, and what it would store is still where it was. */
  boolean isFor(Updater by);

  /**
   * Starts a step.
   *
   * @param batch what is learnt
   * @param rate learning rate
   * @param step number of updates done before, from 0
   * @param random random numbers of the step
   * @param watch is told how far a step in stretches has come
   * @return {@link GuardedUpdate#numbers}
   */
  Supplier<double[]> start(
      Prepared batch, double rate, long step, Philox random, Consumer<Stretch> watch);

  /** One of {@link Pass#measured} of the last step. */
  Tensor measured(Value value);

  /**
   * Looks for the first op of the last step whose result was not finite: it is computed again, from
   * what it has left as it was.
   *
   * @param batch of the last step
   * @param random random numbers of the step
   * @return the name of its layer, or empty
   */
  Optional<String> firstNonFinite(Prepared batch, Philox random);

  @Override
  void close();
}
