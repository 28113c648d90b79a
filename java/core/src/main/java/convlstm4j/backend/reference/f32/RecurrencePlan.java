package convlstm4j.backend.reference.f32;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.reference.f32.Convolution.Frames;
import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.formula.Code;
import convlstm4j.op.Cell;
import convlstm4j.op.Recurrence;
import convlstm4j.op.Recurrence.StageCode;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Recurrence}, step by step and element by element. All that steps leave lies in one array,
 * for every step in training, for the last two at inference: convolutions {@code z [N,P,GF]} and
 * products {@code r [N,P,RF]}, then values and states {@code [N,P,F]}, the output that masked steps
 * repeat being one more state.
 */
final class RecurrencePlan extends ReferencePlan<Recurrence> {
  private final boolean training;
  private final Convolution inputConvolution;
  private final Convolution recurrentConvolution;
  private final List<StageCode> stages;
  private final Cell.Terms terms;
  private final int n;
  private final int t;

  /** Elements of one frame of x, of a state. */
  private final int x;

  private final int s;

  /** Filters. */
  private final int f;

  /** Columns of z and r. */
  private final int g;

  private final int r;

  /** States that are carried from step to step. */
  private final int carried;

  private final int values;

  /** Where the kernels lie with their last axes swapped. */
  private final int transposedX;

  private final int transposedH;

  RecurrencePlan(Recurrence op, List<Shape> inputs, Mode mode) {
    super(op, inputs);
    training = mode == Mode.TRAINING;
    stages = op.stages();
    terms = op.cell().terms();
    Shape frames = inputs.get(0);
    Shape state = op.stateShape(frames);
    n = (int) frames.dim(0);
    t = (int) frames.dim(1);
    x = (int) frames.from(2).elements();
    s = (int) state.from(1).elements();
    f = op.filters();
    g = op.cell().gates() * f;
    r = op.cell().products() * f;
    carried = op.cell().states() + (op.repeatsOutput() ? 1 : 0);
    values = op.cell().values();
    Shape spatial = op.window().format().spatial(frames.from(2));
    int channels = (int) op.window().format().channels(frames.from(2));
    inputConvolution = new Convolution(op.window(), spatial, channels, g);
    recurrentConvolution =
        new Convolution(op.window().recurrent(), op.window().format().spatial(state.from(1)), f, r);
    if (training) {
      reserve.take((t + 1L) * slot());
    }
    workspace.take(2 * slot());
    transposedX = (int) workspace.take(training ? inputConvolution.weights() : 0);
    transposedH = (int) workspace.take(training ? recurrentConvolution.weights() : 0);
  }

  @Override
  public String algorithm() {
    return "direct convolutions step by step, " + op.cell().name();
  }

  /** Elements that a step leaves; the states are those after it. */
  private long slot() {
    return (long) n * (s / f) * (g + r) + (long) n * s * (values + carried);
  }

  private int z(int slot) {
    return (int) (slot * slot());
  }

  private int product(int slot) {
    return z(slot) + n * (s / f) * g;
  }

  private int value(int slot, int which) {
    return product(slot) + n * (s / f) * r + which * n * s;
  }

  private int state(int slot, int which) {
    return value(slot, values + which);
  }

  /** The slot of a step; that of step -1 holds the first states. */
  private int slot(int step) {
    return training ? step + 1 : (step + 1) % 2;
  }

  private int frame(int step) {
    return op.goBackwards() ? t - 1 - step : step;
  }

  /** Where y of a step lies, sample by sample at this distance. */
  private int output(int step) {
    return op.returnSequences() ? step * s : 0;
  }

  private int outputDistance() {
    return op.returnSequences() ? t * s : s;
  }

  @Override
  protected void compute(Forward call) {
    float[] store = memory(training ? call.reserve() : call.workspace());
    for (int k = 0; k < carried; k++) {
      int at = state(slot(-1), k);
      if (k < op.cell().states()) {
        System.arraycopy(data(call.inputs().get(1 + k)), 0, store, at, n * s);
      } else {
        Arrays.fill(store, at, at + n * s, 0);
      }
    }
    float[] y = output(call.outputs(), "y");
    Given given = given(call.inputs());
    for (int step = 0; step < t; step++) {
      convolve(call.inputs(), store, step);
      float[] b = op.recurrentBias() ? input(call.inputs(), "b") : null;
      fill(store, product(slot(step)), r, b, g);
      int column = 0;
      for (int k = 0; k < stages.size(); k++) {
        Cell.Stage stage = op.cell().stages().get(k);
        multiply(call.inputs(), store, step, stage, column);
        boolean last = k == stages.size() - 1;
        run(given, store, step, stages.get(k), last ? -1 : firstValue(k), y);
        column += stage.columns();
      }
    }
    for (int k = 0; k < op.cell().states(); k++) {
      System.arraycopy(store, state(slot(t - 1), k), data(call.outputs().get(1 + k)), 0, n * s);
    }
  }

  /** Inputs that are the same for all steps; null where there is none. */
  @SuppressWarnings("ArrayRecordComponent") // a view, never compared
  private record Given(List<float[]> constants, float @Nullable [] mask) {}

  private Given given(List<? extends Buffer> inputs) {
    List<float[]> constants = new ArrayList<>();
    for (int k = 0; k < op.cell().constants(); k++) {
      constants.add(input(inputs, "k" + k));
    }
    return new Given(constants, optional(inputs, "mask"));
  }

  private int firstValue(int stage) {
    return op.cell().stages().subList(0, stage).stream().mapToInt(k -> k.results().size()).sum();
  }

  private void convolve(List<? extends Buffer> inputs, float[] store, int step) {
    fill(store, z(slot(step)), g, optional(inputs, "b"), 0);
    Frames from = new Frames(input(inputs, "x"), frame(step) * x, t * x, n);
    Frames to = new Frames(store, z(slot(step)), s / f * g, n);
    inputConvolution.addForward(from, input(inputs, "wx"), to, 0, g);
  }

  private void fill(float[] store, int at, int columns, float @Nullable [] bias, int from) {
    for (int k = 0; k < n * (s / f) * columns; k++) {
      store[at + k] = bias == null ? 0 : bias[from + k % columns];
    }
  }

  private void multiply(
      List<? extends Buffer> inputs, float[] store, int step, Cell.Stage stage, int column) {
    if (stage.columns() > 0) {
      Frames from = new Frames(store, source(stage, step), s, n);
      Frames to = new Frames(store, product(slot(step)), s / f * r, n);
      recurrentConvolution.addForward(
          from, input(inputs, "wh"), to, column * f, (column + stage.columns()) * f);
    }
  }

  /** Where that lies which a stage convolves. */
  private int source(Cell.Stage stage, int step) {
    int number = stage.source();
    return number < terms.constant(0)
        ? state(slot(step - 1), number - terms.state(0))
        : value(slot(step), number - terms.value(0));
  }

  /** Runs a stage for every element: into values, or, from value -1, into states and y. */
  private void run(Given given, float[] store, int step, StageCode stage, int value, float[] y) {
    Code code = stage.forward();
    Parallel.ranges(
        n * s,
        (from, to) -> {
          float[] terms = new float[op.gradientTerm(0)];
          float[] results = new float[code.steps().size()];
          for (int e = from; e < to; e++) {
            read(given, store, step, e, terms);
            Formulas.run(code, terms, results);
            for (int k = 0; k < code.results().size(); k++) {
              float result = results[code.results().get(k)];
              if (value >= 0) {
                store[value(slot(step), value + k) + e] = result;
              } else if (k < carried) {
                store[state(slot(step), k) + e] = result;
              } else {
                y[e / s * outputDistance() + output(step) + e % s] = result;
              }
            }
          }
        });
  }

  /** The numbers that a code sees of an element of a step. */
  private void read(Given given, float[] store, int step, int e, float[] numbers) {
    int pixel = e / f;
    int filter = e % f;
    for (int k = 0; k < op.cell().gates(); k++) {
      numbers[k] = store[z(slot(step)) + pixel * g + k * f + filter];
    }
    for (int k = 0; k < op.cell().products(); k++) {
      numbers[op.cell().gates() + k] = store[product(slot(step)) + pixel * r + k * f + filter];
    }
    for (int k = 0; k < op.cell().states(); k++) {
      numbers[terms.state(k)] = store[state(slot(step - 1), k) + e];
    }
    for (int k = 0; k < op.cell().constants(); k++) {
      numbers[terms.constant(k)] = given.constants.get(k)[e];
    }
    for (int k = 0; k < values; k++) {
      numbers[terms.value(k)] = store[value(slot(step), k) + e];
    }
    if (given.mask != null) {
      numbers[op.maskTerm()] = given.mask[e / s * t + frame(step)];
    }
    if (op.repeatsOutput()) {
      numbers[op.outputTerm()] = store[state(slot(step - 1), op.cell().states()) + e];
    }
  }

  /**
   * Gradients lie in the workspace in two slots like those of the store: that of the step, whose
   * states' are those before it, and that of the step after it.
   */
  @Override
  protected void addGradients(Backward call) {
    float[] store = memory(call.reserve());
    float[] work = memory(call.workspace());
    inputConvolution.transpose(input(call.inputs(), "wx"), work, transposedX);
    recurrentConvolution.transpose(input(call.inputs(), "wh"), work, transposedH);
    for (int k = 0; k < carried; k++) {
      int at = state(t % 2, k);
      float[] given = k < op.cell().states() ? array(call.outputGradients().get(1 + k)) : null;
      if (given == null) {
        Arrays.fill(work, at, at + n * s, 0);
      } else {
        System.arraycopy(given, 0, work, at, n * s);
      }
    }
    Given given = given(call.inputs());
    for (int step = t - 1; step >= 0; step--) {
      int column = op.cell().products();
      for (int k = stages.size() - 1; k >= 0; k--) {
        Cell.Stage stage = op.cell().stages().get(k);
        column -= stage.columns();
        runBack(given, given(call.outputGradients(), "y"), store, work, step, k);
        multiplyBack(call, store, work, step, stage, column, transposedH);
      }
      float[] db = optional(call.inputGradients(), "b");
      if (db != null && op.recurrentBias()) {
        recurrentConvolution.addBiasGradient(
            new Frames(work, product(step % 2), s / f * r, n), db, g);
      }
      convolveBack(call, work, step, transposedX);
    }
    for (int k = 0; k < op.cell().states(); k++) {
      float[] ds = array(call.inputGradients().get(1 + k));
      for (int e = 0; ds != null && e < n * s; e++) {
        ds[e] += work[state(0, k) + e];
      }
    }
  }

  private void runBack(
      Given given, float @Nullable [] y, float[] store, float[] work, int step, int k) {
    boolean last = k == stages.size() - 1;
    int first = last ? 0 : firstValue(k);
    float[] dy = last && (op.returnSequences() || step == t - 1) ? y : null;
    StageCode stage = stages.get(k);
    Code code = stage.gradients(dy != null);
    int results = last ? carried : op.cell().stages().get(k).results().size();
    Parallel.ranges(
        n * s,
        (from, to) -> {
          float[] numbers = new float[op.gradientTerm(results) + 1];
          float[] yields = new float[code.steps().size()];
          for (int e = from; e < to; e++) {
            read(given, store, step, e, numbers);
            for (int i = 0; i < results; i++) {
              int at = last ? state((step + 1) % 2, i) : value(step % 2, first + i);
              numbers[op.gradientTerm(i)] = work[at + e];
            }
            if (dy != null) {
              numbers[op.gradientTerm(results)] =
                  dy[e / s * outputDistance() + output(step) + e % s];
            }
            Formulas.run(code, numbers, yields);
            for (int i = 0; i < stage.targets().size(); i++) {
              int at = gradient(stage.targets().get(i), step % 2, e);
              work[at] = (last ? 0 : work[at]) + yields[code.results().get(i)];
            }
          }
        });
  }

  /** Where the gradient of an input of a code lies. */
  private int gradient(int number, int slot, int e) {
    int pixel = e / f;
    int filter = e % f;
    int gates = op.cell().gates();
    if (number < gates) {
      return z(slot) + pixel * g + number * f + filter;
    }
    if (number < terms.state(0)) {
      return product(slot) + pixel * r + (number - gates) * f + filter;
    }
    if (number < terms.constant(0)) {
      return state(slot, number - terms.state(0)) + e;
    }
    return number < op.maskTerm()
        ? value(slot, number - terms.value(0)) + e
        : state(slot, op.cell().states()) + e;
  }

  private void multiplyBack(
      Backward call,
      float[] store,
      float[] work,
      int step,
      Cell.Stage stage,
      int column,
      int transposed) {
    int first = column * f;
    int last = (column + stage.columns()) * f;
    Frames dr = new Frames(work, product(step % 2), s / f * r, n);
    if (stage.columns() > 0) {
      float[] dwh = wanted(call.inputGradients(), "wh");
      if (dwh != null) {
        Frames h = new Frames(store, source(stage, step), s, n);
        recurrentConvolution.addWeightGradient(h, dr, dwh, first, last);
      }
      Frames dh = new Frames(work, gradient(stage.source(), step % 2, 0), s, n);
      recurrentConvolution.addDataGradient(dr, work, transposed, dh, first, last);
    }
  }

  private void convolveBack(Backward call, float[] work, int step, int transposed) {
    Frames dz = new Frames(work, z(step % 2), s / f * g, n);
    float[] frames = input(call.inputs(), "x");
    float[] dx = wanted(call.inputGradients(), "x");
    float[] dwx = wanted(call.inputGradients(), "wx");
    float[] db = optional(call.inputGradients(), "b");
    int at = frame(step) * x;
    if (dwx != null) {
      inputConvolution.addWeightGradient(new Frames(frames, at, t * x, n), dz, dwx, 0, g);
    }
    if (db != null) {
      inputConvolution.addBiasGradient(dz, db, 0);
    }
    if (dx != null) {
      Frames to = new Frames(dx, at, t * x, n);
      inputConvolution.addDataGradient(dz, work, transposed, to, 0, g);
    }
  }
}
