package convlstm4j.data;

import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;

/**
 * Numbers computed of each frame by itself, such as by an image network that somebody else has
 * trained. {@code convlstm4j.model.Backbone} makes them of a model. May be used by several threads.
 */
public interface FrameFeatures {
  /**
   * Which features they are.
   *
   * @return what a model that is trained on them remembers
   */
  FeatureForm form();

  /**
   * What else the numbers depend on, in their last bits at least.
   *
   * @return a line; features that were kept are taken only where it is the same
   */
  String computedBy();

  /**
   * How films are prepared for it.
   *
   * @return size and colours, as far as it says them
   */
  FramePreparation preparation();

  /**
   * What it makes of bytes before it computes.
   *
   * @return their scale
   */
  ByteScale bytes();

  /**
   * Shape of the features of a frame.
   *
   * @param frame {@code [C, H, W]}
   * @return {@code [K]}, or a map {@code [K, h, w]}
   * @throws IllegalArgumentException if it does not take such frames
   */
  Shape shape(Shape frame);

  /**
   * Computes the features of some frames.
   *
   * @param frames {@code [T, C, H, W]}, of its scale
   * @return float32 {@code [T, K]}, or {@code [T, K, h, w]}
   */
  Tensor of(Tensor frames);
}
