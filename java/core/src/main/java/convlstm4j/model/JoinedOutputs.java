package convlstm4j.model;

import convlstm4j.data.Frames;
import convlstm4j.program.Value;
import convlstm4j.program.time.Phases;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Puts the stretches of each output together. */
final class JoinedOutputs {
  private final Phases phases;
  private final Map<Value, List<Tensor>> parts = new HashMap<>();

  JoinedOutputs(Phases phases) {
    this.phases = phases;
  }

  void take(Value root, long from, long to, Tensor values) {
    parts.computeIfAbsent(root, r -> new ArrayList<>()).add(values);
  }

  Tensor of(Value output) {
    Value root = output.root();
    List<Tensor> all = Objects.requireNonNull(parts.get(root), "not handed out");
    return (all.size() == 1 ? all.get(0) : joined(root, all)).reshape(output.shape());
  }

  private Tensor joined(Value root, List<Tensor> all) {
    Shape blocks = phases.time(root).orElseThrow().blocks(phases.steps());
    return Frames.joined(all, blocks);
  }
}
