package convlstm4j.data;

import convlstm4j.tensor.Tensor;
import java.util.List;

/**
 * Some samples: what a model is fed in one step.
 *
 * @param inputs one per model input, the batch axis first
 * @param targets one per model output; empty if there are none
 * @param sampleWeights one per model output, of shape {@code [N]} or of the output's shape without
 *     its last axis; empty for weights of 1
 * @param description where the samples come from, for messages, such as {@code trailer_3.npy,
 *     frames 0-49}
 * @param foundFinite whether who made the batch has looked at all inputs and targets and found them
 *     finite; if not, the model looks
 */
public record Batch(
    List<Tensor> inputs,
    List<Tensor> targets,
    List<Tensor> sampleWeights,
    String description,
    boolean foundFinite) {
  public Batch {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
    sampleWeights = List.copyOf(sampleWeights);
  }

  /**
   * Some samples, whose numbers nobody has looked at yet.
   *
   * @param inputs one per model input, the batch axis first
   * @param targets one per model output; empty if there are none
   * @param sampleWeights one per model output; empty for weights of 1
   * @param description where the samples come from, for messages
   */
  public Batch(
      List<Tensor> inputs, List<Tensor> targets, List<Tensor> sampleWeights, String description) {
    this(inputs, targets, sampleWeights, description, false);
  }

  /**
   * One input and one target, weights of 1.
   *
   * @param input the batch axis first
   * @param target likewise
   * @return the batch
   */
  public static Batch of(Tensor input, Tensor target) {
    return new Batch(List.of(input), List.of(target), List.of(), "given");
  }

  /**
   * Number of samples.
   *
   * @return size of the batch axis
   */
  public long size() {
    return inputs.get(0).shape().dim(0);
  }
}
