package convlstm4j.bench.worker;

import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import java.util.Map;

/** A library under measurement. */
public interface Subject {
  /**
   * What it is.
   *
   * @return at least {@code version} and {@code threads}, and {@code device} if that is not the
   *     processor
   */
  Map<String, Object> describe();

  /**
   * Makes a task ready to run, whatever that takes.
   *
   * @param task what to compute
   * @param data its numbers
   * @param pass forward or training
   * @param variant how, from an earlier answer; empty to choose the fastest
   * @return the work
   * @throws UnsupportedOperationException if the library cannot do it; the message says why
   */
  Work prepare(Task task, Data data, Pass pass, String variant);

  /**
   * What measures its runs.
   *
   * @return always the same
   */
  default Stopwatch stopwatch() {
    return new WallClock();
  }

  /**
   * The most arithmetic that the library reaches on this machine, by multiplying large matrices.
   *
   * @return 1e9 operations per second; 0 if it multiplies no matrices
   */
  double peakGflops();
}
