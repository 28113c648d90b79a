#!/usr/bin/env python3
"""Makes cases of layers that Keras has not, as make_gradients.py does, with PyTorch's functions and autograd in float64.

    python3 tests/src/test/python/make_own_gradients.py FOLDER [--pack]

Separable and normalised ConvLSTMs are written anew from the formulas of Convolved.separable and LstmLayer.layerNormalization.
"""
import json
import os
import sys
import zipfile

import numpy as np
import torch
import torch.nn.functional as F

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "resources", "convlstm4j", "golden")
TOLERANCE = dict(output=dict(abs=1e-6, rel_to_max=2e-5), gradient=dict(abs=2e-6, rel_to_max=1e-4),
                 loss=dict(abs=1e-6, rel_to_max=5e-5), final_weights=dict(abs=2e-6, rel_to_max=1e-4))
RATE = 0.01
torch.manual_seed(15)


def drawn(*shape, scale=1.0):
    return (torch.randn(*shape) * scale).double().requires_grad_()


def save(folder, name, row, arrays):
    where = os.path.join(folder, name)
    os.makedirs(where, exist_ok=True)
    row = dict(name=name, source="PyTorch %s, float64" % torch.__version__, hard_sigmoid="keras3", tolerance=TOLERANCE, **row)
    for key, values in arrays.items():
        if values:
            row[key] = []
        for k, (extra, v) in enumerate(values):
            f = "%s_%d.npy" % (key, k)
            np.save(os.path.join(where, f), v.detach().numpy().astype("float32"))
            row[key].append(dict(extra, file=f, shape=list(v.shape)))
    with open(os.path.join(where, "case.json"), "w") as f:
        json.dump(row, f, indent=1)


def write(folder, name, kind, config, inputs, weights, outputs, states=(), mask=None):
    projections = [torch.randn(y.shape).double() for y in outputs]
    loss = sum((y * p).sum() for y, p in zip(outputs, projections))
    grads = torch.autograd.grad(loss, [inputs[0]] + list(weights.values()))
    row = dict(kind="layer", training=False, layer=dict(class_name=kind, config=dict(config, name="own")))
    keys = list(weights)
    arrays = dict(inputs=[({}, inputs[0])], initial_state=[({}, s) for s in states],
                  weights=[(dict(name="own/" + k, trainable=True), weights[k]) for k in keys],
                  outputs=[({}, y) for y in outputs], projections=[({}, p) for p in projections], grad_inputs=[({}, grads[0])],
                  grad_weights=[(dict(name="own/" + k, weight_index=i), grads[1 + i]) for i, k in enumerate(keys)])
    if mask is not None:
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        np.save(os.path.join(folder, name, "mask.npy"), mask.numpy().astype("float32"))
        row["mask"] = dict(file="mask.npy", shape=list(mask.shape))
    save(folder, name, row, arrays)


def train(folder, name, kind, config, shape, weights, layer):
    """Input, Dense, the layer, Dense: three steps of SGD on full batches with the mean squared error, as make_gradients.py has them."""
    n, c = 4, shape[-1]
    x, target = drawn(n, *shape), drawn(n, 2)
    before = dict(kernel=drawn(c, c, scale=0.4), bias=drawn(c, scale=0.4))
    size = layer(torch.zeros(1, *shape).double()).numel()
    after = dict(kernel=drawn(size, 2, scale=0.4), bias=drawn(2, scale=0.4))
    every = [("%s/%s" % (of, k), w) for of, ws in [("before", before), ("own", weights), ("after", after)] for k, w in ws.items()]
    start = [(dict(name=k, trainable=True), w.detach().clone()) for k, w in every]
    losses = []
    for _ in range(3):
        y = layer(x @ before["kernel"] + before["bias"]).reshape(n, -1) @ after["kernel"] + after["bias"]
        loss = ((y - target) ** 2).mean()
        losses.append(float(loss))
        grads = torch.autograd.grad(loss, [w for _, w in every])
        with torch.no_grad():
            for (_, w), g in zip(every, grads):
                w -= RATE * g
    dense = lambda name, units: dict(class_name="Dense", config=dict(name=name, units=units))
    layers = [dict(class_name="InputLayer", config=dict(name="in", batch_shape=[None] + list(shape))), dense("before", c),
              dict(class_name=kind, config=dict(config, name="own")), dict(class_name="Flatten", config=dict(name="flat")),
              dense("after", 2)]
    row = dict(kind="training", model=dict(class_name="Sequential", config=dict(name="trained", layers=layers)), training=True, steps=3,
               loss="mse", loss_per_step=losses, optimizer=dict(class_name="SGD", config=dict(learning_rate=RATE)))
    save(folder, name, row, dict(weights=start, inputs=[({}, x)], targets=[({}, target)],
                                 final_weights=[(dict(name=k), w) for k, w in every]))


def conv(x, w, same, groups=1):
    """x [N, image, C], w [K.., C / groups, F]"""
    n = w.dim() - 2
    x = x.movedim(-1, 1)
    if same:
        pads = []
        for k in reversed(w.shape[:n]):
            pads += [(k - 1) // 2, k - 1 - (k - 1) // 2]
        x = F.pad(x, pads)
    return getattr(F, "conv%dd" % n)(x, w.movedim(-1, 0).movedim(-1, 1), groups=groups).movedim(1, -1)


def separable(x, depthwise, pointwise, same):
    """Two convolutions, one after the other."""
    *taps, c, m = depthwise.shape
    each = conv(x, depthwise.reshape(*taps, 1, c * m), same, groups=c)
    return each @ pointwise


def normalized(x, gamma, beta, epsilon):
    """Of each sample, over everything."""
    return F.group_norm(x.movedim(-1, 1), 1, gamma, beta, epsilon).movedim(1, -1) if gamma is not None else x


def convlstm(folder, name, image, kernel, f=2, c=3, multiplier=0, epsilon=0.0, bias=True, backwards=False, sequences=True,
             same=True, states=False, masked=False, first=False, activation="tanh", trained=False):
    n, t = 2, 4
    rank = len(image)
    out = image if same else tuple(i - k + 1 for i, k in zip(image, kernel))
    given_x = drawn(n, t, c, *image) if first else drawn(n, t, *image, c)
    x = given_x.movedim(2, -1) if first else given_x
    w = {}
    if multiplier:
        w["depthwise_kernel"] = drawn(*kernel, c, multiplier, scale=0.5)
        w["pointwise_kernel"] = drawn(c * multiplier, 4 * f, scale=0.5)
        w["recurrent_depthwise_kernel"] = drawn(*kernel, f, multiplier, scale=0.5)
        w["recurrent_pointwise_kernel"] = drawn(f * multiplier, 4 * f, scale=0.5)
    else:
        w["kernel"] = drawn(*kernel, c, 4 * f, scale=0.3)
        w["recurrent_kernel"] = drawn(*kernel, f, 4 * f, scale=0.3)
    if bias:
        w["bias"] = drawn(4 * f, scale=0.3)
    if epsilon:
        for of, size in [("kernel", 4 * f), ("recurrent", 4 * f), ("state", f)]:
            w[of + "_gamma"] = drawn(size)
            w[of + "_beta"] = drawn(size, scale=0.3)
    given = [drawn(n, *out, f, scale=0.5) for _ in range(2)] if states else []
    mask = torch.tensor([[1, 0, 1, 1], [1, 1, 1, 0]]) if masked else None

    def run(x, given):
        h, s = given if given else [torch.zeros(len(x), *out, f).double() for _ in range(2)]
        shown = torch.zeros_like(h)
        ys = []
        for i in reversed(range(t)) if backwards else range(t):
            if multiplier:
                zx = separable(x[:, i], w["depthwise_kernel"], w["pointwise_kernel"], same)
                zh = separable(h, w["recurrent_depthwise_kernel"], w["recurrent_pointwise_kernel"], True)
            else:
                zx, zh = conv(x[:, i], w["kernel"], same), conv(h, w["recurrent_kernel"], True)
            z = normalized(zx, w.get("kernel_gamma"), w.get("kernel_beta"), epsilon)
            z = z + normalized(zh, w.get("recurrent_gamma"), w.get("recurrent_beta"), epsilon)
            z = z + w["bias"] if bias else z
            gi, gf, gg, go = z.split(f, -1)
            a = getattr(torch, activation)
            after = torch.sigmoid(gf) * s + torch.sigmoid(gi) * a(gg)
            new = torch.sigmoid(go) * a(normalized(after, w.get("state_gamma"), w.get("state_beta"), epsilon))
            if masked:
                m = mask[:, i].reshape([-1] + [1] * (rank + 1)) != 0
                h, s, shown = torch.where(m, new, h), torch.where(m, after, s), torch.where(m, new, shown)
            else:
                h, s, shown = new, after, new
            ys.append(shown)
        return torch.stack(ys, 1) if sequences else shown, h, s

    config = dict(filters=f, kernel_size=list(kernel), padding="same" if same else "valid", use_bias=bias, go_backwards=backwards,
                  return_sequences=sequences, return_state=not trained, activation=activation, recurrent_activation="sigmoid")
    if multiplier:
        config["depth_multiplier"] = multiplier
    if epsilon:
        config["layer_normalization"] = epsilon
    kind = "ConvLSTM%dD" % rank
    if trained:
        return train(folder, name, kind, config, (t,) + image + (c,), w, lambda x: run(x, given)[0])
    outs = list(run(x, given))
    if first:
        config["data_format"] = "channels_first"
        outs = [o.movedim(-1, o.dim() - 1 - rank) for o in outs]
    write(folder, name, kind, config, [given_x], w, outs, given, mask)


def convgru(folder, name, image, kernel, reset_after):
    """Trained; outputs and gradients are conv-gru/make.py's. Gates z, r, g."""
    t, c, f, rank = 4, 3, 2, len(image)
    w = dict(kernel=drawn(*kernel, c, 3 * f, scale=0.4), recurrent_kernel=drawn(*kernel, f, 3 * f, scale=0.4),
             bias=drawn(*[2, 3 * f][0 if reset_after else 1:], scale=0.3))

    def run(x):
        bx, bh = w["bias"] if reset_after else (w["bias"], torch.zeros(3 * f).double())
        h = torch.zeros(len(x), *image, f).double()
        for i in range(t):
            xz, xr, xg = (conv(x[:, i], w["kernel"], True) + bx).split(f, -1)
            kz, kr, kg = w["recurrent_kernel"].split(f, -1)
            bz, br, bg = bh.split(f, -1)
            z, r = torch.sigmoid(xz + conv(h, kz, True) + bz), torch.sigmoid(xr + conv(h, kr, True) + br)
            g = torch.tanh(xg + (r * (conv(h, kg, True) + bg) if reset_after else conv(r * h, kg, True)))
            h = z * h + (1 - z) * g
        return h

    train(folder, name, "ConvGRU%dD" % rank, dict(filters=f, kernel_size=list(kernel), padding="same", reset_after=reset_after),
          (t,) + image + (c,), w, run)


def shuffles(folder):
    x = drawn(2, 3, 4, 8)
    write(folder, "pixel_shuffle", "PixelShuffle", dict(upscale_factor=2), [x], {},
          [F.pixel_shuffle(x.movedim(-1, 1), 2).movedim(1, -1)])
    x = drawn(2, 3, 4, 6)
    write(folder, "pixel_unshuffle", "PixelUnshuffle", dict(downscale_factor=2, data_format="channels_first"), [x], {},
          [F.pixel_unshuffle(x, 2)])


def main(folder):
    convlstm(folder, "separable_convlstm1d", (6,), (3,), multiplier=2, masked=True)
    convlstm(folder, "separable_convlstm2d", (5, 4), (3, 2), multiplier=1, bias=False)
    convlstm(folder, "separable_convlstm2d_state", (5, 6), (3, 2), multiplier=2, same=False, states=True, backwards=True)
    convlstm(folder, "separable_convlstm3d", (3, 4, 3), (2, 3, 2), multiplier=2, sequences=False)
    convlstm(folder, "normalized_convlstm1d", (6,), (3,), epsilon=1e-3, masked=True)
    convlstm(folder, "normalized_convlstm2d", (5, 4), (3, 2), epsilon=1e-5, same=False, states=True, backwards=True)
    convlstm(folder, "normalized_convlstm2d_nobias", (5, 4), (3, 3), epsilon=1e-2, bias=False, sequences=False, activation="relu")
    convlstm(folder, "normalized_convlstm2d_first", (5, 4), (3, 2), epsilon=1e-3, first=True)
    convlstm(folder, "separable_convlstm2d_first", (5, 4), (3, 2), multiplier=2, first=True)
    convlstm(folder, "normalized_convlstm3d", (3, 4, 3), (2, 3, 2), epsilon=1e-3)
    convlstm(folder, "normalized_separable_convlstm2d", (5, 4), (3, 3), epsilon=1e-3, multiplier=2)
    shuffles(folder)
    convlstm(folder, "separable_convlstm1d_train", (6,), (3,), multiplier=2, trained=True)
    convlstm(folder, "separable_convlstm2d_train", (4, 3), (3, 2), multiplier=1, backwards=True, trained=True)
    convlstm(folder, "separable_convlstm3d_train", (3, 3, 2), (2, 3, 2), multiplier=2, sequences=False, trained=True)
    convlstm(folder, "normalized_convlstm1d_train", (6,), (3,), epsilon=1e-3, trained=True)
    convlstm(folder, "normalized_convlstm2d_train", (4, 3), (3, 2), epsilon=1e-3, same=False, bias=False, trained=True)
    convlstm(folder, "normalized_convlstm3d_train", (3, 3, 2), (2, 3, 2), epsilon=1e-3, sequences=False, trained=True)
    convlstm(folder, "normalized_separable_convlstm2d_train", (4, 3), (3, 3), epsilon=1e-3, multiplier=2, trained=True)
    convgru(folder, "convgru1d_train", (6,), (3,), True)
    convgru(folder, "convgru2d_train", (4, 3), (3, 2), True)
    convgru(folder, "convgru2d_before_train", (4, 3), (2, 3), False)
    convgru(folder, "convgru3d_train", (3, 3, 2), (2, 3, 2), True)
    train(folder, "pixel_shuffle_train", "PixelShuffle", dict(upscale_factor=2), (3, 4, 8), {},
          lambda x: F.pixel_shuffle(x.movedim(-1, 1), 2).movedim(1, -1))
    train(folder, "pixel_unshuffle_train", "PixelUnshuffle", dict(downscale_factor=2), (2, 4, 3), {},
          lambda x: F.pixel_unshuffle(x.movedim(-1, 1), 2).movedim(1, -1))


def pack(folder):
    with zipfile.ZipFile(os.path.join(GOLDEN, "gradients.zip"), "w", zipfile.ZIP_DEFLATED) as z:
        for case in sorted(os.listdir(folder)):
            for f in sorted(os.listdir(os.path.join(folder, case))):
                with open(os.path.join(folder, case, f), "rb") as data:
                    z.writestr(zipfile.ZipInfo(case + "/" + f, (2026, 1, 1, 0, 0, 0)), data.read(), compresslevel=9)


if __name__ == "__main__":
    pack(sys.argv[1]) if "--pack" in sys.argv else main(sys.argv[1])
