package convlstm4j.model;

import convlstm4j.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything beside architecture and options that training needs to go on, bit for bit, where it
 * stopped. All maps keep their order; tensors are copies.
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

  private static <T> Map<String, T> ordered(Map<String, T> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
