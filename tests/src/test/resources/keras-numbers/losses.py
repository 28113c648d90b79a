"""What Keras's losses are of given predictions and targets, with sample weights, and their gradients.

Made with Keras 3.15.1 on PyTorch:  keras-run/run.sh 3.15.1 losses.py
Each case of losses.json: the loss's name and options, which arrays it is of, its value, its gradient by the prediction.
"""
import json
import pathlib

import numpy as np
import torch
import torch_shim  # noqa: F401  before keras
import keras
import backend_fixes  # noqa: F401  after keras

here = pathlib.Path(__file__).parent
SHAPE = (2, 3, 4)
r = np.random.default_rng(8)
normal = r.standard_normal(SHAPE) * 1.5
softmax = np.exp(normal) / np.exp(normal).sum(-1, keepdims=True)
hit = r.integers(0, 4, SHAPE[:2])
arrays = {
    "normal": normal,
    "softmax": softmax,
    "sigmoid": 1 / (1 + np.exp(-normal)),
    "positive": r.random(SHAPE) * 3 + 0.1,
    "edges": np.where(r.random(SHAPE) < 0.3, 0.0, np.where(r.random(SHAPE) < 0.4, 1.0, softmax)),
    "zeros": normal * (np.arange(3) > 0)[:, None],
    "onehot": np.eye(4)[hit],
    "soft": r.dirichlet(np.ones(4), SHAPE[:2]),
    "binary": (r.random(SHAPE) > 0.5) * 1.0,
    "signs": np.where(r.random(SHAPE) > 0.5, 1.0, -1.0),
    "counts": r.poisson(1.5, SHAPE) * 1.0,
    "reals": r.standard_normal(SHAPE),
    "ones": np.ones(SHAPE[:2]),
    "weights": r.random(SHAPE[:2]) * 2,
}
arrays = {k: a.astype("float32") for k, a in arrays.items()}


def case(kind, prediction, target, weights="ones", **options):
    loss = getattr(keras.losses, kind)(**options)
    p = torch.tensor(arrays[prediction], requires_grad=True)
    value = loss(torch.tensor(arrays[target]), p, sample_weight=torch.tensor(arrays[weights]) if weights != "ones" else None)
    value.backward()
    return {
        "class_name": kind,
        "config": options,
        "prediction": prediction,
        "target": target,
        "weights": weights,
        "value": float(value.detach()),
        # null where Keras's own has NaN: the norm of zeros on PyTorch
        "gradient": [float(v) for v in p.grad.numpy().ravel()] if torch.isfinite(p.grad).all() else None,
    }


cases = []
for weights in ("ones", "weights"):
    cases += [
        case("LogCosh", "normal", "reals", weights),
        case("Poisson", "positive", "counts", weights),
        case("MeanAbsolutePercentageError", "normal", "reals", weights),
        case("MeanSquaredLogarithmicError", "positive", "counts", weights),
        case("MeanSquaredLogarithmicError", "normal", "counts", weights),
        case("KLDivergence", "softmax", "soft", weights),
        case("KLDivergence", "softmax", "onehot", weights),
        case("KLDivergence", "edges", "soft", weights),
        case("KLDivergence", "edges", "onehot", weights),
        case("Hinge", "normal", "signs", weights),
        case("Hinge", "normal", "binary", weights),
        case("Hinge", "normal", "reals", weights),
        case("SquaredHinge", "normal", "binary", weights),
        case("SquaredHinge", "normal", "signs", weights),
        case("CategoricalHinge", "normal", "onehot", weights),
        case("CosineSimilarity", "normal", "reals", weights),
        case("Huber", "normal", "reals", weights, delta=0.5),
        case("BinaryFocalCrossentropy", "sigmoid", "binary", weights),
        case("BinaryFocalCrossentropy", "edges", "binary", weights),
        case("BinaryFocalCrossentropy", "normal", "binary", weights, from_logits=True, gamma=3.0, apply_class_balancing=True, alpha=0.3),
        case("BinaryFocalCrossentropy", "sigmoid", "binary", weights, label_smoothing=0.1, gamma=1.0),
        case("CategoricalFocalCrossentropy", "softmax", "onehot", weights),
        case("CategoricalFocalCrossentropy", "normal", "onehot", weights, from_logits=True, gamma=1.5, alpha=0.6),
        case("CategoricalFocalCrossentropy", "sigmoid", "onehot", weights, label_smoothing=0.2),
        case("MeanSquaredError", "normal", "reals", weights, reduction="sum"),
        case("LogCosh", "normal", "reals", weights, reduction="sum"),
        case("CategoricalCrossentropy", "softmax", "onehot", weights, label_smoothing=0.1, reduction="mean_with_sample_weight"),
        case("Hinge", "normal", "signs", weights, reduction="mean_with_sample_weight"),
    ]
cases += [
    case("Dice", "sigmoid", "binary"),
    case("Dice", "softmax", "onehot", axis=(0, 1)),
    case("Dice", "softmax", "onehot", axis=(1, 2)),
    case("Dice", "softmax", "onehot", axis=-1),
    case("Tversky", "sigmoid", "binary"),
    case("Tversky", "sigmoid", "binary", alpha=0.3, beta=0.7),
    case("Tversky", "softmax", "onehot", alpha=0.3, beta=0.7, axis=(1, 2)),
    case("CosineSimilarity", "zeros", "reals"),
]
assert {c[k] for c in cases for k in ("prediction", "target", "weights")} == set(arrays), "an array without a case"
numbers = {"shape": SHAPE, "arrays": {k: [float(v) for v in a.ravel()] for k, a in arrays.items()}, "cases": cases}
with open(here / "losses.json", "w") as f:
    f.write(json.dumps(numbers).replace("}, {", "},\n{") + "\n")
print(len(cases), "cases of Keras", keras.__version__)
