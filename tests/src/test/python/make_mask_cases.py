#!/usr/bin/env python3
"""Makes small models with masks with Keras itself, their outputs and two epochs of training.

    KERAS-RUN/run.sh 3.15.1 tests/src/test/python/make_mask_cases.py FOLDER
    KERAS-RUN/run.sh 3.15.1 tests/src/test/python/make_mask_cases.py FOLDER --pack    into the tests' resources

KERAS-RUN runs Keras's own source; torch_shim and backend_fixes are its stand-ins. All weights and data are random.
"""
import sys

import keras_case
import numpy as np
from keras import layers as L
import keras


def make(folder):
    cases = keras_case.Cases(folder, "mask", 15)
    r = cases.r
    case = cases.add

    def padded(n=4, t=5, c=3, value=0.0):
        x = r.standard_normal((n, t, c)).astype("float32")
        for i in range(n):
            x[i, 1 + i:] = value
        return x

    def words(n=4, t=5):
        x = r.integers(1, 6, (n, t)).astype("float32")
        for i in range(n):
            x[i, 2 + i:] = 0
        return x

    x = L.Input((5,))
    case("embedding_loss", x, L.Dense(2)(L.Embedding(6, 3, mask_zero=True)(x)), words(), "mse")
    x = L.Input((5,))
    case("sum_loss", x, L.Dense(2)(L.Embedding(6, 3, mask_zero=True)(x)), words(), keras.losses.MeanSquaredError(reduction="sum"))
    x = L.Input((5, 3))
    y = L.LayerNormalization()(L.LSTM(4, return_sequences=True)(L.Masking()(x)))
    case("statistics", x, L.Dense(2)(L.BatchNormalization()(L.Dense(3, activation="relu")(y))), padded(), "mse")
    x = L.Input((5, 3))
    y = L.Conv1D(2, 2, padding="same")(L.TimeDistributed(L.Dense(3))(L.Masking(-1.5)(x)))
    case("ends", x, L.LSTM(2, return_sequences=True)(y), padded(value=-1.5), "mse")
    x = L.Input((5, 3))
    y = L.Bidirectional(L.LSTM(3, return_sequences=True), merge_mode="sum")(L.Masking()(x))
    case("bidirectional", x, L.Dense(2)(L.GRU(2, reset_after=False)(y)), padded(), "mse")
    a, b = L.Input((5, 3)), L.Input((5, 3))
    m, n = L.Masking()(a), L.Masking()(b)
    joined = L.SimpleRNN(3)(L.Add()([m, n]))
    half = L.SimpleRNN(3)(L.Add()([m, b]))
    one = L.SimpleRNN(3)(L.Concatenate()([m, n]))
    behind = L.LSTM(3)(L.Concatenate(axis=1)([m, b, n]))
    case("joined", [a, b], [joined, half, one, behind], [padded(), padded()[::-1].copy()])
    a, b = L.Input((5, 3)), L.Input((4, 3))
    m, n = L.Masking()(a), L.Masking()(b)
    dots = L.Attention(use_scale=True)([m, n])
    sums = L.AdditiveAttention()([m, n, b])
    only = L.Attention(score_mode="concat")([a, n])
    case("attention", [a, b], [L.GlobalAveragePooling1D()(dots), L.SimpleRNN(2)(sums), only], [padded(), padded(t=4)])
    a, b = L.Input((5, 3)), L.Input((4, 3))
    m, n = L.Masking()(a), L.Masking()(b)
    # Where a query does not count, Keras's ways to compute it differ: looked at behind a layer that heeds the mask.
    heads, scores = L.MultiHeadAttention(2, 3)(a, n, return_attention_scores=True, use_causal_mask=True)
    # Keras's layer takes the masks away from its inputs: no other may have them too.
    both = L.MultiHeadAttention(2, 3, value_dim=2, dropout=0.1)(m, L.Masking()(b), b)
    case("heads", [a, b], [heads, scores, L.LSTM(2)(both)], [padded(), padded(t=4)])
    x = L.Input((5,))
    inner = L.Input((5,))
    words_of = keras.Model(inner, L.Dropout(0.0)(L.Embedding(6, 3, mask_zero=True)(inner)))
    case("nested", x, L.Dense(2)(L.GRU(3, return_sequences=True)(words_of(x))), words(), "mae")
    x = L.Input((5, 3))
    case("mean", x, L.Dense(2)(L.GlobalAveragePooling1D(keepdims=True)(L.Activation("tanh")(L.Masking()(x)))), padded(), "mse")
    x = L.Input((5,))
    y = L.Dense(1, activation="sigmoid")(L.Embedding(6, 3, mask_zero=True)(x))
    M = keras.metrics
    counted = ["accuracy", "mae", M.BinaryCrossentropy(), M.RootMeanSquaredError(), M.Precision(), M.Recall(), M.TruePositives()]
    case("metrics", x, y, words(6), "binary_crossentropy", counted, r.integers(0, 2, (6, 5, 1)).astype("float32"))
    x = L.Input((5, 3))
    y = L.Dense(3, activation="softmax")(L.LSTM(4, return_sequences=True)(L.Masking()(x)))
    counted = ["accuracy", M.SparseCategoricalCrossentropy()]
    case("classes", x, y, padded(6), "sparse_categorical_crossentropy", counted, r.integers(0, 3, (6, 5, 1)).astype("float32"))
    cases.write()


if __name__ == "__main__":
    keras_case.pack(sys.argv[1], "keras-masks.zip") if "--pack" in sys.argv else make(sys.argv[1])
