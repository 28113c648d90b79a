package convlstm4j.model;

import convlstm4j.graph.Network;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import convlstm4j.tensor.TensorsOnDemand;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything beside architecture and options that training needs to go on, bit for bit, where it
 * stopped. All maps keep their order; tensors are copies, where the snapshot is {@linkplain
 * Model#readSnapshot only read} made as they are read.
 *
 * @param seed decides initial weights and dropout
 * @param progress how far training has come
 * @param learningRate the rate set in place of the optimiser's constant one; NaN if none was
 * @param weights by name, in the network's order
 * @param slots what the optimiser remembers, by slot and weight
 * @param states of stateful layers that have run, by name
 * @param sums of the epoch in progress: losses and metrics so far, by name; empty between epochs
 * @param callbacks what callbacks remember, by {@link Callback#key} and name within it
 */
public record Snapshot(
    long seed,
    Progress progress,
    double learningRate,
    Map<String, Tensor> weights,
    Map<String, Tensor> slots,
    Map<String, Tensor> states,
    Map<String, Tensor> sums,
    Map<String, Map<String, Tensor>> callbacks) {
  public Snapshot {
    weights = ordered(weights);
    slots = ordered(slots);
    states = ordered(states);
    sums = ordered(sums);
    callbacks = ordered(callbacks);
  }

  /** Of a model that is not compiled. */
  static Snapshot untrained(long seed, Map<String, Tensor> weights, Map<String, Tensor> states) {
    Map<String, Tensor> none = Map.of();
    return new Snapshot(seed, Progress.START, Double.NaN, weights, none, states, none, Map.of());
  }

  /** The same with all tensors, which stays as it is whatever becomes of the model. */
  Snapshot copy() {
    return new Snapshot(
        seed,
        progress,
        learningRate,
        new LinkedHashMap<>(weights),
        new LinkedHashMap<>(slots),
        states,
        sums,
        callbacks);
  }

  private static <T> Map<String, T> ordered(Map<String, T> map) {
    if (map instanceof TensorsOnDemand) {
      return map;
    }
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** Fails unless this belongs to a network; its weights, states and progress can then be taken. */
  void checkFits(Network network, boolean compiled) {
    List<String> names = network.parameters().stream().map(network::name).toList();
    checkNames("weights", List.copyOf(weights.keySet()), names, true);
    List<String> remembered = network.states().stream().map(network::name).toList();
    checkNames("states", List.copyOf(states.keySet()), remembered, false);
    boolean trained = !slots.isEmpty() || !progress.equals(Progress.START);
    if (trained && !compiled) {
      throw new IllegalStateException(
          "restore: the snapshot holds training progress; compile the model first, or take only its"
              + " weights with setWeights");
    }
    checkWeights("restore", network, List.copyOf(TensorsOnDemand.shapes(weights).values()));
  }

  private static void checkNames(
      String what, List<String> came, List<String> expected, boolean all) {
    if (all ? !came.equals(expected) : !expected.containsAll(came)) {
      throw new IllegalArgumentException(
          "restore: the snapshot has the " + what + " " + came + ", the model has " + expected);
    }
  }

  /** Fails unless there is an array of its shape for each weight. */
  static void checkWeights(String who, Network network, List<Shape> shapes) {
    List<Parameter> parameters = network.parameters();
    if (shapes.size() != parameters.size()) {
      throw new IllegalArgumentException(
          who + ": got " + shapes.size() + " arrays, the model has " + parameters.size());
    }
    for (int i = 0; i < shapes.size(); i++) {
      if (!shapes.get(i).equals(parameters.get(i).shape())) {
        throw new IllegalArgumentException(
            who
                + ": array "
                + i
                + " has shape "
                + shapes.get(i)
                + ", weight "
                + network.name(parameters.get(i))
                + " has "
                + parameters.get(i).shape());
      }
    }
  }
}
