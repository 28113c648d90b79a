package convlstm4j.bench.run;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that a benchmark has to tell.
 *
 * @param time when it ended
 * @param commit of this project, with a {@code +} if files were changed
 * @param machine where
 * @param threads of each contender
 * @param peakGflops of the machine; 0: not known
 * @param results in the order of tasks, passes, contenders
 * @param versions by contender
 * @param absences why contenders took no part
 * @param shares of a training step of the demo's network, by backend and kind of op
 */
record Report(
    Instant time,
    String commit,
    Machine machine,
    int threads,
    double peakGflops,
    List<Result> results,
    Map<String, String> versions,
    Map<String, String> absences,
    Map<String, Map<String, Double>> shares) {

  /** Whose speed others are told against. */
  String yardstick() {
    return Contenders.yardstick(contenders());
  }

  /** The result that another's speed is told against: PyTorch's at the same task and pass. */
  Result yardstick(Result r) {
    return find(r, yardstick());
  }

  /** A contender's result at the task and pass of another. */
  Result find(Result at, String contender) {
    return results.stream()
        .filter(r -> r.task.equals(at.task) && r.pass == at.pass && r.contender.equals(contender))
        .findFirst()
        .orElse(null);
  }

  List<String> contenders() {
    return results.stream().map(r -> r.contender).distinct().toList();
  }
}
