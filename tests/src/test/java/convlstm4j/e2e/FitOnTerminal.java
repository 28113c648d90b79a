package convlstm4j.e2e;

import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Data;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.model.ProgressLog;
import convlstm4j.model.Sequential;
import java.util.Map;

/** A program that trains, as users write it. */
public final class FitOnTerminal {
  private FitOnTerminal() {}

  /**
   * Trains.
   *
   * @param args some of plain, quiet and log, one after the other
   */
  public static void main(String[] args) {
    Fit fit = Fit.epochs(3);
    Map<String, Fit> kinds =
        Map.of(
            "plain",
            fit,
            "quiet",
            fit.quiet(),
            "log",
            fit.callbacks(new ProgressLog(line -> System.out.println("own " + line))));
    for (String kind : args) {
      train(kinds.get(kind));
    }
  }

  private static void train(Fit fit) {
    try (Model model =
        Sequential.of(Input.shape(2), new Dense(1)).backend("reference").compile("sgd", "mse")) {
      var data = Data.of(Data.tensor(new float[4], 2, 2), Data.tensor(new float[2], 2, 1));
      model.fit(data, fit);
      System.out.println("done " + model);
    }
  }
}
