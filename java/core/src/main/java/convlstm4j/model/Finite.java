package convlstm4j.model;

import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Words what is not finite. */
final class Finite {
  private Finite() {}

  /**
   * Fails unless the total loss is finite.
   *
   * @param when such as {@code step 3}
   * @param layer finds the first layer whose output is not finite
   */
  static void checkLoss(
      Results results,
      Objectives objectives,
      String batch,
      String when,
      Supplier<Optional<String>> layer) {
    if (Double.isFinite(results.total())) {
      return;
    }
    String what = "a regulariser's penalty";
    for (int k = objectives.outputs().size() - 1; k >= 0; k--) {
      if (!Double.isFinite(results.losses().get(k))) {
        what = "the loss of output \"" + objectives.outputs().get(k).name() + "\"";
      }
    }
    Optional<String> first = layer.get();
    throw exception(
        batch,
        when,
        what + first.map(l -> ", first the output of layer \"" + l + "\",").orElse(""),
        first.orElse(what));
  }

  /**
   * Fails unless all gradients, states and statistics are finite, and all weights would be after
   * the update.
   *
   * @param numbers one per weight, not finite where its gradient is not, then one per state and
   *     statistic, not finite where it would not be, then one per weight likewise
   * @param weights their names
   * @param tried what was looked at of a weight's update
   * @param stored names of the states and statistics
   */
  static void checkChanges(
      double[] numbers,
      IntFunction<String> weights,
      IntFunction<String> tried,
      List<String> stored,
      double rate,
      String batch,
      String when) {
    int count = (numbers.length - stored.size()) / 2;
    int updates = count + stored.size();
    for (int i = 0; i < numbers.length; i++) {
      if (!Double.isFinite(numbers[i])) {
        if (i >= count && i < updates) {
          throw stored(batch, when, stored.get(i - count));
        }
        String bad = weights.apply(i < count ? i : i - updates);
        String what =
            i < count
                ? "the gradient of weight " + bad
                : tried.apply(i - updates) + " after an update with learning rate " + rate;
        throw exception(batch, when, what, bad);
      }
    }
  }

  /** What is told of a state that is not finite after a batch was predicted. */
  static NonFiniteException state(String batch, String name) {
    String what = "batch \"" + batch + "\": " + name + " is NaN or infinite after it";
    return new NonFiniteException(batch, name, what);
  }

  /** What is thrown where a state or statistic would not be finite. */
  static NonFiniteException stored(String batch, String when, String name) {
    return exception(batch, when, name + " after it", name, "Smaller inputs may help");
  }

  /**
   * Looks for a prediction that is not finite.
   *
   * @param batch its description
   * @param outputs names of the outputs
   * @param predictions one per output, the batch axis first; null where there is none
   * @param layer finds the first layer whose output is not finite
   * @return names output, sample, place in it and layer
   */
  static Optional<NonFiniteException> prediction(
      String batch,
      List<String> outputs,
      List<? extends @Nullable Tensor> predictions,
      Supplier<Optional<String>> layer) {
    for (int k = 0; k < predictions.size(); k++) {
      Tensor t = predictions.get(k);
      if (t == null || t.isFinite()) {
        continue;
      }
      int i = 0;
      while (Double.isFinite(t.get(i))) {
        i++;
      }
      Shape s = t.shape();
      int inSample = t.size() / (int) s.dim(0);
      Optional<String> first = layer.get();
      return Optional.of(
          new NonFiniteException(
              batch,
              first.orElse(outputs.get(k)),
              "batch \""
                  + batch
                  + "\": output \""
                  + outputs.get(k)
                  + "\" is "
                  + t.get(i)
                  + " in sample "
                  + i / inSample
                  + " at "
                  + index(i % inSample, s.from(1))
                  + first.map(l -> ", first the output of layer \"" + l + "\"").orElse("")));
    }
    return Optional.empty();
  }

  /** The place of an element, axis by axis. */
  private static List<Long> index(int element, Shape shape) {
    Long[] index = new Long[shape.rank()];
    long left = element;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      index[axis] = left % shape.dim(axis);
      left /= shape.dim(axis);
    }
    return List.of(index);
  }

  /** What is thrown: {@code what} of the batch is not finite, {@code where} for programs. */
  private static NonFiniteException exception(
      String batch, String when, String what, String where) {
    return exception(batch, when, what, where, "A lower learning rate or clipNorm may help");
  }

  private static NonFiniteException exception(
      String batch, String when, String what, String where, String advice) {
    return new NonFiniteException(
        batch,
        where,
        when
            + ", batch \""
            + batch
            + "\": "
            + what
            + " is NaN or infinite; the model is as before. "
            + advice);
  }
}
