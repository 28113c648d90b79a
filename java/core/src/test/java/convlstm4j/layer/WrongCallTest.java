package convlstm4j.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.graph.Symbol;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Wrong calls fail when a layer is made or called, saying who, what came and what was expected. */
class WrongCallTest {
  private static final Symbol VIDEO = Input.shape(3, 8, 7, 2);
  private static final Symbol IMAGE = Input.shape(8, 7, 2);
  private static final Symbol ROWS = Input.shape(3, 4);
  private static final Symbol ROW = Input.shape(4);

  @TestFactory
  List<DynamicTest> options() {
    return List.of(
        wrong(() -> new ConvLSTM2D(0, 3), "ConvLSTM2D: filters=0, must be >= 1"),
        wrong(
            () -> new ConvLSTM2D(2, 3, -1),
            "ConvLSTM2D: kernel_size=[3, -1], expected 2 values, each >= 1"),
        wrong(
            () -> new ConvLSTM2D(2, 3).strides(0, 1),
            "strides=[0, 1], expected 2 values, each >= 1"),
        wrong(
            () -> new ConvLSTM2D(2, 3).named("e").dropout(1),
            "ConvLSTM2D \"e\": dropout=1.0, must be at least 0 and below 1"),
        wrong(() -> new LSTM(2).recurrentDropout(-0.1), "LSTM: recurrent_dropout=-0.1, must be"),
        wrong(() -> new LSTM(2).dropout(Double.NaN), "LSTM: dropout=NaN, must be"),
        wrong(() -> new LSTM(-5), "LSTM: units=-5, must be >= 1"),
        wrong(() -> new Dense(0), "Dense: units=0, must be >= 1"),
        wrong(
            () -> new Conv2D(2, 3).strides(1), "Conv2D: strides=[1], expected 2 values, each >= 1"),
        wrong(() -> new Conv3D(2, 1, 0, 1), "Conv3D: kernel_size=[1, 0, 1], expected 3 values"),
        wrong(() -> new MaxPooling3D(2, 2), "MaxPooling3D: pool_size=[2, 2], expected 3 values"),
        wrong(() -> new Dropout(-1), "Dropout: rate=-1.0, must be at least 0 and below 1"),
        wrong(() -> new Dropout(0.5).noiseShape(0, 1), "noise_shape=[0, 1], expected sizes >= 1"),
        wrong(() -> new Permute(0, 1), "Permute: dims=[0, 1], expected each of 1 to 2 once"),
        wrong(() -> new Reshape(-1, -1), "Reshape: target_shape=[-1, -1], expected sizes >= 1"),
        wrong(() -> new Concatenate(0), "Concatenate: axis=0 is the batch"),
        wrong(() -> new BatchNormalization().axis(0), "axis=[0], expected one or more axes"),
        wrong(() -> new BatchNormalization().momentum(2), "momentum=2.0, must lie between 0 and 1"),
        wrong(() -> new BatchNormalization().epsilon(-1), "epsilon=-1.0, must be >= 0"),
        wrong(() -> Input.shape(3, 0), "Input: shape [None, 3, 0] has a size of 0"),
        wrong(() -> new Dense(2).named(" "), "name \" \" is blank"),
        wrong(
            () -> new TimeDistributed(new LSTM(2).stateful(true)),
            "TimeDistributed: LSTM is stateful"),
        wrong(
            () ->
                new TimeDistributed(new TimeDistributed(new BatchNormalization()).poolSteps(true))
                    .apply(Input.shape(2, 3, 4)),
            "use poolSteps(true) on both"),
        wrong(
            () -> new Bidirectional(new LSTM(2), new LSTM(2)),
            "Bidirectional: LSTM and its backward layer must differ in go_backwards"),
        wrong(
            () -> new Bidirectional(new LSTM(2), new LSTM(2).goBackwards(true).returnState(true)),
            "must agree in return_state"));
  }

  @TestFactory
  List<DynamicTest> inputs() {
    return List.of(
        wrong(
            () -> new ConvLSTM2D(2, 3).named("e").apply(IMAGE),
            "ConvLSTM2D \"e\": input has shape [None, 8, 7, 2] of rank 4, expected rank 5: [N, T,"
                + " H, W, C]"),
        wrong(
            () -> new ConvLSTM2D(2, 3).apply(Input.shape(3, Input.ANY, 7, 2)),
            "unknown image sizes [None, 7, 2]; give fixed sizes in Input"),
        wrong(
            () -> new ConvLSTM2D(2, 9).apply(VIDEO),
            "the window [9, 9] (dilation [1, 1]) does not fit into an image of [8, 7]"),
        wrong(
            () -> new ConvLSTM2D(2, 3).strides(2, 2).dilationRate(2, 2).apply(VIDEO),
            "strides=[2, 2] with dilation=[2, 2]: only one of them may exceed 1"),
        wrong(
            () -> new ConvLSTM2D(2, 3).recurrentActivation(Activation.SOFTMAX).apply(VIDEO),
            "activation=softmax is not element-wise and not supported in gates"),
        wrong(
            () -> new LSTM(2).apply(ROW),
            "LSTM: input has shape [None, 4] of rank 2, expected rank 3: [N, T, C]"),
        wrong(() -> new LSTM(2).apply(Input.shape(3, Input.ANY)), "of which C must be known"),
        wrong(
            () -> new LSTM(2).on(ROWS).initialState(ROW, ROW).outputs(),
            "LSTM: initial state h has shape [None, 4], expected [None, 2]"),
        wrong(
            () -> new LSTM(2).on(ROWS).initialState(ROW).outputs(),
            "initial state of 1 array, expected 2: [h, c]"),
        wrong(() -> new LSTM(2).on(ROWS).mask(ROW).outputs(), "mask has shape [None, 4], expected"),
        wrong(
            () -> new Bidirectional(new LSTM(2)).on(ROWS).initialState(ROW, ROW).outputs(),
            "expected 4: forward h and c, backward h and c"),
        wrong(
            () -> new Bidirectional(new LSTM(2).named("inner")).apply(ROW),
            "LSTM \"bidirectional/forward_inner\": input has shape [None, 4] of rank 2"),
        wrong(() -> new LSTM(2).apply(ROWS, ROWS), "LSTM: got 2 inputs, expected 1"),
        wrong(
            () -> new Conv2D(2, 3).apply(ROWS),
            "Conv2D: input has shape [None, 3, 4], expected rank 4 or more"),
        wrong(
            () -> new Conv2D(2, 3).apply(Input.shape(8, 7, Input.ANY)),
            "of which the channels must be known"),
        wrong(() -> new Dense(2).apply(Input.shape(3, Input.ANY)), "rank 2 or more with a known C"),
        wrong(() -> new MaxPooling3D(2).apply(IMAGE), "MaxPooling3D: Pool: x has shape"),
        wrong(
            () ->
                new MaxPooling2D(8)
                    .padding(Padding.VALID)
                    .dataFormat(DataFormat.CHANNELS_FIRST)
                    .apply(IMAGE),
            "the window [8, 8] (dilation [1, 1]) does not fit into an image of [7, 2]"),
        wrong(
            () -> new BatchNormalization().axis(3).apply(ROW),
            "axis=[3] of input of shape [None, 4]: expected different axes from 1 to 1"),
        wrong(() -> new BatchNormalization().axis(1, -1).apply(ROW), "axis=[1, -1] of input"),
        wrong(
            () -> new Reshape(5, -1).apply(ROWS),
            "Reshape: cannot reshape [3, 4] of 12 elements to target_shape=[5, -1]"),
        wrong(() -> new Permute(2, 1).apply(ROW), "Permute: input has shape [None, 4], expected"),
        wrong(() -> new Add().apply(ROW), "Add: got 1 inputs, expected 2 or more"),
        wrong(
            () -> new Add().apply(ROWS, Input.shape(3)),
            "Add: Merge: x1 has shape [None, 1, 3], expected that of the other inputs, [None, 3,"
                + " 4], or 1 in the place of a size"),
        wrong(
            () -> new Multiply().apply(Input.batchShape(4, 2), Input.batchShape(1, 2)),
            "Multiply: inputs of shapes [[4, 2], [1, 2]] differ in the size of the batch"),
        wrong(
            () -> new Concatenate(1).apply(ROWS, Input.shape(2, 5)),
            "x1 has shape [None, 2, 5], expected"),
        wrong(() -> new Concatenate(4).apply(ROWS, ROWS), "axis=4 of inputs of shape [None, 3, 4]"),
        wrong(
            () -> new TimeDistributed(new Dense(2)).apply(ROW),
            "TimeDistributed: input has shape [None, 4], expected [N, T, ..] of rank 3 or more"),
        wrong(
            () -> new TimeDistributed(new Conv2D(2, 3)).apply(ROWS),
            "Conv2D \"time_distributed/conv2d\" at every step: input has shape [None, 4],"
                + " expected"),
        wrong(
            () -> new Dropout(0.5).noiseShape(Input.ANY, 2).apply(ROW),
            "noise_shape=[-1, 2] does not fit x of shape [None, 4]"));
  }

  @TestFactory
  List<DynamicTest> order() {
    LSTM called = new LSTM(2);
    called.apply(ROWS);
    Dense inside = new Dense(2);
    TimeDistributed outside = new TimeDistributed(inside);
    return List.of(
        wrong(() -> called.dropout(0.5), "LSTM: options are fixed with the first call"),
        wrong(() -> inside.useBias(false), "options are fixed with the first call, or inside"),
        wrong(
            () -> new TimeDistributed(inside),
            "Dense \"time_distributed/dense\" is already inside " + outside.label()),
        wrong(() -> called.apply(Input.shape(3, 5)), "kernel was built with shape [4, 8]"));
  }

  private static DynamicTest wrong(Executable call, String piece) {
    return DynamicTest.dynamicTest(
        piece,
        () -> {
          RuntimeException e = assertThrows(RuntimeException.class, call);
          if (!(e instanceof IllegalStateException)) {
            assertInstanceOf(IllegalArgumentException.class, e);
          }
          assertTrue(e.getMessage().contains(piece), e.getMessage());
        });
  }

  @Test
  void aNameThatALayerHasNotYetIsNotGiven() {
    Dense layer = new Dense(2);
    assertEquals(
        "Dense has no name yet; a network gives it one",
        assertThrows(IllegalStateException.class, layer::requiredName).getMessage());
    layer.named("here");
    assertEquals("here", layer.requiredName());
  }
}
