"""Writes a Keras 2 .h5 file as JSON that predict.mjs loads into TensorFlow.js.

    python3 tfjs.py MODEL.h5 MODEL.json

Holds model_config, and the weights of each layer in the order of weight_names.
"""

import json
import sys

import h5py
import numpy as np

from walk import texts

with h5py.File(sys.argv[1], "r") as f:
    weights = f["model_weights"]
    layers = {}
    for name in texts(weights, "layer_names"):
        arrays = [np.asarray(weights[name][w]) for w in texts(weights[name], "weight_names")]
        if arrays:
            layers[name] = [
                {"shape": list(a.shape), "values": [float(v) for v in a.ravel()]} for a in arrays
            ]
    model = {"model_config": json.loads(f.attrs["model_config"]), "weights": layers}
with open(sys.argv[2], "w") as out:
    json.dump(model, out)
