package convlstm4j.bench.worker.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** One ConvLSTM layer in PyTorch; x and the gradient of y lie in the order that suits it. */
final class TorchLayer extends TorchWork {
  private final NDArray dy;
  private NDArray y;

  TorchLayer(Task task, Data data, Pass pass, Variant variant) {
    super(task, data, pass, variant);
    input(timeFirst(load("x")));
    dy = pass == Pass.TRAINING ? timeFirst(load("d_y")) : null;
  }

  /** {@code [N,T,H,W,C]} to {@code [T,N,H,W,C]} or {@code [T,N,C,H,W]}. */
  private NDArray timeFirst(NDArray a) {
    return contiguous(isLast() ? a.transpose(1, 0, 2, 3, 4) : a.transpose(1, 0, 4, 2, 3));
  }

  private NDArray batchFirst(NDArray a) {
    return isLast() ? a.transpose(1, 0, 2, 3, 4) : a.transpose(1, 0, 3, 4, 2);
  }

  @Override
  void run(NDManager m, Map<String, NDArray> leaves) {
    y = convLstm(leaves, "").run(leaves.get("x"));
    y.attach(m);
    if (dy != null) {
      JniUtils.backward((PtNDArray) y, (PtNDArray) dy, false, false);
    }
  }

  @Override
  public Map<String, Tensor> results() {
    Map<String, Tensor> results = new LinkedHashMap<>();
    results.put("y", tensor(batchFirst(y)));
    if (dy != null) {
      results.put("dx", tensor(batchFirst(leafGradient("x"))));
      task.weights().keySet().forEach(w -> results.put("d_" + w, gradient(w)));
    }
    return results;
  }
}
