package convlstm4j.bench;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Runner;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.SgdUpdate;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** One ConvLSTM layer with its data in a backend's memory, float32. */
final class LayerUnderTest implements AutoCloseable {
  private static final int FIRST_WEIGHT = 3;
  private static final Philox RANDOM = new Philox(20150612, 0);

  private final Memory memory;
  private final Plan plan;
  private final Runner runner;
  private final Plan update;
  private final List<Buffer> inputs = new ArrayList<>();
  private final List<Buffer> outputs = new ArrayList<>();
  private final List<Buffer> outputGradients = new ArrayList<>();
  private final List<Buffer> inputGradients = new ArrayList<>();
  private final List<Buffer> scratch = new ArrayList<>();
  private final Buffer workspace;
  private final Buffer reserve;
  private final Buffer rate;

  LayerUnderTest(Backend backend, BenchShape shape, Mode mode) {
    memory = backend.memory();
    ConvLstm2d op = shape.op();
    List<Shape> shapes = shape.inputs();
    plan = backend.plan(op, shapes, DType.FLOAT32, mode);
    for (Shape s : shapes) {
      inputs.add(random(s, inputs.size(), inputs.size() < FIRST_WEIGHT ? 1 : 0.05));
    }
    for (Shape s : op.outputShapes(shapes)) {
      outputs.add(memory.allocate(DType.FLOAT32, s));
      outputGradients.add(mode == Mode.TRAINING ? random(s, 100 + outputs.size(), 1e-3) : null);
    }
    if (mode == Mode.TRAINING) {
      shapes.forEach(s -> inputGradients.add(memory.allocate(DType.FLOAT32, s)));
    }
    workspace = bytes(plan.workspaceBytes());
    reserve = bytes(plan.reserveBytes());
    rate = memory.allocate(DType.FLOAT32, Shape.of(1));
    memory.fill(rate, 1e-6);
    List<Shape> weights = shapes.subList(FIRST_WEIGHT, shapes.size());
    List<Shape> updateShapes = new ArrayList<>(List.of(Shape.of(1), Shape.of(1)));
    updateShapes.addAll(weights);
    updateShapes.addAll(weights);
    runner = new Runner(backend, DType.FLOAT32);
    update = runner.plan(new SgdUpdate(0, false, 0, weights.size()), updateShapes);
  }

  /** The forward pass. */
  void forward() {
    plan.forward(new Plan.Forward(inputs, outputs, workspace, reserve, RANDOM));
  }

  /** Forward pass, all gradients (that of x included), plain SGD on the weights. */
  void trainingStep() {
    forward();
    inputGradients.forEach(g -> memory.fill(g, 0));
    plan.backward(
        new Plan.Backward(
            inputs, outputs, outputGradients, inputGradients, workspace, reserve, RANDOM));
    List<Buffer> weights = inputs.subList(FIRST_WEIGHT, inputs.size());
    List<Buffer> in = new ArrayList<>(List.of(rate, rate)); // the rate is finite: the guard
    in.addAll(weights);
    in.addAll(inputGradients.subList(FIRST_WEIGHT, inputs.size()));
    runner.run(update, in, weights);
  }

  /** Something that depends on the last result, for JMH to consume. */
  Object result() {
    return outputs.get(0);
  }

  private Buffer random(Shape shape, int stream, double scale) {
    Tensor t = Tensor.zeros(DType.FLOAT32, shape);
    Philox random = RANDOM.stream(0, stream);
    for (int i = 0; i < t.size(); i++) {
      t.set(i, scale * random.normal(i));
    }
    Buffer b = memory.allocate(DType.FLOAT32, shape);
    memory.upload(t, b);
    return b;
  }

  private Buffer bytes(long n) {
    if (n == 0) {
      return null;
    }
    Buffer b = memory.allocate(DType.FLOAT32, Shape.of((n + Float.BYTES - 1) / Float.BYTES));
    scratch.add(b);
    return b;
  }

  @Override
  public void close() {
    plan.close();
    update.close();
    for (List<Buffer> buffers : List.of(inputs, outputs, inputGradients, scratch)) {
      buffers.forEach(Buffer::close);
    }
    outputGradients.stream().filter(b -> b != null).forEach(Buffer::close);
    rate.close();
  }
}
