#!/usr/bin/env python3
"""Gradients of a small video network by PyTorch, whole and with the states detached after every so many frames.

    python3 tests/src/test/python/make_truncated.py      writes truncated.zip into the tests' resources

x [2,11,5,4,3] -> ConvLSTM2D(3), ConvLSTM2D(2), both 3x3, "same" -> Flatten of each frame -> LSTM(4) -> Dense(2); mean
squared error over all frames. Weights and data are random; float64.
"""
import io
import os
import zipfile

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "resources", "convlstm4j", "golden", "truncated.zip")
N, T, H, W, C = 2, 11, 5, 4, 3
WHOLE = 0


def cell(z, c):
    i, f, g, o = z.chunk(4, -1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def conv(x, kernel):
    """x [N,H,W,C], kernel [3,3,C,F]."""
    return F.conv2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), padding=1).permute(0, 2, 3, 1)


def recurrent(xs, weights, product, size, every):
    kernel, recurrent_kernel, bias = weights
    h = c = torch.zeros(size, dtype=torch.float64)
    ys = []
    for t, x in enumerate(xs):
        if every and t % every == 0:
            h, c = h.detach(), c.detach()
        h, c = cell(product(x, kernel) + product(h, recurrent_kernel) + bias, c)
        ys.append(h)
    return ys


def loss(x, y, w, every):
    xs = x.unbind(1)
    xs = recurrent(xs, w[0:3], conv, (N, H, W, 3), every)
    xs = recurrent(xs, w[3:6], conv, (N, H, W, 2), every)
    xs = recurrent([v.flatten(1) for v in xs], w[6:9], torch.matmul, (N, 4), every)
    return ((torch.stack(xs, 1) @ w[9] + w[10] - y) ** 2).mean()


def main():
    r = np.random.default_rng(1990)
    shapes = [(3, 3, C, 12), (3, 3, 3, 12), (12,), (3, 3, 3, 8), (3, 3, 2, 8), (8,),
              (H * W * 2, 16), (4, 16), (16,), (4, 2), (2,)]
    arrays = {"x": r.normal(size=(N, T, H, W, C)), "y": r.normal(size=(N, T, 2))}
    for k, s in enumerate(shapes):
        arrays[f"weight{k}"] = 0.7 * r.normal(size=s) / np.sqrt(max(1, np.prod(s[:-1])) ** 0.5)
    arrays = {k: v.astype(np.float32) for k, v in arrays.items()}
    for every in (WHOLE, 1, 4, 6):
        given = {k: torch.tensor(v.astype(np.float64)) for k, v in arrays.items() if not k.startswith("gradient")}
        w = [given[f"weight{k}"].requires_grad_() for k in range(len(shapes))]
        loss(given["x"], given["y"], w, every).backward()
        for k, v in enumerate(w):
            arrays[f"gradient{every}_{k}"] = v.grad.numpy().astype(np.float32)
    with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED) as z:
        for name, a in arrays.items():
            data = io.BytesIO()
            np.save(data, a)
            z.writestr(zipfile.ZipInfo(name + ".npy", (2026, 1, 1, 0, 0, 0)), data.getvalue())


main()
