"""What Keras's metrics are of given predictions and targets in two batches.

Made with Keras 3.15.1 on PyTorch:  keras-run/run.sh 3.15.1 metrics.py
Each case of metrics.json: the metric's name and options, which arrays it is of, its value after one and two batches.
The top-k accuracies, which Keras on PyTorch gives of a whole batch only, are counted here. SSIM, which Keras has not, is computed here as tf.image.ssim does, by convolutions of whole images.
"""
import json
import pathlib

import numpy as np
import torch
import torch_shim  # noqa: F401  before keras
import keras
import backend_fixes  # noqa: F401  after keras

here = pathlib.Path(__file__).parent
N, K = 12, 4
r = np.random.default_rng(9)
normal = r.standard_normal((N, K)) * 1.5
hit = r.integers(0, K, N)
pixels = r.random((4, 13, 12, 2))
arrays = {
    "normal": normal,
    "softmax": np.exp(normal) / np.exp(normal).sum(-1, keepdims=True),
    "sigmoid": 1 / (1 + np.exp(-normal)),
    "positive": r.random((N, K)) * 3 + 0.1,
    "onehot": np.eye(K)[hit],
    "sparse": hit[:, None],
    "guess": np.where(r.random(N) < 0.4, hit, r.integers(0, K, N))[:, None],
    "soft": r.dirichlet(np.ones(K), N),
    "binary": (r.random((N, K)) > 0.5) * 1.0,
    "one": r.random((N, 1)),
    "yes": (r.random((N, 1)) > 0.5) * 1.0,
    "signs": np.where(r.random((N, K)) > 0.5, 1.0, -1.0),
    "counts": r.poisson(1.5, (N, K)) * 1.0,
    "reals": normal + r.standard_normal((N, K)),
    "weights": r.random(N) * 2,
    "ones": np.ones(N),
    "pixels": pixels,
    "blurred": np.clip(pixels + r.standard_normal(pixels.shape) * 0.1, 0, 1),
}
arrays = {k: a.astype("float32") for k, a in arrays.items()}


def entry(kind, options, prediction, target, weights, values):
    return {"class_name": kind, "config": options, "prediction": prediction, "target": target, "weights": weights, "values": values}


def case(kind, prediction, target, weights=None, own=None, **options):
    metric = getattr(keras.metrics, kind)(**options)
    p, t = arrays[prediction], arrays[target]
    values = []
    for half in (slice(0, 7), slice(7, N)):
        w = {} if weights is None else {"sample_weight": arrays[weights][half]}
        metric.update_state(t[half], p[half], **w)
        values.append(float(np.asarray(metric.result().cpu() if hasattr(metric.result(), "cpu") else metric.result())))
    return entry(own or kind, options, prediction, target, weights or "ones", values)


cases = []
for w in (None, "weights"):
    cases += [
        case("RootMeanSquaredError", "normal", "reals", w),
        case("MeanAbsolutePercentageError", "normal", "reals", w),
        case("MeanSquaredLogarithmicError", "normal", "counts", w),
        case("LogCoshError", "normal", "reals", w),
        case("Poisson", "positive", "counts", w),
        case("KLDivergence", "softmax", "soft", w),
        case("CosineSimilarity", "normal", "reals", w),
        case("Hinge", "normal", "signs", w),
        case("Hinge", "normal", "binary", w),
        case("SquaredHinge", "normal", "binary", w),
        case("CategoricalHinge", "normal", "onehot", w),
        case("PearsonCorrelation", "normal", "reals", w),
        case("ConcordanceCorrelation", "normal", "reals", w),
        case("BinaryCrossentropy", "sigmoid", "binary", w),
        case("BinaryCrossentropy", "normal", "binary", w, from_logits=True, label_smoothing=0.2),
        case("CategoricalCrossentropy", "softmax", "onehot", w),
        case("CategoricalCrossentropy", "normal", "onehot", w, from_logits=True, label_smoothing=0.2),
        case("SparseCategoricalCrossentropy", "softmax", "sparse", w),
        case("SparseCategoricalCrossentropy", "normal", "sparse", w, from_logits=True),
        case("TruePositives", "sigmoid", "binary", w),
        case("FalsePositives", "sigmoid", "binary", w, thresholds=0.3),
        case("FalseNegatives", "sigmoid", "binary", w, thresholds=0.7),
        case("TrueNegatives", "sigmoid", "binary", w),
        case("SensitivityAtSpecificity", "sigmoid", "binary", w, specificity=0.6),
        case("SpecificityAtSensitivity", "sigmoid", "binary", w, sensitivity=0.7),
        case("PrecisionAtRecall", "sigmoid", "binary", w, recall=0.7),
        case("RecallAtPrecision", "sigmoid", "binary", w, precision=0.45, num_thresholds=50),
        case("R2Score", "normal", "reals", w),
        case("R2Score", "normal", "reals", w, class_aggregation="variance_weighted_average", num_regressors=3),
        case("FBetaScore", "softmax", "onehot", w, average="macro", beta=2.0),
        case("FBetaScore", "softmax", "onehot", w, average="weighted", beta=0.5),
        case("FBetaScore", "sigmoid", "binary", w, average="micro", beta=2.0, threshold=0.4),
    ]
cases += [
    case("SensitivityAtSpecificity", "sigmoid", "binary", specificity=0.5, class_id=2, num_thresholds=1),
    case("IoU", "guess", "sparse", num_classes=K, target_class_ids=[1, 2]),
    case("MeanIoU", "guess", "sparse", num_classes=K),
    case("MeanIoU", "guess", "sparse", num_classes=K, ignore_class=2),
    case("MeanIoU", "softmax", "sparse", num_classes=K, sparse_y_pred=False),
    case("OneHotIoU", "softmax", "onehot", num_classes=K, target_class_ids=[0, 3]),
    case("OneHotMeanIoU", "softmax", "onehot", num_classes=K),
    case("BinaryIoU", "sigmoid", "binary"),
    case("BinaryIoU", "one", "yes", target_class_ids=[1], threshold=0.3),
]


def ssim(a, b, max_val):
    x = np.arange(11) - 5
    g = np.exp(-x * x / (2 * 1.5**2))
    g = np.outer(g, g) / np.outer(g, g).sum()
    kernel = torch.tensor(g)[None, None]

    def blur(z):
        z = torch.tensor(z.astype("float64")).permute(0, 3, 1, 2)
        return torch.nn.functional.conv2d(z.reshape(-1, 1, *z.shape[2:]), kernel)

    c1, c2 = (0.01 * max_val) ** 2, (0.03 * max_val) ** 2
    ma, mb = blur(a), blur(b)
    luminance = (2 * ma * mb + c1) / (ma**2 + mb**2 + c1)
    structure = (2 * (blur(a * b) - ma * mb) + c2) / (blur(a * a) - ma**2 + blur(b * b) - mb**2 + c2)
    return float((luminance * structure).mean())


def top(k, weights):
    p, w = arrays["softmax"], arrays[weights]
    right = ((p > p[np.arange(N), hit][:, None]).sum(-1) < k) * 1.0
    return [float((right[:n] * w[:n]).sum() / w[:n].sum()) for n in (7, N)]


for w in ("ones", "weights"):
    cases.append(entry("TopKCategoricalAccuracy", {"k": 2}, "softmax", "onehot", w, top(2, w)))
    cases.append(entry("SparseTopKCategoricalAccuracy", {"k": 3}, "softmax", "sparse", w, top(3, w)))
a, b = arrays["blurred"], arrays["pixels"]
psnr = [float(keras.ops.psnr(b[i : i + 1], a[i : i + 1], 1.0)) for i in range(4)]
ssims = [ssim(a[i : i + 1], b[i : i + 1], 2.0) for i in range(4)]
cases.append(entry("PSNR", {}, "blurred", "pixels", "ones", [float(np.mean(psnr[:2])), float(np.mean(psnr))]))
cases.append(entry("SSIM", {"max_val": 2.0}, "blurred", "pixels", "ones", [float(np.mean(ssims[:2])), float(np.mean(ssims))]))
numbers = {"arrays": {k: {"shape": a.shape, "values": [round(float(v), 7) for v in a.ravel()]} for k, a in arrays.items()}, "cases": cases}
for c in cases:  # a value that an error would give as well says nothing
    assert any(v != 0 for v in c["values"]), c["class_name"]
with open(here / "metrics.json", "w") as f:
    f.write(json.dumps(numbers).replace("}, {", "},\n{") + "\n")
print(len(cases), "cases of Keras", keras.__version__)
