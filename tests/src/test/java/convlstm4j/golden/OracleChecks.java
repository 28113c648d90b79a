package convlstm4j.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.backend.Backend;
import convlstm4j.config.KerasVersion;
import convlstm4j.data.Batch;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Architecture;
import convlstm4j.layer.Input;
import convlstm4j.layer.Layers;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.KerasLoss;
import convlstm4j.objective.Loss;
import convlstm4j.op.WeightedLoss;
import convlstm4j.optim.Optimizer;
import convlstm4j.option.Config;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What the oracle's README says about each kind of case, as checks. */
final class OracleChecks {
  private final OracleCase c;
  private final Backend backend;
  private final DType dtype;
  private final UnaryOperator<Model> detour;

  private OracleChecks(OracleCase c, Backend backend, DType dtype, UnaryOperator<Model> detour) {
    this.c = c;
    this.backend = backend;
    this.dtype = dtype;
    this.detour = detour;
  }

  static void check(OracleCase c, Backend backend, DType dtype) {
    check(c, backend, dtype, UnaryOperator.identity());
  }

  /**
   * Checks a case of a model after a detour, as through a file.
   *
   * @param detour gives a model that must have the same weights, and be compiled if the given one
   *     is
   */
  static void check(OracleCase c, Backend backend, DType dtype, UnaryOperator<Model> detour) {
    OracleChecks checks = new OracleChecks(c, backend, dtype, detour);
    switch (c.string("kind")) {
      case "layer" -> checks.network(checks.layerNetwork());
      case "sequential", "functional" -> checks.network(checks.model());
      case "loss" -> checks.loss();
      case "training" -> checks.training();
      default -> throw new AssertionError(c.name() + ": unknown kind " + c.string("kind"));
    }
  }

  /** The network of a case, and what it is called with first. */
  record Called(Network network, List<Tensor> inputs) {}

  /** Of a case of a layer or a model; its weights are not set. */
  static Called called(OracleCase c) {
    OracleChecks checks = new OracleChecks(c, null, null, UnaryOperator.identity());
    boolean layer = c.string("kind").equals("layer");
    return new Called(layer ? checks.layerNetwork() : checks.model(), checks.first());
  }

  private List<Tensor> first() {
    List<Tensor> inputs = c.arrays("inputs");
    List<Tensor> first = new ArrayList<>(c.has("outputs_call_0") ? inputs.subList(0, 1) : inputs);
    first.addAll(c.arrays("initial_state"));
    if (c.has("mask")) {
      first.add(c.array("mask"));
    }
    return first;
  }

  private KerasVersion version() {
    return "keras3".equals(c.json().get("hard_sigmoid"))
        ? KerasVersion.KERAS3
        : KerasVersion.KERAS2;
  }

  private Network layerNetwork() {
    Map<String, Object> form = c.map("layer");
    @SuppressWarnings("unchecked") // JSON objects have string keys
    Map<String, Object> config = (Map<String, Object>) form.get("config");
    Layer layer = Layers.fromConfig((String) form.get("class_name"), config, version());
    Symbol x = anyBatch(c.arrays("inputs").get(0));
    List<Symbol> states = c.arrays("initial_state").stream().map(OracleChecks::anyBatch).toList();
    Optional<Symbol> mask =
        c.has("mask") ? Optional.of(anyBatch(c.array("mask"))) : Optional.empty();
    List<Symbol> inputs = new ArrayList<>(List.of(x));
    inputs.addAll(states);
    mask.ifPresent(inputs::add);
    return Network.of(inputs, layer.applyAll(new Arguments<>(List.of(x), states, mask)));
  }

  private static Symbol anyBatch(Tensor t) {
    return Input.shape(t.shape().from(1).dims());
  }

  private Network model() {
    try {
      return Architecture.fromJson(JSON.std.asString(c.map("model")), version());
    } catch (IOException e) {
      throw new AssertionError(c.name(), e);
    }
  }

  /**
   * Where the case's weights stand among the network's: the case lists layers in the order of its
   * config, a network by depth.
   */
  private int[] positions(Network network) {
    List<String> owners = new ArrayList<>();
    for (Layer l : network.layers()) {
      l.parameters().forEach(p -> owners.add(l.name()));
    }
    List<Map<String, Object>> weights = c.list("weights");
    if (owners.size() != weights.size()) {
      throw new AssertionError(network.parameters() + " are not " + weights.size() + " weights");
    }
    int[] positions = new int[weights.size()];
    for (int i = 0; i < positions.length; i++) {
      String name = (String) weights.get(i).get("name");
      positions[i] = owners.indexOf(name.substring(0, name.indexOf('/')));
      owners.set(positions[i], null);
    }
    return positions;
  }

  private List<Tensor> weights(int[] positions) {
    List<Tensor> given = c.arrays("weights");
    Tensor[] ordered = new Tensor[given.size()];
    for (int i = 0; i < ordered.length; i++) {
      ordered[positions[i]] = given.get(i);
    }
    return List.of(ordered);
  }

  /** A model as it is after the detour; its weights must be the same, bit for bit. */
  private Model detoured(Model model) {
    Model back = detour.apply(model);
    if (back != model) {
      Map<String, Tensor> expected = model.weights();
      Map<String, Tensor> actual = back.weights();
      assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
      for (String name : expected.keySet()) {
        Tensor e = expected.get(name);
        Tensor a = actual.get(name);
        assertEquals(e.shape(), a.shape(), name);
        assertEquals(e.dtype(), a.dtype(), name);
        for (int i = 0; i < e.size(); i++) {
          assertEquals(
              Double.doubleToRawLongBits(e.get(i)), Double.doubleToRawLongBits(a.get(i)), name);
        }
      }
      model.close();
    }
    return back;
  }

  private void network(Network original) {
    Model model = Model.of(original).backend(backend).dtype(dtype);
    model.setWeights(weights(positions(original)).stream().map(w -> w.cast(dtype)).toList());
    Network network;
    try (Model back = detoured(model)) {
      network = back.network();
    }
    int[] positions = positions(network);
    List<Tensor> inputs = new ArrayList<>(c.arrays("inputs"));
    boolean stateful = c.has("outputs_call_0");
    List<Tensor> first = first();
    List<Shape> shapes = first.stream().map(Tensor::shape).toList();
    try (NetworkRun run = new NetworkRun(network, backend, dtype, c.is("training"), shapes)) {
      if (c.is("bias_is_initial_value")) {
        initialBias(network, run);
      }
      run.setWeights(weights(positions));
      if (stateful) {
        outputs("outputs_call_0", run.forward(first));
        run.commit();
        outputs("outputs", run.forward(inputs.subList(1, 2)));
      } else {
        outputs("outputs", run.forward(first));
      }
      gradients(run, positions);
      run.commit();
      for (Map<String, Object> after : c.list("weights_after")) {
        int index = (Integer) after.get("weight_index");
        c.close((String) after.get("name"), "output", c.array(after), run.weight(positions[index]));
      }
      if (stateful) {
        run.resetStates();
        outputs("outputs_call_0", run.forward(first));
      }
    }
  }

  private void initialBias(Network network, NetworkRun run) {
    int checked = 0;
    for (int i = 0; i < network.parameters().size(); i++) {
      if (network.parameters().get(i).localName().equals("bias")) {
        c.close("initial bias", "output", c.arrays("weights").get(i), run.weight(i));
        checked++;
      }
    }
    if (checked == 0) {
      throw new AssertionError(c.name() + " has no bias");
    }
  }

  private void outputs(String key, List<Tensor> actual) {
    List<Tensor> expected = c.arrays(key);
    if (expected.isEmpty() || expected.size() != actual.size()) {
      throw new AssertionError(
          key + ": got " + actual.size() + " outputs, expected " + expected.size());
    }
    for (int k = 0; k < expected.size(); k++) {
      c.close(key + " " + k, "output", expected.get(k), actual.get(k));
    }
  }

  private void gradients(NetworkRun run, int[] positions) {
    run.backward(c.arrays("projections"));
    List<Tensor> ofInputs = c.arrays("grad_inputs");
    for (int i = 0; i < ofInputs.size(); i++) {
      c.close("gradient of input " + i, "gradient", ofInputs.get(i), run.inputGradient(i));
    }
    for (Map<String, Object> g : c.list("grad_weights")) {
      int index = (Integer) g.get("weight_index");
      c.close(
          "gradient of " + g.get("name"),
          "gradient",
          c.array(g),
          run.weightGradient(positions[index]));
    }
  }

  private void loss() {
    Tensor truth = c.array("y_true");
    Tensor prediction = c.array("y_pred");
    WeightedLoss op = ((KerasLoss) Loss.ofName(c.string("loss"))).op();
    Shape positions = prediction.shape().without(-1);
    double[] ones = new double[(int) positions.elements()];
    java.util.Arrays.fill(ones, 1);
    LossRun run = new LossRun(backend, dtype, op, prediction, truth);
    c.close("value", "output", Tensor.of(new double[] {c.number("value")}, 1), run.value(ones));
    c.close("gradient", "gradient", c.array("grad_y_pred"), run.gradient(ones));
    Tensor perSample = c.array("per_sample");
    for (int s = 0; s < perSample.size(); s++) {
      double[] only = new double[ones.length];
      only[s] = ones.length; // the value is a mean over positions
      c.close(
          "loss of sample " + s,
          "output",
          Tensor.of(new double[] {perSample.get(s)}, 1),
          run.value(only));
    }
  }

  private void training() {
    Model original = Model.of(model()).backend(backend).dtype(dtype);
    original.compile(
        Compile.with(Optimizer.fromConfig(Config.of(c.map("optimizer"))))
            .loss(Loss.ofName(c.string("loss"))));
    original.setWeights(weights(positions(original.network())));
    try (Model model = detoured(original)) {
      int[] positions = positions(model.network());
      Tensor x = c.arrays("inputs").get(0);
      Tensor y = c.arrays("targets").get(0);
      List<?> expected = (List<?>) c.json().get("loss_per_step");
      for (int t = 0; t < expected.size(); t++) {
        double loss = model.trainOnBatch(Batch.of(x.cast(dtype), y.cast(dtype))).get("loss");
        double e = ((Number) expected.get(t)).doubleValue();
        if (!(Math.abs(loss - e) <= c.allowed("loss", Math.abs(e)))) {
          throw new AssertionError("loss of step " + t + " is " + loss + ", expected " + e);
        }
      }
      List<Tensor> weights = List.copyOf(model.weights().values());
      List<Tensor> wanted = c.arrays("final_weights");
      if (weights.size() != wanted.size()) {
        throw new AssertionError(model.weights().keySet() + " are not " + wanted.size());
      }
      for (int i = 0; i < weights.size(); i++) {
        Tensor actual = weights.get(positions[i]);
        c.close("final weight " + i, "final_weights", wanted.get(i), actual);
      }
    }
  }
}
