package convlstm4j.cli;

import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.train.Adam;
import convlstm4j.train.AdamW;
import convlstm4j.train.Common;
import convlstm4j.train.Loss;
import convlstm4j.train.Optimizer;
import convlstm4j.train.RMSprop;
import convlstm4j.train.SGD;
import convlstm4j.train.Schedule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a model is trained for: losses and optimiser, in Keras's words. */
final class CompileOptions {
  @Option(
      names = "--loss",
      paramLabel = "[NAME=]LOSS",
      description = {
        "mse, mae, binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy"
            + " or huber; for one output by its name. Default: the model's own."
      })
  List<String> losses = new ArrayList<>();

  @Option(
      names = "--loss-weight",
      paramLabel = "NAME=W",
      description = "Weight of an output's loss in the sum. Default: 1.")
  Map<String, Double> lossWeights = new LinkedHashMap<>();

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description = "sgd, adam, adamw or rmsprop. Default: the model's own, or adam.")
  String optimizer;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "Default: the model's own, or Keras's for the optimiser.")
  Double learningRate;

  @Option(names = "--momentum", paramLabel = "M", description = "Of sgd or rmsprop. Default: 0.")
  Double momentum;

  @Option(
      names = "--nesterov",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Nesterov's form of sgd's momentum. Default: false.")
  Boolean nesterov;

  /** Names of options that were given, of those that only samples in arrays take. */
  List<String> given() {
    Map<String, Boolean> all = new LinkedHashMap<>();
    all.put("--loss", !losses.isEmpty());
    all.put("--loss-weight", !lossWeights.isEmpty());
    all.put("--optimizer", optimizer != null);
    all.put("--momentum", momentum != null);
    all.put("--nesterov", nesterov != null);
    return all.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).toList();
  }

  /**
   * Compiles the model as asked, unless nothing is asked for and it is compiled already.
   *
   * @param file where the model comes from, for messages
   */
  void apply(Model model, Path file) {
    Optional<Compile> before = model.compilation();
    if (optimizer == null && (momentum != null || nesterov != null)) {
      throw new IllegalArgumentException(
          (momentum != null ? "--momentum" : "--nesterov") + " goes with --optimizer");
    }
    if (before.isPresent() && losses.isEmpty() && lossWeights.isEmpty() && optimizer == null) {
      if (learningRate != null) {
        model.learningRate(learningRate);
      }
      return;
    }
    if (before.isEmpty() && losses.isEmpty()) {
      throw new IllegalArgumentException(
          "--loss is missing: " + file + " does not say what the model is trained for");
    }
    Optimizer chosen =
        optimizer == null && before.isPresent() ? rated(before.get().optimizer()) : named();
    Compile compile = losses.isEmpty() ? before.get().optimizer(chosen) : Compile.with(chosen);
    for (String word : losses) {
      int equals = word.indexOf('=');
      compile =
          equals < 0
              ? compile.loss(Loss.named(word))
              : compile.loss(word.substring(0, equals), Loss.named(word.substring(equals + 1)));
    }
    for (Map.Entry<String, Double> e : lossWeights.entrySet()) {
      compile = compile.lossWeight(e.getKey(), e.getValue());
    }
    model.compile(compile);
  }

  private Optimizer rated(Optimizer o) {
    Common c = o.common();
    return learningRate == null
        ? o
        : o.common(
            new Common(Schedule.constant(learningRate), c.weightDecay(), c.clip(), c.clipLimit()));
  }

  private Optimizer named() {
    String name = optimizer == null ? "adam" : optimizer;
    if (nesterov != null && !name.equals("sgd")) {
      throw new IllegalArgumentException("--nesterov goes with --optimizer sgd, not " + name);
    }
    if (momentum != null && !name.equals("sgd") && !name.equals("rmsprop")) {
      throw new IllegalArgumentException(
          "--momentum goes with --optimizer sgd or rmsprop, not " + name);
    }
    double m = momentum == null ? 0 : momentum;
    return rated(
        switch (name) {
          case "sgd" -> new SGD().momentum(m).nesterov(nesterov != null && nesterov);
          case "adam" -> new Adam();
          case "adamw" -> new AdamW();
          case "rmsprop" -> new RMSprop().momentum(m);
          default ->
              throw new IllegalArgumentException(
                  "--optimizer " + name + ", expected sgd, adam, adamw or rmsprop");
        });
  }
}
