package convlstm4j.backend;

import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Parts.View;
import convlstm4j.formula.Code;
import convlstm4j.formula.Formula;
import convlstm4j.op.Cell;
import convlstm4j.op.Conv;
import convlstm4j.op.Recurrence;
import convlstm4j.op.Recurrence.StageCode;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@link Recurrence} put together from a backend's own parts: its convolutions, of any rank, and
 * its formulas per element. The time loop stands here once for all of them.
 *
 * <p>The input's convolution is one for all steps. What steps leave lies in the reserve, for every
 * step in training, or in the workspace, for the last two at inference. Backward first goes through
 * the steps, then through the input's convolution once.
 */
public final class RecurrencePlan extends PlanFrame<Recurrence, Buffer> {
  /** Parts of memory begin at multiples of so many bytes. */
  private static final int ALIGN = 256;

  private static final Code COPY = Code.of(List.of(Formula.input(0)));
  private static final Code ZERO = Code.of(List.of(Formula.constant(0)));

  private final Parts parts;
  private final boolean training;
  private final Cell.Terms terms;
  private final List<Stage> stages = new ArrayList<>();
  private final Plan inputConvolution;

  private final long n;
  private final long t;
  private final long f;

  /** Columns of the convolutions and products. */
  private final long g;

  private final long r;

  private final Shape image;

  /** {@code [N, P, F]}. */
  private final Shape frames;

  private final Shape state;

  /** {@code [N T, H.., C]} and {@code [N T, H'.., GF]}. */
  private final Shape allFrames;

  private final Shape allGates;

  /** States that are carried from step to step. */
  private final int carried;

  /** What steps leave: the reserve, or the workspace at inference. */
  private final Layout kept;

  private final long z;
  private final Slots products;
  private final List<Slots> values = new ArrayList<>();
  private final List<Slots> states = new ArrayList<>();
  private final long scratch;
  private final long scratchFloats;

  // Gradients: of all convolutions, of a step's products and values, of states before and after.
  private final long dz;
  private final long dr;
  private final List<Long> dValues = new ArrayList<>();
  private final List<Slots> dStates = new ArrayList<>();

  /** Arrays of one size, of which step k has the one of number k modulo the count. */
  private record Slots(long at, long distance, int count) {
    static Slots take(Layout layout, long floats, int count) {
      long step = ALIGN / Float.BYTES;
      long distance = (floats + step - 1) / step * step;
      return new Slots(layout.take(Math.multiplyExact(distance, (long) count)), distance, count);
    }

    long at(int step) {
      return at + step % count * distance;
    }
  }

  /**
   * A stage with its convolution.
   *
   * @param cell what it is
   * @param code what it runs
   * @param convolution null where there is none
   * @param column the first of its products
   * @param value number of its first value
   * @param weights where its columns of the recurrent kernel are copied to; -1 where they are all
   * @param bias the same for its bias
   * @param weightGradient where their gradients add up
   * @param biasGradient the same for its bias
   */
  private record Stage(
      Cell.Stage cell,
      StageCode code,
      Plan convolution,
      int column,
      int value,
      long weights,
      long bias,
      long weightGradient,
      long biasGradient) {
    boolean convolves() {
      return convolution != null;
    }
  }

  /**
   * A plan.
   *
   * @param parts the backend's
   * @param op what is computed
   * @param inputs shapes
   * @param mode for training or not
   */
  public RecurrencePlan(Parts parts, Recurrence op, List<Shape> inputs, Mode mode) {
    super(op, inputs, () -> new Layout(Float.BYTES, ALIGN, Float.BYTES));
    this.parts = parts;
    training = mode == Mode.TRAINING;
    kept = training ? reserve : workspace;
    terms = op.cell().terms();
    Shape x = inputs.get(0);
    state = op.stateShape(x);
    n = x.dim(0);
    t = x.dim(1);
    f = op.filters();
    g = op.cell().gates() * f;
    r = op.cell().products() * f;
    image = state.from(1);
    frames = Shape.of(n, image.elements() / f, f);
    Shape spatial = op.window().format().spatial(image);
    allFrames = x.from(2).prepend(n * t);
    allGates = op.window().format().image(g, spatial).prepend(n * t);
    carried = op.cell().states() + (op.repeatsOutput() ? 1 : 0);
    int steps = training ? Math.toIntExact(t) : 1;
    z = kept.take(allGates.elements());
    products = Slots.take(kept, r == 0 ? 0 : frames.elements() / f * r, steps);
    for (int k = 0; k < op.cell().values(); k++) {
      values.add(Slots.take(kept, frames.elements(), steps));
    }
    for (int k = 0; k < carried; k++) {
      states.add(Slots.take(kept, frames.elements(), training ? steps + 1 : 2));
    }
    dz = training ? workspace.take(allGates.elements()) : 0;
    dr = training ? workspace.take(frames.elements() / f * r) : 0;
    for (int k = 0; training && k < op.cell().values(); k++) {
      dValues.add(workspace.take(frames.elements()));
    }
    for (int k = 0; training && k < carried; k++) {
      dStates.add(Slots.take(workspace, frames.elements(), 2));
    }
    List<Plan> made = new ArrayList<>();
    inputConvolution = convolution(made, mode);
    stages(made, mode);
    long bytes = 0;
    for (Plan p : made) {
      if (p.reserveBytes() != 0) {
        throw new IllegalStateException("a convolution keeps " + p.reserveBytes() + " bytes");
      }
      bytes = Math.max(bytes, p.workspaceBytes());
    }
    scratchFloats = (bytes + Float.BYTES - 1) / Float.BYTES;
    scratch = workspace.take(scratchFloats);
  }

  private Plan convolution(List<Plan> made, Mode mode) {
    Conv conv = new Conv(Math.toIntExact(g), op.window(), op.useBias());
    List<Shape> shapes = new ArrayList<>(List.of(allFrames, in.get(op.input("wx"))));
    if (op.useBias()) {
      shapes.add(Shape.of(g));
    }
    Plan p = own(parts.plan(conv, shapes, mode));
    made.add(p);
    return p;
  }

  private void stages(List<Plan> made, Mode mode) {
    List<StageCode> codes = op.stages();
    int column = 0;
    int value = 0;
    for (int k = 0; k < codes.size(); k++) {
      Cell.Stage s = op.cell().stages().get(k);
      Plan p = null;
      long columns = s.columns() * f;
      boolean some = columns > 0 && columns < r;
      Shape weights = weights(columns);
      if (columns > 0) {
        Conv conv = new Conv(Math.toIntExact(columns), op.window().recurrent(), op.recurrentBias());
        List<Shape> shapes = new ArrayList<>(List.of(state, weights));
        if (op.recurrentBias()) {
          shapes.add(Shape.of(columns));
        }
        p = own(parts.plan(conv, shapes, mode));
        made.add(p);
      }
      boolean someBias = some && op.recurrentBias();
      stages.add(
          new Stage(
              s,
              codes.get(k),
              p,
              column,
              value,
              some ? workspace.take(weights.elements()) : -1,
              someBias ? workspace.take(columns) : -1,
              some && training ? workspace.take(weights.elements()) : -1,
              someBias && training ? workspace.take(columns) : -1));
      column += s.columns();
      value += k == codes.size() - 1 ? 0 : s.results().size();
    }
  }

  private Shape weights(long columns) {
    return Shape.of(op.window().size().stream().mapToLong(k -> k).toArray()).append(f, columns);
  }

  @Override
  protected Buffer data(Buffer buffer) {
    return buffer;
  }

  @Override
  public String algorithm() {
    return op.cell().name() + " by formulas, convolutions " + inputConvolution.algorithm();
  }

  /** The data of a call, with all that lies at fixed places in it. */
  private final class Data {
    final List<? extends Buffer> inputs;
    final Buffer workspace;

    /** Where {@link #kept} is counted. */
    final Buffer store;

    Data(List<? extends Buffer> inputs, Buffer workspace, Buffer reserve) {
      this.inputs = inputs;
      this.workspace = workspace;
      store = training ? reserve : workspace;
    }

    Buffer input(String name) {
      return RecurrencePlan.this.input(inputs, name);
    }

    /** Some of the bias: of the input's convolution, then of the recurrent one. */
    Buffer bias(long from, long columns) {
      return parts.part(input("b"), from, Shape.of(columns));
    }

    Buffer scratch() {
      return scratchFloats == 0 ? null : parts.part(workspace, scratch, Shape.of(scratchFloats));
    }

    Buffer stored(long at, Shape shape) {
      return parts.part(store, at, shape);
    }

    View keptView(long at) {
      return plain(store, at);
    }

    View workView(long at) {
      return plain(workspace, at);
    }

    /** The columns of a gate of a frame. */
    View gate(Buffer buffer, long at, int frame, int gate) {
      long pixels = frames.dim(1);
      return new View(buffer, at + frame * pixels * g + gate * f, t * pixels * g, g, 1);
    }

    /** The columns of a product among so many. */
    View product(Buffer buffer, long at, int which, long columns) {
      return new View(buffer, at + which * f, frames.dim(1) * columns, columns, 1);
    }

    /** What a stage's convolution takes beside the images. */
    List<Buffer> weights(Stage s) {
      List<Buffer> all = new ArrayList<>();
      Shape shape = RecurrencePlan.this.weights(s.cell.columns() * f);
      all.add(s.weights < 0 ? input("wh") : parts.part(workspace, s.weights, shape));
      if (op.recurrentBias()) {
        Shape columns = Shape.of(s.cell.columns() * f);
        all.add(s.bias < 0 ? bias(g, r) : parts.part(workspace, s.bias, columns));
      }
      return all;
    }
  }

  /** Frames of which each element lies beside the one before. */
  private View plain(Buffer buffer, long at) {
    return new View(buffer, at, frames.dim(1) * f, f, 1);
  }

  private void copy(View from, View to) {
    parts.run(COPY, frames, List.of(from), List.of(to), false);
  }

  private void zero(View to) {
    parts.run(ZERO, frames, List.of(), List.of(to), false);
  }

  private int frame(int step) {
    return Math.toIntExact(op.goBackwards() ? t - 1 - step : step);
  }

  @Override
  protected void compute(Forward call) {
    Data d = new Data(call.inputs(), call.workspace(), call.reserve());
    List<Buffer> given = new ArrayList<>(List.of(d.inputs.get(0).view(allFrames), d.input("wx")));
    if (op.useBias()) {
      given.add(d.bias(0, g));
    }
    inputConvolution.forward(
        new Forward(given, List.of(d.stored(z, allGates)), d.scratch(), null, call.random()));
    packWeights(d);
    for (int k = 0; k < carried; k++) {
      View first = d.keptView(states.get(k).at(0));
      if (k < op.cell().states()) {
        copy(plain(d.inputs.get(1 + k), 0), first);
      } else {
        zero(first);
      }
    }
    for (int step = 0; step < t; step++) {
      for (Stage s : stages) {
        if (s.convolves()) {
          convolve(call, d, s, step);
        }
        parts.run(s.code.forward(), frames, terms(d, step), results(call, d, s, step), false);
      }
    }
    int last = Math.toIntExact(t);
    for (int k = 0; k < op.cell().states(); k++) {
      copy(d.keptView(states.get(k).at(last)), plain(call.outputs().get(1 + k), 0));
    }
  }

  /** Lays the columns of stages that have not all of them side by side. */
  private void packWeights(Data d) {
    for (Stage s : stages) {
      long columns = s.cell.columns() * f;
      if (s.weights >= 0) {
        Shape rows = Shape.of(1, weights(columns).elements() / columns, columns);
        View from = new View(d.input("wh"), s.column * f, 0, r, 1);
        View to = new View(d.workspace, s.weights, 0, columns, 1);
        parts.run(COPY, rows, List.of(from), List.of(to), false);
      }
      if (s.bias >= 0) {
        View from = new View(d.input("b"), g + s.column * f, 0, 0, 1);
        View to = new View(d.workspace, s.bias, 0, 0, 1);
        parts.run(COPY, Shape.of(1, 1, columns), List.of(from), List.of(to), false);
      }
    }
  }

  private void convolve(Forward call, Data d, Stage s, int step) {
    List<Buffer> inputs = new ArrayList<>(List.of(source(d, s, step)));
    inputs.addAll(d.weights(s));
    Buffer to = d.stored(productsOf(s, step), stageProducts(s));
    s.convolution.forward(new Forward(inputs, List.of(to), d.scratch(), null, call.random()));
  }

  /** Where the products of a stage begin: stage after stage, each {@code [N, P, columns]}. */
  private long productsOf(Stage s, int step) {
    return products.at(step) + frames.elements() * s.column;
  }

  private Shape stageProducts(Stage s) {
    return op.window()
        .format()
        .image(s.cell.columns() * f, op.window().format().spatial(image))
        .prepend(n);
  }

  private Buffer source(Data d, Stage s, int step) {
    int number = s.cell.source();
    return d.stored(
        number < terms.constant(0)
            ? states.get(number - terms.state(0)).at(step)
            : values.get(number - terms.value(0)).at(step),
        state);
  }

  /** What codes read in a step, by number. */
  private List<View> terms(Data d, int step) {
    List<View> all = new ArrayList<>();
    for (int k = 0; k < op.cell().gates(); k++) {
      all.add(d.gate(d.store, z, frame(step), k));
    }
    for (Stage s : stages) {
      for (int k = 0; k < s.cell.columns(); k++) {
        all.add(d.product(d.store, productsOf(s, step), k, s.cell.columns() * f));
      }
    }
    for (int k = 0; k < op.cell().states(); k++) {
      all.add(d.keptView(states.get(k).at(step)));
    }
    for (int k = 0; k < op.cell().constants(); k++) {
      all.add(plain(d.input("k" + k), 0));
    }
    for (Slots v : values) {
      all.add(d.keptView(v.at(step)));
    }
    if (op.masked()) {
      all.add(new View(d.input("mask"), frame(step), t, 0, 0));
    }
    if (op.repeatsOutput()) {
      all.add(d.keptView(states.get(carried - 1).at(step)));
    }
    return all;
  }

  private boolean isLast(Stage s) {
    return s.code.backwardWithOutput() != null;
  }

  private List<View> results(Forward call, Data d, Stage s, int step) {
    List<View> to = new ArrayList<>();
    if (!isLast(s)) {
      for (int k = 0; k < s.cell.results().size(); k++) {
        to.add(d.keptView(values.get(s.value + k).at(step)));
      }
      return to;
    }
    states.forEach(v -> to.add(d.keptView(v.at(step + 1))));
    to.add(output(call.outputs().get(0), step));
    return to;
  }

  private View output(Buffer y, int step) {
    long size = frames.dim(1) * f;
    return op.returnSequences() ? new View(y, step * size, t * size, f, 1) : plain(y, 0);
  }

  @Override
  protected void addGradients(Backward call) {
    Data d = new Data(call.inputs(), call.workspace(), call.reserve());
    packWeights(d);
    for (Stage s : stages) {
      clear(d, s.weightGradient, weights(s.cell.columns() * f).elements());
      clear(d, s.biasGradient, s.cell.columns() * f);
    }
    int last = Math.toIntExact(t);
    for (int k = 0; k < carried; k++) {
      Buffer given = k < op.cell().states() ? call.outputGradients().get(1 + k) : null;
      View to = d.workView(dStates.get(k).at(last));
      if (given == null) {
        zero(to);
      } else {
        copy(plain(given, 0), to);
      }
    }
    for (int step = last - 1; step >= 0; step--) {
      for (int k = stages.size() - 1; k >= 0; k--) {
        stepBack(call, d, stages.get(k), step);
      }
    }
    for (int k = 0; k < op.cell().states(); k++) {
      Buffer ds = call.inputGradients().get(1 + k);
      if (ds != null) {
        View from = d.workView(dStates.get(k).at(0));
        parts.run(COPY, frames, List.of(from), List.of(plain(ds, 0)), true);
      }
    }
    addPacked(call, d);
    inputGradients(call, d);
  }

  private void clear(Data d, long at, long floats) {
    if (at >= 0 && floats > 0) {
      View to = new View(d.workspace, at, 0, 0, 1);
      parts.run(ZERO, Shape.of(1, 1, floats), List.of(), List.of(to), false);
    }
  }

  private void stepBack(Backward call, Data d, Stage s, int step) {
    Buffer dy = call.outputGradients().get(0);
    boolean withOutput = isLast(s) && dy != null && (op.returnSequences() || step == t - 1);
    Code code = withOutput ? s.code.backwardWithOutput() : s.code.backward();
    List<View> inputs = terms(d, step);
    if (isLast(s)) {
      dStates.forEach(v -> inputs.add(d.workView(v.at(step + 1))));
      if (withOutput) {
        inputs.add(output(dy, step));
      }
    } else {
      for (int k = 0; k < s.cell.results().size(); k++) {
        inputs.add(d.workView(dValues.get(s.value + k)));
      }
    }
    List<View> to = s.code.targets().stream().map(number -> gradient(d, number, step)).toList();
    if (!to.isEmpty()) {
      parts.run(code, frames, inputs, to, !isLast(s));
    }
    if (s.convolves()) {
      convolveBack(call, d, s, step);
    }
  }

  /** Where the gradient of what a code reads goes. */
  private View gradient(Data d, int number, int step) {
    int gates = op.cell().gates();
    if (number < gates) {
      return d.gate(d.workspace, dz, frame(step), number);
    }
    if (number < terms.state(0)) {
      int product = number - gates;
      Stage s =
          stages.stream()
              .filter(k -> product < k.column + k.cell.columns())
              .findFirst()
              .orElseThrow();
      long at = dr + frames.elements() * s.column;
      return d.product(d.workspace, at, product - s.column, s.cell.columns() * f);
    }
    if (number < terms.constant(0)) {
      return d.workView(dStates.get(number - terms.state(0)).at(step));
    }
    return d.workView(
        number < op.maskTerm()
            ? dValues.get(number - terms.value(0))
            : dStates.get(carried - 1).at(step));
  }

  private void convolveBack(Backward call, Data d, Stage s, int step) {
    List<Buffer> inputs = new ArrayList<>(List.of(source(d, s, step)));
    inputs.addAll(d.weights(s));
    Shape shape = stageProducts(s);
    Buffer output = d.stored(productsOf(s, step), shape);
    Buffer gradient = parts.part(d.workspace, dr + frames.elements() * s.column, shape);
    List<Buffer> gradients = new ArrayList<>();
    View to = gradient(d, s.cell.source(), step);
    gradients.add(parts.part(to.buffer(), to.from(), state));
    gradients.add(
        wanted(
            input(call.inputGradients(), "wh"),
            d,
            s.weightGradient,
            weights(s.cell.columns() * f)));
    if (op.recurrentBias()) {
      Buffer db = input(call.inputGradients(), "b");
      Buffer own = db == null ? null : parts.part(db, g, Shape.of(r));
      gradients.add(wanted(own, d, s.biasGradient, Shape.of(s.cell.columns() * f)));
    }
    s.convolution.backward(
        new Backward(
            inputs,
            List.of(output),
            List.of(gradient),
            gradients,
            d.scratch(),
            null,
            call.random()));
  }

  /** The gradient of an input itself, or of those of its columns that a stage has. */
  private Buffer wanted(Buffer whole, Data d, long packed, Shape shape) {
    return whole == null || packed < 0 ? whole : parts.part(d.workspace, packed, shape);
  }

  private void addPacked(Backward call, Data d) {
    for (Stage s : stages) {
      long columns = s.cell.columns() * f;
      Buffer dwh = input(call.inputGradients(), "wh");
      if (s.weightGradient >= 0 && dwh != null) {
        Shape rows = Shape.of(1, weights(columns).elements() / columns, columns);
        View from = new View(d.workspace, s.weightGradient, 0, columns, 1);
        View to = new View(dwh, s.column * f, 0, r, 1);
        parts.run(COPY, rows, List.of(from), List.of(to), true);
      }
      Buffer db = s.biasGradient < 0 ? null : input(call.inputGradients(), "b");
      if (db != null) {
        View from = new View(d.workspace, s.biasGradient, 0, 0, 1);
        View to = new View(db, g + s.column * f, 0, 0, 1);
        parts.run(COPY, Shape.of(1, 1, columns), List.of(from), List.of(to), true);
      }
    }
  }

  private void inputGradients(Backward call, Data d) {
    List<Buffer> inputs = new ArrayList<>(List.of(d.inputs.get(0).view(allFrames), d.input("wx")));
    List<Buffer> gradients = new ArrayList<>();
    Buffer dx = call.inputGradients().get(0);
    gradients.add(dx == null ? null : dx.view(allFrames));
    gradients.add(input(call.inputGradients(), "wx"));
    if (op.useBias()) {
      inputs.add(d.bias(0, g));
      Buffer db = input(call.inputGradients(), "b");
      gradients.add(db == null ? null : parts.part(db, 0, Shape.of(g)));
    }
    inputConvolution.backward(
        new Backward(
            inputs,
            Arrays.asList(d.stored(z, allGates)),
            List.of(parts.part(d.workspace, dz, allGates)),
            gradients,
            d.scratch(),
            null,
            call.random()));
  }
}
