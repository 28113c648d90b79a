#!/usr/bin/env python3
"""Makes small models with masks with Keras itself, their outputs and two epochs of training.

    KERAS-RUN/run.sh 3.15.1 tests/src/test/python/make_mask_cases.py FOLDER
    python3 tests/src/test/python/make_mask_cases.py FOLDER --pack    into the tests' resources

KERAS-RUN runs Keras's own source; torch_shim and backend_fixes are its stand-ins. All weights and data are random.
"""
import json
import os
import sys
import zipfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "resources", "convlstm4j", "golden", "keras-masks.zip")


def pack(folder):
    rows = []
    for f in sorted(os.listdir(folder)):
        if f.endswith(".json"):
            with open(os.path.join(folder, f)) as text:
                rows += json.load(text)
    with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(zipfile.ZipInfo("cases.json", (2026, 1, 1, 0, 0, 0)), json.dumps(rows))
        for f in sorted(os.listdir(folder)):
            if not f.endswith(".json"):
                with open(os.path.join(folder, f), "rb") as data:
                    z.writestr(zipfile.ZipInfo(f, (2026, 1, 1, 0, 0, 0)), data.read())


def make(folder):
    import torch_shim  # noqa: F401  before keras
    import keras
    from keras import layers as L
    import backend_fixes  # noqa: F401  after keras

    r = np.random.default_rng(15)
    release = keras.__version__
    rows = []

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

    def case(name, ins, outs, data, loss=None):
        model = keras.Model(ins, outs)
        model.set_weights([(r.standard_normal(w.shape) * 0.4).astype("float32") if "variance" not in v.path
                           else (1 + r.random(w.shape)).astype("float32") for v, w in zip(model.weights, model.get_weights())])
        base = "%s_mask_%s" % (release, name)
        data = data if isinstance(data, list) else [data]
        given = []
        for k, (i, x) in enumerate(zip(model.inputs, data)):
            f = "%s.in%d.npy" % (base, k)
            np.save(os.path.join(folder, f), x)
            given.append(dict(name=i.name, layer=i._keras_history.operation.name, file=f))
        if loss:
            model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss)
        model.save(os.path.join(folder, base + ".keras"))

        def outputs(kind):
            y = model.predict(data if len(data) > 1 else data[0], verbose=0, batch_size=4)
            y = y if isinstance(y, (list, tuple)) else [y]
            found = []
            for k, v in enumerate(y):
                f = "%s.%s%d.npy" % (base, kind, k)
                np.save(os.path.join(folder, f), v)
                found.append(dict(name=str(k), file=f, shape=list(v.shape)))
            return y, found

        before, found = outputs("out")
        row = dict(case="mask_" + name, file=base + ".keras", release=release, layers=sorted({l.__class__.__name__ for l in model.layers}),
                   tolerance=dict(abs=2e-6, rel=5e-5), inputs=given, outputs=found)
        if loss:
            y = r.standard_normal(before[0].shape).astype("float32")
            np.save(os.path.join(folder, base + ".y.npy"), y)
            losses = model.fit(data[0], y, epochs=2, batch_size=4, shuffle=False, verbose=0).history["loss"]
            after, found = outputs("after")
            row["train"] = dict(start=base + ".keras", x=given[0]["file"], y=base + ".y.npy", epochs=2, batch=4, outputs=found,
                                losses=[float(v) for v in losses], change=float(np.max(np.abs(after[0] - before[0]))))
        rows.append(row)

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
    with open(os.path.join(folder, release + ".json"), "w") as f:
        json.dump(rows, f)


if __name__ == "__main__":
    pack(sys.argv[1]) if "--pack" in sys.argv else make(sys.argv[1])
