package convlstm4j.model;

import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What a step yields: per output the unweighted loss (0 where there is none), prediction (null
 * where no metric asks for it), target and weights (null where there are none), and the total loss.
 */
record Results(
    double total,
    List<Double> losses,
    List<Tensor> predictions,
    List<Tensor> targets,
    List<Tensor> weights,
    long samples) {

  /** Of a step; numbers: losses and penalties, in the order of {@link Pass#terms}. */
  static Results of(
      Objectives objectives,
      Feeds feeds,
      long samples,
      double[] numbers,
      IntFunction<Tensor> prediction) {
    List<Double> losses = new ArrayList<>();
    List<Tensor> predictions = new ArrayList<>();
    int next = 0;
    double total = 0;
    for (int k = 0; k < objectives.outputs().size(); k++) {
      Objectives.Output o = objectives.outputs().get(k);
      losses.add(o.isTrained() ? numbers[next++] : 0.0);
      total += o.isTrained() ? o.weight() * losses.get(k) : 0;
      predictions.add(prediction.apply(k));
    }
    while (next < numbers.length) {
      total += numbers[next++]; // the penalties
    }
    return new Results(total, losses, predictions, feeds.targets(), feeds.weights(), samples);
  }
}
