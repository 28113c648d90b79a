package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingCurvesTest {
  private static final int BLUE = 0x0072B2;
  private static final int ORANGE = 0xE69F00;
  private static final int GREEN = 0x009E73;

  @TempDir Path dir;

  private static boolean has(BufferedImage image, int chart, int colour) {
    for (int y = 300 * chart; y < 300 * (chart + 1); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        if ((image.getRGB(x, y) & 0xFFFFFF) == colour) {
          return true;
        }
      }
    }
    return false;
  }

  /** A chart for each metric, a colour for each output: also where names begin alike. */
  @Test
  void chartsAndColours() throws Exception {
    Path file = dir.resolve("curves.png");
    TrainingCurves curves = new TrainingCurves(file, List.of("a", "a_loss"));
    for (int epoch = 0; epoch < 3; epoch++) {
      Map<String, Double> logs = new LinkedHashMap<>();
      logs.put("loss", 3.0 - epoch);
      logs.put("a_loss", 2.0 - epoch / 2.0); // of output a
      logs.put("a_loss_loss", 1.0);
      logs.put("a_loss_f1_score", 0.1 * epoch);
      logs.put("val_loss", epoch == 1 ? Double.NaN : 4.0);
      curves.onEpochEnd(null, epoch, logs);
      assertTrue(Files.exists(file), "after each epoch");
    }
    BufferedImage image = ImageIO.read(file.toFile());
    assertEquals(2 * 300, image.getHeight());
    assertTrue(has(image, 0, BLUE) && has(image, 0, ORANGE) && has(image, 0, GREEN));
    assertTrue(has(image, 1, GREEN));
    assertFalse(has(image, 1, BLUE) || has(image, 1, ORANGE));
  }

  @Test
  void onlyPng() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> OutputFiles.checkPng("--picture", dir.resolve("c.jpg")));
    assertTrue(e.getMessage().contains("expected .png"), e.getMessage());
  }
}
