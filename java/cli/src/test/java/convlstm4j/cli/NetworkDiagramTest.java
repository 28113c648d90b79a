package convlstm4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.cli.picture.Diagram;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import java.awt.image.BufferedImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkDiagramTest {
  /** Boxes in rows: two inputs, a layer called twice, both joined, and an arrow past all. */
  @Test
  void boxesOfALayer() {
    Symbol left = Input.named("left", 3);
    Symbol right = Input.named("right", 3);
    Dense shared = new Dense(4).named("shared");
    Symbol both =
        new Concatenate().named("both").apply(shared.apply(left), shared.apply(right), left);
    try (Model model = Model.of(List.of(left, right), List.of(both))) {
      BufferedImage image = NetworkDiagram.of(model.network()).draw("model.ckpt");
      // Two boxes and an arrow beside each other; three rows.
      assertEquals(2 * 230 + 26 + 2 * 26 + 2 * 20, image.getWidth());
      assertEquals(34 + 3 * (4 * 17 + 10 + 34) - 34 + 2 * 20, image.getHeight());
      int drawn = 0;
      for (int x = 0; x < image.getWidth(); x++) {
        drawn += (image.getRGB(x, 34 + 20 + 40) & 0xFFFFFF) != 0xFFFFFF ? 1 : 0;
      }
      assertTrue(drawn > 400, drawn + " pixels of two inputs");
    }
  }

  /** By default twice as high and wide as the bounds, in the full run many times. */
  @Test
  void hugeOnesAreOfBoundedSize() {
    Diagram chain = new Diagram();
    boolean full = Boolean.getBoolean("full");
    for (int i = 0; i < (full ? 2000 : 300); i++) {
      chain.box(List.of("x".repeat(500), "<script>", "", ""), i);
      if (i > 0) {
        chain.edge(i - 1, i);
      }
    }
    BufferedImage image = chain.draw("t".repeat(1000));
    assertTrue(image.getHeight() <= 16001 && image.getWidth() > 0, image.toString());
    Diagram wide = new Diagram();
    for (int i = 0; i < (full ? 500 : 70); i++) {
      wide.box(List.of("a"), 0);
    }
    assertTrue(wide.draw("").getWidth() <= 8001);
    assertThrows(IllegalArgumentException.class, () -> wide.edge(3, 3));
    assertTrue(new Diagram().draw("nothing").getWidth() > 100);
  }
}
