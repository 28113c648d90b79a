package convlstm4j.cli;

import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.model.Progress;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.optim.Optimizer;
import convlstm4j.option.Config;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** What a model is trained for. */
final class CompileOptions {
  @Mixin ObjectiveOptions objectives;
  @Mixin OptimizerOptions optimizers;

  /**
   * Compiles the model as asked, unless it is compiled so already: the command that began a
   * training also goes on with it. Another optimiser or loss begins anew; the other options change
   * while what the optimiser remembers stays.
   *
   * @param standard what a model is compiled with that is not; null if that must be said
   * @param name of the model, for messages
   */
  void apply(Model model, @Nullable Compile standard, @Nullable Object name, PrintWriter err) {
    List<String> outputs = model.network().outputNames();
    Compile before = model.compilation().orElse(standard);
    if (before == null && objectives.losses.isEmpty()) {
      throw new IllegalArgumentException(
          "--loss is missing: " + name + " does not say what the model is trained for");
    }
    Optimizer optimizer = optimizers.apply(before == null ? null : before.optimizer());
    Compile asked = objectives.apply(optimizer, before, outputs, false);
    if (model.compilation().isEmpty()) {
      model.compile(asked);
    } else if (before != null
        && !content(asked, outputs, true).equals(content(before, outputs, true))) {
      if (content(asked, outputs, false).equals(content(before, outputs, false))) {
        model.adjust(asked);
      } else {
        boolean done = !model.progress().equals(Progress.START);
        model.compile(asked);
        if (done) {
          err.println(
              "convlstm4j: another loss or optimizer than "
                  + name
                  + " has: epochs and what the optimizer remembers start anew");
        }
      }
    }
  }

  /**
   * All that decides about a training, by output.
   *
   * @param all with what may change while it goes on: metrics, weights, rate, decay, clipping
   */
  private static Map<String, Object> content(Compile c, List<String> outputs, boolean all) {
    Map<String, Object> content = new LinkedHashMap<>();
    Config optimizer = c.optimizer().config();
    Map<String, Object> options = new LinkedHashMap<>(optimizer.values());
    if (!all) {
      List.of(
              "learning_rate",
              "weight_decay",
              "clipvalue",
              "clipnorm",
              "global_clipnorm",
              "ema_momentum",
              "ema_overwrite_frequency")
          .forEach(options::remove);
    }
    options.values().removeIf(Objects::isNull);
    content.put("optimizer", List.of(optimizer.className(), options));
    for (String output : outputs) {
      Loss loss = c.lossOf(output);
      content.put("loss " + output, loss == null ? "" : loss.config());
      if (all && loss != null) {
        content.put("weight " + output, c.weightOf(output));
        content.put("metrics " + output, c.metricsOf(output).stream().map(Metric::config).toList());
      }
    }
    return content;
  }
}
