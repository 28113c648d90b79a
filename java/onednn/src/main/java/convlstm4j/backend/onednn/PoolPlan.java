package convlstm4j.backend.onednn;

import convlstm4j.op.Pool;
import convlstm4j.op.Window;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;

/**
 * {@link Pool} over images {@code [N,D,H,W,C]}. Two spatial axes get D = 1; channels-first images
 * are taken for N C images of one channel. Taps outside the image are left out. oneDNN's primitive
 * leaves open which of several equal maxima gets the gradient.
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
    Window window = op.window();
    Shape image = inputs.get(0).from(1);
    long batch = inputs.get(0).dim(0);
    long c = window.format().channels(image);
    boolean last = window.format() == DataFormat.CHANNELS_LAST;
    this.max = op.mode() == Pool.Mode.MAX;
    this.images = last ? batch : batch * c;
    this.channels = last ? Math.toIntExact(c) : 1;
    Shape spatial = window.format().spatial(image);
    for (int i = 0; i < window.rank(); i++) {
      int d = 3 - window.rank() + i;
      n[d] = (int) spatial.dim(i);
      o[d] = (int) window.outputSize(i, n[d]);
      size[d] = window.size().get(i);
      stride[d] = window.strides().get(i);
      pad[d] = (int) window.padBefore(i, n[d]);
    }
  }
}
