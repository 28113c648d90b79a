package convlstm4j.bench.worker.ours;

import convlstm4j.backend.Backend;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Models;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.worker.Work;
import convlstm4j.data.Batch;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.SGD;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Steps of training as users do them: {@code Model.trainOnBatch}. A run that is checked learns at
 * {@link #CHECKED_RATE}, so that the weights' change tells the gradients to all digits; then the
 * weights are put back and learning goes on so slowly that no number of runs leads far away.
 */
final class StepWork implements Work {
  private static final double CHECKED_RATE = 1;
  private static final double TIMED_RATE = 1e-4;

  /** A backend that records steps has done so by the third. */
  private static final int RECORDING_STEPS = 3;

  private final Model model;
  private final Batch batch;

  /** Names and first values of the weights, in the model's order. */
  private final List<String> names = new ArrayList<>();

  private final List<Tensor> weights = new ArrayList<>();
  private Map<String, Double> logs = Map.of();

  StepWork(Backend backend, DType dtype, Task task, Data data) {
    boolean layer = task.kind() == Task.Kind.LAYER;
    model = Models.of(task).backend(backend).dtype(dtype);
    model.compile(
        new SGD(CHECKED_RATE), layer ? Loss.meanSquaredError() : Loss.binaryCrossentropy());
    Map<Parameter, String> named = new HashMap<>();
    Models.weights(task, model).forEach((name, p) -> named.put(p, name));
    for (Parameter p : model.network().parameters()) {
      names.add(named.get(p));
      weights.add(data.read(named.get(p)));
    }
    model.setWeights(weights);
    List<Tensor> targets = new ArrayList<>();
    for (String output : task.outputs().keySet()) {
      targets.add(data.read((layer ? "d_" : "t_") + output));
    }
    batch = new Batch(List.of(data.read("x")), targets, List.of(), task.name());
  }

  /** Has the step recorded, so that the runs that are checked and measured are replays. */
  void record() {
    model.learningRate(TIMED_RATE);
    for (int i = 0; i < RECORDING_STEPS; i++) {
      run();
    }
    model.setWeights(weights);
    model.learningRate(CHECKED_RATE);
  }

  @Override
  public void run() {
    logs = model.trainOnBatch(batch);
  }

  @Override
  public Map<String, Tensor> results() {
    Map<String, Tensor> results = new LinkedHashMap<>();
    results.put("loss", Tensor.of(new double[] {logs.get("loss")}, 1));
    List<Tensor> after = List.copyOf(model.weights().values());
    for (int k = 0; k < names.size(); k++) {
      if (Task.isTrained(names.get(k))) {
        results.put("d_" + names.get(k), change(weights.get(k), after.get(k)));
      }
    }
    model.setWeights(weights);
    model.learningRate(TIMED_RATE);
    return results;
  }

  private static Tensor change(Tensor before, Tensor after) {
    double[] change = new double[before.size()];
    for (int i = 0; i < change.length; i++) {
      change[i] = (before.get(i) - after.get(i)) / CHECKED_RATE;
    }
    return Tensor.of(change, before.shape());
  }

  @Override
  public String variant() {
    return "trainOnBatch";
  }

  @Override
  public void close() {
    model.close();
  }
}
