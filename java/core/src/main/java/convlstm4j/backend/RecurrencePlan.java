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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link Recurrence} put together from a backend's own parts: its convolutions, of any rank, and
 * its formulas per element. The time loop stands here once for all of them.
 *
 * <p>The input's convolution is one for all steps. What steps leave lies in the reserve in
 * training, for every step; at inference in the workspace, the convolution for every step, products
 * and values for one, states for two. Backward first goes through the steps, then through the
 * input's convolution once.
 */
public final class RecurrencePlan extends PlanFrame<Recurrence, Buffer> {
  private static final Code COPY = Code.of(List.of(Formula.input(0)));
  private static final Code ZERO = Code.of(List.of(Formula.constant(0)));

  private final Parts parts;
  private final boolean training;
  private final Cell.Terms terms;
  private final List<Stage> stages = new ArrayList<>();
  private final List<KernelColumns> kernels = new ArrayList<>();
  private final Plan inputConvolution;

  /** Sizes, and where everything lies. */
  private final RecurrenceLayout sizes;

  private final long scratch;
  private final long scratchFloats;

  /**
   * A stage's convolution.
   *
   * @param plan runs it
   * @param kernel its columns of the recurrent kernel
   */
  private record Convolution(Plan plan, KernelColumns kernel) {}

  /**
   * A stage with its convolution.
   *
   * @param cell what it is
   * @param code what it runs
   * @param convolution null where there is none
   * @param column the first of its products
   * @param value number of its first value
   */
  private record Stage(
      Cell.Stage cell, StageCode code, @Nullable Convolution convolution, int column, int value) {}

  /**
   * A plan.
   *
   * @param parts the backend's
   * @param op what is computed
   * @param inputs shapes
   * @param mode for training or not
   */
  public RecurrencePlan(Parts parts, Recurrence op, List<Shape> inputs, Mode mode) {
    super(op, inputs, () -> new Layout(Float.BYTES, RecurrenceLayout.ALIGN, Float.BYTES));
    this.parts = parts;
    training = mode == Mode.TRAINING;
    terms = op.cell().terms();
    sizes = new RecurrenceLayout(op, in.get(0), training, workspace, reserve);
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
    Conv conv = new Conv(Math.toIntExact(sizes.g), op.window(), op.useBias());
    List<Shape> shapes = new ArrayList<>(List.of(sizes.allFrames, in.get(op.input("wx"))));
    if (op.useBias()) {
      shapes.add(Shape.of(sizes.g));
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
      long columns = s.columns() * sizes.f;
      Convolution convolution = null;
      if (columns > 0) {
        Shape weights = sizes.weights(columns);
        Conv conv = new Conv(Math.toIntExact(columns), op.window().recurrent(), op.recurrentBias());
        List<Shape> shapes = new ArrayList<>(List.of(sizes.state, weights));
        if (op.recurrentBias()) {
          shapes.add(Shape.of(columns));
        }
        Plan p = own(parts.plan(conv, shapes, mode));
        made.add(p);
        KernelColumns kernel =
            new KernelColumns(parts, weights, column * sizes.f, sizes.r, workspace, training);
        kernels.add(kernel);
        convolution = new Convolution(p, kernel);
      }
      stages.add(new Stage(s, codes.get(k), convolution, column, value));
      column += s.columns();
      value += k == codes.size() - 1 ? 0 : s.results().size();
    }
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

    /** Where that lies which steps leave. */
    final Buffer store;

    Data(List<? extends Buffer> inputs, @Nullable Buffer workspace, @Nullable Buffer reserve) {
      this.inputs = inputs;
      this.workspace = memory(workspace);
      store = memory(training ? reserve : workspace);
    }

    Buffer input(String name) {
      return RecurrencePlan.this.input(inputs, name);
    }

    /** The bias of the input's convolution; behind it lies the recurrent one's. */
    Buffer inputBias() {
      return parts.part(input("b"), 0, Shape.of(sizes.g));
    }

    @Nullable Buffer scratch() {
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
      long pixels = sizes.frames.dim(1);
      return new View(
          buffer,
          at + frame * pixels * sizes.g + gate * sizes.f,
          sizes.t * pixels * sizes.g,
          sizes.g,
          1);
    }

    /** The columns of a product among so many. */
    View product(Buffer buffer, long at, int which, long columns) {
      return new View(buffer, at + which * sizes.f, sizes.frames.dim(1) * columns, columns, 1);
    }

    /** What a stage's convolution takes beside the images. */
    List<Buffer> weights(Stage s, KernelColumns kernel) {
      List<Buffer> all = new ArrayList<>(List.of(kernel.of(input("wh"), workspace)));
      if (op.recurrentBias()) {
        all.add(recurrentBias(s, input("b")));
      }
      return all;
    }
  }

  /** The part of a bias, or of its gradient, that a stage has. */
  private @Nullable Buffer recurrentBias(Stage s, @Nullable Buffer bias) {
    long from = sizes.g + s.column * sizes.f;
    return bias == null ? null : parts.part(bias, from, Shape.of(s.cell.columns() * sizes.f));
  }

  /** Frames of which each element lies beside the one before. */
  private View plain(Buffer buffer, long at) {
    return new View(buffer, at, sizes.frames.dim(1) * sizes.f, sizes.f, 1);
  }

  private void copy(View from, View to) {
    parts.run(COPY, sizes.frames, List.of(from), List.of(to), false);
  }

  private void zero(View to) {
    parts.run(ZERO, sizes.frames, List.of(), List.of(to), false);
  }

  @Override
  protected void compute(Forward call) {
    Data d = new Data(call.inputs(), call.workspace(), call.reserve());
    List<Buffer> given =
        new ArrayList<>(List.of(d.inputs.get(0).view(sizes.allFrames), d.input("wx")));
    if (op.useBias()) {
      given.add(d.inputBias());
    }
    inputConvolution.forward(
        new Forward(
            given, List.of(d.stored(sizes.z, sizes.allGates)), d.scratch(), null, call.random()));
    kernels.forEach(k -> k.pack(d.input("wh"), d.workspace));
    for (int k = 0; k < sizes.carried; k++) {
      View first = d.keptView(sizes.states.get(k).at(0));
      if (k < op.cell().states()) {
        copy(plain(d.inputs.get(1 + k), 0), first);
      } else {
        zero(first);
      }
    }
    for (int step = 0; step < sizes.t; step++) {
      for (Stage s : stages) {
        if (s.convolution != null) {
          convolve(call, d, s, s.convolution, step);
        }
        parts.run(s.code.forward(), sizes.frames, terms(d, step), results(call, d, s, step), false);
      }
    }
    int last = Math.toIntExact(sizes.t);
    for (int k = 0; k < op.cell().states(); k++) {
      copy(d.keptView(sizes.states.get(k).at(last)), plain(call.outputs().get(1 + k), 0));
    }
  }

  private void convolve(Forward call, Data d, Stage s, Convolution c, int step) {
    List<Buffer> inputs = new ArrayList<>(List.of(source(d, s, step)));
    inputs.addAll(d.weights(s, c.kernel));
    Buffer to = d.stored(productsOf(s, step), stageProducts(s));
    c.plan.forward(new Forward(inputs, List.of(to), d.scratch(), null, call.random()));
  }

  /** Where the products of a stage begin: stage after stage, each {@code [N, P, columns]}. */
  private long productsOf(Stage s, int step) {
    return sizes.products.at(step) + sizes.frames.elements() * s.column;
  }

  private Shape stageProducts(Stage s) {
    return op.window()
        .format()
        .image(s.cell.columns() * sizes.f, op.window().format().spatial(sizes.image))
        .prepend(sizes.n);
  }

  private Buffer source(Data d, Stage s, int step) {
    int number = s.cell.source();
    return d.stored(
        number < terms.constant(0)
            ? sizes.states.get(number - terms.state(0)).at(step)
            : sizes.values.get(number - terms.value(0)).at(step),
        sizes.state);
  }

  /** What codes read in a step, by number. */
  private List<View> terms(Data d, int step) {
    List<View> all = new ArrayList<>();
    for (int k = 0; k < op.cell().gates(); k++) {
      all.add(d.gate(d.store, sizes.z, sizes.frame(step), k));
    }
    for (Stage s : stages) {
      for (int k = 0; k < s.cell.columns(); k++) {
        all.add(d.product(d.store, productsOf(s, step), k, s.cell.columns() * sizes.f));
      }
    }
    for (int k = 0; k < op.cell().states(); k++) {
      all.add(d.keptView(sizes.states.get(k).at(step)));
    }
    for (int k = 0; k < op.cell().constants(); k++) {
      all.add(plain(d.input("k" + k), 0));
    }
    for (RecurrenceLayout.Slots v : sizes.values) {
      all.add(d.keptView(v.at(step)));
    }
    if (op.masked()) {
      all.add(new View(d.input("mask"), sizes.frame(step), sizes.t, 0, 0));
    }
    if (op.repeatsOutput()) {
      all.add(d.keptView(sizes.states.get(sizes.carried - 1).at(step)));
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
        to.add(d.keptView(sizes.values.get(s.value + k).at(step)));
      }
      return to;
    }
    sizes.states.forEach(v -> to.add(d.keptView(v.at(step + 1))));
    to.add(output(call.outputs().get(0), step));
    return to;
  }

  private View output(Buffer y, int step) {
    long size = sizes.frames.dim(1) * sizes.f;
    return op.returnSequences()
        ? new View(y, step * size, sizes.t * size, sizes.f, 1)
        : plain(y, 0);
  }

  @Override
  public boolean writesGradient(int input) {
    if (input == 0 || is(input, "wx")) {
      return inputConvolution.writesGradient(input == 0 ? 0 : 1);
    }
    return input <= op.cell().states();
  }

  @Override
  protected void addGradients(Backward call) {
    Data d = new Data(call.inputs(), call.workspace(), call.reserve());
    Buffer wh = d.input("wh");
    Buffer dwh = wanted(call.inputGradients(), "wh");
    for (KernelColumns k : kernels) {
      k.pack(wh, d.workspace);
      k.clear(wh, d.workspace);
    }
    int last = Math.toIntExact(sizes.t);
    for (int k = 0; k < sizes.carried; k++) {
      Buffer given = k < op.cell().states() ? call.outputGradients().get(1 + k) : null;
      View to = d.workView(sizes.dStates.get(k).at(last));
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
        View from = d.workView(sizes.dStates.get(k).at(0));
        boolean add = !call.written().contains(1 + k);
        parts.run(COPY, sizes.frames, List.of(from), List.of(plain(ds, 0)), add);
      }
    }
    kernels.forEach(k -> k.add(dwh, d.workspace));
    inputGradients(call, d);
  }

  private void stepBack(Backward call, Data d, Stage s, int step) {
    boolean yields = isLast(s) && (op.returnSequences() || step == sizes.t - 1);
    Buffer dy = yields ? call.outputGradients().get(0) : null;
    Code code = s.code.gradients(dy != null);
    List<View> inputs = terms(d, step);
    if (isLast(s)) {
      sizes.dStates.forEach(v -> inputs.add(d.workView(v.at(step + 1))));
      if (dy != null) {
        inputs.add(output(dy, step));
      }
    } else {
      for (int k = 0; k < s.cell.results().size(); k++) {
        inputs.add(d.workView(sizes.dValues.get(s.value + k)));
      }
    }
    List<View> to = s.code.targets().stream().map(number -> gradient(d, number, step)).toList();
    if (!to.isEmpty()) {
      parts.run(code, sizes.frames, inputs, to, !isLast(s));
    }
    if (s.convolution != null) {
      convolveBack(call, d, s, s.convolution, step);
    }
  }

  /** Where the gradient of what a code reads goes. */
  private View gradient(Data d, int number, int step) {
    int gates = op.cell().gates();
    if (number < gates) {
      return d.gate(d.workspace, sizes.dz, sizes.frame(step), number);
    }
    if (number < terms.state(0)) {
      int product = number - gates;
      Stage s =
          stages.stream()
              .filter(k -> product < k.column + k.cell.columns())
              .findFirst()
              .orElseThrow();
      long at = sizes.dr + sizes.frames.elements() * s.column;
      return d.product(d.workspace, at, product - s.column, s.cell.columns() * sizes.f);
    }
    if (number < terms.constant(0)) {
      return d.workView(sizes.dStates.get(number - terms.state(0)).at(step));
    }
    return d.workView(
        number < op.maskTerm()
            ? sizes.dValues.get(number - terms.value(0))
            : sizes.dStates.get(sizes.carried - 1).at(step));
  }

  private void convolveBack(Backward call, Data d, Stage s, Convolution c, int step) {
    List<Buffer> inputs = new ArrayList<>(List.of(source(d, s, step)));
    inputs.addAll(d.weights(s, c.kernel));
    Shape shape = stageProducts(s);
    Buffer output = d.stored(productsOf(s, step), shape);
    Buffer gradient = parts.part(d.workspace, sizes.dr + sizes.frames.elements() * s.column, shape);
    List<Buffer> gradients = new ArrayList<>();
    View to = gradient(d, s.cell.source(), step);
    gradients.add(parts.part(to.buffer(), to.from(), sizes.state));
    gradients.add(c.kernel.gradient(wanted(call.inputGradients(), "wh"), d.workspace));
    if (op.recurrentBias()) {
      gradients.add(recurrentBias(s, wanted(call.inputGradients(), "b")));
    }
    c.plan.backward(
        new Backward(
            inputs,
            List.of(output),
            List.of(gradient),
            gradients,
            d.scratch(),
            null,
            call.random()));
  }

  private void inputGradients(Backward call, Data d) {
    List<Buffer> inputs =
        new ArrayList<>(List.of(d.inputs.get(0).view(sizes.allFrames), d.input("wx")));
    List<Buffer> gradients = new ArrayList<>();
    Set<Integer> written = new HashSet<>();
    if (call.written().contains(0)) {
      written.add(0);
    }
    if (isWritten(call, "wx")) {
      written.add(1);
    }
    Buffer dx = call.inputGradients().get(0);
    gradients.add(dx == null ? null : dx.view(sizes.allFrames));
    gradients.add(wanted(call.inputGradients(), "wx"));
    if (op.useBias()) {
      inputs.add(d.inputBias());
      Buffer db = wanted(call.inputGradients(), "b");
      gradients.add(db == null ? null : parts.part(db, 0, Shape.of(sizes.g)));
    }
    inputConvolution.backward(
        new Backward(
            inputs,
            Arrays.asList(d.stored(sizes.z, sizes.allGates)),
            List.of(parts.part(d.workspace, sizes.dz, sizes.allGates)),
            gradients,
            written,
            d.scratch(),
            null,
            call.random()));
  }
}
