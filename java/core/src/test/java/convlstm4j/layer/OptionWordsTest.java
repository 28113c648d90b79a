package convlstm4j.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Options by Keras's words mean what the constants mean. */
class OptionWordsTest {
  @Test
  void wordsAndConstantsAreTheSame() {
    assertEquals(
        new ConvLSTM2D(2, 3)
            .padding(Padding.SAME)
            .dataFormat(DataFormat.CHANNELS_FIRST)
            .activation(Activation.RELU)
            .recurrentActivation(Activation.HARD_SIGMOID_KERAS3)
            .config(),
        new ConvLSTM2D(2, 3)
            .padding("same")
            .dataFormat("channels_first")
            .activation("relu")
            .recurrentActivation("hard_sigmoid")
            .config());
    assertEquals(
        new Conv2D(2, 3).padding(Padding.SAME).dataFormat(DataFormat.CHANNELS_FIRST).config(),
        new Conv2D(2, 3).padding("same").dataFormat("channels_first").config());
    assertEquals(
        new MaxPooling3D(2, 2, 2).padding(Padding.SAME).config(),
        new MaxPooling3D(2, 2, 2).padding("same").config());
    assertEquals(
        new ActivationLayer(Activation.SOFTMAX).config(), new ActivationLayer("softmax").config());
  }

  @Test
  void anUnknownWordIsNamedWithTheLayer() {
    wrong(
        () -> new ConvLSTM2D(2, 3).named("e").padding("full"),
        "ConvLSTM2D \"e\": padding=full, expected one of [valid, same]");
    wrong(
        () -> new MaxPooling2D(2, 2).dataFormat("NCHW"),
        "MaxPooling2D: data_format=NCHW, expected one of [channels_last, channels_first]");
    wrong(() -> new Dense(2).activation("rellu"), "Dense: activation=rellu, unknown activation");
    wrong(() -> new LSTM(2).recurrentActivation(""), "LSTM: recurrent_activation=, unknown");
    wrong(() -> new ActivationLayer("x"), "Activation: activation=x, unknown activation");
  }

  private static void wrong(Runnable call, String message) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }

  /** So that nobody must import from the ops' package. */
  @Test
  void everySetterOfAnOpsWordTakesItsName() {
    List<String> without = new ArrayList<>();
    for (Class<?> layer :
        List.of(
            ConvLSTM2D.class,
            LSTM.class,
            Conv2D.class,
            Conv3D.class,
            Dense.class,
            MaxPooling2D.class,
            MaxPooling3D.class,
            AveragePooling2D.class,
            AveragePooling3D.class,
            GlobalAveragePooling2D.class,
            GlobalAveragePooling3D.class,
            Flatten.class)) {
      for (Method m : layer.getMethods()) {
        if (m.getParameterCount() == 1
            && Set.of(Padding.class, DataFormat.class, Activation.class)
                .contains(m.getParameterTypes()[0])
            && Arrays.stream(layer.getMethods())
                .noneMatch(
                    o ->
                        o.getName().equals(m.getName())
                            && Arrays.equals(
                                o.getParameterTypes(), new Class<?>[] {String.class}))) {
          without.add(layer.getSimpleName() + "." + m.getName());
        }
      }
    }
    assertEquals(List.of(), without);
  }
}
