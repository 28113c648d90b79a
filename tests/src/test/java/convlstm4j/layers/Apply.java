package convlstm4j.layers;

import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.golden.NetworkRun;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Input;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One layer on the float64 reference. */
final class Apply {
  /**
   * What came out.
   *
   * @param inferred shapes when the graph was built, batch and other unknowns open
   * @param outputs the values
   * @param weights weights after the run
   */
  record Result(List<Shape> inferred, List<Tensor> outputs, List<Tensor> weights) {
    Tensor first() {
      return outputs.get(0);
    }
  }

  private Apply() {}

  /** Runs a layer with random weights drawn from a seed. */
  static Result random(Layer layer, boolean training, long seed, Tensor... inputs) {
    return run(layer, training, null, Optional.empty(), seed, inputs);
  }

  /** Runs a layer with given weights. */
  static Result with(
      List<Tensor> weights, Layer layer, boolean training, Tensor mask, Tensor... inputs) {
    return run(layer, training, weights, Optional.ofNullable(mask), 0, inputs);
  }

  private static Result run(
      Layer layer,
      boolean training,
      List<Tensor> weights,
      Optional<Tensor> mask,
      long seed,
      Tensor... inputs) {
    List<Tensor> given = new ArrayList<>(List.of(inputs));
    List<Symbol> data = new ArrayList<>();
    for (Tensor t : inputs) {
      data.add(Input.shape(t.shape().from(1).dims()));
    }
    Optional<Symbol> m = mask.map(t -> Input.shape(t.shape().from(1).dims()));
    List<Symbol> outputs = layer.applyAll(new Arguments<>(data, List.of(), m));
    List<Symbol> all = new ArrayList<>(data);
    m.ifPresent(all::add);
    mask.ifPresent(given::add);
    Network network = Network.of(all, outputs);
    List<Tensor> used = weights == null ? weights(network.parameters(), seed) : weights;
    try (ReferenceBackend backend = new ReferenceBackend();
        NetworkRun run =
            new NetworkRun(
                network,
                backend,
                DType.FLOAT64,
                training,
                given.stream().map(Tensor::shape).toList())) {
      run.setWeights(used);
      List<Tensor> results = run.forward(given);
      run.commit();
      List<Tensor> after = new ArrayList<>();
      for (int i = 0; i < used.size(); i++) {
        after.add(run.weight(i));
      }
      return new Result(outputs.stream().map(Symbol::shape).toList(), results, after);
    }
  }

  /** Random weights; variances are positive. */
  static List<Tensor> weights(List<Parameter> parameters, long seed) {
    List<Tensor> weights = new ArrayList<>();
    for (Parameter p : parameters) {
      Tensor w = tensor(p.shape(), seed + weights.size());
      if (p.localName().equals("moving_variance")) {
        for (int i = 0; i < w.size(); i++) {
          w.set(i, Math.abs(w.get(i)) + 0.1);
        }
      }
      weights.add(w);
    }
    return weights;
  }

  /** A random array. */
  static Tensor tensor(Shape shape, long seed) {
    Philox random = new Philox(seed, 7);
    Tensor t = Tensor.zeros(DType.FLOAT64, shape);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, random.normal(i));
    }
    return t;
  }

  /** One step {@code [N, ..]} of a sequence {@code [N, T, ..]}. */
  static Tensor step(Tensor x, int t) {
    Shape s = x.shape();
    int steps = (int) s.dim(1);
    int size = (int) s.from(2).elements();
    Tensor out = Tensor.zeros(DType.FLOAT64, s.without(1));
    for (int n = 0; n < s.dim(0); n++) {
      for (int i = 0; i < size; i++) {
        out.set(n * size + i, x.get((n * steps + t) * size + i));
      }
    }
    return out;
  }

  /** Fails unless two arrays are equal but for rounding. */
  static void same(String what, Tensor expected, Tensor actual) {
    if (!expected.shape().equals(actual.shape())) {
      throw new AssertionError(
          what + ": shape " + actual.shape() + ", expected " + expected.shape());
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!(Math.abs(expected.get(i) - actual.get(i)) <= 1e-12)) {
        throw new AssertionError(
            what + "[" + i + "] is " + actual.get(i) + ", expected " + expected.get(i));
      }
    }
  }
}
