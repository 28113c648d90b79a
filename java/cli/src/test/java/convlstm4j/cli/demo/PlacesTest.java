package convlstm4j.cli.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.io.npy.NpyFile;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels say what has been seen where, and nothing else. */
class PlacesTest {
  private static final int COUNT = 60;

  @TempDir Path dir;

  private Tensor read(String name) {
    return NpyFile.open(dir.resolve(name)).read(DType.FLOAT32);
  }

  /** Cells of a frame without noise that are not empty. */
  private static Set<Integer> lit(Tensor video, int t) {
    Set<Integer> cells = new TreeSet<>();
    for (int p = 0; p < 24 * 24; p++) {
      if (video.get(t * 24 * 24 + p) > 60) {
        cells.add(p / 24 / 8 * 3 + p % 24 / 8);
      }
    }
    return cells;
  }

  @Test
  void aSecondOneHasAPlaceOfItsOwn() throws IOException {
    Places places = new Places(12, 3, 0.4, 0);
    places.write(dir, 0, COUNT, Digits.load(), false, 5);
    int positives = 0;
    int cameBack = 0;
    for (int id = 0; id < COUNT; id++) {
      Tensor video = read("trailer_" + id + ".npy");
      Tensor labels = read("labels_" + id + ".npy");
      assertEquals(Shape.of(12, 1, 24, 24), video.shape());
      Set<Integer> seen = new TreeSet<>();
      int before = 0;
      for (int t = 0; t < 12; t++) {
        Set<Integer> now = lit(video, t);
        cameBack += now.stream().anyMatch(seen::contains) ? 1 : 0;
        boolean isNew = seen.addAll(now);
        int holds = 0;
        for (int k = 0; k < 3; k++) {
          holds += labels.at(t, k) > 0 ? 1 : 0;
        }
        assertTrue(holds <= 1, "three digits are not two pairs");
        assertFalse(holds > before && !isNew, "a label begins with a digit in a new place");
        assertTrue(holds >= before, "what was seen stays so");
        assertTrue(holds == 0 || seen.size() >= 2, "two places");
        before = holds;
      }
      positives += before;
      assertTrue(seen.size() <= 3, seen.toString());
    }
    // Of three digits of three classes 7 in 9 have two alike.
    assertTrue(positives > COUNT / 2 && positives < COUNT, positives + " of " + COUNT);
    assertTrue(cameBack > 2 * COUNT, cameBack + " come back");
  }

  @Test
  void theSeedDecides() throws IOException {
    Path again = Files.createDirectory(dir.resolve("again"));
    Path other = Files.createDirectory(dir.resolve("other"));
    Places.standard().write(dir, 3, 1, Digits.load(), true, 5);
    Places.standard().write(again, 3, 1, Digits.load(), true, 5);
    Places.standard().write(other, 3, 1, Digits.load(), true, 6);
    String name = "trailer_3.npy";
    assertArrayEquals(
        Files.readAllBytes(dir.resolve(name)), Files.readAllBytes(again.resolve(name)));
    assertTrue(Files.mismatch(dir.resolve(name), other.resolve(name)) >= 0);
  }
}
