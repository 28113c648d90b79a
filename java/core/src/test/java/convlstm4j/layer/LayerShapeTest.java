package convlstm4j.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import convlstm4j.graph.Layer;
import convlstm4j.graph.Network;
import convlstm4j.graph.Symbol;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.program.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerShapeTest {
  @Test
  void convLstmOfUnknownLength() {
    ConvLSTM2D l = new ConvLSTM2D(7, 3, 5).strides(2, 1).returnSequences(true).returnState(true);
    Symbol x = Input.shape(Input.ANY, 11, 13, 2);
    List<Symbol> out = l.on(x).outputs();
    assertEquals(
        List.of("[None, None, 5, 9, 7]", "[None, 5, 9, 7]", "[None, 5, 9, 7]"), shapes(out));
    assertEquals(List.of("[3, 5, 2, 28]", "[3, 5, 7, 28]", "[28]"), weights(l));
  }

  @Test
  void convLstmChannelsFirstWithPeepholes() {
    ConvLSTM2D l =
        new ConvLSTM2D(4, 3)
            .padding(Padding.SAME)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .useBias(false)
            .peephole(true);
    assertEquals("[None, 4, 6, 5]", l.apply(Input.shape(3, 2, 6, 5)).shape().toString());
    assertEquals(
        List.of("[3, 3, 2, 16]", "[3, 3, 4, 16]", "[4, 6, 5]", "[4, 6, 5]", "[4, 6, 5]"),
        weights(l));
  }

  @Test
  void lstmKeepsKerasShapes() {
    LSTM l = new LSTM(5).returnState(true).stateful(true).peephole(true);
    List<Symbol> out = l.on(Input.shape(Input.ANY, 3)).outputs();
    assertEquals(List.of("[None, 5]", "[None, 5]", "[None, 5]"), shapes(out));
    assertEquals(List.of("[3, 20]", "[5, 20]", "[20]", "[5]", "[5]", "[5]"), weights(l));
  }

  @Test
  void initialStateOfAnotherShapeIsRefused() {
    Symbol x = Input.shape(4, 3);
    Symbol h = Input.shape(6);
    RuntimeException e =
        assertThrows(
            RuntimeException.class,
            () -> new LSTM(5).named("enc").on(x).initialState(h, h).outputs());
    assertEquals(
        "LSTM \"enc\": initial state h has shape [None, 6], expected [None, 5]", e.getMessage());
  }

  @Test
  void articleOfOneOutput() {
    Symbol x = Input.named("video", Input.ANY, 3, 40, 40);
    Symbol y =
        new ConvLSTM2D(8, 3)
            .padding(Padding.SAME)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .returnSequences(true)
            .apply(x);
    y = new BatchNormalization().apply(y);
    y = new MaxPooling3D(1, 2, 2).dataFormat(DataFormat.CHANNELS_FIRST).apply(y);
    y = new TimeDistributed(new Flatten()).apply(y);
    y = new TimeDistributed(new Dense(32)).apply(y);
    y = new TimeDistributed(new Dense(1)).named("comedy").apply(y);
    assertEquals("[None, None, 1]", y.shape().toString());
    Network network = Network.of(List.of(x), List.of(y));
    assertEquals(
        List.of(
            "conv_lstm2d/kernel",
            "conv_lstm2d/recurrent_kernel",
            "conv_lstm2d/bias",
            "batch_normalization/gamma",
            "batch_normalization/beta",
            "batch_normalization/moving_mean",
            "batch_normalization/moving_variance",
            "time_distributed_1/dense/kernel",
            "time_distributed_1/dense/bias",
            "comedy/dense/kernel",
            "comedy/dense/bias"),
        network.parameters().stream().map(Parameter::name).toList());
  }

  @Test
  void convolutionsAndPools() {
    assertEquals(
        "[None, 3, 4, 6]",
        new Conv2D(6, 3).strides(2, 1).apply(Input.shape(7, 6, 2)).shape().toString());
    assertEquals(
        "[None, 6, 4, 6, 7]",
        new Conv3D(6, 2, 3, 1)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .apply(Input.shape(2, 5, 8, 7))
            .shape()
            .toString());
    assertEquals(
        "[None, 3, 3, 2]",
        new AveragePooling2D(2)
            .padding(Padding.SAME)
            .apply(Input.shape(5, 6, 2))
            .shape()
            .toString());
    assertEquals(
        "[None, 1, 1, 1, 2]",
        new GlobalAveragePooling3D()
            .keepDims(true)
            .apply(Input.shape(5, 6, 3, 2))
            .shape()
            .toString());
  }

  private static List<String> shapes(List<Symbol> symbols) {
    return symbols.stream().map(s -> s.shape().toString()).toList();
  }

  private static List<String> weights(Layer l) {
    return l.parameters().stream().map(p -> p.shape().toString()).toList();
  }
}
