"""Writes the names of what Keras has: layers, losses, metrics, optimisers, schedules, callbacks.

Made with Keras 3.15.1 on PyTorch:  keras-run/run.sh 3.15.1 docs/keras_names.py
KerasCheckListTest makes of keras_names.json, of keras_missing.json and of the code the table in from-keras.md.
"""
import inspect
import json
import pathlib

import torch_shim  # noqa: F401  before keras
import keras

here = pathlib.Path(__file__).parent


def classes(module, base):
    """Public names of concrete classes, each under the one that it calls itself."""
    return sorted(
        {
            c.__name__
            for name in dir(module)
            if not name.startswith("_") and inspect.isclass(c := getattr(module, name)) and issubclass(c, base) and c is not base
        }
    )


names = {
    "keras": keras.__version__,
    "layers": classes(keras.layers, keras.layers.Layer),
    "losses": classes(keras.losses, keras.losses.Loss),
    "metrics": classes(keras.metrics, keras.metrics.Metric),
    "optimizers": classes(keras.optimizers, keras.optimizers.Optimizer),
    "schedules": classes(keras.optimizers.schedules, keras.optimizers.schedules.LearningRateSchedule),
    "callbacks": classes(keras.callbacks, keras.callbacks.Callback),
}
with open(here / "keras_names.json", "w") as f:
    json.dump(names, f, indent=1)
    f.write("\n")
print({k: len(v) for k, v in names.items()})
