package convlstm4j.model;

import java.util.Optional;
import java.util.function.Supplier;

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

  /** What is thrown: {@code what} of the batch is not finite, {@code where} for programs. */
  static NonFiniteException exception(String batch, String when, String what, String where) {
    return new NonFiniteException(
        batch,
        where,
        when
            + ", batch \""
            + batch
            + "\": "
            + what
            + " is NaN or infinite; the model is as before. A lower learning rate or clipNorm may"
            + " help");
  }
}
