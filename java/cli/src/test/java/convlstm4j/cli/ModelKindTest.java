package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModelKindTest {
  private static ModelKind kind(String name, Set<ModelKind> kinds) {
    return ModelKind.of("--output", Path.of(name), kinds);
  }

  @Test
  void theEndingDecides() {
    Set<ModelKind> all = EnumSet.allOf(ModelKind.class);
    assertEquals(ModelKind.CHECKPOINT, kind("a.ckpt", all));
    assertEquals(ModelKind.H5, kind("a.keras.h5", all));
    assertEquals(ModelKind.KERAS, kind("a.h5.keras", all));
    assertEquals(ModelKind.JSON, kind("dir.ckpt/a.json", all));
  }

  @Test
  void otherEndingsAreRefused() {
    for (String name : new String[] {"a", "a.CKPT", "a.json", "a.weights.h5", "h5"}) {
      IllegalArgumentException e =
          assertThrows(
              IllegalArgumentException.class, () -> kind(name, ModelKind.WITH_WEIGHTS), name);
      assertEquals(
          "--output "
              + name
              + ": its ending says what is written, expected .ckpt (a checkpoint), .h5 (as Keras 3.8"
              + " writes it), .keras (as Keras 3.8 writes it)",
          e.getMessage());
    }
  }
}
