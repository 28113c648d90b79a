package convlstm4j.model;

import java.util.List;

/**
 * One call of {@link Model#fit}.
 *
 * @param model what is trained
 * @param epochs how many epochs will be done in all, those before this run included
 * @param batches batches per epoch
 * @param logNames names that the logs of an epoch will have, validation included
 * @param history of all epochs done since the model was compiled, those before this run included
 */
public record Run(Model model, long epochs, int batches, List<String> logNames, History history) {
  public Run {
    logNames = List.copyOf(logNames);
  }

  /**
   * A run of a model that has done nothing yet.
   *
   * @param model what is trained
   * @param epochs how many epochs will be done
   * @param batches batches per epoch
   * @param logNames names that the logs of an epoch will have
   */
  public Run(Model model, long epochs, int batches, List<String> logNames) {
    this(model, epochs, batches, logNames, new History());
  }

  /**
   * Checks that something can be monitored.
   *
   * @param monitor name of a log
   * @param who wants to, for the message
   * @throws IllegalArgumentException if the logs will not have it
   */
  public void checkMonitor(String monitor, String who) {
    if (!logNames.contains(monitor)) {
      throw new IllegalArgumentException(
          who
              + ": there is no \""
              + monitor
              + "\" to monitor; there are "
              + logNames
              + (monitor.startsWith("val_")
                      && logNames.stream().noneMatch(n -> n.startsWith("val_"))
                  ? "; give validation data with Fit.validation"
                  : ""));
    }
  }
}
