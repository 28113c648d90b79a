#!/usr/bin/env python3
"""Makes small models of every layer with Keras itself: outputs, gradients by PyTorch's autograd, and three steps of training.

    KERAS-RUN/run.sh 3.15.1 tests/src/test/python/make_gradients.py FOLDER
    python3 tests/src/test/python/make_own_gradients.py FOLDER               layers that Keras has not
    python3 tests/src/test/python/make_own_gradients.py FOLDER --pack        all of them into the tests' resources

KERAS-RUN runs Keras's own source; all weights and data are random. A case is a folder as OracleTest reads it. The scalar for the
gradients is the sum of outputs times projections. A training case has a Dense layer before the layer and one after it.
"""
import json
import os
import sys

import keras_case  # noqa: F401  before keras
import keras
import numpy as np
import torch
from keras import layers as L
from keras import ops

TOLERANCE = dict(output=dict(abs=2e-6, rel_to_max=2e-5), gradient=dict(abs=2e-6, rel_to_max=1e-4),
                 loss=dict(abs=1e-6, rel_to_max=5e-5), final_weights=dict(abs=2e-6, rel_to_max=1e-4))
STEPS = 3
RATE = 0.01


class Maker:
    def __init__(self, folder):
        self.folder = folder
        self.r = np.random.default_rng(15)
        self.count = 0

    def drawn(self, shape, scale=1.0):
        return (self.r.standard_normal(shape) * scale).astype("float32")

    def weights(self, model):
        """Values that are no initial ones; variances stay positive."""
        model.set_weights([(1 + self.r.random(w.shape)).astype("float32") if "variance" in v.path else
                           w if "count" in v.path or "seed" in v.path else self.drawn(w.shape, 0.4)
                           for v, w in zip(model.weights, model.get_weights())])

    def write(self, name, row, arrays):
        where = os.path.join(self.folder, name)
        os.makedirs(where, exist_ok=True)
        for key, values in arrays.items():
            row[key] = []
            for k, v in enumerate(values):
                extra, v = v if isinstance(v, tuple) else ({}, v)
                f = "%s_%d.npy" % (key, k)
                np.save(os.path.join(where, f), np.asarray(v, dtype="float32"))
                row[key].append(dict(extra, file=f, shape=list(np.shape(v))))
        row = dict(name=name, source="Keras %s on PyTorch" % keras.__version__, hard_sigmoid="keras3", tolerance=TOLERANCE, **row)
        with open(os.path.join(where, "case.json"), "w") as f:
            json.dump(row, f, indent=1)
        self.count += 1

    def named(self, model):
        """Weights with the name of the model's own layer that has them."""
        owner = {}
        for layer in model.layers:
            for w in layer.weights:
                owner[id(w)] = layer.name
        return [(w, "%s/%s" % (owner[id(w)], w.path)) for w in model.weights]

    def case(self, name, inputs, outputs, data, training=False):
        """A model of inputs and outputs, called with data."""
        model = keras.Model(inputs, outputs)
        self.weights(model)
        ws = self.named(model)
        before = [(dict(name=n, trainable=bool(w.trainable)), ops.convert_to_numpy(w)) for w, n in ws]
        data = data if isinstance(data, list) else [data]
        xs = [torch.tensor(d, requires_grad=True) for d in data]
        ys = model(xs if len(xs) > 1 else xs[0], training=training)
        ys = ys if isinstance(ys, (list, tuple)) else [ys]
        projections = [self.drawn(tuple(y.shape)) for y in ys]
        loss = sum((y * torch.tensor(p)).sum() for y, p in zip(ys, projections))
        trained = [(i, w, n) for i, (w, n) in enumerate(ws) if w.trainable]
        found = torch.autograd.grad(loss, xs + [w.value for _, w, _ in trained], allow_unused=True)
        gx = [np.zeros(d.shape, "float32") if g is None else g.numpy() for d, g in zip(data, found)]
        gw = [(dict(name=n, weight_index=i), g.numpy())
              for (i, _, n), g in zip(trained, found[len(xs):]) if g is not None]
        if name == "embedding":  # numbers of rows have no gradient
            gx = []
        arrays = dict(weights=before, inputs=data, projections=projections, grad_inputs=gx, grad_weights=gw,
                      outputs=[y.detach().numpy() for y in ys])
        after = [(dict(name=n, weight_index=i), ops.convert_to_numpy(w)) for i, (w, n) in enumerate(ws)
                 if training and not w.trainable and "moving" in n]
        if after:
            arrays["weights_after"] = after
        self.write(name, dict(kind="functional", model=json.loads(model.to_json()), training=training), arrays)

    def training(self, name, shape, layer):
        """Input, Dense, the layer, Dense."""
        x = keras.Input(shape)
        self.trained(name, x, layer(L.Dense(shape[-1], name="before")(x)))

    def trained(self, name, x, y, data=None, n=4):
        """From x to y, and Dense; full batches, SGD, mean squared error."""
        y = L.Dense(2, name="after")(L.Flatten()(y))
        model = keras.Model(x, y)
        self.weights(model)
        start = [(dict(name=n_, trainable=bool(w.trainable)), ops.convert_to_numpy(w)) for w, n_ in self.named(model)]
        data = self.drawn((n,) + x.shape[1:]) if data is None else data
        target = self.drawn((len(data), 2))
        model.compile(optimizer=keras.optimizers.SGD(RATE), loss="mse")
        losses = [float(model.train_on_batch(data, target)) for _ in range(STEPS)]
        # train_on_batch gives the mean of the losses since the last reset in some releases, of this batch in others
        model.reset_metrics()
        final = [(dict(name=n_), ops.convert_to_numpy(w)) for w, n_ in self.named(model)]
        again = keras.models.model_from_json(model.to_json())
        again.set_weights([v for _, v in start])
        by_hand = []
        for _ in range(STEPS):
            weights = [w.value for w in again.trainable_weights]
            loss = ((again(torch.tensor(data), training=True) - torch.tensor(target)) ** 2).mean() + sum(again.losses)
            by_hand.append(float(loss))
            with torch.no_grad():
                for w, g in zip(again.trainable_weights, torch.autograd.grad(loss, weights)):
                    w.assign(w.value - RATE * g)
        for v, w in zip(final, again.get_weights()):
            assert np.abs(v[1] - w).max() < 1e-5 * max(1, np.abs(w).max()), (name, "Keras's steps are not those by hand")
        assert abs(losses[0] - by_hand[0]) < 1e-4, (name, losses, by_hand)
        self.write(name, dict(kind="training", model=json.loads(model.to_json()), training=True, steps=STEPS, loss="mse",
                              loss_per_step=by_hand,
                              optimizer=dict(class_name="SGD", config=dict(learning_rate=RATE))),
                   dict(weights=start, inputs=[data], targets=[target], final_weights=final))

    def layer(self, name, shape, make, n=2, train=True, training=False):
        """Both cases of a layer of one input."""
        x = keras.Input(shape)
        self.case(name, x, make()(x), self.drawn((n,) + shape), training)
        if train:
            self.training(name + "_train", shape, make())

    def joined(self, name, shapes, make, n=2):
        """A layer of several inputs."""
        ins = [keras.Input(s) for s in shapes]
        self.case(name, ins, make()(ins), [self.drawn((n,) + s) for s in shapes])


def make(folder):
    m = Maker(folder)
    video, video1, video3 = (3, 5, 4, 2), (3, 6, 2), (3, 4, 3, 3, 2)
    image, line, volume = (5, 6, 2), (7, 3), (4, 5, 3, 2)
    first = dict(data_format="channels_first")

    # Recurrent
    m.layer("convlstm1d", video1, lambda: L.ConvLSTM1D(2, 3, padding="same", return_sequences=True))
    m.layer("convlstm2d", video, lambda: L.ConvLSTM2D(2, 3, strides=2, padding="same", recurrent_activation="hard_sigmoid"))
    m.layer("convlstm3d", video3, lambda: L.ConvLSTM3D(2, 2, padding="same"))
    m.layer("gru", line, lambda: L.GRU(3, return_sequences=True))
    m.layer("gru_before", line, lambda: L.GRU(3, reset_after=False, go_backwards=True, recurrent_activation="hard_sigmoid"))
    m.layer("lstm", line, lambda: L.LSTM(3, go_backwards=True))
    m.layer("simple_rnn", line, lambda: L.SimpleRNN(3, activation="softsign"))
    m.layer("rnn", line, lambda: L.RNN([L.GRUCell(3), L.LSTMCell(2)], return_sequences=True))
    m.layer("bidirectional_gru", line, lambda: L.Bidirectional(L.GRU(2, return_sequences=True), merge_mode="mul"))
    m.layer("bidirectional_convlstm", video, lambda: L.Bidirectional(L.ConvLSTM2D(2, 2), merge_mode="ave"))
    m.layer("masking", line, lambda: keras.Sequential([L.Masking(0.0), L.LSTM(2)]), train=False)
    m.layer("repeat_vector", (3,), lambda: L.RepeatVector(4))
    m.layer("time_distributed", video, lambda: L.TimeDistributed(L.Conv2D(2, 3, activation="tanh")))

    # Convolutions
    m.layer("conv1d", line, lambda: L.Conv1D(4, 3, padding="causal", dilation_rate=2))
    m.layer("conv2d", (5, 6, 4), lambda: L.Conv2D(6, (3, 2), strides=2, padding="same", groups=2, activation="gelu"))
    m.layer("conv3d", volume, lambda: L.Conv3D(2, 2, dilation_rate=(1, 2, 1)))
    m.layer("conv1d_transpose", line, lambda: L.Conv1DTranspose(2, 3, strides=2, padding="same"))
    m.layer("conv2d_transpose", image, lambda: L.Conv2DTranspose(3, (3, 4), strides=(2, 3), padding="same"))
    m.layer("conv2d_transpose_out", image, lambda: L.Conv2DTranspose(3, 3, strides=2, output_padding=1, activation="tanh"))
    m.layer("conv2d_transpose_dilated", image, lambda: L.Conv2DTranspose(2, 2, dilation_rate=2, use_bias=False))
    m.layer("conv3d_transpose", volume, lambda: L.Conv3DTranspose(2, 2, strides=2, padding="valid"))
    m.layer("depthwise_conv1d", line, lambda: L.DepthwiseConv1D(3, depth_multiplier=2, strides=2))
    m.layer("depthwise_conv2d", image, lambda: L.DepthwiseConv2D((3, 2), depth_multiplier=2, padding="same", activation="relu"))
    m.layer("depthwise_conv2d_dilated", image, lambda: L.DepthwiseConv2D(2, dilation_rate=2))
    m.layer("separable_conv1d", line, lambda: L.SeparableConv1D(4, 3, padding="same"))
    m.layer("separable_conv2d", image, lambda: L.SeparableConv2D(3, 3, strides=2, depth_multiplier=2))
    m.layer("dense", image, lambda: L.Dense(3, activation="mish"))
    m.layer("einsum_dense", (4, 5, 3), lambda: L.EinsumDense("abcd,de->abce", (4, 5, 4), bias_axes="e"))
    m.layer("einsum_dense_heads", (4, 3), lambda: L.EinsumDense("abc,cde->abde", (4, 2, 5), bias_axes="de", activation="tanh"))
    x = keras.Input((4,))
    m.case("embedding", x, L.Embedding(5, 3)(x), m.r.integers(0, 5, (3, 4)).astype("float32"))

    # Sizes
    m.layer("up_sampling1d", line, lambda: L.UpSampling1D(3))
    m.layer("up_sampling2d", image, lambda: L.UpSampling2D((2, 3)))
    m.layer("up_sampling2d_bilinear", image, lambda: L.UpSampling2D((2, 3), interpolation="bilinear"))
    m.layer("up_sampling2d_bicubic", image, lambda: L.UpSampling2D(2, interpolation="bicubic"))
    m.layer("up_sampling3d", volume, lambda: L.UpSampling3D((1, 2, 3)))
    for kind in ["nearest", "bilinear", "bicubic"]:
        m.layer("resizing_" + kind, image, lambda kind=kind: L.Resizing(7, 4, interpolation=kind))
    m.layer("center_crop", image, lambda: L.CenterCrop(3, 4))
    m.layer("zero_padding1d", line, lambda: L.ZeroPadding1D((1, 2)))
    m.layer("zero_padding2d", image, lambda: L.ZeroPadding2D(((1, 0), (2, 1))))
    m.layer("zero_padding3d", volume, lambda: L.ZeroPadding3D(1))
    m.layer("cropping1d", line, lambda: L.Cropping1D((1, 2)))
    m.layer("cropping2d", image, lambda: L.Cropping2D(((1, 0), (2, 1))))
    m.layer("cropping3d", volume, lambda: L.Cropping3D(((1, 1), (0, 2), (1, 0))))
    m.layer("permute", image, lambda: L.Permute((3, 1, 2)))
    m.layer("reshape", image, lambda: L.Reshape((10, -1)))
    m.layer("flatten", image, lambda: L.Flatten())
    m.layer("average_pooling1d", line, lambda: L.AveragePooling1D(3, 2, padding="same"))
    m.layer("average_pooling2d", image, lambda: L.AveragePooling2D((2, 3), padding="same"))
    m.layer("average_pooling3d", volume, lambda: L.AveragePooling3D(2, 1))
    m.layer("max_pooling1d", line, lambda: L.MaxPooling1D(3, 2, padding="same"))
    m.layer("max_pooling2d", image, lambda: L.MaxPooling2D((2, 3), padding="same"))
    m.layer("max_pooling3d", volume, lambda: L.MaxPooling3D(2, 1))
    for rank, shape in [(1, line), (2, image), (3, volume)]:
        for kind in ["Average", "Max"]:
            make_pool = getattr(L, "Global%sPooling%dD" % (kind, rank))
            m.layer("global_%s_pooling%dd" % (kind.lower(), rank), shape, lambda p=make_pool: p(keepdims=True))

    # Normalisation and activations
    m.layer("layer_normalization", image, lambda: L.LayerNormalization(axis=[1, 3]))
    m.layer("layer_normalization_rms", image, lambda: L.LayerNormalization(rms_scaling=True, epsilon=0.01))
    m.layer("rms_normalization", image, lambda: L.RMSNormalization())
    m.layer("group_normalization", (4, 3, 6), lambda: L.GroupNormalization(3))
    m.layer("instance_normalization", (4, 3, 6), lambda: L.GroupNormalization(-1, scale=False))
    m.layer("unit_normalization", image, lambda: L.UnitNormalization(axis=[1, 2]))
    m.layer("batch_normalization", image, lambda: L.BatchNormalization(momentum=0.8), training=True)
    m.layer("batch_normalization_inference", image, lambda: L.BatchNormalization(scale=False), train=False)
    m.layer("normalization", line, lambda: L.Normalization(mean=[0.5, -1.0, 0.25], variance=[2.0, 0.5, 1.5]))
    m.layer("rescaling", line, lambda: L.Rescaling(0.5, -0.25))
    m.layer("activation", line, lambda: L.Activation("silu"))
    m.layer("relu", line, lambda: L.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2))
    m.layer("leaky_relu", line, lambda: L.LeakyReLU(negative_slope=0.2))
    m.layer("prelu", image, lambda: L.PReLU(shared_axes=[1, 2]))
    m.layer("elu", line, lambda: L.ELU(0.7))
    m.layer("softmax", image, lambda: L.Softmax(axis=[1, 2]))
    m.layer("identity", line, lambda: L.Identity())
    m.layer("activity_regularization", line, lambda: L.ActivityRegularization(l2=0.1), train=False)

    # Joining
    for kind in ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]:
        m.joined(kind.lower(), [(4, 1, 3), (4, 5, 3)], getattr(L, kind))
    m.joined("concatenate", [(4, 2, 3), (4, 5, 3)], lambda: L.Concatenate(axis=2))
    m.joined("dot", [(4, 3), (5, 3)], lambda: L.Dot(axes=2, normalize=True))
    m.joined("attention", [(4, 3), (5, 3)], lambda: L.Attention(use_scale=True))
    m.joined("attention_concat", [(4, 3), (5, 3), (5, 3)], lambda: L.Attention(use_scale=True, score_mode="concat"))
    m.joined("additive_attention", [(4, 3), (5, 3)], lambda: L.AdditiveAttention())
    q, v = keras.Input((4, 3)), keras.Input((5, 2))
    heads = L.MultiHeadAttention(2, 3, value_dim=2, output_shape=4)
    m.case("multi_head_attention", [q, v], heads(q, v), [m.drawn((2, 4, 3)), m.drawn((2, 5, 2))])
    x = keras.Input((3, 4, 3))
    pixels = L.MultiHeadAttention(2, 2, attention_axes=(1, 2))
    m.case("attention_over_pixels", x, pixels(x, x), m.drawn((2, 3, 4, 3)))
    h, c = keras.Input((3,)), keras.Input((3,))
    x = keras.Input((5, 2))
    y = L.LSTM(3, return_sequences=True, return_state=True)(x, initial_state=[h, c])
    m.case("lstm_state", [x, h, c], y, [m.drawn((2, 5, 2)), m.drawn((2, 3)), m.drawn((2, 3))])

    # Operations on tensors
    x = keras.Input((4, 5, 2))
    m.case("operation_slices", x, x[:, -1] * 2 - x[:, 0, 1:2], m.drawn((2, 4, 5, 2)))
    m.case("operation_reduced", x, ops.mean(ops.square(x), axis=[1, 2]) / (1 + ops.max(x, axis=[1, 2]) ** 2), m.drawn((2, 4, 5, 2)))
    m.case("operation_arranged", x, ops.transpose(ops.stack([x, ops.exp(x)], axis=1), (0, 3, 1, 2, 4)), m.drawn((2, 4, 5, 2)))
    # Not "symmetric": Keras's PyTorch backend takes it for "edge", its others do not
    m.case("operation_pad_reflect", x, ops.pad(x, [[0, 0], [2, 1], [0, 3], [0, 0]], mode="reflect"), m.drawn((2, 4, 5, 2)))

    # One array as two inputs of a layer
    for kind in ["Add", "Multiply", "Average", "Concatenate"]:
        m.case(kind.lower() + "_with_itself", x, getattr(L, kind)()([x, x]), m.drawn((2, 4, 5, 2)))
    h = L.Dense(3)(x)
    m.case("products_with_itself", x, L.Multiply()([h, h]) + L.Add()([h, h, h]), m.drawn((2, 4, 5, 2)))
    trained(m)
    print(m.count, "cases")


def trained(m):
    """Training of what takes several inputs, no Dense before it, or no single layer: each has weights before all inputs."""
    def branches(shape, *units):
        x = keras.Input(shape)
        return x, [L.Dense(u)(x) for u in units]

    for kind in ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]:
        x, (a, b) = branches((4, 5, 3), 2, 2)
        m.trained(kind.lower() + "_train", x, getattr(L, kind)()([L.AveragePooling2D((1, 5))(a), b]))
    x, (a, b) = branches((4, 3), 2, 3)
    m.trained("concatenate_train", x, L.Concatenate(axis=-1)([a, b]))
    x, (a, b) = branches((4, 3), 2, 2)
    m.trained("dot_train", x, L.Dot(axes=2, normalize=True)([a, b]))
    x, (q, v, k) = branches((4, 3), 2, 3, 2)
    m.trained("attention_train", x, L.Attention(use_scale=True)([q, v, k]))
    x, (q, v, k) = branches((4, 3), 2, 3, 2)
    m.trained("attention_concat_train", x, L.Attention(use_scale=True, score_mode="concat")([q, v, k]))
    x, (q, v, k) = branches((4, 3), 2, 3, 2)
    m.trained("additive_attention_train", x, L.AdditiveAttention()([q, v, k]))
    x, (q, v) = branches((4, 3), 4, 2)
    m.trained("multi_head_attention_train", x, L.MultiHeadAttention(2, 3, value_dim=2, output_shape=4)(q, v))
    x, (v,) = branches((3, 4, 3), 3)
    m.trained("attention_over_pixels_train", x, L.MultiHeadAttention(2, 2, attention_axes=(1, 2))(v, v))
    x = keras.Input((4,))
    words = np.array([[0, 1, 1, 3], [4, 1, 2, 0], [3, 3, 3, 3]], "float32")  # some several times, and one in one sample only
    m.trained("embedding_train", x, L.Embedding(6, 3)(x), words)
    x = keras.Input((5, 3))
    steps = m.drawn((4, 5, 3))
    steps[0, 1] = steps[1, 0] = steps[1, 4] = steps[2] = 0  # one sample is masked as a whole
    m.trained("masking_train", x, L.LSTM(2, return_sequences=True)(L.Masking(0.0)(x)), steps)
    m.training("activity_regularization_train", (5, 3), L.ActivityRegularization(l1=0.05, l2=0.1))
    x, (v,) = branches((4, 5, 2), 2)
    m.trained("operation_slices_train", x, v[:, -1] * 2 - v[:, 0, 1:2])
    x, (v,) = branches((4, 5, 2), 2)
    m.trained("operation_reduced_train", x, ops.mean(ops.square(v), axis=[1, 2]) / (1 + ops.max(v, axis=[1, 2]) ** 2))
    x, (v,) = branches((4, 5, 2), 2)
    m.trained("operation_arranged_train", x, ops.transpose(ops.stack([v, ops.exp(v)], axis=1), (0, 3, 1, 2, 4)))


if __name__ == "__main__":
    make(sys.argv[1])
