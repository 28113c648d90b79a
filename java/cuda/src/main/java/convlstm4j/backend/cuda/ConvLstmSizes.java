package convlstm4j.backend.cuda;

import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.GateOrder;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;

/** The sizes of a ConvLSTM, in elements, and what follows from its options. */
final class ConvLstmSizes {
  final ConvLstm2d op;
  final boolean training;
  final DataFormat format;

  /** Whether the user's images are channels first as ours are. */
  final boolean first;

  /** Samples and steps. */
  final long n;

  final int t;

  /** C, F. */
  final long channels;

  final long filters;

  /** Pixels of an image of x and of a state. */
  final long imagePixels;

  final long pixels;

  /** Elements of an image of x, of a state, of the pre-activations of a step. */
  final long x;

  final long s;
  final long z;

  /** Copies of x and of h that the convolutions read: one, or one per gate with dropout. */
  final int xCopies;

  final int hCopies;

  /** What the convolutions read. */
  final Geometry input;

  final HiddenImages hidden;

  ConvLstmSizes(ConvLstm2d op, Shape xs, boolean training) {
    this.op = op;
    this.training = training;
    format = op.window().format();
    first = format == DataFormat.CHANNELS_FIRST;
    n = xs.dim(0);
    t = Math.toIntExact(xs.dim(1));
    Shape image = xs.from(2);
    Shape state = op.stateShape(xs).from(1);
    channels = format.channels(image);
    filters = op.filters();
    imagePixels = format.spatial(image).elements();
    pixels = format.spatial(state).elements();
    x = channels * imagePixels;
    s = filters * pixels;
    z = GateOrder.COUNT * s;
    xCopies = op.dropout() > 0 ? GateOrder.COUNT : 1;
    hCopies = op.recurrentDropout() > 0 ? GateOrder.COUNT : 1;
    long gates = GateOrder.COUNT * filters;
    input = new Geometry(op.window(), format.spatial(image), channels * xCopies, gates, xCopies);
    hidden =
        new HiddenImages(op.window().recurrent(), format.spatial(state), filters, gates, hCopies);
  }

  /** The frame that a step takes: its place in x, in z and among the kept states. */
  int frame(int step) {
    return op.goBackwards() ? t - 1 - step : step;
  }

  /** Steps that y holds. */
  long outputs() {
    return op.returnSequences() ? t : 1;
  }

  /** Whether a step's output is in y. */
  boolean yields(int step) {
    return op.returnSequences() || step == t - 1;
  }

  /** Whether masked steps need h apart from the copies that the convolution reads. */
  boolean keepsRunning() {
    return op.masked() && hCopies > 1;
  }

  /** Whether a masked step repeats an output that is not in y. */
  boolean keepsOutput() {
    return op.masked() && !op.zeroOutputForMask() && !op.returnSequences();
  }

  /** Elements from the start of a sample's y to a step's output. */
  long output(int step) {
    return op.returnSequences() ? step * s : 0;
  }
}
