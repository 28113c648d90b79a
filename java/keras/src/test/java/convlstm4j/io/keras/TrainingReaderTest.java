package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.io.architecture.Json;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Compile;
import convlstm4j.objective.CustomMetrics;
import convlstm4j.objective.Loss;
import convlstm4j.objective.Reduction;
import convlstm4j.optim.Adam;
import convlstm4j.optim.Averaging;
import convlstm4j.optim.SGD;
import convlstm4j.optim.Schedule;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Options of training in all spellings of Keras 2.2 to 3.15, and those that are not Keras's. */
class TrainingReaderTest {
  private final List<String> notes = new ArrayList<>();

  /** One output {@code out} of so many numbers. */
  private Optional<Compile> read(String version, Map<String, Object> training, int outputs) {
    Symbol x = Input.named("x", 4);
    Symbol y = new Dense(outputs).named("out").apply(x);
    KerasFile file =
        new KerasFile(
            "a.h5",
            KerasFile.Kind.H5,
            version,
            Map.of("class_name", "x"),
            training,
            Map.of(),
            new Group());
    notes.clear();
    return TrainingReader.read(
        file,
        Network.of(List.of(x), List.of(y)),
        CustomMetrics.none(),
        note -> {
          assertTrue(Said.note("a.h5", note).length() <= 200, note);
          notes.add(note);
        });
  }

  private static Map<String, Object> training(Object optimizer, Object loss, Object... metrics) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("optimizer_config", optimizer);
    all.put("loss", loss);
    all.put("metrics", List.of(metrics));
    return all;
  }

  private static Map<String, Object> object(String name, Object... options) {
    return KerasForm.mapOf("class_name", name, "config", KerasForm.mapOf(options));
  }

  private static Map<String, Object> registered(
      String module, String registered, Map<String, Object> form) {
    form.put("module", module);
    form.put("registered_name", registered);
    return form;
  }

  private static final Map<String, Object> SGD_CONFIG = object("SGD", "learning_rate", 0.1);

  private static String kind(Map<String, Object> config, String key) {
    Object form = ((Map<?, ?>) config.get(key)).values().iterator().next();
    form = form instanceof List<?> list ? list.get(0) : form;
    return (String) ((Map<?, ?>) form).get("class_name");
  }

  @Test
  void everyNameOfEveryRelease() throws IOException {
    Map<String, Object> releases;
    try (InputStream in = getClass().getResourceAsStream("training-names.json")) {
      releases = JSON.std.mapFrom(in);
    }
    int tried = 0;
    for (Map.Entry<String, Object> release : releases.entrySet()) {
      Map<?, ?> kinds = (Map<?, ?>) release.getValue();
      String version = release.getKey();
      for (Map.Entry<?, ?> e : ((Map<?, ?>) kinds.get("losses")).entrySet()) {
        for (Object name : (List<?>) e.getValue()) {
          List<Object> forms = new ArrayList<>(List.of(name));
          forms.add(object("function"));
          cast(forms.get(1)).put("config", name);
          forms.add(registered("builtins", "function", new LinkedHashMap<>(cast(forms.get(1)))));
          if (name.equals(e.getKey())) {
            forms.add(object("" + name, "name", "l", "reduction", "auto"));
            forms.add(registered("keras.losses", null, object("" + name, "name", "l")));
          }
          for (Object form : forms) {
            Optional<Compile> c = read(version, training(SGD_CONFIG, form), 3);
            assertEquals(List.of(), notes, version + " " + form);
            assertEquals(e.getKey(), kind(c.get().config(), "losses"), version + " " + form);
            tried++;
          }
        }
      }
      for (Map.Entry<?, ?> e : ((Map<?, ?>) kinds.get("metrics")).entrySet()) {
        String loss = ("" + e.getKey()).startsWith("Sparse") ? "sparse_" : "";
        for (Object name : (List<?>) e.getValue()) {
          List<Object> forms = new ArrayList<>(List.of(name));
          forms.add(object("MeanMetricWrapper", "name", name, "dtype", "float32", "fn", name));
          if (name.equals(e.getKey())) {
            forms.add(object("" + name, "name", "m", "dtype", "float32"));
            forms.add(registered("keras.metrics", null, object("" + name, "name", "m")));
          }
          for (Object form : forms) {
            Optional<Compile> c =
                read(
                    version,
                    training(SGD_CONFIG, loss + "categorical_crossentropy", form),
                    e.getKey().equals("F1Score") ? 1 : 3);
            assertEquals(List.of(), notes, version + " " + form);
            assertEquals(e.getKey(), kind(c.get().config(), "metrics"), version + " " + form);
            tried++;
          }
        }
      }
      for (Object o : (List<?>) kinds.get("optimizers")) {
        List<?> row = (List<?>) o;
        String name = (String) row.get(1);
        boolean scales = row.get(0).equals("LossScaleOptimizer");
        Map<String, Object> form =
            scales
                ? object(name, "inner_optimizer", object("Adam", "learning_rate", 0.5))
                : object(name, "learning_rate", 0.5);
        for (Map<String, Object> f :
            List.of(form, registered((String) row.get(2), name, new LinkedHashMap<>(form)))) {
          Optional<Compile> c = read(version, training(f, "mse"), 3);
          notes.removeIf(n -> n.startsWith("RMSprop of Keras before") || n.contains("not scaled"));
          assertEquals(List.of(), notes, version + " " + f);
          assertEquals(
              scales ? "Adam" : row.get(0), c.get().optimizer().config().className(), version);
          tried++;
        }
      }
    }
    assertTrue(tried > 1000, tried + " names");
  }

  @SuppressWarnings("unchecked") // made above
  private static Map<String, Object> cast(Object o) {
    return (Map<String, Object>) o;
  }

  private void notTaken(String version, Object optimizer, Object loss, String piece) {
    assertTrue(read(version, training(optimizer, loss), 1).isEmpty(), piece);
    assertEquals(1, notes.size(), notes.toString());
    assertTrue(notes.get(0).contains(piece), notes.get(0));
  }

  @Test
  void aUsersOwnIsNotTakenForKeras() {
    notTaken("3.8.0", object("Mine>Adam"), "mse", "optimizer Mine>Adam");
    notTaken("2.15.0", object("Mine>Adam"), "mse", "optimizer Mine>Adam");
    notTaken("2.11.0", object("Addons>AdamW"), "mse", "optimizer Addons>AdamW");
    notTaken("3.8.0", registered("mine", "Mine>Adam", object("Adam")), "mse", "of the module mine");
    notTaken("3.8.0", registered("mine", "Adam", object("Adam")), "mse", "of the module mine");
    notTaken("3.8.0", registered("keras_cv.opt", "Adam", object("Adam")), "mse", "keras_cv.opt");
    // Registered without a package, which in Keras 2 its own optimisers are.
    notTaken("3.8.0", object("Custom>Adam"), "mse", "optimizer Custom>Adam");
    notTaken("2.15.0", SGD_CONFIG, object("Custom>Huber"), "loss Custom>Huber");
    notTaken("2.11.0", SGD_CONFIG, "Custom>mse", "loss Custom>mse");
    Map<String, Object> function = object("function");
    function.put("config", "Mine>mse");
    notTaken("3.8.0", SGD_CONFIG, registered("builtins", "function", function), "loss Mine>mse");
    function = object("function");
    function.put("config", "mse");
    notTaken(
        "3.15.1", SGD_CONFIG, registered("__main__", "mse", function), "of the module __main__");
    assertTrue(
        read(
                "3.8.0",
                training(SGD_CONFIG, "mse", registered("mine", "Mine>AUC", object("AUC")), "mae"),
                1)
            .isPresent());
    assertTrue(
        notes.get(0).startsWith("a metric is left out: metric AUC of the module mine"),
        notes.get(0));
  }

  @Test
  void optionsAtKerasDefaultsSayNothing() throws IOException {
    Map<String, Object> adam =
        registered(
            "keras.src.backend.torch.optimizers.torch_adam",
            "Adam",
            object(
                "Adam",
                "name",
                "adam",
                "learning_rate",
                0.01,
                "weight_decay",
                null,
                "clipnorm",
                null,
                "global_clipnorm",
                null,
                "clipvalue",
                null,
                "use_ema",
                false,
                "ema_momentum",
                0.99,
                "ema_overwrite_frequency",
                null,
                "loss_scale_factor",
                null,
                "gradient_accumulation_steps",
                null,
                "decay",
                0.0,
                "beta_1",
                0.9,
                "beta_2",
                0.999,
                "epsilon",
                1e-7,
                "amsgrad",
                false,
                "is_legacy_optimizer",
                false,
                "jit_compile",
                true));
    Map<String, Object> loss =
        object(
            "SparseCategoricalCrossentropy",
            "name",
            "s",
            "reduction",
            "sum_over_batch_size",
            "from_logits",
            true,
            "ignore_class",
            null,
            "axis",
            -1,
            "dtype",
            "float32");
    Map<String, Object> auc =
        object(
            "AUC",
            "name",
            "a",
            "dtype",
            "float32",
            "num_thresholds",
            200,
            "curve",
            "ROC",
            "summation_method",
            "interpolation",
            "multi_label",
            false,
            "num_labels",
            null,
            "label_weights",
            null,
            "from_logits",
            false);
    assertEquals(new Adam(0.01), read("3.8.0", training(adam, loss, auc), 3).get().optimizer());
    assertEquals(List.of(), notes);
    assertEquals(
        new SGD(0.5).useEma(new Averaging(0.9, 3)).gradientAccumulationSteps(2),
        read(
                "3.8.0",
                training(
                    object(
                        "SGD",
                        "learning_rate",
                        0.5,
                        "use_ema",
                        true,
                        "ema_momentum",
                        0.9,
                        "ema_overwrite_frequency",
                        3,
                        "gradient_accumulation_steps",
                        2),
                    "mse"),
                1)
            .get()
            .optimizer());
    notTaken("3.8.0", object("Muon", "rms_rate", 0.1), "mse", "there is no optimizer Muon here");
    notTaken("3.8.0", object("SGD", "loss_scale_factor", 2.0), "mse", "=2.0, there is only 1");
    assertEquals(
        new SGD(new Schedule.InverseTimeDecay(0.25, 1, 0.5, false)),
        read("2.3.0", training(object("SGD", "learning_rate", 0.25, "decay", 0.5), "mse"), 1)
            .get()
            .optimizer());
    assertEquals(
        Loss.huber(1).reduction(Reduction.SUM),
        read("3.8.0", training(SGD_CONFIG, object("Huber", "reduction", "sum")), 1)
            .get()
            .lossOf("out"));
    notTaken("3.8.0", SGD_CONFIG, object("Huber", "reduction", "none"), "reduction=none");
    notTaken(
        "3.8.0",
        SGD_CONFIG,
        object("SparseCategoricalCrossentropy", "ignore_class", 3),
        "ignore_class=3");
    assertEquals(
        new SGD(0.25),
        read("2.2.4", training(object("SGD", "lr", 0.25), "mse"), 1).get().optimizer());
    // Nothing is said of the options of what there is not here.
    notTaken("3.8.0", SGD_CONFIG, object("Circle", "gamma", 0.5), "there is no loss Circle here");
    assertEquals(
        Loss.tversky().with("alpha", 0.25).with("axis", List.of(1)),
        read("3.8.0", training(SGD_CONFIG, object("Tversky", "alpha", 0.25, "axis", List.of(1))), 3)
            .get()
            .lossOf("out"));
    // A release to come may write more; what it means nobody knows.
    assertTrue(read("3.16.0", training(object("SGD", "new_one", 7), "mse"), 1).isPresent());
    assertEquals(
        List.of("optimizer SGD: new_one is no option of Keras up to 3.15; it is left out"), notes);
  }

  /** A number per class is none that can be reported; of a single class it is the mean. */
  @Test
  void metricsOfANumberPerClass() {
    for (String kind : List.of("F1Score", "FBetaScore", "R2Score")) {
      String key = kind.equals("R2Score") ? "class_aggregation" : "average";
      String said = "metric " + kind + " has " + key + "=null, a number per class; there are ";
      read("3.15.1", training(SGD_CONFIG, "mse", object(kind, key, null)), 3);
      assertEquals(1, notes.size(), kind);
      assertTrue(notes.get(0).startsWith("a metric is left out: " + said), notes.get(0));
      read("3.15.1", training(SGD_CONFIG, "mse", object(kind, key, null)), 1);
      assertEquals(List.of(), notes, kind);
    }
    read("3.15.1", training(SGD_CONFIG, "mse", "FBetaScore"), 3);
    assertTrue(notes.get(0).contains("average=null"), notes.get(0));
    read("3.15.1", training(SGD_CONFIG, "mse", "r2_score"), 3);
    assertEquals(List.of(), notes);
  }

  @Test
  void whatMetricsSay() {
    read("3.8.0", training(SGD_CONFIG, "mse", object("Accuracy", "name", "equal")), 1);
    assertEquals(List.of("a metric is left out: there is no metric Accuracy here"), notes);
    read(
        "3.8.0",
        training(
            SGD_CONFIG,
            "mse",
            KerasForm.mapOf("class_name", "F1Score", "config", KerasForm.mapOf("average", null))),
        3);
    assertTrue(notes.get(0).contains("average=null"), notes.toString());
    Compile c =
        read(
                "2.11.0",
                training(
                    SGD_CONFIG,
                    "mse",
                    object(
                        "MeanMetricWrapper",
                        "fn",
                        "binary_accuracy",
                        "name",
                        "b",
                        "threshold",
                        0.7)),
                1)
            .get();
    assertTrue(c.config().get("metrics").toString().contains("threshold=0.7"), "" + c.config());
    read(
        "2.11.0",
        training(SGD_CONFIG, "sparse_categorical_crossentropy", "categorical_accuracy"),
        3);
    assertTrue(notes.get(0).contains("use sparse_categorical_accuracy"), notes.toString());
    read(
        "3.8.0",
        training(
            SGD_CONFIG,
            "mse",
            object("MeanSquaredError", "name", "m"),
            object("MeanAbsoluteError", "name", "m")),
        1);
    assertEquals(List.of("a metric is left out: another one has its name m"), notes);
  }

  @Test
  void aLossThatDependsOnLabels() {
    assertEquals(
        "BinaryCrossentropy",
        kind(read("3.8.0", training(SGD_CONFIG, "crossentropy"), 1).get().config(), "losses"));
    assertTrue(read("3.8.0", training(SGD_CONFIG, "ce"), 3).isEmpty());
    assertTrue(notes.get(0).contains("sparse_categorical_crossentropy"), notes.get(0));
  }

  @Test
  void whateverIsInTheFileANoteIsALine() {
    String big = "[" + "{\"a\": \"x\\n\\u0007y\"},".repeat(5000) + "1]";
    Object value = Json.read(big);
    List<Map<String, Object>> all = new ArrayList<>();
    for (Object odd : List.of(value, big, Map.of("class_name", big, "config", Map.of()))) {
      all.add(training(SGD_CONFIG, odd));
      all.add(training(SGD_CONFIG, object("Huber", "delta", odd)));
      all.add(training(SGD_CONFIG, object("Mine", "delta", odd)));
      all.add(training(SGD_CONFIG, object("Huber", "reduction", odd)));
      all.add(training(SGD_CONFIG, object("Huber", big, odd)));
      all.add(training(SGD_CONFIG, "mse", odd));
      all.add(training(SGD_CONFIG, "mse", object("AUC", "curve", odd)));
      all.add(training(SGD_CONFIG, "mse", object("F1Score", "average", odd)));
      all.add(training(odd, "mse"));
      all.add(training(object("SGD", "learning_rate", odd), "mse"));
      all.add(training(object("SGD", "amsgrad", odd), "mse"));
      Map<String, Object> weighted = training(SGD_CONFIG, "mse");
      weighted.put("loss_weights", odd);
      all.add(weighted);
    }
    for (Map<String, Object> training : all) {
      read("3.8.0", training, 1);
      assertTrue(!notes.isEmpty(), "a note");
      for (String note : notes) {
        String line = Said.note("/a/folder/model.keras", note);
        assertTrue(line.length() <= 200 - "convlstm4j: ".length(), line);
        assertTrue(line.chars().noneMatch(Character::isISOControl), line);
      }
    }
  }
}
