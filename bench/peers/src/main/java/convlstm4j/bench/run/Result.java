package convlstm4j.bench.run;

import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** What came of a contender at a task. */
final class Result {
  final Task task;
  final Pass pass;
  final String contender;
  String version = "";
  String variant = "";

  /** What computes; empty: the machine's processor. */
  String device = "";

  /** What the times were read from. */
  String clock = "";

  /** Nanoseconds of the runs that count. */
  final List<Long> ns = new ArrayList<>();

  /** The same runs by the host's clock. */
  final List<Long> wallNs = new ArrayList<>();

  /** Why there are no times; empty if there are. */
  String problem = "";

  /** Whether the problem is that the numbers are wrong. */
  boolean isWrong;

  /** Processor seconds of other processes, and wall seconds, while the contender ran. */
  double othersSeconds;

  double wallSeconds;

  /** Resident memory in MB before the training steps and at most during them; 0: not measured. */
  double memoryBefore;

  double memoryPeak;

  Result(Task task, Pass pass, String contender) {
    this.task = task;
    this.pass = pass;
    this.contender = contender;
  }

  boolean isMeasured() {
    return problem.isEmpty() && !ns.isEmpty();
  }

  double medianNs() {
    return Statistics.median(ns);
  }

  /** Convolution arithmetic per time, 1e9 a second. */
  double gflops() {
    return task.forwardFlops() * pass.flopFactor() / medianNs();
  }

  /** How many times as fast as another. */
  OptionalDouble speedOver(Result other) {
    return isMeasured() && other != null && other.isMeasured()
        ? OptionalDouble.of(other.medianNs() / medianNs())
        : OptionalDouble.empty();
  }
}
