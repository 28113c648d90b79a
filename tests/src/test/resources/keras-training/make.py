"""Trains a small model with Keras in all the ways that `convlstm4j train` has options for, and keeps what came of it.

Made with Keras 3.15.1 on PyTorch:  keras-run/run.sh 3.15.1 make.py
Each case of cases.json: the options of the command, the losses of every epoch, the weights after it.
"""
import json
import pathlib
import sys

import numpy as np
import torch_shim  # noqa: F401  before keras
import keras
from keras import layers, losses, optimizers
import backend_fixes  # noqa: F401  after keras

here = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
r = np.random.default_rng(12)
N, T = 10, 4
SCHEDULES = optimizers.schedules


def array(name, a):
    np.save(here / (name + ".npy"), a)
    return a


def frames():
    """Videos to a score per frame."""
    model = keras.Sequential(
        [
            keras.Input((T, 5, 5, 1)),
            layers.ConvLSTM2D(2, 3, return_sequences=True, name="memory"),
            layers.TimeDistributed(layers.Flatten(), name="flat"),
            layers.TimeDistributed(layers.Dense(1, activation="sigmoid"), name="score"),
        ]
    )
    return model


def kinds():
    """Numbers to one of three classes."""
    return keras.Sequential([keras.Input((6,)), layers.Dense(5, activation="tanh", name="hidden"), layers.Dense(3, activation="softmax", name="kind")])


def yes():
    """Numbers to yes or no."""
    return keras.Sequential([keras.Input((6,)), layers.Dense(5, activation="tanh", name="hidden"), layers.Dense(1, activation="sigmoid", name="yes")])


starts = {}
for name, build in {"frames": frames, "kinds": kinds, "yes": yes}.items():
    model = build()
    model.set_weights([r.standard_normal(w.shape).astype("float32") * 0.5 for w in model.get_weights()])
    model.save(here / (name + ".keras"))
    starts[name] = model.get_weights()

videos = array("videos", r.standard_normal((N, T, 5, 5, 1)).astype("float32"))
scores = array("scores", (r.random((N, T, 1)) > 0.4).astype("uint8"))
numbers = array("numbers", r.standard_normal((N, 6)).astype("float32"))
classes = array("classes", r.integers(0, 3, N).astype("int64"))
onehot = array("onehot", np.eye(3, dtype="bool")[classes])
answers = array("answers", (r.random((N, 1)) > 0.5).astype("int32"))
per_sample = array("per_sample", r.random(N).astype("float32") * 2)
# Keras would take one weight a sample as one a frame, or fail.
every_frame = np.repeat(per_sample[:, None], T, 1)
per_frame = array("per_frame", r.random((N, T)) * 2)
DATA = {"frames": ("videos", videos, "scores", scores), "kinds": ("numbers", numbers, "onehot", onehot), "yes": ("numbers", numbers, "answers", answers)}
SPARSE = ("numbers", numbers, "classes", classes)

cases = []


def case(name, options, start, optimizer, loss, data=None, epochs=3, weighted_metrics=(), **fit):
    model = {"frames": frames, "kinds": kinds, "yes": yes}[start]()
    model.set_weights(starts[start])
    model.compile(optimizer=optimizer, loss=loss, weighted_metrics=list(weighted_metrics))
    x_name, x, y_name, y = data or DATA[start]
    history = model.fit(x, y.astype("float32") if y.dtype != "int64" else y, batch_size=4, epochs=epochs, shuffle=False, verbose=0, **fit)
    np.save(here / (name + ".after.npy"), np.concatenate([w.ravel() for w in model.get_weights()]))
    logs = {k: [float(v) for v in vs] for k, vs in history.history.items() if k != "learning_rate"}
    command = f"--model {start}.keras --x {x_name}.npy --y {y_name}.npy --batch-size 4 --shuffle false --epochs {epochs} " + options
    cases.append({"name": name, "options": command, "logs": logs})
    print(name, {k: [round(v, 4) for v in vs] for k, vs in logs.items()})


sgd = lambda **k: optimizers.SGD(**{"learning_rate": 0.3, **k})  # noqa: E731
BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
START = "--optimizer sgd --learning-rate 0.3 "
case("sample", START + "--loss mse --sample-weight per_sample.npy --metrics mae", "frames", sgd(), "mse", sample_weight=every_frame, weighted_metrics=["mae"])
case("frame", START + "--loss binary_crossentropy --sample-weight per_frame.npy", "frames", sgd(), BCE, sample_weight=per_frame)
case("class_onehot", START + "--loss categorical_crossentropy --class-weight 0=3,2=0.5 --metrics accuracy", "kinds", sgd(), CCE, class_weight={0: 3, 1: 1, 2: 0.5}, weighted_metrics=["accuracy"])
case("class_sparse", START + "--loss sparse_categorical_crossentropy --class-weight 0=3,2=0.5", "kinds", sgd(), "sparse_categorical_crossentropy", data=SPARSE, class_weight={0: 3, 1: 1, 2: 0.5})
case("class_binary", START + "--loss binary_crossentropy --class-weight yes=1=4", "yes", sgd(), BCE, class_weight={0: 1, 1: 4})
case("clip_value", START + "--loss mse --clip-value 0.01", "frames", sgd(clipvalue=0.01), "mse")
case("clip_norm", START + "--loss mse --clip-norm 0.02", "frames", sgd(clipnorm=0.02), "mse")
case("global_clip_norm", START + "--loss mse --global-clip-norm 0.02", "frames", sgd(global_clipnorm=0.02), "mse")
case("clip_adam", "--optimizer adam --learning-rate 0.02 --loss mse --clip-norm 0.02", "frames", optimizers.Adam(0.02, clipnorm=0.02), "mse")
case("weight_decay", "--optimizer adamw --learning-rate 0.02 --weight-decay 0.1 --loss mse", "yes", optimizers.AdamW(0.02, weight_decay=0.1), "mse")
case("cosine", START + "--loss mse --schedule cosine:7,alpha=0.1", "yes", sgd(learning_rate=SCHEDULES.CosineDecay(0.3, 7, alpha=0.1)), "mse")
case("warmup", START + "--loss mse --schedule cosine:5,warmup=3", "yes", sgd(learning_rate=SCHEDULES.CosineDecay(0.0, 5, warmup_target=0.3, warmup_steps=3)), "mse")
case("exponential", START + "--loss mse --schedule exponential:4,0.5", "yes", sgd(learning_rate=SCHEDULES.ExponentialDecay(0.3, 4, 0.5)), "mse")
case("staircase", START + "--loss mse --schedule exponential:4,0.5,staircase", "yes", sgd(learning_rate=SCHEDULES.ExponentialDecay(0.3, 4, 0.5, staircase=True)), "mse")
case("piecewise", START + "--loss mse --schedule piecewise:2=0.1,5=0.5", "yes", sgd(learning_rate=SCHEDULES.PiecewiseConstantDecay([2, 5], [0.3, 0.1, 0.5])), "mse")
case("split", START + "--loss mse --sample-weight per_sample.npy --validation-split 0.25", "yes", sgd(), "mse", sample_weight=per_sample, validation_split=0.25)
case(
    "separate",
    START + "--loss mse --validation-x numbers.npy --validation-y answers.npy --validation-sample-weight per_sample.npy --class-weight 0=2",
    "yes",
    sgd(),
    "mse",
    class_weight={0: 2, 1: 1},
    validation_data=(numbers, answers.astype("float32"), per_sample),
)
case(
    "early_stopping",
    "--optimizer sgd --learning-rate 3 --loss mse --validation-split 0.3 --early-stopping val_loss:2 --restore-best",
    "yes",
    sgd(learning_rate=3.0),
    "mse",
    epochs=20,
    validation_split=0.3,
    callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=2, restore_best_weights=True)],
)
case(
    "plateau",
    "--optimizer sgd --learning-rate 3 --loss mse --validation-split 0.3 --reduce-on-plateau val_loss:1:0.3",
    "yes",
    sgd(learning_rate=3.0),
    "mse",
    epochs=8,
    validation_split=0.3,
    callbacks=[keras.callbacks.ReduceLROnPlateau("val_loss", patience=1, factor=0.3)],
)
for kind, rate in {"adadelta": 5.0, "adagrad": 0.3, "adamax": 0.05, "nadam": 0.05, "lion": 0.02, "ftrl": 0.3}.items():
    case(kind, f"--optimizer {kind} --learning-rate {rate} --loss mse", "yes", optimizers.get({"class_name": kind, "config": {"learning_rate": rate}}), "mse")
case("ema", START + "--ema 0.8 --loss mse", "yes", sgd(use_ema=True, ema_momentum=0.8), "mse")
case("ema_overwrite", START + "--ema 0.8 --ema-overwrite 4 --loss mse", "yes", sgd(use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=4), "mse")
case("accumulate", START + "--accumulate 2 --clip-norm 0.1 --loss mse", "yes", sgd(gradient_accumulation_steps=2, clipnorm=0.1), "mse")
with open(here / "cases.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
