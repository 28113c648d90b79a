package convlstm4j.io.keras;

import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.FormulaLoss;
import convlstm4j.objective.Loss;
import convlstm4j.objective.ReducedLoss;
import convlstm4j.objective.TermLoss;
import convlstm4j.optim.FormulaOptimizer;
import convlstm4j.optim.Schedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Options of training as {@code training_config} of Keras 2.11 or {@code compile_config} of 3.8.
 */
final class TrainingWriter {
  /** Losses that Keras 2.11 does not have. */
  private static final Set<String> SINCE_212 =
      Set.of("CategoricalFocalCrossentropy", "Dice", "Tversky");

  /** Options of metrics that Keras wants as whole numbers. */
  private static final Set<String> COUNTS =
      Set.of("k", "num_classes", "ignore_class", "num_thresholds", "num_regressors", "class_id");

  private final Map<?, ?> config;
  private final boolean keras3;
  private final Consumer<String> notes;

  private TrainingWriter(Compile compile, boolean keras3, Consumer<String> notes) {
    this.config = compile.config();
    this.keras3 = keras3;
    this.notes = notes;
  }

  /** What a {@code .keras} file has. */
  static Map<String, Object> compileConfig(Model model, Compile compile, Consumer<String> notes) {
    return new TrainingWriter(compile, true, notes).all(model, "optimizer");
  }

  /** What an {@code .h5} file has. */
  static Map<String, Object> trainingConfig(
      Model model, Compile compile, boolean keras3, Consumer<String> notes) {
    return new TrainingWriter(compile, keras3, notes).all(model, "optimizer_config");
  }

  private Map<String, Object> all(Model model, String optimizerKey) {
    List<String> outputs = model.network().outputNames();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(optimizerKey, optimizer(model));
    all.put("loss", perOutput("losses", outputs, this::loss));
    Map<String, Object> weights = KerasForm.map(config, "loss_weights");
    all.put("loss_weights", weights.isEmpty() ? null : weights);
    all.put("metrics", perOutput("metrics", outputs, this::metrics));
    all.put("weighted_metrics", null);
    if (keras3) {
      all.put("run_eagerly", false);
      all.put("steps_per_execution", 1);
      all.put("jit_compile", false);
    }
    return all;
  }

  /** The first loss or optimiser that is a formula of the user's own. */
  static Optional<String> own(Compile compile, List<String> outputs) {
    if (compile.optimizer() instanceof FormulaOptimizer o) {
      return Optional.of("optimizer \"" + o.name() + "\"");
    }
    Schedule rate = compile.optimizer().common().learningRate();
    if (rate instanceof Schedule.OneCycle || rate instanceof Schedule.Cyclic) {
      return Optional.of("learning rate schedule " + rate.config().className());
    }
    return outputs.stream()
        .map(compile::lossOf)
        .filter(TrainingWriter::isOwn)
        .map(loss -> "loss \"" + loss.name() + "\"")
        .findFirst();
  }

  private static Object whole(Object number) {
    return number instanceof Double d ? (Object) d.longValue() : number;
  }

  private static boolean isOwn(Loss loss) {
    Loss plain = loss instanceof ReducedLoss r ? r.loss() : loss;
    return plain instanceof FormulaLoss || plain instanceof TermLoss;
  }

  private interface Form {
    Object of(Object value);
  }

  /** One value where one stands for every output, else a map by output; null if there is none. */
  private static @Nullable Object perOutput(Map<?, ?> given, List<String> outputs, Form form) {
    Map<String, Object> byName = new LinkedHashMap<>();
    for (String name : outputs) {
      Object value = given.containsKey(name) ? given.get(name) : given.get("");
      if (value != null) {
        byName.put(name, form.of(value));
      }
    }
    if (byName.isEmpty()) {
      return null;
    }
    return outputs.size() == 1 ? byName.values().iterator().next() : byName;
  }

  private @Nullable Object perOutput(String key, List<String> outputs, Form form) {
    return perOutput(KerasForm.map(config, key), outputs, form);
  }

  private Object object(String module, String kind, Map<String, Object> options) {
    return keras3
        ? KerasForm.mapOf(
            "module",
            "keras." + module,
            "class_name",
            kind,
            "config",
            options,
            "registered_name",
            null)
        : KerasForm.mapOf("class_name", kind, "config", options);
  }

  private Object optimizer(Model model) {
    Map<String, Object> form = KerasForm.map(config, "optimizer");
    String kind = KerasForm.text(form, "class_name");
    Map<String, Object> options =
        KerasForm.mapOf(
            "name", keras3 && !kind.equals("SGD") ? kind.toLowerCase(Locale.ROOT) : kind);
    options.putAll(KerasForm.map(form, "config"));
    if (options.get("learning_rate") instanceof Map<?, ?> schedule) {
      Map<String, Object> known = KerasForm.map(schedule, "config");
      String name = KerasForm.text(schedule, "class_name");
      known.put("name", name);
      options.put("learning_rate", object("optimizers.schedules", name, known));
    } else {
      options.put("learning_rate", model.learningRate());
    }
    options.putIfAbsent("use_ema", false);
    options.putIfAbsent("ema_momentum", 0.99);
    options.putIfAbsent("ema_overwrite_frequency", null);
    if (!keras3 && options.remove("gradient_accumulation_steps") != null) {
      notes.accept("Keras 2 does not accumulate gradients: it updates the weights in each step");
    }
    if (!keras3) {
      options.put("jit_compile", false);
      options.put("is_legacy_optimizer", false);
    }
    if (!keras3 && kind.equals("Lion")) {
      notes.accept("Keras 2.11 has no Lion; load the file with compile=False");
    }
    // AdamW is not among the names that Keras 2.11 knows without a package.
    return object("optimizers", !keras3 && kind.equals("AdamW") ? "Custom>AdamW" : kind, options);
  }

  private Object loss(Object value) {
    Map<String, Object> options = KerasForm.map((Map<?, ?>) value, "config");
    String kind = KerasForm.text((Map<?, ?>) value, "class_name");
    if (!keras3 && SINCE_212.contains(kind)) {
      notes.accept("Keras 2.11 has no loss " + kind + "; load the file with compile=False");
    }
    if (options.get("name") instanceof String name
        && Loss.names().contains(name)
        && Loss.ofName(name).config().values().equals(options)
        && !kind.equals("Huber")) {
      return name;
    }
    if (options.get("axis") instanceof List<?> axes && axes.isEmpty()) {
      options.put("axis", null);
    }
    options.putIfAbsent("reduction", keras3 ? "sum_over_batch_size" : "auto");
    return object("losses", kind, options);
  }

  private Object metrics(Object value) {
    List<Object> all = new ArrayList<>();
    for (Object o : (List<?>) value) {
      String kind = KerasForm.text((Map<?, ?>) o, "class_name");
      Map<String, Object> options = KerasForm.map((Map<?, ?>) o, "config");
      if (kind.equals("Accuracy")) {
        all.add("accuracy"); // which Keras resolves by the shapes, as here
        continue;
      }
      if (!keras3 && kind.equals("F1Score")) {
        notes.accept("Keras 2.11 has no F1Score; load the file with compile=False");
      }
      if (TrainingNames.TF_IMAGE.contains(kind)
          || (options.containsKey("num_classes") && options.get("num_classes") == null)) {
        notes.accept("Keras has no metric " + kind + " as it is here; the file has not it");
        continue;
      }
      options.replaceAll((key, v) -> COUNTS.contains(key) ? whole(v) : v);
      if (options.get("target_class_ids") instanceof List<?> ids && ids.isEmpty()) {
        int classes = ((Number) KerasForm.given(options, "num_classes")).intValue();
        options.put("target_class_ids", IntStream.range(0, classes).boxed().toList());
      }
      if (kind.equals("Precision") || kind.equals("Recall")) {
        Object average = options.remove("average");
        if (average != null && !average.equals("micro")) {
          notes.accept(kind + " has average=" + average + ", Keras has only micro");
        }
        options.put("thresholds", options.remove("threshold"));
      }
      options.put("dtype", "float32");
      all.add(object("metrics", kind, options));
    }
    return all;
  }
}
