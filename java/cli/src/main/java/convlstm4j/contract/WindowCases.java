package convlstm4j.contract;

import convlstm4j.op.Conv;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.GlobalAveragePool;
import convlstm4j.op.Op;
import convlstm4j.op.Pool;
import convlstm4j.op.Window;
import convlstm4j.op.Winners;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Convolutions and pooling: every format and padding, then random geometries. */
final class WindowCases {
  private static final int RANDOM_CASES = 24;
  private static final List<DataFormat> FORMATS = List.of(DataFormat.values());
  private static final List<Padding> PADDINGS = List.of(Padding.values());

  private WindowCases() {}

  static List<OpCase> conv(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (DataFormat f : FORMATS) {
      for (Padding p : PADDINGS) {
        addConv(cases, random, window(p, f, of(3, 3), of(1, 1), of(1, 1)), true, 1, 3, 5, 7, 6);
        addConv(cases, random, window(p, f, of(2, 4), of(1, 1), of(1, 1)), false, 1, 2, 3, 5, 7);
        addConv(cases, random, window(p, f, of(3, 2), of(2, 3), of(1, 1)), true, 1, 3, 2, 7, 11);
        addConv(cases, random, window(p, f, of(2, 3), of(1, 1), of(3, 2)), true, 1, 1, 4, 7, 5);
        addConv(cases, random, window(p, f, of(1, 1), of(2, 2), of(1, 1)), true, 1, 5, 1, 5, 3);
        addConv(
            cases,
            random,
            window(p, f, of(2, 3, 3), of(1, 1, 1), of(1, 1, 1)),
            true,
            1,
            2,
            3,
            3,
            5,
            4);
        addConv(
            cases,
            random,
            window(p, f, of(3, 2, 2), of(2, 1, 3), of(1, 1, 1)),
            false,
            1,
            3,
            2,
            5,
            3,
            7);
        addConv(
            cases,
            random,
            window(p, f, of(2, 2, 3), of(1, 1, 1), of(1, 3, 2)),
            true,
            1,
            2,
            3,
            3,
            5,
            6);
      }
      Window three = window(Padding.SAME, f, of(3, 3), of(2, 1), of(1, 1));
      addConv(cases, random, three, true, 2, 4, 6, 7, 5);
      addConv(cases, random, three, false, 5, 5, 10, 4, 6);
      addConv(
          cases,
          random,
          window(Padding.VALID, f, of(2, 1, 2), of(1, 1, 1), of(1, 2, 1)),
          true,
          3,
          6,
          3,
          3,
          4,
          5);
      Window wide = window(Padding.SAME, f, of(7, 5), of(1, 1), of(1, 1));
      addConv(cases, random, wide, true, 1, 2, 3, 1, 3);
      addConv(cases, random, wide, true, 1, 17, 19, 5, 7);
      // A single pixel, strided: libraries copy what strides leave, in blocks of channels.
      Window point = window(Padding.VALID, f, of(1, 1), of(1, 3), of(1, 1));
      addConv(cases, random, point, true, 1, 1, 16, 7, 3);
      addConv(cases, random, point, false, 1, 4, 16, 16, 14);
      addConv(cases, random, point, true, 1, 20, 24, 6, 10);
      Window block = window(Padding.SAME, f, of(1, 1, 1), of(2, 1, 2), of(1, 1, 1));
      addConv(cases, random, block, true, 1, 3, 8, 6, 4, 5);
    }
    for (int i = 0; i < RANDOM_CASES; i++) {
      Draw draw = new Draw(random.stream(6, i));
      int rank = draw.from(2, 3);
      long[] sizes = sizes(draw, rank);
      addConv(
          cases,
          random,
          window(draw, sizes, true),
          draw.coin(),
          1,
          draw.from(1, 5),
          draw.from(1, 5),
          sizes);
    }
    for (DataFormat f : FORMATS) {
      for (Padding p : PADDINGS) { // lines, which a backend may lay along another axis
        Window plain = window(p, f, of(5, 1), of(1, 1), of(1, 1));
        addConv(cases, random, plain, true, 1, 3, 5, 11, 1);
        addConv(cases, random, plain, true, 16, 16, 16, 33, 1);
        Window strided = window(p, f, of(4, 1), of(3, 1), of(1, 1));
        addConv(cases, random, strided, false, 1, 1, 2, 10, 1);
        addConv(cases, random, strided, true, 2, 4, 34, 21, 1);
        Window dilated = window(p, f, of(3, 1), of(1, 1), of(2, 1));
        addConv(cases, random, dilated, true, 8, 8, 8, 9, 1);
        addConv(cases, random, dilated, false, 3, 3, 6, 9, 1);
        Window flat = window(p, f, of(2, 3, 1), of(1, 2, 1), of(1, 1, 1));
        addConv(cases, random, flat, true, 1, 3, 2, 4, 7, 1);
        Window deep = window(p, f, of(3, 1, 1), of(2, 1, 1), of(1, 1, 1));
        addConv(cases, random, deep, true, 4, 4, 4, 8, 1, 1);
      }
    }
    return cases;
  }

  private static void addConv(
      List<OpCase> cases,
      Philox random,
      Window window,
      boolean bias,
      int groups,
      int channels,
      int filters,
      long... sizes) {
    Conv op = new Conv(filters, window, bias, groups);
    long[] w = new long[window.rank() + 2];
    long taps = 1;
    for (int d = 0; d < window.rank(); d++) {
      w[d] = window.size().get(d);
      taps *= w[d];
    }
    w[window.rank()] = channels / groups;
    w[window.rank() + 1] = filters;
    Philox r = random.stream(7, cases.size());
    Shape x = image(window.format(), channels, sizes);
    List<Tensor> in =
        new ArrayList<>(
            List.of(
                OpCase.normal(x, 1, r.stream(8, 0)),
                OpCase.normal(Shape.of(w), 1 / Math.sqrt((double) taps), r.stream(8, 1))));
    if (bias) {
      in.add(OpCase.normal(Shape.of(filters), 1, r.stream(8, 2)));
    }
    // Weights and pixels that no window reaches have no gradient.
    cases.add(
        OpCase.of(
                name(window, x) + " groups=" + groups, op, in, taps * channels, x.elements() * taps)
            .withZeros());
  }

  static List<OpCase> convTranspose(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (DataFormat f : FORMATS) {
      Padding p = Padding.VALID;
      addTransposed(cases, random, window(p, f, of(3, 3), of(1, 1), of(1, 1)), 3, 5, 7, 6);
      addTransposed(cases, random, window(p, f, of(3, 2), of(2, 3), of(1, 1)), 3, 2, 4, 5);
      addTransposed(cases, random, window(p, f, of(2, 1), of(3, 2), of(1, 1)), 1, 4, 5, 1);
      addTransposed(cases, random, window(p, f, of(2, 3), of(1, 1), of(3, 2)), 2, 1, 5, 3);
      addTransposed(cases, random, window(p, f, of(4, 4), of(2, 2), of(1, 1)), 17, 19, 5, 7);
      addTransposed(
          cases, random, window(p, f, of(2, 3, 2), of(2, 1, 3), of(1, 1, 1)), 3, 2, 3, 4, 2);
      addTransposed(
          cases, random, window(p, f, of(2, 2, 3), of(1, 1, 1), of(1, 3, 2)), 2, 3, 3, 1, 4);
    }
    for (int i = 0; i < RANDOM_CASES; i++) {
      Draw draw = new Draw(random.stream(13, i));
      long[] sizes = sizes(draw, draw.from(2, 3));
      Window w = window(draw, sizes, true);
      Window valid = window(Padding.VALID, w.format(), w.size(), w.strides(), w.dilation());
      addTransposed(cases, random, valid, draw.from(1, 5), draw.from(1, 5), sizes);
    }
    for (DataFormat f : FORMATS) {
      Padding p = Padding.VALID;
      addTransposed(cases, random, window(p, f, of(4, 1), of(2, 1), of(1, 1)), 17, 19, 9, 1);
      addTransposed(cases, random, window(p, f, of(3, 1), of(1, 1), of(2, 1)), 1, 1, 7, 1);
      addTransposed(
          cases, random, window(p, f, of(2, 3, 1), of(3, 1, 1), of(1, 1, 1)), 2, 3, 3, 4, 1);
    }
    return cases;
  }

  private static void addTransposed(
      List<OpCase> cases, Philox random, Window window, int channels, int filters, long... sizes) {
    Shape x = image(window.format(), channels, sizes);
    Shape kernel = Shape.of(window.size().stream().mapToLong(k -> k).toArray());
    long taps = kernel.elements();
    Philox r = random.stream(14, cases.size());
    List<Tensor> in =
        List.of(
            OpCase.normal(x, 1, r.stream(8, 0)),
            OpCase.normal(
                kernel.append(filters, channels), 1 / Math.sqrt((double) taps), r.stream(8, 1)));
    // Pixels between the taps are no window's.
    cases.add(
        OpCase.of(
                name(window, x),
                new ConvTranspose(filters, window),
                in,
                taps * channels,
                x.elements() * taps)
            .withZeros());
  }

  static List<OpCase> pool(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (DataFormat f : FORMATS) {
      for (Padding p : PADDINGS) {
        for (Pool.Mode m : Pool.Mode.values()) {
          addPool(cases, random, m, window(p, f, of(2, 2), of(2, 2), of(1, 1)), 3, 7, 5);
          addPool(cases, random, m, window(p, f, of(3, 2), of(1, 2), of(1, 1)), 2, 5, 7);
          addPool(cases, random, m, window(p, f, of(2, 2), of(3, 3), of(1, 1)), 3, 5, 8);
          addPool(
              cases, random, m, window(p, f, of(1, 2, 2), of(1, 2, 2), of(1, 1, 1)), 3, 3, 5, 7);
          addPool(
              cases, random, m, window(p, f, of(2, 3, 2), of(1, 2, 3), of(1, 1, 1)), 2, 3, 5, 4);
        }
      }
    }
    for (int i = 0; i < RANDOM_CASES; i++) {
      Draw draw = new Draw(random.stream(9, i));
      long[] sizes = sizes(draw, draw.from(2, 3));
      Window window = window(draw, sizes, false);
      addPool(cases, random, draw.of(List.of(Pool.Mode.values())), window, draw.from(1, 5), sizes);
    }
    Window window = window(Padding.SAME, FORMATS.get(0), of(3, 3), of(2, 1), of(1, 1));
    Philox r = random.stream(10, 0);
    Shape x = image(window.format(), 2, 7, 5);
    Tensor negative = OpCase.uniform(x, -9, -8, r);
    Tensor ties = OpCase.uniform(x, 0, 3, r);
    for (int i = 0; i < ties.size(); i++) {
      ties.set(i, Math.floor(ties.get(i)));
    }
    Op op = new Pool(Pool.Mode.MAX, window);
    cases.add(OpCase.of("max, all negative", op, List.of(negative), 9, 9).withZeros());
    cases.add(OpCase.of("max, ties", op, List.of(ties), 9, 9).withZeros().notSmooth());
    return cases;
  }

  private static void addPool(
      List<OpCase> cases,
      Philox random,
      Pool.Mode mode,
      Window window,
      int channels,
      long... sizes) {
    Shape x = image(window.format(), channels, sizes);
    Tensor t = OpCase.normal(x, 1, random.stream(11, cases.size()));
    long taps = window.size().stream().reduce(1, (a, b) -> a * b);
    cases.add(
        OpCase.of(mode + " " + name(window, x), new Pool(mode, window), List.of(t), taps, taps)
            .withZeros());
  }

  /** The largest poolings of {@link #pool}, along each axis; many windows along an axis; ties. */
  static List<OpCase> winners(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (OpCase c : pool(random)) {
      if (c.op() instanceof Pool p && p.mode() == Pool.Mode.MAX) {
        addWinners(cases, p.window(), c.inputs().get(0));
      }
    }
    for (DataFormat f : FORMATS) {
      Window two = window(Padding.SAME, f, of(2, 2), of(2, 2), of(1, 1));
      Window three = window(Padding.VALID, f, of(3, 1, 2), of(1, 2, 1), of(1, 1, 1));
      Philox r = random.stream(15, cases.size());
      addWinners(cases, two, OpCase.normal(image(f, 2, 5, 99), 1, r.stream(8, 0)));
      addWinners(cases, two, OpCase.normal(image(f, 1, 107, 4), 1, r.stream(8, 1)));
      addWinners(cases, three, OpCase.normal(image(f, 3, 29, 4, 27), 1, r.stream(8, 2)));
    }
    return cases;
  }

  private static void addWinners(List<OpCase> cases, Window window, Tensor x) {
    int first = window.format() == DataFormat.CHANNELS_FIRST ? 2 : 1;
    for (int axis = first; axis < first + window.rank(); axis++) {
      String name = name(window, x.shape()) + " axis=" + axis;
      cases.add(
          OpCase.of(name, new Winners(window, axis), List.of(x), 1, 1).withZeros().notSmooth());
    }
  }

  static List<OpCase> globalAveragePool(Philox random) {
    List<OpCase> cases = new ArrayList<>();
    for (DataFormat f : FORMATS) {
      for (boolean keep : new boolean[] {false, true}) {
        for (long[] sizes : List.of(new long[] {5, 7}, new long[] {3, 5, 2}, new long[] {97, 89})) {
          Shape x = image(f, 3, sizes);
          Op op = new GlobalAveragePool(f, sizes.length, keep);
          Tensor t = OpCase.normal(x, 1, random.stream(12, cases.size()));
          cases.add(
              OpCase.of(f.kerasName() + " " + x + " keep=" + keep, op, List.of(t), x.elements(), 1)
                  .withZeros()); // zeros: gradients are one output's, over many pixels
        }
      }
    }
    return cases;
  }

  private static List<Integer> of(Integer... values) {
    return List.of(values);
  }

  private static Window window(
      Padding p, DataFormat f, List<Integer> size, List<Integer> strides, List<Integer> dilation) {
    return new Window(size, strides, dilation, p, f);
  }

  private static long[] sizes(Draw draw, int rank) {
    long[] sizes = new long[rank];
    for (int d = 0; d < rank; d++) {
      sizes[d] = draw.from(1, 7);
    }
    return sizes;
  }

  /** A random window; "valid" only where it fits. */
  private static Window window(Draw draw, long[] sizes, boolean mayDilate) {
    boolean dilate = mayDilate && draw.coin();
    List<Integer> size = new ArrayList<>();
    List<Integer> strides = new ArrayList<>();
    List<Integer> dilation = new ArrayList<>();
    boolean fits = true;
    for (long n : sizes) {
      int k = draw.from(1, 4);
      int d = dilate ? draw.from(1, 3) : 1;
      size.add(k);
      strides.add(dilate ? 1 : draw.from(1, 3));
      dilation.add(d);
      fits &= (k - 1) * d + 1 <= n;
    }
    Padding padding = fits && draw.coin() ? Padding.VALID : Padding.SAME;
    return new Window(size, strides, dilation, padding, draw.of(FORMATS));
  }

  private static Shape image(DataFormat format, int channels, long... sizes) {
    return format.image(channels, Shape.of(sizes)).prepend(2);
  }

  private static String name(Window w, Shape x) {
    return w.format().kerasName()
        + " "
        + w.padding().kerasName()
        + " x="
        + x
        + " window="
        + w.size()
        + " strides="
        + w.strides()
        + " dilation="
        + w.dilation();
  }
}
