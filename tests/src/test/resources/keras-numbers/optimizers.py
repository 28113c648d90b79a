"""What Keras's optimisers make of two weights and given gradients, step by step.

Made with Keras 3.15.1 on PyTorch:  keras-run/run.sh 3.15.1 optimizers.py
Each case of optimizers.json: the optimiser's name and options, the weights after steps 1, 2, 5 and 8 and, with an
average, at the end of training.
"""
import json
import pathlib

import numpy as np
import torch_shim  # noqa: F401  before keras
import keras
import backend_fixes  # noqa: F401  after keras
from keras.constraints import MaxNorm, MinMaxNorm, NonNeg, UnitNorm

here = pathlib.Path(__file__).parent
STEPS = 8
r = np.random.default_rng(5)
START = [r.standard_normal((3, 2)).astype("float32"), r.standard_normal(5).astype("float32")]
GRADIENTS = [[(r.standard_normal(w.shape) * 0.5 ** (s % 3)).astype("float32") for w in START] for s in range(STEPS)]


def flat(arrays):
    return [float(v) for a in arrays for v in np.asarray(a).ravel()]


def case(kind, constraints=(), **options):
    optimizer = getattr(keras.optimizers, kind)(**options)
    weights = [keras.Variable(w) for w in START]
    for w, c in zip(weights, constraints):
        w.constraint = c
    optimizer.build(weights)
    after = {}
    for s in range(STEPS):
        optimizer.apply([keras.ops.convert_to_tensor(g) for g in GRADIENTS[s]], weights)
        if s + 1 in (1, 2, 5, 8):
            after[str(s + 1)] = flat(w.numpy() for w in weights)
    if optimizer.use_ema:
        optimizer.finalize_variable_values(weights)
        after["end"] = flat(w.numpy() for w in weights)
    if isinstance(options.get("learning_rate"), keras.optimizers.schedules.LearningRateSchedule):
        rate = options["learning_rate"]
        options["learning_rate"] = {"class_name": type(rate).__name__, "config": rate.get_config()}
    result = {"class_name": kind, "config": options, "after": after}
    if constraints:
        result["constraints"] = [keras.constraints.serialize(c) for c in constraints]
    return result


cases = [
    case("Adadelta", learning_rate=1.0),
    case("Adadelta", learning_rate=1.0, rho=0.8, epsilon=1e-5),
    case("Adagrad"),
    case("Adagrad", learning_rate=0.1, initial_accumulator_value=0.0, epsilon=1e-3, weight_decay=0.1),
    case("Adamax", learning_rate=0.05),
    case("Adamax", learning_rate=0.05, beta_1=0.7, beta_2=0.9, epsilon=0.01, weight_decay=0.2),
    case("Nadam"),
    case("Nadam", learning_rate=0.05, beta_1=0.7, beta_2=0.9, epsilon=0.01, clipnorm=0.5),
    case("Lion", learning_rate=0.02),
    case("Lion", learning_rate=0.02, beta_1=0.5, beta_2=0.8, weight_decay=0.3),
    case("Ftrl", learning_rate=0.1),
    case(
        "Ftrl",
        learning_rate=0.1,
        learning_rate_power=-0.7,
        initial_accumulator_value=0.2,
        l1_regularization_strength=0.05,
        l2_regularization_strength=0.1,
        l2_shrinkage_regularization_strength=0.02,
        beta=0.3,
        weight_decay=0.1,
    ),
    case("Adam", learning_rate=0.05, amsgrad=True),
    case("Adam", learning_rate=0.05, amsgrad=True, beta_2=0.6, weight_decay=0.1, global_clipnorm=1.0),
    case("AdamW", learning_rate=0.05, amsgrad=True, beta_2=0.6),
    case("RMSprop", learning_rate=0.05, centered=True, momentum=0.5, rho=0.8, epsilon=1e-3),
    case("SGD", learning_rate=0.1, use_ema=True),
    case("SGD", learning_rate=0.1, momentum=0.9, use_ema=True, ema_momentum=0.6, ema_overwrite_frequency=3),
    case("Adam", learning_rate=0.05, use_ema=True, ema_momentum=0.5),
    case("SGD", learning_rate=0.1, gradient_accumulation_steps=3),
    case("Adam", learning_rate=0.05, gradient_accumulation_steps=2, clipnorm=0.3, weight_decay=0.1),
    case("Nadam", learning_rate=0.05, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=3),
    case(
        "Lion",
        learning_rate=keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5),
        gradient_accumulation_steps=4,
        clipvalue=0.2,
    ),
]
for c in cases:  # a step below the test's tolerance says nothing
    assert max(abs(a - b) for a, b in zip(c["after"]["8"], flat(START))) > 1e-3, c["class_name"]
cases += [
    case("SGD", (MaxNorm(0.75), NonNeg()), learning_rate=0.3),
    case("Adam", (MaxNorm(1.0, axis=1), MaxNorm(0.5)), learning_rate=0.05),
    case("RMSprop", (UnitNorm(axis=[0, 1]), UnitNorm()), learning_rate=0.1),
    case("SGD", (MinMaxNorm(0.5, 0.75, rate=0.5), MinMaxNorm(2.0, 3.0, axis=-1)), learning_rate=0.3, momentum=0.5),
    case("SGD", (NonNeg(), MaxNorm(0.5)), learning_rate=0.3, use_ema=True, ema_momentum=0.6, ema_overwrite_frequency=2),
    case("Adagrad", (UnitNorm(), NonNeg()), learning_rate=0.3, gradient_accumulation_steps=3),
]
numbers = {"start": flat(START), "gradients": [flat(g) for g in GRADIENTS], "cases": cases}
with open(here / "optimizers.json", "w") as f:
    json.dump(numbers, f, indent=0)
    f.write("\n")
print(len(cases), "cases of Keras", keras.__version__)
