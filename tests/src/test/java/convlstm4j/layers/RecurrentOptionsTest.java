package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.layer.ConvGRU1D;
import convlstm4j.layer.ConvLSTM1D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.option.Constraint;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Separable kernels and layer normalisation of recurrent layers: dropout and refusals. Their
 * numbers are held to PyTorch's in {@code golden.GradientCasesTest}.
 */
class RecurrentOptionsTest {
  private static final int STEPS = 3;
  private static final Shape VIDEO = Shape.of(2, STEPS, 4, 3, 2);

  private static Tensor run(UnaryOperator<ConvLSTM2D> options, boolean training) {
    ConvLSTM2D layer = new ConvLSTM2D(2, 2).padding("same").layerNormalization(0.01);
    layer.returnSequences(true);
    return Apply.random(options.apply(layer), training, 1, Apply.tensor(VIDEO, 5)).first();
  }

  /** Whether a step of the first sample is the same in both. */
  private static boolean same(Tensor a, Tensor b, int step) {
    int size = 4 * 3 * 2;
    for (int i = step * size; i < (step + 1) * size; i++) {
      if (a.get(i) != b.get(i)) {
        return false;
      }
    }
    return true;
  }

  @Test
  void dropoutOfANormalizedCellIsOfInputsAndOfStates() {
    Tensor plain = run(l -> l, true);
    Tensor inputs = run(l -> l.dropout(0.5), true);
    Tensor states = run(l -> l.recurrentDropout(0.5), true);
    assertTrue(!same(plain, inputs, 0));
    assertTrue(same(plain, states, 0)); // there is no state yet
    for (int t = 1; t < STEPS; t++) {
      assertTrue(!same(plain, states, t), "step " + t);
    }
    Tensor still = run(l -> l.dropout(0.5).recurrentDropout(0.5), false);
    for (int t = 0; t < STEPS; t++) {
      assertTrue(same(plain, still, t), "step " + t);
    }
  }

  @Test
  void separableLayersHaveFewerWeights() {
    ConvGRU1D layer = new ConvGRU1D(8, 5).separable(1);
    layer.apply(Input.shape(3, 9, 6));
    // depthwise 5 x 6 and 5 x 8, pointwise 6 x 24 and 8 x 24, bias 2 x 24
    long all = layer.parameters().stream().mapToLong(p -> p.shape().elements()).sum();
    assertEquals(5 * 6 + 5 * 8 + 6 * 24 + 8 * 24 + 2 * 24, all);
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    refused(
        "peephole and layer_normalization",
        () -> new LSTM(2).peephole(true).layerNormalization(1e-3).apply(Input.shape(3, 2)));
    refused(
        "input of 1001 steps; the ops of a cell with layer normalisation",
        () -> new LSTM(2).layerNormalization(1e-3).apply(Input.shape(1001, 2)));
    refused("layer_normalization=0.0, expected", () -> new LSTM(2).layerNormalization(0));
    refused("depth_multiplier=0", () -> new ConvLSTM1D(2, 2).separable(0));
    refused(
        "constraint of kernel, which a separable layer has in two parts",
        () ->
            new ConvLSTM1D(2, 2)
                .constraint("kernel", Constraint.nonNeg())
                .separable(1)
                .apply(Input.shape(3, 4, 2)));
  }

  private static void refused(String expected, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.contains(expected), message);
  }
}
