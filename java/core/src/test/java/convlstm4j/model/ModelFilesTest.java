package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {
  @TempDir Path dir;
  private final Tensor x = Data.tensor(new float[] {1, -2, 3, 0.5f}, 2, 2);
  private final Model model =
      Sequential.of(Input.shape(2), new Dense(3)).backend("reference").seed(5);

  @BeforeEach
  void compile() {
    model.compile(Optimizers.sgd(0.1), "mse");
  }

  @Test
  void aSavedModelPredictsAndTrainsOnAlike() {
    Tensor y = Data.tensor(new float[6], 2, 3);
    Path file = dir.resolve("m.ckpt");
    model.fit(Data.of(x, y), 1);
    model.save(file);
    try (model;
        Model loaded = Model.load(file)) {
      // The loaded one takes the best backend that is on the class path.
      assertArrayEquals(model.predict(x).get(0).floats(), loaded.predict(x).get(0).floats(), 1e-6f);
      assertEquals(1, loaded.progress().epoch());
      assertEquals(
          model.fit(Data.of(x, y), 2).last("loss"),
          loaded.fit(Data.of(x, y), 2).last("loss"),
          1e-6);
    }
  }

  @Test
  void endingsAndContentsDecide() throws Exception {
    Path keras = dir.resolve("m.keras");
    String noKeras = message(() -> model.save(keras));
    assertTrue(noKeras.contains("expected a checkpoint (.ckpt)"), noKeras);
    assertTrue(noKeras.contains("convlstm4j-keras adds"), noKeras);
    assertFalse(Files.exists(keras));
    Path text = Files.writeString(dir.resolve("m.ckpt"), "not a model");
    String unknown = message(() -> Model.load(text));
    assertTrue(unknown.contains("m.ckpt is of no known kind"), unknown);
    String missing = message(() -> Model.load(dir.resolve("none.ckpt")));
    assertTrue(missing.contains("there is no file"), missing);
    model.close();
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }
}
