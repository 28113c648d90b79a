package convlstm4j.model;

import convlstm4j.data.Dataset;
import convlstm4j.graph.Network;
import convlstm4j.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** What stateful layers ask of data: sample k of a batch goes on where sample k of the last was. */
final class Stateful {
  private Stateful() {}

  /**
   * Fails before the work begins if a batch would have another size than those before.
   *
   * @param what the method, for messages
   * @param states what is remembered, by name
   * @param data all that will be run
   */
  static void check(
      String what, Network network, Supplier<Map<String, Tensor>> states, List<Dataset> data) {
    if (network.states().isEmpty()) {
      return;
    }
    Set<Integer> sizes = new LinkedHashSet<>();
    data.forEach(d -> sizes.addAll(d.batchSizes()));
    if (sizes.size() > 1) {
      throw new IllegalArgumentException(
          what
              + ": the model is stateful, its batches must have one size; these have "
              + sizes
              + " samples: choose a batch size that divides the number of samples");
    }
    for (Map.Entry<String, Tensor> state : states.get().entrySet()) {
      long size = state.getValue().shape().dim(0);
      if (!sizes.isEmpty() && !sizes.contains((int) size)) {
        throw new IllegalArgumentException(
            what
                + ": the stateful layers go on from batches of "
                + size
                + " samples (state \""
                + state.getKey()
                + "\"), these have "
                + sizes.iterator().next()
                + ": use a batch size of "
                + size
                + ", or begin anew with resetStates()");
      }
    }
  }

  /** Zeros for some samples of a state. */
  static Tensor reset(Tensor state, int... samples) {
    Tensor t = state.copy();
    int n = (int) t.shape().dim(0);
    int length = t.size() / n;
    for (int s : samples) {
      if (s < 0 || s >= n) {
        throw new IllegalArgumentException(
            "resetStates: sample " + s + ", the states have samples 0 to " + (n - 1));
      }
      for (int i = 0; i < length; i++) {
        t.set(s * length + i, 0);
      }
    }
    return t;
  }
}
