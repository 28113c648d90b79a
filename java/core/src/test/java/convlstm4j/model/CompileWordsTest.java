package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.layer.*;
import convlstm4j.objective.F1Score;
import convlstm4j.objective.Loss;
import convlstm4j.objective.MeanAbsoluteError;
import convlstm4j.objective.Metric;
import convlstm4j.optim.Optimizer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model is trained for, in Keras's words; a network of layers alone needs two imports. */
class CompileWordsTest {
  private static Model model() {
    var video = Input.shape(4, 8, 8, 1);
    var x = new ConvLSTM2D(2, 3).padding("same").activation("relu").apply(video);
    x = new GlobalAveragePooling2D().dataFormat("channels_last").apply(x);
    return Model.of(video, new Dense(1).activation("sigmoid").apply(x)).backend("reference");
  }

  @Test
  void wordsMeanWhatTheClassesMean() {
    try (Model m = model()) {
      m.compile("adam", "binary_crossentropy", "f1_score", "mae");
      Compile c = m.compilation().orElseThrow();
      assertEquals(Optimizer.ofName("adam"), c.optimizer());
      String output = m.network().outputNames().get(0);
      assertEquals(Loss.binaryCrossentropy(), c.lossOf(output));
      assertEquals(
          List.of(new F1Score().name(), new MeanAbsoluteError().name()),
          c.metricsOf(output).stream().map(Metric::name).toList());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "adam", "adamw", "rmsprop"})
  void everyOptimizerIsNamedAsItsClass(String name) {
    Optimizer o = Optimizer.ofName(name);
    assertEquals(name, o.config().className().toLowerCase(java.util.Locale.ROOT));
    assertEquals(o, Optimizer.fromConfig(o.config()));
  }

  @Test
  void unknownWordsAreNamed() {
    try (Model m = model()) {
      wrong(() -> m.compile("muon", "mse"), "optimizer \"muon\" is not known; expected sgd");
      wrong(() -> m.compile("adam", "circle"), "loss \"circle\" is not known; expected");
      wrong(() -> m.compile("adam", "mse", "giou"), "metric \"giou\" is not known; expected");
    }
  }

  private static void wrong(Runnable call, String message) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }
}
