package convlstm4j.model;

import convlstm4j.program.Value;
import convlstm4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a step yields: per output the unweighted loss (0 where there is none), prediction (null
 * where no metric asks for it), target and weights (null where there are none), and the total loss.
 *
 * @param counted weights that are 0 where a mask takes a position out; null where there are neither
 */
record Results(
    double total,
    List<Double> losses,
    List<@Nullable Tensor> predictions,
    List<@Nullable Tensor> targets,
    List<@Nullable Tensor> weights,
    List<@Nullable Tensor> counted,
    long samples) {

  /** Of a step; numbers: losses and penalties, in the order of {@link Pass#terms}. */
  static Results of(
      Objectives objectives,
      Pass pass,
      Feeds feeds,
      long samples,
      double[] numbers,
      Function<Value, Tensor> measured) {
    List<Double> losses = new ArrayList<>();
    List<@Nullable Tensor> predictions = new ArrayList<>();
    List<@Nullable Tensor> counted = new ArrayList<>();
    int next = 0;
    double total = 0;
    for (int k = 0; k < objectives.outputs().size(); k++) {
      Objectives.Output o = objectives.outputs().get(k);
      losses.add(o.isTrained() ? numbers[next++] : 0.0);
      total += o.isTrained() ? o.weight() * losses.get(k) : 0;
      predictions.add(o.metrics().isEmpty() ? null : measured.apply(pass.outputs().get(k)));
      Value byMask = pass.counted().get(k);
      counted.add(byMask == null ? feeds.weights().get(k) : measured.apply(byMask));
    }
    while (next < numbers.length) {
      total += numbers[next++]; // the penalties
    }
    return new Results(
        total, losses, predictions, feeds.targets(), feeds.weights(), counted, samples);
  }
}
