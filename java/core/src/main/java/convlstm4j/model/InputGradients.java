package convlstm4j.model;

import convlstm4j.data.Batch;
import convlstm4j.tensor.Tensor;
import java.util.List;

/**
 * Which numbers of a model's inputs made an output: its gradient. Times the input, it is what an
 * explanation of a prediction is usually drawn from.
 *
 * <pre>{@code
 * Tensor score = Tensor.zeros(DType.FLOAT32, Shape.of(1, frames, 1));
 * score.set(20, 1); // of frame 20
 * Tensor gradient = InputGradients.of(model, List.of(video), "goal", score).get(0);
 * }</pre>
 */
public final class InputGradients {
  private InputGradients() {}

  /**
   * The gradient of a weighted sum of an output's numbers, as the model predicts: without dropout,
   * with the statistics that training has gathered. All values of the run are in memory at once.
   * Weights and states stay as they are.
   *
   * @param model what predicts
   * @param inputs one per input, the batch axis first
   * @param output name of an output
   * @param weights of the output's numbers, of its shape
   * @return one per input, of its shape
   * @throws IllegalArgumentException if there is no such output, or the weights are of another
   *     shape
   * @throws convlstm4j.backend.BackendException if there is no room for it
   */
  public static List<Tensor> of(Model model, List<Tensor> inputs, String output, Tensor weights) {
    int index = model.network().outputNames().indexOf(output);
    if (index < 0) {
      throw new IllegalArgumentException(
          "the model has no output \"" + output + "\", it has " + model.network().outputNames());
    }
    return model.inputGradients(
        new Batch(inputs, List.of(), List.of(), "inputGradients"), index, weights);
  }
}
