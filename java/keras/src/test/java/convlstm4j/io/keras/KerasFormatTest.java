package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Data;
import convlstm4j.model.Model;
import convlstm4j.model.Sequential;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KerasFormatTest {
  @ParameterizedTest
  @ValueSource(strings = {"m.keras", "m.h5", "m.ckpt"})
  void aModelIsSavedByItsEndingAndLoadedByItsContents(String name, @TempDir Path dir) {
    var x = Data.tensor(new float[] {1, -2, 3, 0.5f}, 2, 2);
    Path file = dir.resolve(name);
    try (Model model = Sequential.of(Input.shape(2), new Dense(3)).backend("reference")) {
      model.save(file);
      assertEquals(!name.endsWith("ckpt"), KerasModels.isKerasFile(file));
      try (Model loaded = Model.load(file)) {
        assertArrayEquals(model.predict(x).get(0).floats(), loaded.predict(x).get(0).floats());
        assertTrue(loaded.compilation().isEmpty());
      }
    }
  }
}
