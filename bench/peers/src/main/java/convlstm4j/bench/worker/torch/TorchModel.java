package convlstm4j.bench.worker.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import convlstm4j.bench.task.Data;
import convlstm4j.bench.task.Pass;
import convlstm4j.bench.task.Task;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The article's ConvLSTM network in PyTorch, time first between the layers. */
final class TorchModel extends TorchWork {
  private static final int STAGES = 2;
  private static final int DENSE = 3;
  private static final Shape POOL = new Shape(2, 2);
  private static final Shape NO_PAD = new Shape(0, 0);
  private static final float EPSILON = 1e-3f;

  /** PyTorch's momentum is one less Keras's. */
  private static final float KERAS_MOMENTUM = 0.99f;

  private static final double CLIP = 1e-7;

  private final NDArray x;
  private final List<NDArray> targets = new ArrayList<>();
  private final List<NDArray> scores = new ArrayList<>();
  private NDArray loss;

  TorchModel(Task task, Data data, Pass pass, Variant variant) {
    super(task, data, pass, variant);
    NDArray video = load("x");
    x = contiguous(isLast() ? video.transpose(1, 0, 3, 4, 2) : video.transpose(1, 0, 2, 3, 4));
    if (x.getShape().get(3) % 8 != 0) {
      throw new UnsupportedOperationException(
          "the network is written for sides that are multiples of 8, got " + video.getShape());
    }
    input(x);
    if (pass == Pass.TRAINING) {
      task.outputs().keySet().forEach(o -> targets.add(timeFirst(load("t_" + o))));
    }
  }

  /** {@code [N,T,1]} to {@code [T N,1]}. */
  private static NDArray timeFirst(NDArray a) {
    return contiguous(a.transpose(1, 0, 2)).reshape(-1, 1);
  }

  @Override
  void run(NDManager m, Map<String, NDArray> p) {
    scores.clear();
    NDArray a = p.get("x");
    for (int s = 0; s < STAGES; s++) {
      String stage = "stage" + s + ".";
      NDArray images = images(convLstm(p, stage).run(a));
      NDArray normed =
          BatchNorm.batchNorm(
                  images,
                  p.get(stage + "moving_mean"),
                  p.get(stage + "moving_variance"),
                  p.get(stage + "gamma"),
                  p.get(stage + "beta"),
                  1,
                  KERAS_MOMENTUM,
                  EPSILON,
                  pass == Pass.TRAINING)
              .singletonOrThrow();
      a = sequence(pool(normed));
    }
    for (int g = 0; g < task.outputs().size(); g++) {
      String genre = "genre" + g + ".";
      NDArray features = pool(images(convLstm(p, genre).run(a)));
      scores.add(score(features.reshape(features.getShape().get(0), -1), p, genre));
    }
    if (pass == Pass.TRAINING) {
      loss = loss();
      JniUtils.backward((PtNDArray) loss, (PtNDArray) loss.onesLike(), false, false);
    }
  }

  private static NDArray score(NDArray features, Map<String, NDArray> p, String genre) {
    NDArray v = features;
    for (int d = 0; d < DENSE; d++) {
      String dense = genre + "dense" + d + ".";
      v = Linear.linear(v, p.get(dense + "kernel"), p.get(dense + "bias")).singletonOrThrow();
      v = d < DENSE - 1 ? Activation.relu(v) : Activation.sigmoid(v);
    }
    return v;
  }

  /** Sum of the mean binary cross-entropies, probabilities clipped as Keras does. */
  private NDArray loss() {
    NDArray sum = null;
    for (int g = 0; g < scores.size(); g++) {
      NDArray p = scores.get(g).clip(CLIP, 1 - CLIP);
      NDArray t = targets.get(g);
      NDArray one = p.log().mul(t).add(p.neg().add(1).log().mul(t.neg().add(1)));
      NDArray mean = one.mean().neg();
      sum = sum == null ? mean : sum.add(mean);
    }
    return sum;
  }

  private static NDArray pool(NDArray images) {
    return Pool.maxPool2d(images, POOL, POOL, NO_PAD, false);
  }

  /** Steps and batch in one axis, channels before height and width (in memory maybe after). */
  private NDArray images(NDArray sequence) {
    long[] d = sequence.getShape().getShape();
    NDArray flat = sequence.reshape(d[0] * d[1], d[2], d[3], d[4]);
    return isLast() ? flat.transpose(0, 3, 1, 2) : flat;
  }

  private NDArray sequence(NDArray images) {
    NDArray flat = isLast() ? images.transpose(0, 2, 3, 1) : images;
    long[] d = flat.getShape().getShape();
    return flat.reshape(x.getShape().get(0), x.getShape().get(1), d[1], d[2], d[3]);
  }

  @Override
  public Map<String, Tensor> results() {
    Map<String, Tensor> results = new LinkedHashMap<>();
    if (pass == Pass.FORWARD) {
      int k = 0;
      for (String o : task.outputs().keySet()) {
        NDArray s = scores.get(k++);
        long steps = x.getShape().get(0);
        results.put(o, tensor(s.reshape(steps, -1, 1).transpose(1, 0, 2)));
      }
      return results;
    }
    results.put("loss", Tensor.of(loss.toFloatArray(), 1));
    for (String w : task.weights().keySet()) {
      if (Task.isTrained(w)) {
        results.put("d_" + w, gradient(w));
      }
    }
    return results;
  }
}
