package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.model.Run;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The line of an epoch on a terminal. */
class ProgressDisplayTest {
  @Test
  void anEpochShowsAllItsNumbers() {
    StringWriter err = new StringWriter();
    Map<String, Double> logs = new LinkedHashMap<>();
    logs.put("loss", 0.5);
    logs.put("comedy_loss", 0.25);
    logs.put("comedy_f1_score", 0.875);
    logs.put("val_loss", 0.75);
    logs.put("val_comedy_f1_score", 1.0);
    Symbol x = Input.shape(2);
    try (Model model = Model.of(x, new Dense(1).apply(x)).backend("reference")) {
      new ProgressDisplay(new PrintWriter(err, true), "")
          .onEpochEnd(new Run(model, 3, 1, List.copyOf(logs.keySet())), 1, logs);
    }
    String line = err.toString();
    assertTrue(line.startsWith("epoch 2/3: "), line);
    assertTrue(
        line.strip()
            .endsWith(
                " s, loss 0.5000, comedy_loss 0.2500, comedy_f1_score 0.8750, val_loss 0.7500,"
                    + " val_comedy_f1_score 1.0000"),
        line);
  }
}
