package convlstm4j.contract;

import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** ConvLSTMs: each option by itself, then random combinations of all. */
final class ConvLstm2dCases {
  private static final int RANDOM_CASES = 40;

  private static final List<Activation> SMOOTH =
      List.of(
          Activation.TANH,
          Activation.SIGMOID,
          Activation.LINEAR,
          Activation.ELU,
          Activation.SOFTPLUS,
          Activation.SWISH);

  private ConvLstm2dCases() {}

  /** The options that cases vary, with defaults. */
  static final class Options {
    long n = 2;
    long t = 3;
    long h = 5;
    long w = 7;
    long c = 3;
    int filters = 2;
    List<Integer> kernel = List.of(3, 3);
    List<Integer> strides = List.of(1, 1);
    List<Integer> dilation = List.of(1, 1);
    Padding padding = Padding.SAME;
    DataFormat format = DataFormat.CHANNELS_LAST;
    Activation activation = Activation.TANH;
    Activation recurrent = Activation.SIGMOID;
    boolean bias = true;
    boolean peephole;
    boolean sequences = true;
    boolean backwards;
    boolean masked;
    boolean zeroOutput;
    double dropout;
    double recurrentDropout;

    ConvLstm2d op() {
      return new ConvLstm2d(
          filters,
          new Window(kernel, strides, dilation, padding, format),
          activation,
          recurrent,
          bias,
          peephole,
          sequences,
          backwards,
          masked,
          zeroOutput,
          dropout,
          recurrentDropout);
    }
  }

  /** Sets one option or more. */
  interface Setting {
    void apply(Options o);
  }

  static List<OpCase> all(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    add(cases, random, "plain", o -> {});
    add(cases, random, "channels first", o -> o.format = DataFormat.CHANNELS_FIRST);
    add(cases, random, "valid", o -> o.padding = Padding.VALID);
    add(cases, random, "strides 2x3 same", o -> o.strides = List.of(2, 3));
    add(
        cases,
        random,
        "strides 2x1 valid",
        o -> {
          o.strides = List.of(2, 1);
          o.padding = Padding.VALID;
        });
    add(cases, random, "dilation 2x1", o -> o.dilation = List.of(2, 1));
    add(cases, random, "even kernel", o -> o.kernel = List.of(4, 2));
    add(cases, random, "kernel larger than the image", o -> o.kernel = List.of(7, 9));
    add(cases, random, "1x1", o -> o.kernel = List.of(1, 1));
    add(cases, random, "one frame", o -> o.t = 1);
    add(cases, random, "one row", o -> o.h = 1);
    add(
        cases,
        random,
        "one pixel",
        o -> {
          o.h = 1;
          o.w = 1;
        });
    add(
        cases,
        random,
        "one sample, one filter",
        o -> {
          o.n = 1;
          o.filters = 1;
        });
    add(cases, random, "no bias", o -> o.bias = false);
    add(cases, random, "last output only", o -> o.sequences = false);
    add(cases, random, "backwards", o -> o.backwards = true);
    add(cases, random, "peephole", o -> o.peephole = true);
    add(
        cases,
        random,
        "peephole, channels first, swish",
        o -> {
          o.peephole = true;
          o.format = DataFormat.CHANNELS_FIRST;
          o.recurrent = Activation.SWISH;
        });
    add(cases, random, "mask", o -> o.masked = true);
    add(
        cases,
        random,
        "mask, backwards, last output only",
        o -> {
          o.masked = true;
          o.backwards = true;
          o.sequences = false;
        });
    add(
        cases,
        random,
        "mask, zero output",
        o -> {
          o.masked = true;
          o.zeroOutput = true;
        });
    add(cases, random, "dropout", o -> o.dropout = 0.3);
    add(cases, random, "recurrent dropout", o -> o.recurrentDropout = 0.4);
    add(
        cases,
        random,
        "both dropouts, channels first",
        o -> {
          o.dropout = 0.2;
          o.recurrentDropout = 0.5;
          o.format = DataFormat.CHANNELS_FIRST;
        });
    for (Activation a : activations()) {
      add(cases, random, "activation " + a.kind(), o -> o.activation = a);
      add(cases, random, "recurrent activation " + a.kind(), o -> o.recurrent = a);
    }
    for (int i = 0; i < RANDOM_CASES; i++) {
      Philox draw = random.stream(3, i);
      add(cases, random, "random " + i, o -> randomize(o, draw));
    }
    return cases;
  }

  /** Any combination of options. */
  static OpCase random(String name, Philox draw) {
    Options o = new Options();
    randomize(o, draw);
    return build(name, o, draw.stream(4, 0));
  }

  /** 3x3 layers without masks and dropout: what Winograd's algorithm may be used for. */
  static OpCase threeByThree(String name, Philox draw) {
    Options o = new Options();
    randomize(o, draw);
    o.h = 1L + number(draw, 30, 14);
    o.w = 1L + number(draw, 31, 14);
    o.c = 1L + number(draw, 32, 21);
    o.filters = 1 + number(draw, 33, 21);
    o.kernel = List.of(3, 3);
    o.strides = List.of(1, 1);
    o.dilation = List.of(1, 1);
    o.padding = Padding.SAME;
    // No kinks: at one, the least error changes a derivative by all of it.
    // One at most is unbounded: the product of two may overflow within some steps.
    int drawn = number(draw, 34, 3);
    o.activation = drawn == 1 ? SMOOTH.get(number(draw, 35, SMOOTH.size())) : Activation.TANH;
    o.recurrent = drawn == 2 ? SMOOTH.get(number(draw, 36, SMOOTH.size())) : Activation.SIGMOID;
    o.masked = false;
    o.dropout = 0;
    o.recurrentDropout = 0;
    return build(name, o, draw.stream(4, 0));
  }

  static List<Activation> activations() {
    List<Activation> all = new ArrayList<>();
    for (Activation.Kind k : Activation.Kind.values()) {
      if (k != Activation.Kind.SOFTMAX) {
        all.add(
            new Activation(
                k, k == Activation.Kind.ELU || k == Activation.Kind.LEAKY_RELU ? 0.3 : 0));
      }
    }
    return all;
  }

  private static void randomize(Options o, Philox draw) {
    o.n = 1L + number(draw, 0, 3);
    o.t = 1L + number(draw, 1, 4);
    o.h = 1L + number(draw, 2, 7);
    o.w = 1L + number(draw, 3, 7);
    o.c = 1L + number(draw, 4, 5);
    o.filters = 1 + number(draw, 5, 5);
    o.kernel = List.of(1 + number(draw, 6, 4), 1 + number(draw, 7, 4));
    boolean strided = number(draw, 8, 2) == 0;
    List<Integer> steps = List.of(1 + number(draw, 9, 3), 1 + number(draw, 10, 3));
    o.strides = strided ? steps : List.of(1, 1);
    o.dilation = strided ? List.of(1, 1) : steps;
    boolean fits =
        (o.kernel.get(0) - 1) * o.dilation.get(0) < o.h
            && (o.kernel.get(1) - 1) * o.dilation.get(1) < o.w;
    o.padding = fits && number(draw, 11, 2) == 0 ? Padding.VALID : Padding.SAME;
    o.format = number(draw, 12, 2) == 0 ? DataFormat.CHANNELS_FIRST : DataFormat.CHANNELS_LAST;
    List<Activation> a = activations();
    o.activation = a.get(number(draw, 13, a.size()));
    o.recurrent = a.get(number(draw, 14, a.size()));
    o.bias = number(draw, 15, 2) == 0;
    o.peephole = number(draw, 16, 3) == 0;
    o.sequences = number(draw, 17, 2) == 0;
    o.backwards = number(draw, 18, 2) == 0;
    o.masked = number(draw, 19, 3) == 0;
    o.zeroOutput = number(draw, 20, 2) == 0;
    o.dropout = number(draw, 21, 3) == 0 ? 0.3 : 0;
    o.recurrentDropout = number(draw, 22, 3) == 0 ? 0.3 : 0;
  }

  private static int number(Philox draw, int index, int below) {
    return (int) (draw.uniform(index) * below);
  }

  static void add(List<OpCase> cases, Philox random, String name, Setting setting) {
    Options o = new Options();
    setting.apply(o);
    cases.add(build(name, o, random.stream(4, cases.size())));
  }

  private static OpCase build(String name, Options o, Philox random) {
    ConvLstm2d op = o.op();
    boolean first = o.format == DataFormat.CHANNELS_FIRST;
    Shape x = first ? Shape.of(o.n, o.t, o.c, o.h, o.w) : Shape.of(o.n, o.t, o.h, o.w, o.c);
    Shape state = op.stateShape(x);
    List<Tensor> inputs = new ArrayList<>();
    // Unbounded activations make the states grow; small weights keep the comparison meaningful.
    double scale = 0.4 / Math.sqrt(o.kernel.get(0) * o.kernel.get(1));
    for (String input : op.inputNames()) {
      Philox r = random.stream(5, inputs.size());
      inputs.add(
          switch (input) {
            case "x" -> OpCase.normal(x, 1, r);
            case "h0", "c0" -> OpCase.normal(state, 0.5, r);
            case "wx" ->
                OpCase.normal(
                    Shape.of(o.kernel.get(0), o.kernel.get(1), o.c, 4L * o.filters), scale, r);
            case "wh" ->
                OpCase.normal(
                    Shape.of(o.kernel.get(0), o.kernel.get(1), o.filters, 4L * o.filters),
                    scale,
                    r);
            case "b" -> OpCase.normal(Shape.of(4L * o.filters), 0.3, r);
            case "mask" -> mask(Shape.of(o.n, o.t), r);
            default -> OpCase.normal(state.from(1), 0.3, r);
          });
    }
    long terms = (long) o.kernel.get(0) * o.kernel.get(1) * (o.c + o.filters) * o.t;
    OpCase c = OpCase.of(name, op, inputs, terms, terms * o.n * o.h * o.w);
    boolean kinked = kinked(o.activation) || kinked(o.recurrent);
    boolean zeros =
        kinked
            || o.masked
            || o.dropout > 0
            || o.recurrentDropout > 0
            || o.kernel.get(0) > 2 * o.h - 1
            || o.kernel.get(1) > 2 * o.w - 1
            || name.startsWith("random")
            || o.strides.get(0) > o.kernel.get(0);
    return zeros ? c.withZeros() : c;
  }

  /** Random zeros and ones; the first step of the first sample is masked, others by chance. */
  static Tensor mask(Shape shape, Philox random) {
    Tensor t = OpCase.uniform(shape, 0, 1, random);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, i == 0 || t.get(i) < 0.35 ? 0 : 1);
    }
    return t;
  }

  private static boolean kinked(Activation a) {
    return switch (a.kind()) {
      case RELU, LEAKY_RELU, HARD_SIGMOID_KERAS2, HARD_SIGMOID_KERAS3, ELU -> true;
      default -> false;
    };
  }
}
