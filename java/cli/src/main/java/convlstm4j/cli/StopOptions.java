package convlstm4j.cli;

import convlstm4j.model.Callback;
import convlstm4j.model.EarlyStopping;
import convlstm4j.model.Model;
import convlstm4j.model.Monitor;
import convlstm4j.model.ReduceOnPlateau;
import convlstm4j.optim.Schedule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long training goes on, and what is watched meanwhile. */
final class StopOptions {
  @Option(
      names = "--epochs",
      defaultValue = "10",
      paramLabel = "N",
      description = {
        "Train until N epochs are done in all, those of the checkpoint included. Default:"
            + " ${DEFAULT-VALUE}."
      })
  long epochs;

  @Option(
      names = "--monitor",
      paramLabel = "NAME",
      description = {
        "Which number of an epoch says how good it is, such as val_f1_score. Default: val_loss, or"
            + " loss without validation."
      })
  @Nullable String monitor;

  @Option(
      names = "--mode",
      defaultValue = "auto",
      paramLabel = "min|max",
      description = {
        "Whether less or more of it is better. Default: more of accuracy, AUC, precision, recall, F1,"
            + " else less."
      })
  String mode;

  @Option(
      names = "--early-stopping",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "[NAME][:PATIENCE]",
      description = {
        "Stop when the monitored number, or NAME, has not got better for PATIENCE epochs in a row"
            + " (default: 0, at the first that is not better)."
      })
  @Nullable String earlyStopping;

  @Option(
      names = "--restore-best",
      description =
          "With --early-stopping: in the end the model gets the weights of its best epoch.")
  boolean restoreBest;

  @Option(
      names = "--reduce-on-plateau",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "[NAME][:PATIENCE[:FACTOR]]",
      description = {
        "Multiply the learning rate by FACTOR (default: 0.1) when the monitored number, or NAME, has"
            + " not got better for PATIENCE epochs (default: 10)."
      })
  @Nullable String plateau;

  /** What can be checked before a model is there. */
  void check() {
    if (epochs < 1) {
      throw new IllegalArgumentException("--epochs " + epochs + ", must be at least 1");
    }
    if (restoreBest && earlyStopping == null) {
      throw new IllegalArgumentException("--restore-best goes with --early-stopping");
    }
    monitor(false);
    stopping("loss");
    reducing("loss");
  }

  /** What says how good an epoch is. */
  Monitor monitor(boolean validated) {
    if (!List.of("auto", "min", "max").contains(mode)) {
      throw new IllegalArgumentException("--mode " + mode + ", expected min or max");
    }
    String name = monitor != null ? monitor : validated ? "val_loss" : "loss";
    return Monitor.of(name, 0).withMode(mode);
  }

  /** What looks on and acts, for a compiled model. */
  List<Callback> callbacks(Model model, boolean validated) {
    String watched = monitor(validated).name();
    if (monitor != null) {
      checkName("--monitor", monitor, model, validated);
    }
    List<Callback> all = new ArrayList<>();
    if (plateau != null) {
      Schedule schedule = model.compilation().orElseThrow().optimizer().common().learningRate();
      if (!(schedule instanceof Schedule.Constant)) {
        throw new IllegalArgumentException(
            "--reduce-on-plateau goes with a constant learning rate, not with the schedule "
                + schedule.config().className());
      }
      checkName("--reduce-on-plateau", named(plateau, watched), model, validated);
      all.add(reducing(watched));
    }
    if (earlyStopping != null) {
      checkName("--early-stopping", named(earlyStopping, watched), model, validated);
      all.add(stopping(watched));
    }
    return all;
  }

  private static String named(String text, String watched) {
    String name = text.split(":", -1)[0];
    return name.isEmpty() ? watched : name;
  }

  /** Fails if an epoch of the model will have no such number. */
  private static void checkName(String option, String name, Model model, boolean validated) {
    List<String> names = ScoreTable.logNames(model, validated);
    if (!names.contains(name)) {
      throw new IllegalArgumentException(
          option
              + " "
              + name
              + ": an epoch has the numbers "
              + names
              + (name.startsWith("val_") && !validated
                  ? "; val_.. needs --validation-split, or --validation-x and --validation-y; with"
                      + " --data --validation"
                  : ", more with --metrics"));
    }
  }

  private EarlyStopping stopping(String watched) {
    Watch w = Watch.parse("--early-stopping", earlyStopping == null ? "" : earlyStopping, false);
    EarlyStopping stopping =
        new EarlyStopping(w.name.isEmpty() ? watched : w.name).mode(mode).restoreBest(restoreBest);
    return w.patience == null ? stopping : stopping.patience(w.patience);
  }

  private ReduceOnPlateau reducing(String watched) {
    Watch w = Watch.parse("--reduce-on-plateau", plateau == null ? "" : plateau, true);
    ReduceOnPlateau reducing = new ReduceOnPlateau(w.name.isEmpty() ? watched : w.name).mode(mode);
    reducing = w.patience == null ? reducing : reducing.patience(w.patience);
    return w.factor == null ? reducing : reducing.factor(w.factor);
  }

  /** What is watched, how many epochs it may take, what then happens to the rate. */
  private record Watch(String name, @Nullable Integer patience, @Nullable Double factor) {
    static Watch parse(String option, String text, boolean factor) {
      String[] parts = text.split(":", -1);
      String form = factor ? "[NAME][:PATIENCE[:FACTOR]]" : "[NAME][:PATIENCE]";
      if (parts.length > (factor ? 3 : 2) || parts[0].matches("[0-9.]+")) {
        throw wrong(option, text, form);
      }
      try {
        Integer patience = parts.length < 2 ? null : Integer.valueOf(parts[1]);
        Double by = parts.length < 3 ? null : Double.valueOf(parts[2]);
        if ((patience != null && patience < 0) || (by != null && !(by >= 0 && by < 1))) {
          throw wrong(option, text, form + ", PATIENCE at least 0, FACTOR below 1");
        }
        return new Watch(parts[0], patience, by);
      } catch (NumberFormatException e) {
        throw wrong(option, text, form);
      }
    }

    private static IllegalArgumentException wrong(String option, String text, String form) {
      return new IllegalArgumentException(
          option + " " + text + ", expected " + form + ", such as val_loss:5 or :5");
    }
  }
}
