#!/usr/bin/env python3
"""Makes small models with RNN over cells with Keras itself, their outputs and two epochs of training.

    KERAS-RUN/run.sh 3.15.1 tests/src/test/python/make_cell_cases.py FOLDER
    KERAS-RUN/run.sh 3.15.1 tests/src/test/python/make_cell_cases.py FOLDER --pack    into the tests' resources

KERAS-RUN runs Keras's own source; all weights and data are random.
"""
import sys

import keras_case
import keras
from keras import layers as L


@keras.saving.register_keras_serializable("tests")
class Elman(keras.Layer):
    """Keras's documentation's example of a cell of one's own, written anew."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent")
        self.built = True

    def call(self, x, states):
        h = keras.ops.tanh(keras.ops.matmul(x, self.kernel) + keras.ops.matmul(states[0], self.recurrent))
        return h * 2, [h]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def make(folder):
    cases = keras_case.Cases(folder, "cell", 16)

    def data(n=4, t=5, c=3):
        x = cases.r.standard_normal((n, t, c)).astype("float32")
        for i in range(n):
            x[i, 2 + i:] = 0
        return x

    def case(name, layer, masked=False, **options):
        x = L.Input((5, 3))
        y = layer(L.Masking()(x) if masked else x)
        cases.add(name, x, y, data(), **options)

    case("lstm", L.RNN(L.LSTMCell(4), return_sequences=True), loss="mse")
    case("lstm_h5", L.RNN(L.LSTMCell(4)), suffix=".h5")
    case("gru", L.RNN(L.GRUCell(4, activation="relu"), go_backwards=True), loss="mse")
    case("gru_before", L.RNN(L.GRUCell(4, reset_after=False, use_bias=False), return_sequences=True))
    case("simple", L.RNN(L.SimpleRNNCell(4), return_sequences=True, return_state=True))
    case("masked", L.RNN(L.LSTMCell(3), return_sequences=True, zero_output_for_mask=True), True)
    stack = [L.LSTMCell(4), L.GRUCell(3), L.LSTMCell(2)]
    case("stack", L.RNN(stack, return_sequences=True), loss="mse")
    case("stack_h5", L.RNN([L.LSTMCell(4), L.LSTMCell(2)]), suffix=".h5")
    stack = [L.SimpleRNNCell(4), L.LSTMCell(3)]
    case("stack_masked", L.RNN(stack, return_sequences=True, go_backwards=True), True)
    case("stack_one", L.RNN(L.StackedRNNCells([L.GRUCell(4)])))
    x, h, c = L.Input((5, 3)), L.Input((4,)), L.Input((4,))
    y = L.RNN(L.LSTMCell(4), return_state=True)(x, initial_state=[h, c])
    cases.add("state", [x, h, c], y, [data(), data()[:, :1].repeat(2, 2)[:, 0, :4], data(c=4)[:, 0]])
    x = keras.Input(batch_shape=(4, 5, 3))
    cases.add("stateful", keras.Model(x, L.RNN([L.LSTMCell(3), L.SimpleRNNCell(2)], stateful=True)(x)), None, data(), batch=4)
    case("own", L.RNN(Elman(4), return_sequences=True))
    case("own_masked", L.RNN([Elman(4), L.LSTMCell(3), Elman(2)], return_sequences=True, go_backwards=True), True)
    case("both_ways", L.Bidirectional(L.RNN([L.GRUCell(3), L.LSTMCell(2)], return_sequences=True)), loss="mse")
    case("both_ways_own_h5", L.Bidirectional(L.RNN(Elman(3)), merge_mode="ave"), suffix=".h5")
    case("both_ways_masked", L.Bidirectional(L.RNN(L.LSTMCell(3), return_sequences=True, return_state=True)), True)
    case("own_h5", L.RNN(Elman(4), return_state=True), suffix=".h5")
    cases.write()


if __name__ == "__main__":
    keras_case.pack(sys.argv[1], "keras-cells.zip") if "--pack" in sys.argv else make(sys.argv[1])
