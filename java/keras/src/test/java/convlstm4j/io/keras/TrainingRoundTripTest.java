package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.data.Batch;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Compile;
import convlstm4j.model.Model;
import convlstm4j.objective.AUC;
import convlstm4j.objective.Accuracy;
import convlstm4j.objective.BinaryAccuracy;
import convlstm4j.objective.F1Score;
import convlstm4j.objective.Loss;
import convlstm4j.objective.MeanAbsoluteError;
import convlstm4j.objective.Metric;
import convlstm4j.objective.Precision;
import convlstm4j.objective.Recall;
import convlstm4j.objective.Reduction;
import convlstm4j.optim.Adam;
import convlstm4j.optim.AdamW;
import convlstm4j.optim.Averaging;
import convlstm4j.optim.Nadam;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.RMSprop;
import convlstm4j.optim.SGD;
import convlstm4j.optim.Schedule;
import convlstm4j.option.Activation;
import convlstm4j.option.Config;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Training goes on after a detour through Keras's files as if there had been none. */
class TrainingRoundTripTest {
  @TempDir private Path dir;

  private static Map<String, Compile> options() {
    Map<String, Optimizer> optimizers = new LinkedHashMap<>();
    optimizers.put("SGD", new SGD(0.05));
    optimizers.put("SGD with momentum", new SGD(0.05).momentum(0.9).nesterov(true));
    optimizers.put("Adam", new Adam(0.01).beta1(0.8).epsilon(1e-5).clipNorm(1));
    optimizers.put("AdamW", new AdamW(0.01).weightDecay(0.02));
    optimizers.put("RMSprop", new RMSprop(0.01).rho(0.8).momentum(0.5).centered(true));
    for (String name : Optimizer.names()) {
      optimizers.put(name + " as it is", Optimizer.ofName(name.toLowerCase(Locale.ROOT)));
    }
    optimizers.put("AMSGrad", new Adam(0.01).amsgrad(true));
    optimizers.put("averages", new Adam(0.01).useEma(new Averaging(0.9, 2)));
    optimizers.put("sums", new SGD(0.05).momentum(0.9).gradientAccumulationSteps(3));
    optimizers.put("both", new Nadam(0.01).useEma(0.8).gradientAccumulationSteps(2));
    optimizers.put("a schedule", new Adam(new Schedule.ExponentialDecay(0.02, 3, 0.5, false)));
    optimizers.put(
        "steps",
        new SGD(new Schedule.PiecewiseConstantDecay(List.of(2L, 5L), List.of(0.1, 0.05, 0.01))));
    optimizers.put("restarts", new SGD(new Schedule.CosineDecayRestarts(0.05, 2, 1.5, 0.5, 0.125)));
    optimizers.put("polynomial", new SGD(new Schedule.PolynomialDecay(0.05, 5, 0.01, 2, true)));
    optimizers.put("inverse", new SGD(new Schedule.InverseTimeDecay(0.05, 3, 0.5, true)));
    optimizers.put("cosine", new RMSprop(new Schedule.CosineDecay(0.02, 9, 0.1, 0.03, 2)));
    Map<String, Compile> all = new LinkedHashMap<>();
    optimizers.forEach(
        (name, o) ->
            all.put(
                name,
                Compile.with(o)
                    .loss("yes", Loss.binaryCrossentropy().labelSmoothing(0.125))
                    .loss("how", Loss.huber(0.5))
                    .lossWeight("how", 0.25)
                    .metrics(
                        "yes",
                        new BinaryAccuracy(0.4),
                        new Accuracy(),
                        new AUC(),
                        new Precision(),
                        new Recall(),
                        new F1Score().named("f"))
                    .metrics("how", new MeanAbsoluteError())));
    for (String name : Loss.names()) {
      if (!name.equals("sparse_categorical_crossentropy")) {
        Loss loss = Loss.ofName(name);
        all.put(name, Compile.with(new SGD(0.01)).loss("how", loss).loss("yes", Loss.dice()));
      }
    }
    all.put(
        "options of losses",
        Compile.with(new SGD(0.01))
            .loss("how", Loss.poisson().reduction(Reduction.SUM))
            .loss("yes", Loss.tversky().with("alpha", 0.25).with("axis", List.of(0, 1))));
    for (String word :
        List.of("rmse", "mape", "logcosh", "poisson", "hinge", "cosine_similarity")) {
      all.put(
          "metric " + word,
          Compile.with(new SGD(0.01)).loss(Loss.poisson()).metrics("how", Metric.ofName(word)));
    }
    all.put(
        "further metrics",
        Compile.with(new SGD(0.01))
            .loss(Loss.meanSquaredError())
            .metrics(
                "how",
                Metric.ofName("top_k_categorical_accuracy"),
                Metric.ofName("r2_score"),
                Metric.ofName("fbeta_score"),
                Metric.ofName("true_positives"),
                Metric.fromConfig(Config.of("SensitivityAtSpecificity").with("specificity", 0.5)),
                Metric.fromConfig(Config.of("OneHotMeanIoU").with("num_classes", 2)))
            .metrics("yes", Metric.ofName("binary_iou").named("overlap")));
    all.put("one loss for all", Compile.with(new Adam()).loss(Loss.meanSquaredError()));
    return all;
  }

  /** Keras takes an empty list for no class at all. */
  @Test
  void anOverlapOfAllClassesNamesThem() {
    Compile c =
        Compile.with(new SGD(0.1))
            .loss(Loss.meanSquaredError())
            .metrics(Metric.fromConfig(Config.of("OneHotIoU").with("num_classes", 3)));
    for (Map<String, Object> written :
        List.of(
            TrainingWriter.compileConfig(model().compile(c), c, note -> {}),
            TrainingWriter.trainingConfig(model().compile(c), c, false, note -> {}))) {
      assertTrue(written.toString().contains("target_class_ids=[0, 1, 2]"), written.toString());
    }
  }

  /** One number more than Keras counts, so that no release takes another's order for its own. */
  @Test
  void noKerasTakesNadamsState() {
    Path path = dir.resolve("nadam.keras");
    try (Model model = model().compile(new Nadam(0.01), Loss.meanSquaredError())) {
      KerasModels.save(model, path);
    }
    KerasFile file = KerasFile.open(path);
    Group vars = file.root().group("optimizer").flatMap(g -> g.group("vars")).orElseThrow();
    int ofKeras = 3 + 2 * 6; // iteration, learning rate, product; two of each weight
    assertEquals(ofKeras + 1, vars.arrays().size());
  }

  private static Model model() {
    Symbol x = Input.named("x", 4);
    Symbol y = new Dense(3).activation(Activation.TANH).apply(x);
    return Model.of(
            x,
            new Dense(1).activation(Activation.SIGMOID).named("yes").apply(y),
            new Dense(2).named("how").apply(y))
        .backend("reference");
  }

  private static Batch batch(int k) {
    Tensor yes = Tensor.of(new float[] {1, 0, 1}, 3, 1);
    return new Batch(
        List.of(SampleModels.filled(Shape.of(3, 4), k)),
        List.of(yes, SampleModels.filled(Shape.of(3, 2), k + 50)),
        List.of(),
        "batch " + k);
  }

  @TestFactory
  List<DynamicTest> goesOn() {
    List<DynamicTest> tests = new ArrayList<>();
    int[] turn = {0};
    options()
        .forEach(
            (name, options) -> {
              List<WrittenForm> forms = new ArrayList<>(List.of(WrittenForm.values()));
              if (options.optimizer().common().accumulation() > 1) {
                // Keras 2 does not accumulate gradients, and the user is told
                forms.remove(WrittenForm.H5_OF_KERAS_2);
              }
              // By default one of the forms, the next options in the next one.
              WrittenForm one = forms.get(turn[0]++ % forms.size());
              for (WrittenForm form : Boolean.getBoolean("full") ? forms : List.of(one)) {
                tests.add(DynamicTest.dynamicTest(name + " " + form, () -> check(options, form)));
              }
            });
    return tests;
  }

  private void check(Compile options, WrittenForm form) {
    Path path = form.file(dir, "trained");
    List<String> notes = new ArrayList<>();
    try (Model model = SampleModels.weighted(model()).compile(options)) {
      for (int k = 0; k < 4; k++) {
        model.trainOnBatch(batch(k));
      }
      KerasModels.save(model, path, form.in(KerasOptions.defaults().notes(note -> {})));
      KerasOptions reading =
          KerasOptions.defaults().notes(notes::add).model(m -> m.backend("reference"));
      try (Model back = KerasModels.load(path, reading)) {
        assertEquals(List.of(), notes);
        assertEquals(4, back.progress().step());
        assertEquals(model.compilation().get().optimizer(), back.compilation().get().optimizer());
        for (int k = 4; k < 8; k++) {
          assertEquals(model.trainOnBatch(batch(k)), back.trainOnBatch(batch(k)));
        }
        Map<String, Tensor> expected = model.weights();
        back.weights()
            .forEach((w, t) -> assertArrayEquals(expected.get(w).floats(), t.floats(), w));
        assertTrue(expected.size() == 6);
      }
    }
  }
}
