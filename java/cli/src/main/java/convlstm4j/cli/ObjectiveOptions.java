package convlstm4j.cli;

import convlstm4j.model.Compile;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.optim.Optimizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is made small and what is reported, in Keras's words. */
final class ObjectiveOptions {
  @Option(
      names = "--loss",
      paramLabel = "[NAME=]LOSS",
      description = {
        "mse, mae, mape, msle, huber, log_cosh, poisson, binary_crossentropy,"
            + " categorical_crossentropy, sparse_categorical_crossentropy,"
            + " binary_focal_crossentropy, categorical_focal_crossentropy, kl_divergence, hinge,"
            + " squared_hinge, categorical_hinge, cosine_similarity, dice or tversky; for one output"
            + " by its name. Default: the model's own."
      })
  List<String> losses = new ArrayList<>();

  @Option(
      names = "--loss-weight",
      paramLabel = "NAME=W",
      description = "Weight of an output's loss in the sum. Default: 1.")
  Map<String, Double> lossWeights = new LinkedHashMap<>();

  @Option(
      names = "--metrics",
      paramLabel = "[NAME=]METRIC,..",
      description = {
        "What to report beside the loss: accuracy, binary_accuracy, categorical_accuracy,"
            + " sparse_categorical_accuracy, mse, mae, rmse, mape, r2, auc, precision, recall, f1 (mean"
            + " over the classes), micro_f1, one_hot_mean_iou, binary_iou, psnr, ssim and Keras's"
            + " other metrics by their names; of all frames and pixels; for one output by its name."
      })
  List<String> metrics = new ArrayList<>();

  /** Whether none was given. */
  boolean isEmpty() {
    return losses.isEmpty() && lossWeights.isEmpty() && metrics.isEmpty();
  }

  /**
   * Says what a model is trained for.
   *
   * @param before what it was trained for, null for nothing yet
   * @param outputs names of the model's
   * @param added whether metrics come on top of those before, or else in their place
   */
  Compile apply(
      Optimizer optimizer, @Nullable Compile before, List<String> outputs, boolean added) {
    for (String output : lossWeights.keySet()) {
      checkName("--loss-weight " + output + "=" + lossWeights.get(output), output, outputs);
    }
    Compile c;
    if (losses.isEmpty()) {
      c = Objects.requireNonNull(before, "--loss is missing").optimizer(optimizer);
    } else {
      c = Compile.with(optimizer);
      for (String word : losses) {
        int equals = word.indexOf('=');
        if (equals >= 0) {
          checkName("--loss " + word, word.substring(0, equals), outputs);
        }
        c =
            equals < 0
                ? c.loss(Loss.ofName(word))
                : c.loss(word.substring(0, equals), Loss.ofName(word.substring(equals + 1)));
      }
      c = before == null ? c : kept(c, before, outputs);
    }
    for (Map.Entry<String, Double> e : lossWeights.entrySet()) {
      c = c.lossWeight(e.getKey(), e.getValue());
    }
    return metrics.isEmpty() ? c : measured(c, before, outputs, added);
  }

  private static void checkName(String what, String output, List<String> outputs) {
    if (!outputs.contains(output)) {
      throw new IllegalArgumentException(
          what + ": the model has no output \"" + output + "\"; its outputs are " + outputs);
    }
  }

  /** With the weights and metrics of before, of outputs that are still trained. */
  private static Compile kept(Compile c, Compile before, List<String> outputs) {
    Compile all = c;
    for (String output : outputs) {
      if (c.isTrained(output) && before.weightOf(output) != 1) {
        all = all.lossWeight(output, before.weightOf(output));
      }
      if (c.isTrained(output) && !before.metricsOf(output).isEmpty()) {
        all = all.metrics(output, before.metricsOf(output).toArray(Metric[]::new));
      }
    }
    return all;
  }

  private Compile measured(
      Compile c, @Nullable Compile before, List<String> outputs, boolean added) {
    Map<String, String> named =
        Named.sortOrAll("--metrics", metrics, "output", outputs, word -> false);
    Compile all = c;
    for (Map.Entry<String, String> e : named.entrySet()) {
      String output = e.getKey();
      boolean own = metrics.contains(output + "=" + e.getValue());
      if (!c.isTrained(output)) {
        if (own) {
          throw new IllegalArgumentException(
              "--metrics "
                  + output
                  + "=..: the output \""
                  + output
                  + "\" has no loss, and so no targets; give it one with --loss");
        }
        continue;
      }
      Map<String, Metric> chosen = new LinkedHashMap<>();
      if (added && before != null) {
        before.metricsOf(output).forEach(m -> chosen.put(m.name(), m));
      }
      Stream.of(e.getValue().split(",", -1))
          .map(Metric::ofName)
          .forEach(m -> chosen.put(m.name(), m));
      all = all.metrics(output, chosen.values().toArray(Metric[]::new));
    }
    return all;
  }
}
