package convlstm4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.Input;
import convlstm4j.layer.Permute;
import convlstm4j.layer.PixelShuffle;
import convlstm4j.layer.PixelUnshuffle;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.model.Model;
import convlstm4j.op.ShapeException;
import convlstm4j.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pixel shuffles with the numbers of torch.nn.PixelShuffle and PixelUnshuffle 1.13 on 0, 1, .. */
class ShufflingLayersTest {
  private static final int[] SHUFFLED = {
    0, 6, 1, 7, 2, 8, 12, 18, 13, 19, 14, 20, 3, 9, 4, 10, 5, 11, 15, 21, 16, 22, 17, 23, 24, 30,
    25, 31, 26, 32, 36, 42, 37, 43, 38, 44, 27, 33, 28, 34, 29, 35, 39, 45, 40, 46, 41, 47
  };
  private static final int[] UNSHUFFLED = {
    0, 2, 4, 12, 14, 16, 1, 3, 5, 13, 15, 17, 6, 8, 10, 18, 20, 22, 7, 9, 11, 19, 21, 23, 24, 26,
    28, 36, 38, 40, 25, 27, 29, 37, 39, 41, 30, 32, 34, 42, 44, 46, 31, 33, 35, 43, 45, 47
  };

  private static void check(int[] expected, Layer layer, long... sizes) {
    double[] numbers = IntStream.range(0, expected.length).asDoubleStream().toArray();
    Symbol x = Input.shape(Arrays.copyOfRange(sizes, 1, sizes.length));
    try (Model model = Model.of(x, layer.apply(x))) {
      Tensor y = model.predict(Tensor.of(numbers, sizes)).get(0);
      assertEquals(expected.length, y.size());
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], y.get(i), 0, layer + " at " + i);
      }
    }
  }

  @Test
  void channelsFirstAsInPyTorch() {
    check(SHUFFLED, new PixelShuffle(2).dataFormat("channels_first"), 1, 8, 2, 3);
    check(UNSHUFFLED, new PixelUnshuffle(2).dataFormat("channels_first"), 1, 2, 4, 6);
    check(SHUFFLED, new PixelShuffle(2).dataFormat("channels_first"), 1, 1, 8, 2, 3);
  }

  @Test
  void channelsLastAreTheSameMoved() {
    check(SHUFFLED, moved(new PixelShuffle(2), 8, 2, 3), 1, 8, 2, 3);
    check(UNSHUFFLED, moved(new PixelUnshuffle(2), 2, 4, 6), 1, 2, 4, 6);
    check(SHUFFLED, new TimeDistributed(moved(new PixelShuffle(2), 8, 2, 3)), 1, 1, 8, 2, 3);
  }

  private static Layer moved(Layer layer, long... sizes) {
    Symbol x = Input.shape(sizes);
    Symbol y = layer.apply(new Permute(2, 3, 1).apply(x));
    return Model.of(x, new Permute(3, 1, 2).apply(y)).asLayer();
  }

  @Test
  void sizesThatCannotBeDividedAreNamed() {
    String channels = refusal(new PixelShuffle(2), 4, 4, 6);
    assertTrue(channels.contains("6 channels, expected a multiple of 4"), channels);
    String rows = refusal(new PixelUnshuffle(3), 4, 6, 2);
    assertTrue(rows.contains("4 rows, expected a multiple of 3 for downscale_factor=3"), rows);
    assertThrows(IllegalArgumentException.class, () -> new PixelShuffle(0));
  }

  private static String refusal(Layer layer, long... sizes) {
    return assertThrows(ShapeException.class, () -> layer.apply(Input.shape(sizes))).getMessage();
  }
}
