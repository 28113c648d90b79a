#!/usr/bin/env python3
"""Makes models of Keras 2 with one function of TensorFlow each, in the form that Keras 2.11 writes (keras v2.11.0
engine/node.py, layers/core/tf_op_layer.py), with inputs, and outputs computed by NumPy and PyTorch.

    /usr/bin/python3 tests/src/test/python/make_tensorflow_ops.py > tests/src/test/resources/convlstm4j/golden/tensorflow-ops.json
"""
import json

import numpy as np
import torch
import torch.nn.functional as F

R = np.random.default_rng(2)
CASES = []


def reference(x):
    return [x, 0, 0]


def case(function, expected, kwargs=None, first="x", shape=(2, 3, 4), slicing=False, inputs=1, positive=False):
    names = ["x", "z"][:inputs]
    values = [R.standard_normal(shape).astype("float32") for _ in names]
    if positive:
        values = [np.abs(v) + 0.5 for v in values]
    kwargs = dict(kwargs or {}, name=None)

    def beside(data):
        if isinstance(data, list):
            return [beside(d) for d in data]
        return reference(data) + [kwargs] if isinstance(data, str) else ["_CONSTANT_VALUE", -1, data, kwargs]

    kind = "SlicingOpLambda" if slicing else "TFOpLambda"
    name = "tf." + function
    layers = [dict(class_name="InputLayer", name=n, inbound_nodes=[],
                   config=dict(batch_input_shape=[None] + list(shape[1:]), dtype="float32", sparse=False, ragged=False, name=n)) for n in names]
    layers.append(dict(class_name=kind, name=name, inbound_nodes=[beside(first)],
                       config=dict(name=name, trainable=True, dtype="float32", function=function)))
    y = expected(*[torch.from_numpy(v) for v in values])
    y = [np.asarray(v, dtype="float32") for v in (y if isinstance(y, (list, tuple)) else [y])]
    model = dict(class_name="Functional", keras_version="2.11.0", backend="tensorflow", config=dict(
        name="model", layers=layers, input_layers=[reference(n) for n in names], output_layers=[[name, 0, k] for k in range(len(y))]))
    CASES.append(dict(function=function, arguments=str(kwargs), model=model,
                      inputs=[dict(shape=list(v.shape), values=[float(n) for n in v.ravel()]) for v in values],
                      outputs=[dict(shape=list(v.shape), values=[float(n) for n in v.ravel()]) for v in y]))


def sliced(start=None, stop=None, step=None):
    return dict(start=start, stop=stop, step=step)


case("__operators__.add", lambda x, z: x + z, dict(y=reference("z")), inputs=2)
case("math.subtract", lambda x: 1 - x, dict(y=reference("x")), first=1.0)
case("math.subtract", lambda x: x - 1, dict(y=1.0))
case("math.multiply", lambda x: x * 2.5, dict(y=2.5))
case("math.multiply", lambda x: x * torch.tensor([1., 2, 3, 4]), dict(y=[[[1.0, 2.0, 3.0, 4.0]]]))
case("math.truediv", lambda x: x / torch.tensor([1., 2, 4, 5]), dict(y=[1.0, 2.0, 4.0, 5.0]))
case("math.subtract", lambda x: torch.tensor([1., 2, 4, 5]) - x, dict(y=reference("x")), first=[1.0, 2.0, 4.0, 5.0])
case("math.pow", lambda x: x ** 2, dict(y=2))
case("math.greater", lambda x: (x > 0).float(), dict(y=0.0))
case("math.maximum", torch.maximum, dict(y=reference("z")), inputs=2)
case("math.exp", torch.exp)
case("math.sqrt", torch.sqrt, positive=True)
case("math.abs", torch.abs)
case("math.negative", torch.neg)
case("math.sigmoid", torch.sigmoid)
case("nn.relu", torch.relu)
case("compat.v1.nn.relu6", lambda x: torch.clamp(x, 0, 6))
case("nn.leaky_relu", lambda x: F.leaky_relu(x, 0.2))
case("nn.leaky_relu", lambda x: F.leaky_relu(x, 0.1), dict(alpha=0.1))
case("nn.gelu", F.gelu)
case("nn.softmax", lambda x: torch.softmax(x, 1), dict(axis=1))
case("nn.silu", F.silu)
case("math.l2_normalize", lambda x: x / torch.sqrt((x * x).sum(-1, keepdim=True)), dict(axis=-1))
case("math.reduce_mean", lambda x: x.mean(1), dict(axis=1))
case("math.reduce_sum", lambda x: x.sum((1, 2), keepdim=True), dict(axis=[1, 2], keepdims=True))
case("math.reduce_max", lambda x: x.amax(-1), dict(axis=-1, keepdims=False))
case("math.reduce_std", lambda x: x.std(2, unbiased=False), dict(axis=2))
case("math.cumsum", lambda x: x.cumsum(1), dict(axis=1, exclusive=False, reverse=False))
case("__operators__.getitem", lambda x: x[:, -1], dict(slice_spec=[sliced(), -1]), slicing=True)
case("__operators__.getitem", lambda x: x[..., 1:3], dict(slice_spec=[{"class_name": "__ellipsis__"}, sliced(1, 3)]), slicing=True)
case("__operators__.getitem", lambda x: x[:, None, 1:], dict(slice_spec=[sliced(), None, sliced(1)]), slicing=True)
case("expand_dims", lambda x: x[:, None], dict(axis=1))
case("compat.v1.squeeze", lambda x: x[:, 0], dict(axis=[1]), shape=(2, 1, 4))
case("reshape", lambda x: x.reshape(-1, 4, 3), dict(shape=[-1, 4, 3]))
case("compat.v1.transpose", lambda x: x.permute(0, 2, 1), dict(perm=[0, 2, 1]))
case("tile", lambda x: x.repeat(1, 2, 1), dict(multiples=[1, 2, 1]))
case("compat.v1.pad", lambda x: F.pad(x, (0, 0, 1, 2)), dict(paddings=[[0, 0], [1, 2], [0, 0]], mode="CONSTANT"))
case("cast", lambda x: x, dict(dtype="float32"))
case("concat", lambda x, z: torch.cat([x, z], 1), dict(axis=1), first=["x", "z"], inputs=2)
case("stack", lambda x, z: torch.stack([x, z], 1), dict(axis=1), first=["x", "z"], inputs=2)
case("split", lambda x: list(torch.split(x, 2, -1)), dict(num_or_size_splits=2, axis=-1))
case("split", lambda x: list(torch.split(x, [1, 3], 2)), dict(num_or_size_splits=[1, 3], axis=2))
case("where", lambda x, z: torch.where(x != 0, x, z), dict(x=reference("x"), y=reference("z")), inputs=2)
case("clip_by_value", lambda x: torch.clamp(x, -0.5, 0.5), dict(clip_value_min=-0.5, clip_value_max=0.5))
case("gather", lambda x: x[:, :, [2, 0]], dict(indices=[2, 0], axis=2, batch_dims=0))
case("math.add_n", lambda x, z: x + z, first=["x", "z"], inputs=2)
case("image.resize", lambda x: F.interpolate(x.permute(0, 3, 1, 2), (6, 10), mode="bilinear", align_corners=False).permute(0, 2, 3, 1),
     dict(size=[6, 10], method="bilinear"), shape=(2, 3, 5, 2))
case("image.resize", lambda x: x.repeat_interleave(2, 1).repeat_interleave(2, 2), dict(size=[6, 10], method="nearest"), shape=(2, 3, 5, 2))
print(json.dumps(CASES))
