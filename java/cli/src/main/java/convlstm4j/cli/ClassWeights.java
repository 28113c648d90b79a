package convlstm4j.cli;

import convlstm4j.model.Compile;
import convlstm4j.model.Fit;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** How much the classes of the targets count. */
final class ClassWeights {
  @Option(
      names = "--class-weight",
      paramLabel = "[NAME=]CLASS=W,..",
      description = {
        "Weights in training by the class of a target, such as 0=1,1=3; the other classes have 1. In"
            + " addition to --sample-weight. Without a name, for every output."
      })
  List<String> weights = new ArrayList<>();

  /** Adds them to the options of a compiled model's training. */
  Fit apply(Fit fit, Model model) {
    Compile compile = model.compilation().orElseThrow();
    List<String> outputs = model.network().outputNames();
    Map<String, String> named =
        Named.sortOrAll(
            "--class-weight", weights, "output", outputs, word -> word.matches("[0-9]+=.*"));
    Fit weighted = fit;
    for (Map.Entry<String, String> e : named.entrySet()) {
      String output = e.getKey();
      if (compile.isTrained(output)) {
        Shape shape = model.network().outputs().get(outputs.indexOf(output)).shape();
        weighted =
            weighted.classWeights(output, parse(e.getValue(), classes(compile, output, shape)));
      } else if (weights.contains(output + "=" + e.getValue())) {
        throw wrong(output + "=" + e.getValue(), "the output \"" + output + "\" has no loss");
      }
    }
    return weighted;
  }

  /** Number of classes; 0 where it is not known, as for whole numbers that are learnt as such. */
  private static long classes(Compile compile, String output, Shape shape) {
    long k = shape.dim(-1);
    Loss loss = compile.lossOf(output);
    boolean binary = loss != null && loss.name().equals("binary_crossentropy");
    return k > 1 ? k : k == 1 && binary ? 2 : 0;
  }

  private static Map<Integer, Double> parse(String text, long classes) {
    Map<Integer, Double> byClass = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      int number;
      double weight;
      try {
        number = Integer.parseInt(part.substring(0, Math.max(0, equals)));
        weight = Double.parseDouble(part.substring(equals + 1));
      } catch (NumberFormatException e) {
        throw wrong(text, "\"" + part + "\" is not CLASS=W, such as 1=2.5");
      }
      if (number < 0 || (classes > 0 && number >= classes)) {
        throw wrong(text, "there is no class " + number + ", expected 0 to " + (classes - 1));
      }
      if (!(weight >= 0 && Double.isFinite(weight))) {
        throw wrong(text, "weight " + weight + ", must be finite and at least 0");
      }
      if (byClass.put(number, weight) != null) {
        throw wrong(text, "class " + number + " is there twice");
      }
    }
    return byClass;
  }

  private static IllegalArgumentException wrong(String text, String problem) {
    return new IllegalArgumentException("--class-weight " + text + ": " + problem);
  }
}
