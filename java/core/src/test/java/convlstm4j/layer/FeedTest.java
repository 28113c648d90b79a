package convlstm4j.layer;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.model.Model;
import convlstm4j.op.ShapeException;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a network says of an array that cannot be fed to it. */
class FeedTest {
  private static final long ANY = Input.ANY;

  private static Network network(Symbol x, Symbol y) {
    x.node().layer().named("x");
    return Network.of(List.of(x), List.of(y));
  }

  private static Network memory(DataFormat format, long... dims) {
    Symbol x = Input.shape(dims);
    return network(x, new ConvLSTM2D(2, 3).padding(Padding.SAME).dataFormat(format).apply(x));
  }

  private static Network last(long... dims) {
    return memory(DataFormat.CHANNELS_LAST, dims);
  }

  private static Network first(long... dims) {
    return memory(DataFormat.CHANNELS_FIRST, dims);
  }

  private static Network dense(long... dims) {
    Symbol x = Input.shape(dims);
    return network(x, new Dense(2).apply(x));
  }

  private static void says(String expected, Network n, long... actual) {
    String message =
        assertThrows(ShapeException.class, () -> n.checkFeed(0, Shape.of(actual))).getMessage();
    assertEquals("input \"x\" has shape " + expected, message);
  }

  private static void saysOfSample(String expected, Network n, long... sample) {
    String message =
        assertThrows(ShapeException.class, () -> n.checkSample(0, Shape.of(sample))).getMessage();
    assertEquals("input \"x\" has shape " + expected, message);
  }

  @Test
  void theMissingAxisIsNamed() {
    says(
        "[10, 4, 5, 6], expected [None, 4, 5, 6, 1], which is [N, T, H, W, C]; the channel axis is"
            + " missing",
        last(4, 5, 6, 1),
        10,
        4,
        5,
        6);
    says(
        "[4, 16, 32, 32], expected [None, None, 32, 32, 1], which is [N, T, H, W, C]; the channel"
            + " axis is missing",
        last(ANY, 32, 32, 1),
        4,
        16,
        32,
        32);
    says(
        "[10, 4, 5, 6], expected [None, 4, 1, 5, 6], which is [N, T, C, H, W]; the channel axis is"
            + " missing",
        first(4, 1, 5, 6),
        10,
        4,
        5,
        6);
    says(
        "[4, 5, 6, 1], expected [None, 4, 5, 6, 1], which is [N, T, H, W, C]; the batch axis may"
            + " be missing",
        last(4, 5, 6, 1),
        4,
        5,
        6,
        1);
    says(
        "[10, 5, 6, 1], expected [None, 4, 5, 6, 1], which is [N, T, H, W, C]; the time axis is"
            + " missing",
        last(4, 5, 6, 1),
        10,
        5,
        6,
        1);
    says("[2], expected [None, 2], which is [N, C]; the batch axis may be missing", dense(2), 2);
    says("[5], expected [None, 2], which is [N, C]; the channel axis is missing", dense(2), 5);
  }

  @Test
  void ofTwoThatMayBeMissingBothAreNamedAndOfMoreNone() {
    says(
        "[16, 3, 9, 9], expected [None, None, 3, 9, 9], which is [N, T, C, H, W]; the batch axis or"
            + " the time axis may be missing",
        first(ANY, 3, 9, 9),
        16,
        3,
        9,
        9);
    says(
        "[7, 8, 8, 8], expected [None, 3, 8, 8, 8], which is [N, T, H, W, C]; the time axis is"
            + " missing",
        last(3, 8, 8, 8),
        7,
        8,
        8,
        8);
    says(
        "[7, 3, 8, 8], expected [None, 3, 8, 8, 8], which is [N, T, H, W, C]",
        last(3, 8, 8, 8),
        7,
        3,
        8,
        8);
    says(
        "[7, 3, 3], expected [None, None, 8, 8, 1], which is [N, T, H, W, C]",
        last(ANY, 8, 8, 1),
        7,
        3,
        3);
    says("[2, 4, 5], expected [None, 4, 5, 6, 2]", dense(4, 5, 6, 2), 2, 4, 5);
    says(
        "[9, 4, 5, 6], expected [None, 4, 5, 6, 2]; axis 4 is missing",
        dense(4, 5, 6, 2),
        9,
        4,
        5,
        6);
  }

  @Test
  void noAxisMayHaveSizeZero() {
    says("[0, 4, 5, 6, 1]: there are no samples in it", last(4, 5, 6, 1), 0, 4, 5, 6, 1);
    says(
        "[2, 0, 5, 6, 1]: the time axis has size 0, expected at least 1",
        last(ANY, 5, 6, 1),
        2,
        0,
        5,
        6,
        1);
    says("[2, 0, 4]: the time axis has size 0, expected at least 1", dense(ANY, 4), 2, 0, 4);
    says(
        "[2, 3, 0, 4, 5]: axis 2 has size 0, expected at least 1",
        dense(3, ANY, 4, 5),
        2,
        3,
        0,
        4,
        5);
    says("[2, 0], expected [None, 3], which is [N, C]", dense(3), 2, 0);
  }

  /** Of an image of open size it is known at the first call only. */
  @Test
  void aWindowThatLeavesNoPixelIsRefused() {
    Symbol x = Input.shape(ANY, ANY, 1);
    Symbol conv = new Conv2D(2, 3).named("eye").apply(x);
    Symbol pool = new MaxPooling2D(2).named("pool").apply(conv);
    try (Model model = Model.of(x, pool).backend("reference")) {
      Tensor small = Tensor.of(new float[4], 1, 2, 2, 1);
      String message = assertThrows(ShapeException.class, () -> model.predict(small)).getMessage();
      assertEquals(
          "Conv2D \"eye\": Conv: the window [3, 3] (dilation [1, 1]) does not fit into an image of"
              + " [2, 2] with padding=valid; use a smaller window, a larger image or padding=same",
          message);
      Tensor larger = Tensor.of(new float[9], 1, 3, 3, 1);
      message = assertThrows(ShapeException.class, () -> model.predict(larger)).getMessage();
      assertTrue(message.startsWith("MaxPooling2D \"pool\": Pool: the window [2, 2] "), message);
    }
  }

  @Test
  void aSampleHasNoBatchAxis() {
    assertDoesNotThrow(() -> last(ANY, 5, 6, 1).checkSample(0, Shape.of(9, 5, 6, 1)));
    saysOfSample(
        "[0, 5, 6, 1]: the time axis has size 0, expected at least 1",
        last(ANY, 5, 6, 1),
        0,
        5,
        6,
        1);
    saysOfSample(
        "[10, 4, 5, 6], expected [None, 4, 5, 6, 1], which is [N, T, H, W, C]; the channel axis is"
            + " missing",
        last(4, 5, 6, 1),
        10,
        4,
        5,
        6);
  }

  @Test
  void axesAreNamedByTheFirstLayerThatHasAFormat() {
    Symbol x = Input.shape(4, 5, 6, 2);
    Symbol y = new BatchNormalization().apply(new ActivationLayer(Activation.TANH).apply(x));
    Symbol z = new Add().apply(x, new Dropout(0.5).apply(y));
    Symbol conv = new Conv3D(2, 2).dataFormat(DataFormat.CHANNELS_FIRST).apply(z);
    assertEquals(Optional.of(List.of("N", "C", "T", "H", "W")), network(x, conv).axes(0));
    Symbol turned = new Permute(4, 1, 2, 3).apply(x);
    assertEquals(
        Optional.empty(),
        network(x, new Conv3D(2, 2).dataFormat(DataFormat.CHANNELS_FIRST).apply(turned)).axes(0));
    Symbol frames = new TimeDistributed(new MaxPooling2D(2)).apply(x);
    assertEquals(Optional.of(List.of("N", "T", "H", "W", "C")), network(x, frames).axes(0));
    Symbol inner = Input.shape(4, 5, 6, 2);
    NestedModel nested =
        new NestedModel(Network.of(List.of(inner), List.of(new Conv3D(2, 2).apply(inner))));
    assertEquals(
        Optional.of(List.of("N", "T", "H", "W", "C")), network(x, nested.apply(x)).axes(0));
  }
}
