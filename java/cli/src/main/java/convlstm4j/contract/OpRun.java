package convlstm4j.contract;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Recording;
import convlstm4j.op.Op;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Runs one op on a backend with host tensors and checks that memory is treated as agreed. */
final class OpRun implements AutoCloseable {
  /** What gradients hold before backward adds to them. */
  static final double BEFORE = 0.5;

  private final Memory memory;
  private final DType dtype;
  private final Op op;
  private final Plan plan;
  private final Philox random;
  private final long liveBefore;
  private final List<Tensor> given;
  private final List<Buffer> all = new ArrayList<>();
  private final List<Buffer> inputs = new ArrayList<>();
  private final List<Buffer> outputs = new ArrayList<>();
  private final List<Buffer> outputGradients = new ArrayList<>();
  private final List<Buffer> inputGradients = new ArrayList<>();
  private final @Nullable Buffer workspace;
  private final @Nullable Buffer reserve;

  OpRun(Backend backend, DType dtype, Mode mode, Op op, List<Tensor> in, Philox random) {
    this(backend, dtype, mode, op, in, random, false);
  }

  /** Runs an op whose outputs are the inputs of the same names. */
  static OpRun inPlace(Backend backend, DType dtype, Op op, List<Tensor> in, Philox random) {
    return new OpRun(backend, dtype, Mode.INFERENCE, op, in, random, true);
  }

  private OpRun(
      Backend backend,
      DType dtype,
      Mode mode,
      Op op,
      List<Tensor> in,
      Philox random,
      boolean inPlace) {
    this.memory = backend.memory();
    this.dtype = dtype;
    this.op = op;
    this.random = random;
    this.given = in;
    this.liveBefore = memory.liveBytes();
    List<Shape> shapes = in.stream().map(Tensor::shape).toList();
    this.plan = backend.plan(op, shapes, dtype, mode);
    in.forEach(t -> inputs.add(upload(t)));
    for (Shape s : op.outputShapes(shapes)) {
      String name = op.outputNames().get(outputs.size());
      outputs.add(inPlace ? inputs.get(op.input(name)) : filled(s, Double.NaN));
    }
    this.workspace = scratch(plan.workspaceBytes());
    this.reserve = scratch(mode == Mode.TRAINING ? plan.reserveBytes() : 0);
  }

  /** The outputs. They are NaN before, so one that is not written shows. */
  List<Tensor> forward() {
    runForward();
    return outputs();
  }

  /** The forward pass without copies. */
  void runForward() {
    runForward(random);
  }

  private void runForward(Philox drawn) {
    plan.forward(new Plan.Forward(inputs, outputs, workspace, reserve, drawn));
  }

  /** Both passes, or forward alone, as work that a backend may record; with one generator. */
  Recording recording(Backend backend, boolean backward) {
    return backend.recording(
        randoms -> {
          runForward(randoms.get(0));
          if (backward) {
            runBackward(randoms.get(0));
          }
        });
  }

  /** Gives inputs and gradients of outputs new values, all other memory those from before. */
  void refill(List<Tensor> in, List<Tensor> gradients) {
    uploadAll(in, inputs);
    outputs.forEach(b -> memory.fill(b, Double.NaN));
    uploadAll(gradients, outputGradients);
    inputGradients.stream().filter(b -> b != null).forEach(b -> memory.fill(b, BEFORE));
    for (Buffer b : new Buffer[] {workspace, reserve}) {
      if (b != null) {
        memory.fill(b, Double.NaN);
      }
    }
  }

  private void uploadAll(List<Tensor> from, List<Buffer> to) {
    for (int i = 0; i < to.size(); i++) {
      if (to.get(i) != null) {
        memory.upload(from.get(i).cast(dtype), to.get(i));
      }
    }
  }

  /** The outputs as they are. */
  List<Tensor> outputs() {
    return outputs.stream().map(memory::download).toList();
  }

  /** What has been added to the gradients of the inputs; null where there is none. */
  List<Tensor> gradients() {
    List<Tensor> gradients = new ArrayList<>();
    for (Buffer b : inputGradients) {
      gradients.add(b == null ? null : minus(memory.download(b)));
    }
    return gradients;
  }

  /**
   * The gradients of the differentiable inputs, null for others; forward must have run. They are
   * {@link #BEFORE} before, so a backward pass that overwrites shows.
   *
   * @param outputGradients one per output; null for zero
   */
  List<Tensor> backward(List<Tensor> outputGradients) {
    return backward(outputGradients, i -> true);
  }

  /** The gradients of those inputs only that are wanted. */
  List<Tensor> backward(List<Tensor> outputGradients, IntPredicate wanted) {
    prepareBackward(outputGradients, wanted);
    runBackward();
    return gradients();
  }

  /** Uploads what a backward pass needs. */
  void prepareBackward(List<Tensor> gradients, IntPredicate wanted) {
    outputGradients.clear();
    inputGradients.clear();
    gradients.forEach(t -> outputGradients.add(t == null ? null : upload(t)));
    for (int i = 0; i < inputs.size(); i++) {
      boolean has = op.differentiable(i) && wanted.test(i);
      inputGradients.add(has ? filled(inputs.get(i).shape(), BEFORE) : null);
    }
    if (workspace != null) {
      memory.fill(workspace, Double.NaN); // lost between calls, as the contract says
    }
  }

  /** The inputs whose gradients the plan can write in the place of adding to them. */
  Set<Integer> writable() {
    Set<Integer> all = new TreeSet<>();
    for (int i = 0; i < inputs.size(); i++) {
      if (op.differentiable(i) && plan.writesGradient(i)) {
        all.add(i);
      }
    }
    return all;
  }

  /**
   * The gradients of all inputs: some are written, and NaN before, the others are added to what is
   * {@code before}. Forward must have run.
   */
  List<Tensor> backwardWriting(List<Tensor> outputGradients, Set<Integer> written, double before) {
    prepareBackward(outputGradients, i -> true);
    for (int i = 0; i < inputGradients.size(); i++) {
      if (inputGradients.get(i) != null) {
        memory.fill(inputGradients.get(i), written.contains(i) ? Double.NaN : before);
      }
    }
    runBackward(random, written);
    List<Tensor> gradients = new ArrayList<>();
    inputGradients.forEach(b -> gradients.add(b == null ? null : memory.download(b)));
    return gradients;
  }

  /** The backward pass without copies. */
  void runBackward() {
    runBackward(random);
  }

  private void runBackward(Philox drawn) {
    runBackward(drawn, Set.of());
  }

  private void runBackward(Philox drawn, Set<Integer> written) {
    plan.backward(
        new Plan.Backward(
            inputs, outputs, outputGradients, inputGradients, written, workspace, reserve, drawn));
  }

  private static Tensor minus(Tensor t) {
    double[] values = Compare.values(t);
    for (int i = 0; i < values.length; i++) {
      values[i] -= BEFORE;
    }
    return Tensor.of(values, t.shape()).cast(t.dtype());
  }

  /** Fails if the op has changed an input. */
  void checkInputsUnchanged() {
    for (int i = 0; i < inputs.size(); i++) {
      Tensor now = memory.download(inputs.get(i));
      Tensor then = given.get(i).cast(dtype);
      int k = Compare.firstDifference(now, then);
      if (k >= 0) {
        throw new AssertionError(
            op.inputNames().get(i) + "[" + k + "] was " + then.get(k) + ", is " + now.get(k));
      }
    }
  }

  private Buffer upload(Tensor t) {
    Buffer b = memory.allocate(dtype, t.shape());
    memory.upload(t.cast(dtype), b);
    all.add(b);
    return b;
  }

  private Buffer filled(Shape shape, double value) {
    Buffer b = memory.allocate(dtype, shape);
    memory.fill(b, value);
    all.add(b);
    return b;
  }

  private @Nullable Buffer scratch(long bytes) {
    return bytes == 0
        ? null
        : filled(Shape.of((bytes + dtype.bytes() - 1) / dtype.bytes()), Double.NaN);
  }

  /** Frees everything and fails if memory stays in use. */
  @Override
  public void close() {
    plan.close();
    all.forEach(Buffer::close);
    if (memory.liveBytes() != liveBefore) {
      throw new AssertionError(
          op.opName() + " leaks " + (memory.liveBytes() - liveBefore) + " bytes");
    }
  }
}
