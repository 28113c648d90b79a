package convlstm4j.backend.onednn;

import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.GateOrder;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.List;

/** The sizes of a ConvLSTM and what follows from its options. */
final class ConvLstmShape {
  /**
   * Bytes of pre-activations of one chunk of time: large enough for the convolutions of a chunk to
   * run at full speed, small enough to stay in the outer caches until the steps use them.
   */
  private static final long CHUNK_BYTES = 16L << 20;

  final ConvLstm2d op;
  final boolean training;
  final boolean last;

  /** Samples, steps, steps of a chunk. */
  final int n;

  final int t;
  final int chunk;

  /** Channels and filters. */
  final int channels;

  final int filters;

  /** Image and state without channels, and their pixels. */
  final Shape image;

  final Shape state;
  final long imagePixels;
  final long pixels;

  /** Elements of one frame of x, of one state, of one sample's gates. */
  final long x;

  final long s;
  final long z;

  /** Copies of x and h that enter the convolutions: 4 with dropout, one per gate. */
  final int xCopies;

  final int hCopies;

  /** Whether x can be read where it is: channels last, in the order of the steps. */
  final boolean xInPlace;

  ConvLstmShape(ConvLstm2d op, List<Shape> inputs, boolean training) {
    this.op = op;
    this.training = training;
    DataFormat format = op.window().format();
    Shape xs = inputs.get(0);
    last = format == DataFormat.CHANNELS_LAST;
    n = Math.toIntExact(xs.dim(0));
    t = Math.toIntExact(xs.dim(1));
    channels = Math.toIntExact(format.channels(xs.from(2)));
    filters = op.filters();
    image = format.spatial(xs.from(2));
    state = format.spatial(inputs.get(1).from(1));
    imagePixels = image.elements();
    pixels = state.elements();
    x = imagePixels * channels;
    s = pixels * filters;
    z = GateOrder.COUNT * s;
    xCopies = op.dropout() > 0 ? GateOrder.COUNT : 1;
    hCopies = op.recurrentDropout() > 0 ? GateOrder.COUNT : 1;
    xInPlace = last && xCopies == 1 && (t == 1 || (n == 1 && !op.goBackwards()));
    chunk = (int) Math.max(1, Math.min(t, CHUNK_BYTES / (n * z * Float.BYTES)));
  }

  /** Whether derivatives need what the activations were applied to. */
  boolean keepsPre() {
    return !Functions.fromValue(op.activation()) || !Functions.fromValue(op.recurrentActivation());
  }

  GatePass.Cell cell() {
    Activation a = op.activation();
    return new GatePass.Cell(n, pixels, filters, a, op.recurrentActivation(), keepsPre());
  }

  /** The frame of x that a step takes. */
  int frame(int step) {
    return op.goBackwards() ? t - 1 - step : step;
  }

  /** Elements from one sample's output to the next. */
  long outputStride() {
    return op.returnSequences() ? t * s : s;
  }

  /** Whether a step yields an output. */
  boolean yields(int step) {
    return op.returnSequences() || step == t - 1;
  }

  /** Where a step's output begins in y. */
  long output(int step) {
    return op.returnSequences() ? step * s : 0;
  }
}
