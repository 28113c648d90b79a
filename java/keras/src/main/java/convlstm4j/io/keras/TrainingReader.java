package convlstm4j.io.keras;

import convlstm4j.graph.Names;
import convlstm4j.layer.KerasVersion;
import convlstm4j.model.Compile;
import convlstm4j.train.Accuracy;
import convlstm4j.train.Config;
import convlstm4j.train.CustomMetrics;
import convlstm4j.train.Loss;
import convlstm4j.train.Metric;
import convlstm4j.train.Optimizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code training_config} and {@code compile_config} as options of training. What cannot be rebuilt
 * is noted: without its optimiser or a loss the model is not compiled, a metric is left out.
 */
final class TrainingReader {
  /** Options that may stand there at these values only; others of these names change training. */
  private static final Map<String, Set<Object>> IDLE =
      Map.of(
          "amsgrad", Set.of(false),
          "decay", Set.of(0, 0.0),
          "use_ema", Set.of(false),
          "loss_scale_factor", Set.of(1, 1.0),
          "gradient_accumulation_steps", Set.of(1));

  /** Options that change nothing here. */
  private static final Set<String> HARMLESS =
      Set.of(
          "jit_compile",
          "is_legacy_optimizer",
          "ema_momentum",
          "ema_overwrite_frequency",
          "name",
          "dtype");

  private final Map<String, Object> training;
  private final List<String> outputs;
  private final CustomMetrics custom;
  private final Consumer<String> notes;

  private TrainingReader(
      Map<String, Object> training,
      List<String> outputs,
      CustomMetrics custom,
      Consumer<String> notes) {
    this.training = training;
    this.outputs = outputs;
    this.custom = custom;
    this.notes = notes;
  }

  /** Empty if the file has no such options, or none that can be taken. */
  static Optional<Compile> read(
      KerasFile file, List<String> outputs, CustomMetrics custom, Consumer<String> notes) {
    if (file.training().isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new TrainingReader(file.training(), outputs, custom, notes).compile(file));
    } catch (IllegalArgumentException | ClassCastException e) {
      notes.accept("the model is not compiled: " + e.getMessage());
      return Optional.empty();
    }
  }

  private Compile compile(KerasFile file) {
    Object optimizer =
        training.getOrDefault("optimizer_config", training.getOrDefault("optimizer", Map.of()));
    Compile c = Compile.with(optimizer(optimizer, isLegacy(file)));
    Object loss = training.get("loss");
    if (loss instanceof Map<?, ?> m && !m.containsKey("class_name")) {
      for (Map.Entry<?, ?> e : m.entrySet()) {
        if (e.getValue() != null) {
          c = c.loss(String.valueOf(e.getKey()), loss(e.getValue()));
        }
      }
    } else if (loss instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) != null) {
          c = c.loss(output(i, "loss"), loss(list.get(i)));
        }
      }
    } else {
      c = c.loss(loss(loss));
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

  private static Map<?, ?> options(Map<String, Object> training) {
    return training.get("optimizer_config") instanceof Map<?, ?> o
            && o.get("config") instanceof Map<?, ?> config
        ? config
        : Map.of();
  }

  private Optimizer optimizer(Object value, boolean legacy) {
    Config config = config(value, "optimizer");
    Map<String, Object> options = new LinkedHashMap<>();
    config
        .values()
        .forEach(
            (key, v) -> {
              if (v == null || HARMLESS.contains(key)) {
                return;
              }
              if (IDLE.containsKey(key)) {
                if (!IDLE.get(key).contains(v)) {
                  throw new IllegalArgumentException(
                      "optimizer "
                          + config.className()
                          + " has "
                          + key
                          + "="
                          + v
                          + ", only "
                          + IDLE.get(key)
                          + " is supported");
                }
                return;
              }
              options.put(key.equals("lr") ? "learning_rate" : key, v);
            });
    if (options.get("learning_rate") instanceof Map<?, ?> schedule) {
      Config s = config(schedule, "learning_rate");
      Map<String, Object> known = new LinkedHashMap<>(s.values());
      known.values().removeIf(v -> v == null);
      options.put("learning_rate", new Config(s.className(), known).toMap());
    }
    if (legacy && config.className().equals("RMSprop")) {
      notes.accept(
          "RMSprop of Keras before 2.11 adds epsilon after the root, here it is before: steps differ"
              + " where gradients are small");
    }
    return Optimizer.fromConfig(new Config(config.className(), options));
  }

  /** Without the package that Keras puts before registered names: {@code Custom>Adam}. */
  private static Config config(Object value, String what) {
    if (value instanceof Map<?, ?> m
        && m.get("class_name") instanceof String name
        && (m.get("config") == null || m.get("config") instanceof Map<?, ?>)) {
      Map<?, ?> options = m.get("config") == null ? Map.of() : (Map<?, ?>) m.get("config");
      return new Config(name.substring(name.lastIndexOf('>') + 1), Config.copy(options));
    }
    throw new IllegalArgumentException(what + " " + value + " cannot be rebuilt");
  }

  /** The name of a function, in either generation's form; null if it is none. */
  private static String function(Object value) {
    if (value instanceof String s) {
      return s;
    }
    return value instanceof Map<?, ?> m
            && "function".equals(m.get("class_name"))
            && m.get("config") instanceof String s
        ? s
        : null;
  }

  private static Loss loss(Object value) {
    String name = function(value);
    try {
      if (name != null) {
        return Loss.named(snakeCase(name));
      }
      Config config = config(value, "loss");
      Map<String, Object> options = config.values();
      Object reduction = options.remove("reduction");
      if (reduction != null
          && !Set.of("auto", "sum_over_batch_size", "mean").contains(String.valueOf(reduction))) {
        throw new IllegalArgumentException("reduction=" + reduction + " is not supported");
      }
      Object axis = options.remove("axis");
      if (axis != null && !axis.equals(-1)) {
        throw new IllegalArgumentException("axis=" + axis + " is not supported");
      }
      options.keySet().removeAll(Set.of("dtype", "fn"));
      options.values().removeIf(v -> v == null);
      return Loss.fromConfig(config);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("loss " + value + ": " + e.getMessage(), e);
    }
  }

  private static String snakeCase(String name) {
    return Names.snakeCase(name);
  }

  private Compile weights(Compile c) {
    Object value = training.get("loss_weights");
    Compile result = c;
    if (value instanceof Map<?, ?> m) {
      for (Map.Entry<?, ?> e : m.entrySet()) {
        result =
            result.lossWeight(String.valueOf(e.getKey()), ((Number) e.getValue()).doubleValue());
      }
    } else if (value instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        result = result.lossWeight(output(i, "loss_weights"), ((Number) list.get(i)).doubleValue());
      }
    } else if (value instanceof Number n) {
      result = result.lossWeight(output(0, "loss_weights"), n.doubleValue());
    }
    return result;
  }

  private Compile metrics(Compile c) {
    Compile result = c;
    Map<String, List<Metric>> all = new LinkedHashMap<>();
    collect(training.get("metrics"), all);
    collect(training.get("weighted_metrics"), all);
    for (Map.Entry<String, List<Metric>> e : all.entrySet()) {
      result = result.metrics(e.getKey(), e.getValue().toArray(Metric[]::new));
    }
    return result;
  }

  private void collect(Object value, Map<String, List<Metric>> all) {
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

  private void add(String output, Object value, Map<String, List<Metric>> all) {
    if (value instanceof List<?> list) {
      list.forEach(v -> add(output, v, all));
    } else if (value != null) {
      List<Metric> metrics = all.computeIfAbsent(output, n -> new ArrayList<>());
      Metric metric;
      try {
        metric = metric(value);
      } catch (IllegalArgumentException e) {
        notes.accept("metric " + value + " is left out: " + e.getMessage());
        return;
      }
      Set<String> names = new LinkedHashSet<>(metrics.stream().map(Metric::name).toList());
      if (names.add(metric.name())) {
        metrics.add(metric);
      }
    }
  }

  private Metric metric(Object value) {
    String name = function(value);
    if (name != null) {
      Metric m = named(snakeCase(name));
      return name.equals(m.name()) || !name.equals(snakeCase(name)) ? m : m.named(name);
    }
    Config config = config(value, "metric");
    if (custom.has(config.className())) {
      return Metric.fromConfig(config, custom);
    }
    Map<String, Object> options = config.values();
    if (options.get("fn") != null) { // Keras 2 wraps the function of a name
      Object fn = options.get("fn");
      Metric m =
          named(snakeCase(function(fn) == null ? config(fn, "metric").className() : function(fn)));
      return options.get("name") instanceof String s && !s.equals(m.name()) ? m.named(s) : m;
    }
    Map<String, Object> known = new LinkedHashMap<>();
    options.forEach(
        (key, v) -> {
          switch (key) {
            case "name", "threshold" -> known.put(key, v);
            case "average" -> {
              if (v != null) {
                known.put(key, v);
              }
            }
            case "thresholds" -> {
              if (v instanceof Number || v == null) {
                known.put("threshold", v == null ? (Object) 0.5 : v);
              } else if (v instanceof List<?> l && l.size() == 1) {
                known.put("threshold", l.get(0));
              } else if (!config.className().equals("AUC")) {
                throw new IllegalArgumentException("thresholds=" + v + " is not supported");
              }
            }
            case "curve" -> require(key, v, "ROC");
            case "multi_label", "from_logits" -> require(key, v, false);
            case "top_k", "class_id", "label_weights" -> require(key, v, null);
            default -> {} // dtype, and how AUC is approximated, which here is exact
          }
        });
    if (config.className().equals("AUC")) {
      known.remove("threshold");
    }
    known.values().removeIf(v -> v == null);
    return Metric.fromConfig(new Config(config.className(), known));
  }

  private static void require(String key, Object value, Object expected) {
    if (value != null && !value.equals(expected)) {
      throw new IllegalArgumentException(key + "=" + value + " is not supported");
    }
  }

  private static Metric named(String name) {
    String kind =
        switch (name) {
          case "accuracy", "acc" -> "";
          case "binary_accuracy" -> "BinaryAccuracy";
          case "categorical_accuracy" -> "CategoricalAccuracy";
          case "sparse_categorical_accuracy" -> "SparseCategoricalAccuracy";
          case "mse", "mean_squared_error" -> "MeanSquaredError";
          case "mae", "mean_absolute_error" -> "MeanAbsoluteError";
          case "auc" -> "AUC";
          case "precision" -> "Precision";
          case "recall" -> "Recall";
          case "f1_score" -> "F1Score";
          default -> throw new IllegalArgumentException("there is no metric of this name here");
        };
    return kind.isEmpty() ? new Accuracy() : Metric.fromConfig(new Config(kind, defaults(kind)));
  }

  private static Map<String, Object> defaults(String kind) {
    return kind.equals("Precision") || kind.equals("Recall") ? Map.of("threshold", 0.5) : Map.of();
  }
}
