package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.formula.Formula;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Compile;
import convlstm4j.model.Data;
import convlstm4j.model.Model;
import convlstm4j.model.Optimizers;
import convlstm4j.model.Sequential;
import convlstm4j.objective.Loss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        assertArrayEquals(
            model.predict(x).get(0).floats(), loaded.predict(x).get(0).floats(), 1e-6f);
        assertTrue(loaded.compilation().isEmpty());
      }
    }
  }

  /** Keras has no formulas: the weights go, training does not, and that is said. */
  @ParameterizedTest
  @ValueSource(strings = {"m.keras", "m.h5"})
  void aLossOfOnesOwnIsSaidNotToGo(String name, @TempDir Path dir) {
    var x = Data.tensor(new float[] {1, -2, 3, 0.5f}, 2, 2);
    Path file = dir.resolve(name);
    List<String> notes = new ArrayList<>();
    try (Model model = Sequential.of(Input.shape(2), new Dense(3)).backend("reference")) {
      Loss own = Loss.of("squares", Formula.input(0).minus(Formula.input(1)).square());
      model.compile(Compile.with(Optimizers.adam(1e-3)).loss(own));
      KerasModels.save(model, file, KerasOptions.defaults().notes(notes::add));
      assertEquals(
          List.of(file + ": Keras has no loss \"squares\"; the file says nothing of training"),
          notes);
      try (Model loaded = Model.load(file)) {
        assertArrayEquals(
            model.predict(x).get(0).floats(), loaded.predict(x).get(0).floats(), 1e-6f);
        assertTrue(loaded.compilation().isEmpty());
      }
    }
  }
}
