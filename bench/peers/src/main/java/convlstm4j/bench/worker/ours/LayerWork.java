package convlstm4j.bench.worker.ours;

import convlstm4j.backend.Backend;
import convlstm4j.backend.Buffer;
import convlstm4j.backend.Memory;
import convlstm4j.backend.Plan;
import convlstm4j.backend.Recording;
import convlstm4j.bench.BenchShape;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.worker.Work;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One ConvLSTM layer on a backend, in the data format that this is fastest in; states start at zero
 * and their gradients are not asked for. Training is recorded, as a model's step is.
 */
final class LayerWork implements Work {
  private static final Philox RANDOM = new Philox(0, 0);

  /** Positions of the op's inputs whose gradients are asked for: x, wx, wh, b. */
  private static final List<Integer> DIFFERENTIATED = List.of(0, 3, 4, 5);

  private static final List<String> FILES = List.of("x", "kernel", "recurrent_kernel", "bias");

  private final Backend backend;
  private final Memory memory;
  private final DType dtype;
  private final Plan plan;
  private final List<Buffer> inputs = new ArrayList<>();
  private final List<Buffer> outputs = new ArrayList<>();
  private final List<Buffer> outputGradients;
  private final List<Buffer> inputGradients = new ArrayList<>();
  private final Recording training;
  private final ChannelOrder order;
  private final Buffer workspace;
  private final Buffer reserve;
  private final List<Buffer> all = new ArrayList<>();

  LayerWork(Backend backend, DType dtype, Task task, Data data, Pass pass) {
    this.backend = backend;
    this.memory = backend.memory();
    this.dtype = dtype;
    DataFormat format = backend.preferredFormat().orElse(DataFormat.CHANNELS_LAST);
    order = new ChannelOrder(format);
    Shape x = order.of(task.x());
    Shape y = order.of(task.outputs().get("y"));
    Shape state = y.without(1);
    ConvLstm2d op = BenchShape.op((int) task.outputs().get("y").dim(-1), format);
    List<Shape> shapes = new ArrayList<>(List.of(x, state, state));
    shapes.addAll(task.weights().values());
    boolean differentiated = pass == Pass.TRAINING;
    plan =
        backend.plan(
            op, shapes, dtype, differentiated ? Backend.Mode.TRAINING : Backend.Mode.INFERENCE);
    Buffer zeros = allocate(state); // both states, as in a network
    inputs.addAll(List.of(allocate(x), zeros, zeros));
    task.weights().values().forEach(s -> inputs.add(allocate(s)));
    op.outputShapes(shapes).forEach(s -> outputs.add(allocate(s)));
    for (int k = 0; k < FILES.size(); k++) {
      Tensor values = data.read(FILES.get(k)).cast(dtype);
      memory.upload(k == 0 ? order.of(values) : values, inputs.get(DIFFERENTIATED.get(k)));
    }
    if (differentiated) {
      Buffer dy = allocate(y);
      memory.upload(order.of(data.read("d_y").cast(dtype)), dy);
      outputGradients = Arrays.asList(dy, null, null);
      for (int k = 0; k < shapes.size(); k++) {
        inputGradients.add(DIFFERENTIATED.contains(k) ? allocate(shapes.get(k)) : null);
      }
    } else {
      outputGradients = List.of();
    }
    workspace = bytes(plan.workspaceBytes());
    reserve = bytes(plan.reserveBytes());
    training = differentiated ? backend.recording(this::train) : null;
  }

  private Buffer allocate(Shape shape) {
    Buffer b = memory.allocate(dtype, shape);
    all.add(b);
    return b;
  }

  private Buffer bytes(long n) {
    return n == 0 ? null : allocate(Shape.of((n + dtype.bytes() - 1) / dtype.bytes()));
  }

  @Override
  public void run() {
    if (training == null) {
      plan.forward(new Plan.Forward(inputs, outputs, workspace, reserve, RANDOM));
    } else {
      training.run(List.of(RANDOM));
    }
  }

  private void train(List<Philox> randoms) {
    Philox random = randoms.get(0);
    plan.forward(new Plan.Forward(inputs, outputs, workspace, reserve, random));
    for (Buffer g : inputGradients) {
      if (g != null) {
        memory.fill(g, 0);
      }
    }
    plan.backward(
        new Plan.Backward(
            inputs, outputs, outputGradients, inputGradients, workspace, reserve, random));
  }

  @Override
  public Map<String, Tensor> results() {
    Map<String, Tensor> results = new LinkedHashMap<>();
    results.put("y", order.back(memory.download(outputs.get(0))));
    if (!outputGradients.isEmpty()) {
      for (int k = 0; k < FILES.size(); k++) {
        Tensor gradient = memory.download(inputGradients.get(DIFFERENTIATED.get(k)));
        if (k == 0) {
          results.put("dx", order.back(gradient));
        } else {
          results.put("d_" + FILES.get(k), gradient);
        }
      }
    }
    return results;
  }

  @Override
  public String variant() {
    return plan.algorithm();
  }

  @Override
  public Map<String, Double> shares() {
    return TimedBackend.shares(backend);
  }

  @Override
  public void close() {
    if (training != null) {
      training.close();
    }
    plan.close();
    all.forEach(Buffer::close);
  }
}
