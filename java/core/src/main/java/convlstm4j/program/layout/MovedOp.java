package convlstm4j.program.layout;

import convlstm4j.op.Activate;
import convlstm4j.op.BatchNorm;
import convlstm4j.op.Concat;
import convlstm4j.op.Conv;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.ConvTranspose;
import convlstm4j.op.Drop;
import convlstm4j.op.GlobalAveragePool;
import convlstm4j.op.Merge;
import convlstm4j.op.Op;
import convlstm4j.op.Pad;
import convlstm4j.op.Penalty;
import convlstm4j.op.Pointwise;
import convlstm4j.op.Pool;
import convlstm4j.op.Resample;
import convlstm4j.op.Reverse;
import convlstm4j.op.Standardize;
import convlstm4j.op.Transpose;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An op that does to arrays with their axes in another order what a given op does to them in their
 * own: the same numbers but for the order of sums, from the same random numbers.
 *
 * @param op what is computed
 * @param inputs order of each input's axes
 * @param seen shapes with which the op sees them: those in that order, or others of as many
 *     elements
 * @param outputs order of each output's axes
 */
record MovedOp(Op op, List<AxisOrder> inputs, List<Shape> seen, List<AxisOrder> outputs) {
  /** An op that sees the inputs as they are in their orders. */
  private static MovedOp of(
      Op op, List<Shape> shapes, List<AxisOrder> inputs, List<AxisOrder> outputs) {
    List<Shape> seen =
        IntStream.range(0, shapes.size()).mapToObj(k -> inputs.get(k).of(shapes.get(k))).toList();
    return new MovedOp(op, inputs, seen, outputs);
  }

  /**
   * A convolution or a ConvLSTM of the other data format in a given one. Dropout inside a ConvLSTM
   * numbers its decisions along the axes, so it stays as it is.
   *
   * @param op any op
   * @param shapes of its inputs
   * @param to the format
   * @return empty for other ops, and where the op has the format
   */
  static Optional<MovedOp> convolution(Op op, List<Shape> shapes, DataFormat to) {
    if (op instanceof Conv c && c.window().format() != to) {
      List<AxisOrder> inputs = own(shapes);
      inputs.set(0, AxisOrder.channels(shapes.get(0).rank(), 1, to));
      Conv moved = new Conv(c.filters(), in(c.window(), to), c.useBias(), c.groups());
      return Optional.of(of(moved, shapes, inputs, List.of(inputs.get(0))));
    }
    if (op instanceof ConvTranspose c && c.window().format() != to) {
      List<AxisOrder> inputs = own(shapes);
      inputs.set(0, AxisOrder.channels(shapes.get(0).rank(), 1, to));
      ConvTranspose moved = new ConvTranspose(c.filters(), in(c.window(), to));
      return Optional.of(of(moved, shapes, inputs, List.of(inputs.get(0))));
    }
    if (op instanceof ConvLstm2d c
        && c.window().format() != to
        && c.dropout() == 0
        && c.recurrentDropout() == 0) {
      return Optional.of(convLstm(c, shapes, to));
    }
    return Optional.empty();
  }

  private static MovedOp convLstm(ConvLstm2d c, List<Shape> shapes, DataFormat to) {
    AxisOrder frames = AxisOrder.channels(5, 2, to);
    AxisOrder state = AxisOrder.channels(4, 1, to);
    AxisOrder peephole = AxisOrder.channels(3, 0, to);
    List<AxisOrder> inputs = own(shapes);
    for (int k = 0; k < inputs.size(); k++) {
      switch (c.inputNames().get(k)) {
        case "x" -> inputs.set(k, frames);
        case "h0", "c0" -> inputs.set(k, state);
        case "wci", "wcf", "wco" -> inputs.set(k, peephole);
        default -> {} // weights and mask have one layout
      }
    }
    ConvLstm2d moved =
        new ConvLstm2d(
            c.filters(),
            in(c.window(), to),
            c.activation(),
            c.recurrentActivation(),
            c.useBias(),
            c.peephole(),
            c.returnSequences(),
            c.goBackwards(),
            c.masked(),
            c.zeroOutputForMask(),
            0,
            0);
    return of(moved, shapes, inputs, List.of(c.returnSequences() ? frames : state, state, state));
  }

  private static Window in(Window w, DataFormat to) {
    return new Window(w.size(), w.strides(), w.dilation(), w.padding(), to);
  }

  private static List<AxisOrder> own(List<Shape> shapes) {
    return new ArrayList<>(shapes.stream().map(s -> AxisOrder.own(s.rank())).toList());
  }

  /**
   * An op that can as well work on arrays in another order.
   *
   * @param op any op
   * @param shapes of its inputs
   * @param order of its first input, and of the others where it takes several of a kind
   * @return empty if it cannot
   */
  static Optional<MovedOp> following(Op op, List<Shape> shapes, AxisOrder order) {
    Shape x = shapes.get(0);
    if (op instanceof Activate a) {
      boolean rows = a.activation().kind() == Activation.Kind.SOFTMAX;
      return like(!rows || order.position(x.rank() - 1) == x.rank() - 1, op, shapes, order);
    }
    if (op instanceof Merge || op instanceof Pointwise) {
      return like(true, op, shapes, order);
    }
    if (op instanceof Concat c) {
      return like(true, new Concat(order.position(c.axis()), c.count()), shapes, order);
    }
    if (op instanceof Reverse r) {
      return like(true, new Reverse(order.position(r.axis())), shapes, order);
    }
    if (op instanceof Resample r) {
      int first = order.position(r.axis());
      boolean neighbours =
          IntStream.range(0, r.tables().size())
              .allMatch(k -> order.position(r.axis() + k) == first + k);
      return like(neighbours, new Resample(first, r.tables()), shapes, order);
    }
    if (op instanceof Pad p) {
      List<Integer> axes = order.axes();
      Pad moved =
          new Pad(
              axes.stream().map(p.before()::get).toList(),
              axes.stream().map(p.after()::get).toList());
      return like(true, moved, shapes, order);
    }
    if (op instanceof Drop d) {
      return dropout(d, shapes, order);
    }
    if (op instanceof BatchNorm b) {
      return batchNorm(b, shapes, order);
    }
    if (op instanceof Standardize s) {
      return standardize(s, shapes, order);
    }
    if (op instanceof Penalty p) {
      return p.perSample() && order.position(0) != 0
          ? Optional.empty()
          : Optional.of(of(p, shapes, List.of(order), List.of(AxisOrder.own(1))));
    }
    if (op instanceof Pool p) {
      return pool(p, x, order);
    }
    if (op instanceof GlobalAveragePool p) {
      return globalPool(p, shapes, order);
    }
    if (op instanceof Transpose t) {
      Transpose moved = new Transpose(new AxisOrder(t.order()).from(order));
      return Optional.of(of(moved, shapes, List.of(order), List.of(AxisOrder.own(x.rank()))));
    }
    return Optional.empty();
  }

  private static Optional<MovedOp> like(
      boolean possible, Op op, List<Shape> shapes, AxisOrder order) {
    List<AxisOrder> inputs = Collections.nCopies(shapes.size(), order);
    return possible ? Optional.of(of(op, shapes, inputs, List.of(order))) : Optional.empty();
  }

  /** Decisions are numbered along the mask's axes. */
  private static Optional<MovedOp> dropout(Drop d, List<Shape> shapes, AxisOrder order) {
    List<Long> noise = d.noiseShape();
    Shape mask = d.drawn(shapes).orElseThrow();
    return like(
        order.isSameMemory(AxisOrder.own(mask.rank()), mask),
        new Drop(
            d.rate(), noise.isEmpty() ? noise : order.axes().stream().map(noise::get).toList()),
        shapes,
        order);
  }

  private static Optional<MovedOp> batchNorm(BatchNorm b, List<Shape> shapes, AxisOrder order) {
    List<Integer> axes = b.axes().stream().map(order::position).toList();
    boolean ascending = axes.stream().sorted().toList().equals(axes);
    if (!ascending || (b.perStep() && order.position(1) != 1)) {
      return Optional.empty();
    }
    List<AxisOrder> inputs = own(shapes);
    inputs.set(0, order);
    List<AxisOrder> outputs = own(b.outputShapes(shapes));
    outputs.set(0, order);
    BatchNorm moved =
        new BatchNorm(
            axes, b.momentum(), b.epsilon(), b.center(), b.scale(), b.training(), b.perStep());
    return Optional.of(of(moved, shapes, inputs, outputs));
  }

  /** Gamma and beta have one layout. */
  private static Optional<MovedOp> standardize(Standardize s, List<Shape> shapes, AxisOrder order) {
    List<Integer> weighted = s.weighted().stream().map(order::position).toList();
    if (!weighted.stream().sorted().toList().equals(weighted)) {
      return Optional.empty();
    }
    List<AxisOrder> inputs = own(shapes);
    inputs.set(0, order);
    List<Integer> axes = s.axes().stream().map(order::position).sorted().toList();
    Standardize moved = new Standardize(axes, weighted, s.epsilon(), s.center(), s.scale());
    return Optional.of(of(moved, shapes, inputs, List.of(order)));
  }

  /**
   * Axes along which the window is one pixel and moves by one are no part of it: those before the
   * others are images, those after them channels. What is between must be 2 or 3 axes. The first of
   * equal maxima must stay the first.
   */
  private static Optional<MovedOp> pool(Pool p, Shape x, AxisOrder order) {
    Window w = p.window();
    int rank = x.rank();
    int spatial = w.format() == DataFormat.CHANNELS_FIRST ? 2 : 1;
    int[] size = new int[rank];
    int[] stride = new int[rank];
    List<Integer> pooled = new ArrayList<>();
    for (int k = 0; k < rank; k++) {
      int i = order.axes().get(k) - spatial;
      boolean inWindow = i >= 0 && i < w.rank();
      size[k] = inWindow ? w.size().get(i) : 1;
      stride[k] = inWindow ? w.strides().get(i) : 1;
      if (size[k] > 1 || stride[k] > 1) {
        pooled.add(k);
      }
    }
    List<Integer> axes = pooled.stream().map(order.axes()::get).toList();
    boolean inOrder = p.mode() != Pool.Mode.MAX || axes.stream().sorted().toList().equals(axes);
    if (pooled.isEmpty() || !inOrder) {
      return Optional.empty();
    }
    int end = pooled.get(pooled.size() - 1) + 1;
    int from = Math.min(pooled.get(0), end - 2);
    if (from < 0 || end - from > 3) {
      return Optional.empty();
    }
    Shape moved = order.of(x);
    Shape seen =
        Shape.of(elements(moved, 0, from))
            .append(IntStream.range(from, end).mapToLong(moved::dim).toArray())
            .append(moved.from(end).elements());
    Window window =
        new Window(
            IntStream.range(from, end).mapToObj(k -> size[k]).toList(),
            IntStream.range(from, end).mapToObj(k -> stride[k]).toList(),
            IntStream.range(from, end).mapToObj(k -> 1).toList(),
            w.padding(),
            DataFormat.CHANNELS_LAST);
    return Optional.of(
        new MovedOp(new Pool(p.mode(), window), List.of(order), List.of(seen), List.of(order)));
  }

  private static long elements(Shape s, int from, int end) {
    return IntStream.range(from, end).mapToLong(s::dim).reduce(1, Math::multiplyExact);
  }

  private static Optional<MovedOp> globalPool(
      GlobalAveragePool p, List<Shape> shapes, AxisOrder order) {
    Shape x = shapes.get(0);
    DataFormat to =
        p.format() == DataFormat.CHANNELS_LAST
            ? DataFormat.CHANNELS_FIRST
            : DataFormat.CHANNELS_LAST;
    AxisOrder images = AxisOrder.channels(x.rank(), 1, to);
    if (!images.isSameMemory(order, x)) {
      return Optional.empty();
    }
    AxisOrder y = p.keepDims() ? images : AxisOrder.own(2);
    Op moved = new GlobalAveragePool(to, p.rank(), p.keepDims());
    return Optional.of(of(moved, shapes, List.of(images), List.of(y)));
  }
}
