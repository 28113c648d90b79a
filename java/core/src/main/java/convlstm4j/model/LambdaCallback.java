package convlstm4j.model;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/**
 * A callback made of functions: Keras's {@code LambdaCallback}.
 *
 * <pre>
 * Callback print = new LambdaCallback().epochEnd((run, epoch, logs) -&gt; System.out.println(logs));
 * </pre>
 */
public final class LambdaCallback implements Callback {
  /** What is done when an epoch ends. */
  public interface EpochEnd {
    /**
     * An epoch is done, validation included.
     *
     * @param run what is trained
     * @param epoch which one, from 0
     * @param logs losses and metrics by name
     */
    void at(Run run, long epoch, Map<String, Double> logs);
  }

  private Consumer<Run> trainBegin = run -> {};
  private Consumer<Run> trainEnd = run -> {};
  private ObjLongConsumer<Run> epochBegin = (run, epoch) -> {};
  private EpochEnd epochEnd = (run, epoch, logs) -> {};

  /** That does nothing yet. */
  public LambdaCallback() {}

  /**
   * Sets what is done when training starts or goes on.
   *
   * @param function told what is trained
   * @return this callback
   */
  public LambdaCallback trainBegin(Consumer<Run> function) {
    trainBegin = function;
    return this;
  }

  /**
   * Sets what is done when training ends.
   *
   * @param function told what was trained
   * @return this callback
   */
  public LambdaCallback trainEnd(Consumer<Run> function) {
    trainEnd = function;
    return this;
  }

  /**
   * Sets what is done when an epoch starts or goes on.
   *
   * @param function told what is trained, and which epoch, from 0
   * @return this callback
   */
  public LambdaCallback epochBegin(ObjLongConsumer<Run> function) {
    epochBegin = function;
    return this;
  }

  /**
   * Sets what is done when an epoch ends.
   *
   * @param function told what is trained, which epoch, and its logs
   * @return this callback
   */
  public LambdaCallback epochEnd(EpochEnd function) {
    epochEnd = function;
    return this;
  }

  @Override
  public void onTrainBegin(Run run) {
    trainBegin.accept(run);
  }

  @Override
  public void onTrainEnd(Run run) {
    trainEnd.accept(run);
  }

  @Override
  public void onEpochBegin(Run run, long epoch) {
    epochBegin.accept(run, epoch);
  }

  @Override
  public void onEpochEnd(Run run, long epoch, Map<String, Double> logs) {
    epochEnd.at(run, epoch, logs);
  }
}
