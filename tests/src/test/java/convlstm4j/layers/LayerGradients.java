package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.backend.reference.ReferenceBackend;
import convlstm4j.golden.NetworkRun;
import convlstm4j.graph.Arguments;
import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Input;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds a layer's gradients, by its inputs and its weights, against differences of its outputs on
 * the float64 reference.
 */
final class LayerGradients {
  private static final double STEP = 1e-6;

  private LayerGradients() {}

  /**
   * Checks every element of every input and of every trainable weight.
   *
   * @param layer the layer, new
   * @param training Keras's {@code training}
   * @param inputs at places where the layer is smooth
   */
  static void check(Layer layer, boolean training, Tensor... inputs) {
    List<Symbol> data = new ArrayList<>();
    for (Tensor t : inputs) {
      data.add(Input.shape(t.shape().from(1).dims()));
    }
    Network network = Network.of(data, layer.applyAll(Arguments.of(data)));
    List<Tensor> weights = Apply.weights(network.parameters(), 11);
    List<Tensor> given = new ArrayList<>(List.of(inputs));
    try (ReferenceBackend backend = new ReferenceBackend();
        NetworkRun run =
            new NetworkRun(
                network,
                backend,
                DType.FLOAT64,
                training,
                given.stream().map(Tensor::shape).toList())) {
      run.setWeights(weights);
      List<Tensor> outputs = run.forward(given);
      List<Tensor> projections = new ArrayList<>();
      for (Tensor y : outputs) {
        projections.add(Apply.tensor(y.shape(), 100 + projections.size()));
      }
      run.backward(projections);
      List<Tensor> gradients = new ArrayList<>();
      for (int i = 0; i < inputs.length; i++) {
        gradients.add(run.inputGradient(i));
      }
      for (int i = 0; i < weights.size(); i++) {
        gradients.add(network.parameters().get(i).isTrainable() ? run.weightGradient(i) : null);
      }
      List<Tensor> all = new ArrayList<>(given);
      all.addAll(weights);
      for (int k = 0; k < all.size(); k++) {
        for (int i = 0; gradients.get(k) != null && i < all.get(k).size(); i++) {
          double before = all.get(k).get(i);
          all.get(k).set(i, before + STEP);
          double up = projected(run, given, weights, projections);
          all.get(k).set(i, before - STEP);
          double down = projected(run, given, weights, projections);
          all.get(k).set(i, before);
          double expected = (up - down) / (2 * STEP);
          String what = layer.label() + ", array " + k + " element " + i;
          assertEquals(expected, gradients.get(k).get(i), 1e-6 * (1 + Math.abs(expected)), what);
        }
      }
    }
  }

  private static double projected(
      NetworkRun run, List<Tensor> given, List<Tensor> weights, List<Tensor> projections) {
    run.setWeights(weights);
    List<Tensor> outputs = run.forward(given);
    double sum = 0;
    for (int k = 0; k < outputs.size(); k++) {
      for (int i = 0; i < outputs.get(k).size(); i++) {
        sum += outputs.get(k).get(i) * projections.get(k).get(i);
      }
    }
    return sum;
  }
}
