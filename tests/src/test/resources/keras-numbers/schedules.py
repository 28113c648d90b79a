"""The learning rates of Keras's schedules, and of two of PyTorch's, at some steps.

Made with Keras 3.15.1 on PyTorch:  keras-run/run.sh 3.15.1 schedules.py
"""
import json
import pathlib
import warnings

import torch
import torch_shim  # noqa: F401  before keras
import keras
import backend_fixes  # noqa: F401  after keras

here = pathlib.Path(__file__).parent
STEPS = [0, 1, 2, 3, 5, 8, 9, 10, 11, 14, 19, 23, 29, 37, 64, 111]
warnings.simplefilter("ignore")


def case(kind, **options):
    schedule = getattr(keras.optimizers.schedules, kind)(**options)
    return {"class_name": kind, "config": options, "rates": [float(schedule(s)) for s in STEPS]}


def torch_case(kind, own, options, theirs, last):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = getattr(torch.optim.lr_scheduler, kind)(optimizer, **theirs)
    rates = []
    for _ in range(last + 1):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(rates) <= last:
            schedule.step()
    return {"class_name": own, "config": options, "rates": [rates[s] for s in STEPS if s <= last]}


one = {"max_lr": 0.3, "total_steps": 30}
other = {"max_lr": 0.3, "total_steps": 65, "pct_start": 0.2, "div_factor": 10.0, "final_div_factor": 50.0}
cyclic = {"base_lr": 0.01, "max_lr": 0.2}
cases = [
    case("PolynomialDecay", initial_learning_rate=0.3, decay_steps=10),
    case("PolynomialDecay", initial_learning_rate=0.3, decay_steps=10, end_learning_rate=0.02, power=2.0, cycle=True),
    case("InverseTimeDecay", initial_learning_rate=0.3, decay_steps=10, decay_rate=0.7),
    case("InverseTimeDecay", initial_learning_rate=0.3, decay_steps=10, decay_rate=0.7, staircase=True),
    case("CosineDecayRestarts", initial_learning_rate=0.3, first_decay_steps=9),
    case("CosineDecayRestarts", initial_learning_rate=0.3, first_decay_steps=6, t_mul=1.5, m_mul=0.8, alpha=0.1),
    case("CosineDecayRestarts", initial_learning_rate=0.3, first_decay_steps=7, t_mul=1.0, m_mul=0.5),
    case("CosineDecay", initial_learning_rate=0.0, decay_steps=20, alpha=0.1, warmup_target=0.4, warmup_steps=9),
    case("ExponentialDecay", initial_learning_rate=0.3, decay_steps=10, decay_rate=0.5, staircase=True),
    case("PiecewiseConstantDecay", boundaries=[3, 10], values=[0.3, 0.2, 0.1]),
    torch_case("OneCycleLR", "OneCycle", one, one, 29),
    torch_case("OneCycleLR", "OneCycle", other, other, 64),
    torch_case("CyclicLR", "Cyclic", {**cyclic, "step_size": 6}, {**cyclic, "step_size_up": 6, "cycle_momentum": False}, 111),
]
with open(here / "schedules.json", "w") as f:
    f.write(json.dumps({"steps": STEPS, "cases": cases}).replace("}, {", "},\n{") + "\n")
print(len(cases), "cases of Keras", keras.__version__)
