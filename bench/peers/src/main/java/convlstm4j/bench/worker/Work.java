package convlstm4j.bench.worker;

import convlstm4j.tensor.Tensor;
import java.util.Map;

/** A task that is ready to run. */
public interface Work extends AutoCloseable {
  /** Computes once; a GPU may still be at it on return, which the {@link Stopwatch} waits for. */
  void run();

  /**
   * What the last run computed.
   *
   * @return arrays by the names of {@link convlstm4j.bench.task.Task}
   */
  Map<String, Tensor> results();

  /**
   * How it is computed, where there was a choice.
   *
   * @return for people and for {@link Subject#prepare}; empty if there is one way only
   */
  String variant();

  /**
   * How long each kind of op took, summed over all runs.
   *
   * @return kind to nanoseconds; empty if that is not known
   */
  default Map<String, Double> shares() {
    return Map.of();
  }

  /** Gives everything back. */
  @Override
  void close();
}
