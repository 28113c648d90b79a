package org.example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.formula.Formula;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Data;
import convlstm4j.model.Model;
import convlstm4j.model.Optimizers;
import convlstm4j.model.Sequential;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Common;
import convlstm4j.optim.FormulaOptimizer;
import convlstm4j.optim.Optimizer;
import convlstm4j.optim.Schedule;
import convlstm4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user's own loss and optimiser, from outside the project's packages. */
class OwnFormulasTest {
  private static final Formula ERROR = Formula.input(0).minus(Formula.input(1));
  private static final Loss SQUARES = Loss.of("squares", ERROR.square());

  private final Tensor x = Data.tensor(new float[] {1, -2, 3, 0.5f, 0.25f, -1}, 3, 2);
  private final Tensor y = Data.tensor(new float[] {1, 0, 0, 2, -1, 3}, 3, 2);

  private static Model model() {
    return Sequential.of(Input.shape(2), new Dense(4).activation("tanh"), new Dense(2))
        .backend("reference")
        .seed(3);
  }

  private static Optimizer momentum() {
    Formula rate = Formula.input(0);
    Formula w = Formula.input(2);
    Formula m = Formula.input(4).times(0.5).minus(rate.times(Formula.input(3)));
    return new FormulaOptimizer(
        "momentum", Common.of(Schedule.constant(0.1)), List.of("m"), List.of(w.plus(m), m));
  }

  @Test
  void trainAsTheLibrarysOwn() {
    try (Model own = model();
        Model known = model()) {
      own.compile(momentum(), SQUARES);
      known.compile(Optimizers.sgd(0.1).momentum(0.5), "mse");
      Map<String, List<Double>> ours = own.fit(Data.of(x, y), 5).values();
      Map<String, List<Double>> theirs = known.fit(Data.of(x, y), 5).values();
      for (int i = 0; i < 5; i++) {
        assertEquals(theirs.get("loss").get(i), ours.get("loss").get(i), 1e-6);
      }
      assertTrue(ours.get("loss").get(4) < ours.get("loss").get(0));
      assertArrayEquals(known.predict(x).get(0).floats(), own.predict(x).get(0).floats(), 1e-6f);
    }
  }

  @Test
  void aCheckpointKeepsTheFormulas(@TempDir Path dir) {
    Path file = dir.resolve("m.ckpt");
    try (Model own = model()) {
      own.compile(momentum().clipNorm(1), SQUARES);
      own.fit(Data.of(x, y), 1);
      own.save(file);
      try (Model loaded = Checkpoint.load(file, m -> m.backend("reference"))) {
        assertEquals(own.fit(Data.of(x, y), 3).values(), loaded.fit(Data.of(x, y), 3).values());
      }
    }
  }

  @Test
  void whatCannotRunIsRefusedAtOnce() {
    assertThrows(
        IllegalArgumentException.class, () -> Loss.of("third", ERROR.plus(Formula.input(2))));
    Formula deep = ERROR;
    for (int i = 0; i < 200; i++) {
      deep = deep.plus(i).tanh();
    }
    Formula tooLong = deep;
    String message =
        assertThrows(IllegalArgumentException.class, () -> Loss.of("long", tooLong)).getMessage();
    assertTrue(message.contains("steps"), message);
    assertThrows(IllegalArgumentException.class, () -> momentum().weightDecay(0.1));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new FormulaOptimizer(
                "no slot", Common.of(Schedule.constant(1)), List.of("m"), List.of(ERROR)));
  }
}
