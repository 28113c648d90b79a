package convlstm4j.cli.picture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CurvesTest {
  private static final int WHITE = 0xFFFFFF;

  /** Dashed lines across: rows of which a part is drawn, with none above that is. */
  private static long rules(BufferedImage image) {
    return IntStream.range(1, image.getHeight())
        .filter(y -> isDashed(image, y) && !isDashed(image, y - 1))
        .count();
  }

  private static boolean isDashed(BufferedImage image, int y) {
    long drawn =
        IntStream.range(0, image.getWidth())
            .filter(x -> (image.getRGB(x, y) & WHITE) != WHITE)
            .count();
    return drawn > image.getWidth() / 5 && drawn < image.getWidth() * 3 / 5;
  }

  private static BufferedImage unit(double... y) {
    return new Curves("t", "x", "y")
        .unit()
        .line("a", IntStream.range(0, y.length).mapToDouble(i -> i / 4.0).toArray(), y, 0, false)
        .draw(360, 300);
  }

  /** Also where all values are 1, or are equally spaced. */
  @Test
  void roundValuesOfYAreMarked() {
    for (double[] y : new double[][] {{1, 1, 1}, {0, 0}, {0, 1}, {0, 0.5, 1}, {0.2, 0.7, 0.4}}) {
      assertTrue(rules(unit(y)) >= 4, () -> rules(unit(y)) + " rules: " + y[0] + " " + y[1]);
    }
    BufferedImage two =
        new Curves("t", "x", "")
            .line("a", new double[] {1, 2}, new double[] {1 - 0.4222, 1}, 0, false)
            .draw(900, 300);
    assertTrue(rules(two) >= 4, () -> "" + rules(two));
  }

  /** What marks values takes no time without end, whatever the values. */
  @Test
  void anyNumbersAreDrawn() {
    Random random = new Random(7);
    double[] odd = {0, 1, -1, 1e-300, 1e300, -1e300, Double.MIN_VALUE, 1e15, 1 + 1e-15, 0.1 + 0.2};
    for (int run = 0; run < 60; run++) {
      double[] x = IntStream.rangeClosed(1, 1 + random.nextInt(5)).asDoubleStream().toArray();
      double[] y =
          IntStream.range(0, x.length).mapToDouble(i -> odd[random.nextInt(odd.length)]).toArray();
      String what = java.util.Arrays.toString(y);
      BufferedImage image =
          assertTimeoutPreemptively(
              Duration.ofSeconds(20),
              () -> new Curves("t", "x", "y").line("a", x, y, 0, false).draw(400, 300),
              what);
      assertEquals(400, image.getWidth());
    }
  }
}
