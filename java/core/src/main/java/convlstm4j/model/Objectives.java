package convlstm4j.model;

import convlstm4j.graph.Network;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@link Compile} applied to the outputs of a network, and the weights that are trained. */
final class Objectives {
  /** One output; its loss is null if it is not trained. */
  record Output(String name, @Nullable Loss loss, double weight, List<Metric> metrics) {
    boolean isTrained() {
      return loss != null;
    }
  }

  private final Compile compile;
  private final List<Output> outputs = new ArrayList<>();
  private final List<Parameter> trainable;

  Objectives(Compile compile, Network network) {
    this.compile = compile;
    compile.checkNames(network.outputNames());
    for (String name : network.outputNames()) {
      outputs.add(
          new Output(name, compile.lossOf(name), compile.weightOf(name), compile.metricsOf(name)));
    }
    if (outputs.stream().noneMatch(Output::isTrained)) {
      throw new IllegalArgumentException(
          "compile: no output has a loss; its outputs are " + network.outputNames());
    }
    for (int k = 0; k < outputs.size(); k++) {
      checkMetrics(outputs.get(k), network.outputs().get(k).shape());
    }
    for (Output o : outputs) {
      if (!o.isTrained() && !o.metrics().isEmpty()) {
        throw new IllegalArgumentException(
            "compile: output \"" + o.name() + "\" has metrics but no loss");
      }
      if (new HashSet<>(o.metrics().stream().map(Metric::name).toList()).size()
          < o.metrics().size()) {
        throw new IllegalArgumentException(
            "compile: two metrics of output \""
                + o.name()
                + "\" have one name; use Metric.named: "
                + o.metrics().stream().map(Metric::name).toList());
      }
    }
    this.trainable = network.parameters().stream().filter(Parameter::isTrainable).toList();
  }

  /** Whether the metrics can be measured with the targets that the loss needs. */
  private static void checkMetrics(Output o, Shape prediction) {
    Loss loss = o.loss();
    if (loss == null) {
      return;
    }
    for (Metric m : o.metrics()) {
      try {
        m.check(loss.targetShape(prediction), prediction);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "compile: output \"" + o.name() + "\", loss " + loss.name() + ": " + e.getMessage(), e);
      }
    }
  }

  Compile compile() {
    return compile;
  }

  List<Output> outputs() {
    return outputs;
  }

  List<Parameter> trainable() {
    return trainable;
  }

  /** Name of an output's loss in the logs, beside the total. */
  String lossName(Output o) {
    return o.name() + "_loss";
  }

  String metricName(Output o, Metric m) {
    return outputs.size() == 1 ? m.name() : o.name() + "_" + m.name();
  }

  /** Names of the logs, without those of the validation. */
  List<String> logNames() {
    Set<String> names = new LinkedHashSet<>(List.of(Scores.TOTAL));
    if (outputs.size() > 1) {
      outputs.stream().filter(Output::isTrained).forEach(o -> names.add(lossName(o)));
    }
    outputs.forEach(o -> o.metrics().forEach(m -> names.add(metricName(o, m))));
    return List.copyOf(names);
  }
}
