package convlstm4j.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which pixels count; numbers of whole images are in ResizingLayersTest. */
class InterpolationTest {
  private static List<Integer> nearest(int n, int size) {
    return Interpolation.NEAREST.table(n, size, false).places();
  }

  /** The middle of 49 pixels lies at the exact middle of 2, where the second one begins. */
  @Test
  void theMiddleOfTwoPixelsIsOfTheSecond() {
    assertEquals(List.of(0, 1), nearest(2, 49).subList(23, 25));
  }

  /** Pixel i reaches from i to i + 1, its first end included; the place is (j + 1/2) n / size. */
  @Test
  void nearestIsThePixelThatHasThePlace() {
    for (int n = 1; n <= 60; n++) {
      for (int size = 1; size <= 120; size++) {
        List<Integer> places = nearest(n, size);
        assertEquals(size, places.size());
        for (int j = 0; j < size; j++) {
          int i = places.get(j);
          int place = (2 * j + 1) * n; // in parts of 1 / (2 size)
          assertTrue(
              2 * size * i <= place && place < 2 * size * (i + 1), n + " to " + size + ": " + j);
        }
      }
    }
  }
}
