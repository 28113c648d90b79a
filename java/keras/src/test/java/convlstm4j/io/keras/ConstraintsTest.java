package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.config.KerasVersion;
import convlstm4j.data.Batch;
import convlstm4j.graph.Symbol;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.layer.BatchNormalization;
import convlstm4j.layer.Bidirectional;
import convlstm4j.layer.Conv2D;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.LSTM;
import convlstm4j.layer.PReLU;
import convlstm4j.layer.Reshape;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import convlstm4j.objective.Loss;
import convlstm4j.op.ShapeException;
import convlstm4j.optim.SGD;
import convlstm4j.option.Constraint;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Constraints of weights hold in training, and go through every kind of file. */
class ConstraintsTest {
  @TempDir private Path dir;

  private static Model model() {
    Symbol frames = Input.shape(2, 4, 4, 1);
    ConvLSTM2D memory =
        new ConvLSTM2D(2, 3)
            .returnSequences(true)
            .constraint("recurrent", Constraint.unitNorm(0, 1, 2))
            .constraint("bias", Constraint.nonNeg());
    Conv2D each = new Conv2D(2, 1).constraint("kernel", Constraint.minMaxNorm(0.25, 0.5, 0.75, -2));
    LSTM steps = new LSTM(2).constraint("kernel", Constraint.maxNorm(0.125));
    return Sequential.of(
            frames,
            memory,
            new TimeDistributed(each),
            new BatchNormalization().constraint("gamma", Constraint.maxNorm(0.5)),
            new PReLU().constraint("alpha", Constraint.nonNeg()),
            new Reshape(2, 8),
            new Bidirectional(steps),
            new Flatten(),
            new Dense(1).constraint("kernel", Constraint.nonNeg()))
        .backend("reference")
        .seed(3)
        .compile(new SGD(0.5), Loss.meanSquaredError());
  }

  private static Map<String, Constraint> constraints(Model m) {
    Map<String, Constraint> all = new LinkedHashMap<>();
    m.network()
        .parameters()
        .forEach(p -> p.constraint().ifPresent(c -> all.put(m.network().name(p), c)));
    return all;
  }

  private static void train(Model m) {
    Batch batch =
        Batch.of(
            SampleModels.filled(Shape.of(3, 2, 4, 4, 1), 1),
            SampleModels.filled(Shape.of(3, 1), 2));
    for (int i = 0; i < 3; i++) {
      m.trainOnBatch(batch);
    }
  }

  @Test
  void holdAfterEachStep() {
    try (Model m = model()) {
      assertEquals(8, constraints(m).size(), constraints(m).toString());
      train(m);
      for (var e : constraints(m).entrySet()) {
        double[] w = m.weights().get(e.getKey()).cast(DType.FLOAT64).doubles();
        if (e.getValue().kind() == Constraint.Kind.NON_NEG) {
          for (double v : w) {
            assertTrue(v >= 0, e.getKey() + " has " + v);
          }
        }
      }
      double[] kernel =
          m.weights().get("conv_lstm2d/recurrent_kernel").cast(DType.FLOAT64).doubles();
      for (int column = 0; column < 8; column++) {
        double squares = 0;
        for (int i = column; i < kernel.length; i += 8) {
          squares += kernel[i] * kernel[i];
        }
        assertEquals(1, squares, 1e-5);
      }
    }
  }

  @Test
  void goThroughFiles() throws IOException {
    try (Model m = model()) {
      train(m);
      Map<String, Path> files = new LinkedHashMap<>();
      for (KerasVersion v : KerasVersion.values()) {
        files.put("h5 " + v, dir.resolve(v + ".h5"));
        KerasModels.save(m, dir.resolve(v + ".h5"), KerasOptions.defaults().h5(v));
      }
      files.put("keras", dir.resolve("a.keras"));
      KerasModels.save(m, dir.resolve("a.keras"));
      files.put("checkpoint", dir.resolve("a.ckpt"));
      Checkpoint.save(m, dir.resolve("a.ckpt"));
      Map<String, Model> loaded = new LinkedHashMap<>();
      for (var e : files.entrySet()) {
        Path f = e.getValue();
        loaded.put(
            e.getKey(), e.getKey().equals("checkpoint") ? Checkpoint.load(f) : KerasModels.load(f));
      }
      loaded.forEach(
          (name, other) -> {
            assertEquals(
                List.copyOf(constraints(m).values()),
                List.copyOf(constraints(other).values()),
                name);
            other.close();
          });
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> new Dense(2).named("d").constraint("gamma", Constraint.nonNeg()))
            .getMessage();
    assertEquals(
        "Dense \"d\": no weight \"gamma\" for a constraint, expected one of [kernel, bias]",
        message);
    assertThrows(
        ShapeException.class,
        () -> new Dense(2).constraint("kernel", Constraint.maxNorm(1, 2)).apply(Input.shape(3)));
    assertThrows(
        ShapeException.class,
        () ->
            new Dense(2).constraint("kernel", Constraint.maxNorm(1, 0, -2)).apply(Input.shape(3)));
    assertThrows(IllegalArgumentException.class, () -> Constraint.maxNorm(-1));
    assertThrows(IllegalArgumentException.class, () -> Constraint.minMaxNorm(2, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> Constraint.minMaxNorm(0, 1, 1.5));
  }
}
