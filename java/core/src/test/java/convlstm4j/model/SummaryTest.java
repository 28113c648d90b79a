package convlstm4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import convlstm4j.graph.Symbol;
import convlstm4j.layer.Concatenate;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Dense;
import convlstm4j.layer.Flatten;
import convlstm4j.layer.Input;
import convlstm4j.layer.TimeDistributed;
import convlstm4j.option.DataFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table as Keras prints it; parameter counts worked out by hand. */
class SummaryTest {
  @Test
  void chainHasThreeColumns() {
    Model m =
        Sequential.of(
            Input.shape(Input.ANY, 3, 8, 9),
            new ConvLSTM2D(5, 3).dataFormat(DataFormat.CHANNELS_FIRST).returnSequences(true),
            new TimeDistributed(new Flatten()),
            new TimeDistributed(new Dense(1)).trainable(false));
    // 3x3x(3+5)x20 + 20 = 1460 and 5x6x7 + 1 = 211.
    assertEquals(
        """
        Model: "sequential"
        ____________________________________________________________________
        Layer (type)                          Output Shape           Param #
        ====================================================================
        conv_lstm2d (ConvLSTM2D)              (None, None, 5, 6, 7)  1,460
        time_distributed (TimeDistributed)    (None, None, 210)      0
        time_distributed_1 (TimeDistributed)  (None, None, 1)        211
        ====================================================================
        Total params: 1,671 (6.53 KB)
        Trainable params: 1,460 (5.70 KB)
        Non-trainable params: 211 (844.00 B)
        ____________________________________________________________________
        """,
        m.summary());
  }

  @Test
  void graphSaysWhatIsConnected() {
    Symbol a = Input.named("a", 4);
    Symbol b = Input.named("b", 4);
    Dense shared = new Dense(3).named("shared");
    Symbol joined = new Concatenate().named("both").apply(shared.apply(a), shared.apply(b));
    Model m =
        Model.of(List.of(a, b), List.of(joined, new Dense(1).named("score").apply(joined)))
            .named("twins");
    assertEquals(
        """
        Model: "twins"
        ________________________________________________________
        Layer (type)        Output Shape  Param #  Connected to
        ========================================================
        a (InputLayer)      (None, 4)     0        -
        b (InputLayer)      (None, 4)     0        -
        shared (Dense)      (None, 3)     15       a[0][0],
                                                   b[0][0]
        both (Concatenate)  (None, 6)     0        shared[0][0],
                                                   shared[1][0]
        score (Dense)       (None, 1)     7        both[0][0]
        ========================================================
        Total params: 22 (88.00 B)
        Trainable params: 22 (88.00 B)
        Non-trainable params: 0 (0.00 B)
        ________________________________________________________
        """,
        m.summary());
  }
}
