package convlstm4j.backend.onednn;

import convlstm4j.backend.PoolGeometry;
import convlstm4j.op.Pool;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link Pool} over the images of {@link PoolGeometry}. oneDNN's primitive leaves open which of
 * several equal maxima gets the gradient.
 */
abstract class PoolPlan extends OneDnnPlan<Pool> {
  final boolean max;
  final long images;
  final int channels;

  // Per spatial axis D, H, W: the image's and the output's size, the window's extent, step and
  // padding before the first pixel.
  final int[] n = {1, 1, 1};
  final int[] o = {1, 1, 1};
  final int[] size = {1, 1, 1};
  final int[] stride = {1, 1, 1};
  final int[] pad = {0, 0, 0};

  PoolPlan(Pool op, List<Shape> inputs) {
    super(op, inputs);
    PoolGeometry g = new PoolGeometry(op.window(), inputs.get(0));
    this.max = op.mode() == Pool.Mode.MAX;
    this.images = g.images();
    this.channels = g.channels();
    for (int d = 0; d < PoolGeometry.AXES; d++) {
      n[d] = g.in(d);
      o[d] = g.out(d);
      size[d] = g.size(d);
      stride[d] = g.stride(d);
      pad[d] = g.pad(d);
    }
  }
}
