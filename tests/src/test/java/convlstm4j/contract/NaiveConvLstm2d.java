package convlstm4j.contract;

import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.GateOrder;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;

/**
 * The documentation of {@link ConvLstm2d} spelled out one element at a time, forward only. Shares
 * nothing with the reference but the record, the gate order and the random numbers.
 */
final class NaiveConvLstm2d {
  private final ConvLstm2d op;
  private final List<Tensor> inputs;
  private final Philox random;
  private final boolean first;

  private final int n;
  private final int t;
  private final int channels;
  private final int filters;

  // Sizes of x's images, of the states' images.
  private final int[] in;
  private final int[] out;

  NaiveConvLstm2d(ConvLstm2d op, List<Tensor> inputs, Philox random) {
    this.op = op;
    this.inputs = inputs;
    this.random = random;
    this.first = op.window().format() == DataFormat.CHANNELS_FIRST;
    Shape x = inputs.get(0).shape();
    Shape h = inputs.get(1).shape();
    n = (int) x.dim(0);
    t = (int) x.dim(1);
    channels = (int) x.dim(first ? 2 : 4);
    filters = op.filters();
    in = new int[] {(int) x.dim(first ? 3 : 2), (int) x.dim(first ? 4 : 3)};
    out = new int[] {(int) h.dim(first ? 2 : 1), (int) h.dim(first ? 3 : 2)};
  }

  /** y, hT, cT. */
  List<double[]> outputs() {
    int state = out[0] * out[1] * filters;
    double[] h = values("h0");
    double[] c = values("c0");
    double[] last = new double[n * state];
    double[] y = new double[n * (op.returnSequences() ? t : 1) * state];
    for (int step = 0; step < t; step++) {
      int frame = op.goBackwards() ? t - 1 - step : step;
      double[] oldH = h.clone();
      double[] oldC = c.clone();
      for (int sample = 0; sample < n; sample++) {
        boolean counts = !op.masked() || at("mask", sample * t + frame) != 0;
        for (int k = 0; k < state; k++) {
          int e = sample * state + k;
          if (counts) {
            cell(sample, frame, k, oldH, oldC, h, c);
            last[e] = h[e];
          } else if (op.zeroOutputForMask()) {
            last[e] = 0;
          }
          if (op.returnSequences()) {
            y[(sample * t + step) * state + k] = last[e];
          } else {
            y[e] = last[e];
          }
        }
      }
    }
    return List.of(y, h, c);
  }

  /** One element of c' and h'; k is its place in the image of the state. */
  private void cell(
      int sample, int frame, int k, double[] oldH, double[] oldC, double[] h, double[] c) {
    int pixels = out[0] * out[1];
    int f = first ? k / pixels : k % filters;
    int p = first ? k % pixels : k / filters;
    int row = p / out[1];
    int column = p % out[1];
    int e = sample * out[0] * out[1] * filters + k;
    double peepI = op.peephole() ? at("wci", k) * oldC[e] : 0;
    double peepF = op.peephole() ? at("wcf", k) * oldC[e] : 0;
    double i = ra(sums(GateOrder.INPUT, f, sample, frame, row, column, oldH) + peepI);
    double forget = ra(sums(GateOrder.FORGET, f, sample, frame, row, column, oldH) + peepF);
    double g = a(sums(GateOrder.CANDIDATE, f, sample, frame, row, column, oldH));
    c[e] = forget * oldC[e] + i * g;
    double peepO = op.peephole() ? at("wco", k) * c[e] : 0;
    double o = ra(sums(GateOrder.OUTPUT, f, sample, frame, row, column, oldH) + peepO);
    h[e] = o * a(c[e]);
  }

  /** Both convolutions and the bias, for one gate of one element. */
  private double sums(
      GateOrder gate, int f, int sample, int frame, int row, int column, double[] h) {
    int g = gate.index();
    int kh = op.window().size().get(0);
    int kw = op.window().size().get(1);
    int to = g * filters + f;
    double sum = op.useBias() ? at("b", to) : 0;
    for (int a = 0; a < kh; a++) {
      for (int b = 0; b < kw; b++) {
        int y = row * op.window().strides().get(0) + a * op.window().dilation().get(0);
        int x = column * op.window().strides().get(1) + b * op.window().dilation().get(1);
        y -= before(0);
        x -= before(1);
        for (int ch = 0; inside(y, x, in) && ch < channels; ch++) {
          int at = place(ch, y, x, in, channels);
          int image = in[0] * in[1] * channels;
          double w = at("wx", ((a * kw + b) * channels + ch) * 4 * filters + to);
          double value = at("x", (sample * t + frame) * image + at);
          sum += w * value * dropout(op.dropout(), 0, (g * n + sample) * image + at);
        }
        // Recurrent: stride 1, undilated, "same"; of an odd total the smaller half goes before.
        int hy = row + a - (kh - 1) / 2;
        int hx = column + b - (kw - 1) / 2;
        for (int ch = 0; inside(hy, hx, out) && ch < filters; ch++) {
          int at = place(ch, hy, hx, out, filters);
          int image = out[0] * out[1] * filters;
          int skip = 4 * n * in[0] * in[1] * channels;
          double w = at("wh", ((a * kw + b) * filters + ch) * 4 * filters + to);
          double kept = dropout(op.recurrentDropout(), skip, (g * n + sample) * image + at);
          sum += w * h[sample * image + at] * kept;
        }
      }
    }
    return sum;
  }

  /** Padding before an axis, as TensorFlow defines it. */
  private int before(int axis) {
    if (op.window().padding() == Padding.VALID) {
      return 0;
    }
    int stride = op.window().strides().get(axis);
    int extent = (op.window().size().get(axis) - 1) * op.window().dilation().get(axis) + 1;
    int positions = (in[axis] + stride - 1) / stride;
    return Math.max(0, (positions - 1) * stride + extent - in[axis]) / 2;
  }

  private double dropout(double rate, int skip, int index) {
    if (rate == 0) {
      return 1;
    }
    return random.keeps((long) skip + index, rate) ? 1 / (1 - rate) : 0;
  }

  private static boolean inside(int y, int x, int[] image) {
    return y >= 0 && x >= 0 && y < image[0] && x < image[1];
  }

  private int place(int channel, int y, int x, int[] image, int of) {
    return first ? (channel * image[0] + y) * image[1] + x : (y * image[1] + x) * of + channel;
  }

  private double at(String input, int index) {
    return inputs.get(op.input(input)).get(index);
  }

  private double[] values(String input) {
    return inputs.get(op.input(input)).doubles().clone();
  }

  private double a(double x) {
    return activate(op.activation(), x);
  }

  private double ra(double x) {
    return activate(op.recurrentActivation(), x);
  }

  private static double activate(Activation f, double x) {
    return switch (f.kind()) {
      case LINEAR -> x;
      case RELU -> x > 0 ? x : 0;
      case TANH -> 1 - 2 / (Math.exp(2 * x) + 1);
      case SIGMOID -> 1 / (1 + Math.exp(-x));
      case HARD_SIGMOID_KERAS2 -> clip(0.2 * x + 0.5);
      case HARD_SIGMOID_KERAS3 -> clip(x / 6 + 0.5);
      case ELU -> x > 0 ? x : f.alpha() * (Math.exp(x) - 1);
      case LEAKY_RELU -> x > 0 ? x : f.alpha() * x;
      case SOFTPLUS -> x > 700 ? x : Math.log(1 + Math.exp(x)); // exp(710) is infinite
      case SWISH -> x / (1 + Math.exp(-x));
      case SOFTMAX -> throw new IllegalArgumentException("softmax is not element-wise");
    };
  }

  private static double clip(double x) {
    return Math.max(0, Math.min(1, x));
  }
}
