package convlstm4j.io.keras;

import convlstm4j.config.KerasVersion;
import convlstm4j.graph.Network;
import convlstm4j.model.Compile;
import convlstm4j.objective.CustomMetrics;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Metric;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.Schedule;
import convlstm4j.option.Config;
import convlstm4j.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code training_config} and {@code compile_config} as options of training. What cannot be rebuilt
 * is noted: without its optimiser or a loss the model is not compiled, a metric is left out.
 */
final class TrainingReader {
  /** Keras's names of optimisers that scale the loss for 16 bits, around one that trains. */
  private static final Set<String> LOSS_SCALES =
      Set.of("LossScaleOptimizer", "LossScaleOptimizerV1", "LossScaleOptimizerV3");

  /** Keras finds optimisers by names of any case. */
  private static final Map<String, String> OPTIMIZERS =
      Optimizer.names().stream()
          .collect(Collectors.toMap(name -> name.toLowerCase(Locale.ROOT), name -> name));

  private final CustomMetrics custom;
  private final KerasVersion generation;
  private final Network network;
  private final Map<String, Object> training;
  private final List<String> outputs;
  private final Map<String, Loss> losses = new LinkedHashMap<>();
  private final Consumer<String> notes;

  private TrainingReader(
      KerasFile file, Network network, CustomMetrics custom, Consumer<String> notes) {
    this.custom = custom;
    this.generation = file.generation();
    this.training = file.training();
    this.network = network;
    this.outputs = network.outputNames();
    this.notes = notes;
  }

  /** Empty if the file has no such options, or none that can be taken. */
  static Optional<Compile> read(
      KerasFile file, Network network, CustomMetrics custom, Consumer<String> notes) {
    if (file.training().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new TrainingReader(file, network, custom, notes).compile(isLegacy(file)));
    } catch (IllegalArgumentException | ClassCastException e) {
      notes.accept("the model is not compiled: " + e.getMessage());
      return Optional.empty();
    }
  }

  private Compile compile(boolean legacy) {
    Object optimizer = training.getOrDefault("optimizer_config", training.get("optimizer"));
    Object loss = training.get("loss");
    if (loss == null) {
      throw new IllegalArgumentException("it was compiled without a loss");
    }
    Compile c = Compile.with(optimizer(optimizer, legacy));
    if (loss instanceof Map<?, ?> m && !m.containsKey("class_name")) {
      for (Map.Entry<?, ?> e : m.entrySet()) {
        if (e.getValue() != null) {
          String name = String.valueOf(e.getKey());
          losses.put(name, loss(e.getValue(), name));
        }
      }
    } else if (loss instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) != null) {
          String name = output(i, "loss");
          losses.put(name, loss(list.get(i), name));
        }
      }
    } else {
      for (String name : outputs) {
        losses.put(name, loss(loss, name));
      }
    }
    for (Map.Entry<String, Loss> e : losses.entrySet()) {
      c = c.loss(e.getKey(), e.getValue());
    }
    return metrics(weights(c));
  }

  private String output(int i, String what) {
    if (i >= outputs.size()) {
      throw new IllegalArgumentException(
          what + " of output " + i + ", the model has the outputs " + outputs);
    }
    return outputs.get(i);
  }

  /** Whether optimisers are those of Keras before 2.11. */
  static boolean isLegacy(KerasFile file) {
    if (file.generation() == KerasVersion.KERAS3) {
      return false;
    }
    return options(file.training()).get("is_legacy_optimizer") instanceof Boolean legacy
        ? legacy
        : file.version().matches("2\\.([0-9]|10)(\\D.*)?");
  }

  /** Options of the optimiser that trains. */
  private static Map<?, ?> options(Map<String, Object> training) {
    Object optimizer = training.get("optimizer_config");
    for (Object inner = optimizer; inner != null; inner = inner(optimizer)) {
      optimizer = inner;
    }
    return optimizer instanceof Map<?, ?> o && o.get("config") instanceof Map<?, ?> config
        ? config
        : Map.of();
  }

  /** The optimiser within one that scales the loss; null if there is none. */
  private static @Nullable Object inner(@Nullable Object optimizer) {
    return optimizer instanceof Map<?, ?> o && o.get("config") instanceof Map<?, ?> c
        ? c.get("inner_optimizer") == null ? c.get("optimizer") : c.get("inner_optimizer")
        : null;
  }

  private Optimizer optimizer(@Nullable Object value, boolean legacy) {
    TrainingObject read = TrainingObject.of(value, "optimizer", generation);
    if (LOSS_SCALES.contains(read.name())) {
      notes.accept(
          "the loss is not scaled, as "
              + read.name()
              + " does for 16 bits: training goes on in 32 bits, which need no scaling");
      return optimizer(inner(value), legacy);
    }
    String kind = OPTIMIZERS.get(read.name().toLowerCase(Locale.ROOT));
    if (kind == null) {
      throw new IllegalArgumentException(
          "there is no optimizer " + Said.value(read.name()) + " here, only " + sorted(OPTIMIZERS));
    }
    Map<String, Object> given = read.options();
    if (given.containsKey("lr")) { // Keras before 2.3
      given.putIfAbsent("learning_rate", given.remove("lr"));
    }
    if (legacy
        && given.get("decay") instanceof Number d
        && d.doubleValue() != 0
        && given.get("learning_rate") instanceof Number rate) {
      given.remove("decay"); // Keras before 2.11: rate / (1 + decay step)
      Schedule falling =
          new Schedule.InverseTimeDecay(rate.doubleValue(), 1, d.doubleValue(), false);
      given.put("learning_rate", falling.config().toMap());
    }
    Map<String, Object> options =
        TrainingOptions.OPTIMIZER.heeded("optimizer " + kind, given, notes);
    if (options.get("learning_rate") instanceof Map<?, ?> schedule) {
      options.put("learning_rate", schedule(schedule).toMap());
    }
    if (legacy && Set.of("RMSprop", "Adagrad").contains(kind)) {
      notes.accept(
          kind
              + " of Keras before 2.11 adds epsilon after the root, here it is before: steps differ"
              + " where gradients are small");
    }
    if (legacy && kind.equals("Nadam")) {
      notes.accept(
          "Nadam of Keras before 2.11 has another momentum in each step than later ones, as here:"
              + " steps differ");
    }
    return Optimizer.fromConfig(new Config(kind, options));
  }

  private static List<String> sorted(Map<String, String> names) {
    return names.values().stream().sorted().toList();
  }

  private Config schedule(Map<?, ?> value) {
    TrainingObject read = TrainingObject.of(value, "learning_rate", generation);
    Map<String, Object> known = read.options();
    known.values().removeIf(v -> v == null);
    return new Config(read.name(), known);
  }

  private Loss loss(Object value, String output) {
    TrainingObject read = TrainingObject.of(value, "loss", generation);
    String what = "loss " + Said.value(read.name());
    Object wrapped = read.options().remove("fn");
    if (wrapped != null) { // Keras's wrapper of a function
      read = TrainingObject.of(wrapped, "loss", generation).with(read.options());
    }
    if (Set.of("crossentropy", "ce").contains(read.name().toLowerCase(Locale.ROOT))) {
      return crossentropy(output);
    }
    return TrainingNames.loss(read, options -> TrainingOptions.LOSS.heeded(what, options, notes))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no " + what + " here; compile the model with another one"));
  }

  /** Keras chooses by the shapes of predictions and labels, of which only the former are known. */
  private Loss crossentropy(String output) {
    if (lastAxis(output) == 1) {
      return Loss.binaryCrossentropy();
    }
    throw new IllegalArgumentException(
        "the loss \"crossentropy\" is chosen by the labels; compile the model with"
            + " categorical_crossentropy or sparse_categorical_crossentropy");
  }

  private long lastAxis(String output) {
    int i = outputs.indexOf(output);
    return i < 0 ? 0 : network.outputs().get(i).shape().dim(-1);
  }

  private Compile weights(Compile c) {
    Object value = training.get("loss_weights");
    Compile result = c;
    if (value instanceof Map<?, ?> m) {
      for (Map.Entry<?, ?> e : m.entrySet()) {
        result = weight(result, String.valueOf(e.getKey()), e.getValue());
      }
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        result = weight(result, output(i, "loss_weights"), list.get(i));
      }
    } else if (value != null) {
      result = weight(result, output(0, "loss_weights"), value);
    }
    return result;
  }

  private static Compile weight(Compile c, String output, @Nullable Object value) {
    if (value == null) {
      return c;
    }
    if (value instanceof Number n) {
      return c.lossWeight(output, n.doubleValue());
    }
    throw new IllegalArgumentException(
        "loss_weights of output \"" + output + "\": " + Said.value(value) + ", expected a number");
  }

  private Compile metrics(Compile c) {
    Compile result = c;
    Map<String, List<Metric>> all = new LinkedHashMap<>();
    collect(training.get("metrics"), all);
    collect(training.get("weighted_metrics"), all);
    for (Map.Entry<String, List<Metric>> e : all.entrySet()) {
      if (result.isTrained(e.getKey())) {
        result = result.metrics(e.getKey(), e.getValue().toArray(Metric[]::new));
      } else {
        notes.accept("metrics of output \"" + e.getKey() + "\" are left out: it has no loss");
      }
    }
    return result;
  }

  private void collect(@Nullable Object value, Map<String, List<Metric>> all) {
    if (value instanceof Map<?, ?> m && !m.containsKey("class_name")) {
      m.forEach((name, v) -> add(String.valueOf(name), v, all));
    } else if (value instanceof List<?> list
        && outputs.size() > 1
        && list.size() == outputs.size()
        && list.stream().allMatch(v -> v == null || v instanceof List<?>)) {
      for (int i = 0; i < list.size(); i++) {
        add(outputs.get(i), list.get(i), all);
      }
    } else {
      outputs.forEach(name -> add(name, value, all));
    }
  }

  private void add(String output, @Nullable Object value, Map<String, List<Metric>> all) {
    if (value instanceof List<?> list) {
      list.forEach(v -> add(output, v, all));
    } else if (value != null) {
      List<Metric> metrics = all.computeIfAbsent(output, n -> new ArrayList<>());
      try {
        Metric metric = metric(value, output);
        Optional<Metric> twin =
            metrics.stream().filter(m -> m.name().equals(metric.name())).findFirst();
        if (twin.isEmpty()) {
          metrics.add(metric);
        } else if (!twin.get().equals(metric)) {
          throw new IllegalArgumentException("another one has its name " + metric.name());
        }
      } catch (IllegalArgumentException e) {
        notes.accept("a metric is left out: " + e.getMessage());
      }
    }
  }

  private Metric metric(Object value, String output) {
    if (value instanceof Map<?, ?> m
        && m.get("class_name") instanceof String kind
        && custom.has(kind)) {
      Map<?, ?> options = m.get("config") instanceof Map<?, ?> c ? c : Map.of();
      return Metric.fromConfig(new Config(kind, Config.copy(options)), custom);
    }
    TrainingObject read = TrainingObject.of(value, "metric", generation);
    Object wrapped = read.options().remove("fn");
    if (wrapped != null) { // Keras 2's wrapper of a function
      read = TrainingObject.of(wrapped, "metric", generation).with(read.options());
    }
    String what = "metric " + Said.value(read.name());
    Metric metric =
        TrainingNames.metric(
                read,
                lastAxis(output),
                options -> TrainingOptions.METRIC.heeded(what, options, notes))
            .orElseThrow(() -> new IllegalArgumentException("there is no " + what + " here"));
    Loss loss = losses.get(output);
    if (loss != null && outputs.contains(output)) {
      Shape prediction = network.outputs().get(outputs.indexOf(output)).shape();
      metric.check(loss.targetShape(prediction), prediction);
    }
    return metric;
  }
}
