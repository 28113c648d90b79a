package convlstm4j.layer;

import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import convlstm4j.tensor.Shape;

/**
 * An array with more axes before those of an image than one for the batch, as tf.keras takes them:
 * {@code [N, T, H, W, C]} is seen as {@code [N*T, H, W, C]}, so that each image is taken by itself.
 *
 * @param images one axis before those of an image
 * @param leading the axes that were there
 */
record Folded(Value images, Shape leading) {

  /**
   * Folds.
   *
   * @param x what a layer is called with; one of too few axes stays, for the op to refuse
   * @param imageAxes channels and spatial axes
   */
  static Folded of(Lowering g, Value x, int imageAxes) {
    Shape s = x.shape();
    int before = Math.max(1, s.rank() - imageAxes);
    long n = 1;
    long[] leading = new long[before];
    for (int d = 0; d < before; d++) {
      leading[d] = s.dim(d);
      n = Shape.times(n, s.dim(d));
    }
    return new Folded(g.reshape(x, s.from(before).prepend(n)), Shape.of(leading));
  }

  /** Sees what came of the images with the axes that were there. */
  Value unfold(Lowering g, Value y) {
    return g.reshape(y, y.shape().from(1).prepend(leading.dims()));
  }
}
