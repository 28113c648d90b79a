package convlstm4j.backend;

import convlstm4j.op.Recurrence;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Sizes of a recurrence, and where its arrays lie in workspace and reserve, in floats: what {@link
 * RecurrencePlan} says.
 */
final class RecurrenceLayout {
  /** Arrays begin at multiples of so many bytes. */
  static final int ALIGN = 256;

  /** Samples, steps, filters. */
  final long n;

  final long t;
  final long f;

  /** Columns of the convolutions and products. */
  final long g;

  final long r;

  /** Of a state, without and with the batch. */
  final Shape image;

  final Shape state;

  /** A state as {@code [N, P, F]}. */
  final Shape frames;

  /** {@code [N T, H.., C]} and {@code [N T, H'.., GF]}. */
  final Shape allFrames;

  final Shape allGates;

  /** States that are carried from step to step. */
  final int carried;

  /** {@code [N, T, H'.., GF]}: the input's convolution. */
  final long z;

  /** Of each stage that convolves {@code [N, P, columns]}, one behind the other. */
  final Slots products;

  final List<Slots> values = new ArrayList<>();
  final List<Slots> states = new ArrayList<>();

  /** Gradients: of the convolution, of a step's products and values, of states before and after. */
  final long dz;

  final long dr;
  final List<Long> dValues = new ArrayList<>();
  final List<Slots> dStates = new ArrayList<>();

  private final Recurrence op;

  /** Arrays of one size, of which step k has the one of number k modulo the count. */
  record Slots(long at, long distance, int count) {
    private static Slots take(Layout layout, long floats, int count) {
      long unit = ALIGN / Float.BYTES;
      long distance = (floats + unit - 1) / unit * unit;
      return new Slots(layout.take(Math.multiplyExact(distance, (long) count)), distance, count);
    }

    long at(int step) {
      return at + step % count * distance;
    }
  }

  RecurrenceLayout(Recurrence op, Shape x, boolean training, Layout workspace, Layout reserve) {
    this.op = op;
    state = op.stateShape(x);
    n = x.dim(0);
    t = x.dim(1);
    f = op.filters();
    g = op.cell().gates() * f;
    r = op.cell().products() * f;
    image = state.from(1);
    frames = Shape.of(n, image.elements() / f, f);
    allFrames = x.from(2).prepend(n * t);
    allGates = op.window().format().image(g, op.window().format().spatial(image)).prepend(n * t);
    carried = op.cell().states() + (op.repeatsOutput() ? 1 : 0);
    Layout kept = training ? reserve : workspace;
    int steps = training ? Math.toIntExact(t) : 1;
    long size = frames.elements();
    z = kept.take(allGates.elements());
    products = Slots.take(kept, size / f * r, steps);
    for (int k = 0; k < op.cell().values(); k++) {
      values.add(Slots.take(kept, size, steps));
    }
    for (int k = 0; k < carried; k++) {
      states.add(Slots.take(kept, size, training ? steps + 1 : 2));
    }
    dz = training ? workspace.take(allGates.elements()) : 0;
    dr = training ? workspace.take(size / f * r) : 0;
    for (int k = 0; training && k < op.cell().values(); k++) {
      dValues.add(workspace.take(size));
    }
    for (int k = 0; training && k < carried; k++) {
      dStates.add(Slots.take(workspace, size, 2));
    }
  }

  /** Shape of so many columns of the recurrent kernel. */
  Shape weights(long columns) {
    return Shape.of(op.window().size().stream().mapToLong(k -> k).toArray()).append(f, columns);
  }

  /** The frame that a step takes. */
  int frame(int step) {
    return Math.toIntExact(op.goBackwards() ? t - 1 - step : step);
  }
}
