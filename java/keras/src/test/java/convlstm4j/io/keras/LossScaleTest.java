package convlstm4j.io.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.model.Model;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model in {@code mixed_float16} of Keras 3.15.1 (made by {@code src/test/python/mixed.py}): the
 * optimiser within the one that scales the loss goes on with its state.
 */
class LossScaleTest {
  @TempDir private Path dir;

  @Test
  void goesOn() throws IOException {
    for (String ending : List.of("keras", "h5")) {
      Path path = dir.resolve("mixed." + ending);
      try (InputStream in = getClass().getResourceAsStream("mixed-3.15.1." + ending)) {
        Files.copy(in, path);
      }
      List<String> notes = new ArrayList<>();
      try (Model model =
          KerasModels.load(
              path, KerasOptions.defaults().notes(notes::add).model(m -> m.backend("reference")))) {
        assertEquals(1, notes.size(), notes.toString());
        assertTrue(
            notes.get(0).contains("the loss is not scaled, as LossScaleOptimizer"), notes.get(0));
        assertEquals(new Adam(0.01f), model.compilation().get().optimizer());
        assertEquals(6, model.progress().step());
        Map<String, Tensor> slots = model.snapshot().slots();
        assertEquals(8, slots.size(), slots.keySet().toString());
        // What mixed.py printed: the first number of the first momentum.
        assertEquals(-0.1516028195619583, slots.get("momentum/dense/kernel").get(0), 1e-8, ending);
        assertTrue(slots.values().stream().allMatch(t -> t.get(0) != 0));
      }
      try (Model model =
          KerasModels.load(
              path,
              KerasOptions.defaults()
                  .notes(note -> {})
                  .model(m -> m.backend("reference"))
                  .withoutTraining())) {
        assertEquals(new Adam(0.01f), model.compilation().get().optimizer());
        assertEquals(0, model.progress().step());
        assertEquals(Map.of(), model.snapshot().slots());
      }
    }
  }
}
