package convlstm4j.data;

import convlstm4j.data.FramePreparation.Colours;
import convlstm4j.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * What a model takes and gives, so that a dataset can be made to fit it.
 *
 * @param inputs its inputs, in order
 * @param outputs its outputs, in order
 */
public record Signature(List<Slot> inputs, List<Slot> outputs) {
  /**
   * An input or output.
   *
   * @param name what it is called
   * @param shape the batch first; unknown where any size will do
   * @param axes what the axes are called, for instance {@code [N, T, H, W, C]}; empty if nothing
   *     tells
   * @param form how files become its numbers
   */
  public record Slot(String name, Shape shape, Optional<List<String>> axes, InputForm form) {
    /** Axes of {@code [N, T, C, H, W]}. */
    private static final int VIDEO = 5;

    /**
     * How films are prepared for this input: as the model is known to take them; else of the size
     * and in the colours of the input {@code [N, T, C, H, W]}, as far as it says them.
     *
     * @return the preparation
     */
    public FramePreparation preparation() {
      FramePreparation p = form.frames().orElse(FramePreparation.NONE);
      if (form.frames().isPresent() || shape.rank() != VIDEO) {
        return p;
      }
      long height = shape.dim(VIDEO - 2);
      long width = shape.dim(VIDEO - 1);
      if (height != Shape.UNKNOWN && width != Shape.UNKNOWN) {
        p = p.size((int) height, (int) width);
      }
      return shape.dim(2) == 1 ? p.colours(Colours.GREY) : p;
    }
  }

  public Signature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * Names of the inputs.
   *
   * @return in order
   */
  public List<String> inputNames() {
    return inputs.stream().map(Slot::name).toList();
  }

  /**
   * Names of the outputs.
   *
   * @return in order
   */
  public List<String> outputNames() {
    return outputs.stream().map(Slot::name).toList();
  }
}
