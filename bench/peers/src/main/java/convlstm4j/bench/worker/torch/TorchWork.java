package convlstm4j.bench.worker.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.bench.worker.Work;
import convlstm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A task in PyTorch. Parameters are detached anew for every training run, so that gradients are
 * made rather than added to: {@code zero_grad(set_to_none=True)}.
 */
abstract class TorchWork implements Work {
  /** {@code [KH,KW,C,4F]} to {@code [4F,C,KH,KW]}. */
  private static final int[] TO_OIHW = {3, 2, 0, 1};

  private static final int[] TO_HWIO = {2, 3, 1, 0};
  private static final String KERNEL = "kernel";
  private static final String RECURRENT = "recurrent_kernel";

  /** Input channels of {@code [KH,KW,C,4F]}: those of x, then those of h. */
  private static final int JOINED_AXIS = 2;

  final Task task;
  final Data data;
  final Pass pass;
  final Variant variant;
  final NDManager manager = NDManager.newBaseManager();
  private final Map<String, NDArray> stored = new LinkedHashMap<>();

  /** Of the last run. */
  private NDManager run;

  private Map<String, NDArray> leaves = Map.of();

  TorchWork(Task task, Data data, Pass pass, Variant variant) {
    this.task = task;
    this.data = data;
    this.pass = pass;
    this.variant = variant;
    JniUtils.setGradMode(pass == Pass.TRAINING);
    for (String name : task.weights().keySet()) {
      if (!isJoined()) {
        stored.put(name, weight(name));
      } else if (name.endsWith(RECURRENT)) {
        String input = name.replace(RECURRENT, KERNEL);
        NDArray both = load(input).concat(load(name), JOINED_AXIS);
        stored.put(input, ordered(both));
      } else if (task.weights().get(name).rank() != 4) {
        stored.put(name, weight(name));
      }
    }
  }

  private boolean isJoined() {
    return variant.convolutions() == Variant.Convolutions.JOINED;
  }

  private NDArray weight(String name) {
    NDArray w = load(name);
    return switch (w.getShape().dimension()) {
      case 4 -> ordered(w);
      case 2 -> contiguous(w.transpose());
      default -> w;
    };
  }

  private NDArray ordered(NDArray hwio) {
    NDArray oihw = contiguous(hwio.transpose(TO_OIHW));
    return variant.layout() == Variant.Layout.NCHW ? oihw : channelsLast(oihw);
  }

  /** An array of the task's data. */
  final NDArray load(String name) {
    Tensor t = data.read(name);
    return manager.create(t.floats(), new Shape(t.shape().dims()));
  }

  /** A copy without gaps, in the order of the axes. */
  static NDArray contiguous(NDArray a) {
    return a.flatten().reshape(a.getShape());
  }

  /** The same axes, in memory with channels last. */
  static NDArray channelsLast(NDArray nchw) {
    return contiguous(nchw.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2);
  }

  final ConvLstm convLstm(Map<String, NDArray> parameters, String prefix) {
    return new ConvLstm(
        parameters.get(prefix + KERNEL),
        parameters.get(prefix + RECURRENT),
        parameters.get(prefix + "bias"),
        isLast(),
        pass == Pass.TRAINING);
  }

  /** Whether channels are last in memory. */
  final boolean isLast() {
    return variant.layout() == Variant.Layout.NHWC;
  }

  /** Makes x one of the leaves. */
  final void input(NDArray x) {
    stored.put("x", x);
  }

  private boolean isDifferentiated(String leaf) {
    return leaf.equals("x") ? task.kind() == Task.Kind.LAYER : Task.isTrained(leaf);
  }

  @Override
  public final void run() {
    if (run != null) {
      run.close();
    }
    run = manager.newSubManager();
    leaves = new LinkedHashMap<>();
    for (Map.Entry<String, NDArray> s : stored.entrySet()) {
      PtNDArray leaf = JniUtils.detachGradient((PtNDArray) s.getValue());
      leaf.attach(run);
      if (pass == Pass.TRAINING && isDifferentiated(s.getKey())) {
        leaf.setRequiresGradient(true);
      }
      leaves.put(s.getKey(), leaf);
    }
    run(run, leaves);
  }

  /**
   * Computes; what is to stay is attached to the manager.
   *
   * @param m lives until the next run
   * @param leaves x and weights by name
   */
  abstract void run(NDManager m, Map<String, NDArray> leaves);

  /** The gradient of a weight, in the layout of the task's files. */
  final Tensor gradient(String name) {
    boolean convolution = task.weights().get(name).rank() == 4;
    if (!convolution || !isJoined()) {
      NDArray g = leafGradient(name);
      return tensor(convolution ? g.transpose(TO_HWIO) : g.transpose());
    }
    String input = name.replace(RECURRENT, KERNEL);
    NDArray both = leafGradient(input).transpose(TO_HWIO);
    long channels = task.weights().get(input).dim(JOINED_AXIS);
    NDArray part = both.split(new long[] {channels}, JOINED_AXIS).get(name.equals(input) ? 0 : 1);
    return tensor(part);
  }

  final NDArray leafGradient(String name) {
    return leaves.get(name).getGradient();
  }

  static Tensor tensor(NDArray a) {
    NDArray c = contiguous(a);
    return Tensor.of(c.toFloatArray(), c.getShape().getShape());
  }

  @Override
  public final String variant() {
    return variant.toString();
  }

  @Override
  public final void close() {
    manager.close();
  }
}
