"""What the scripts that make cases with Keras share: files, a row for each case, and the archive of them all.

torch_shim and backend_fixes are stand-ins of KERAS-RUN, which runs Keras's own source.
"""
import json
import os
import zipfile

import numpy as np

import torch_shim  # noqa: F401  before keras
import keras
import backend_fixes  # noqa: F401  after keras

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "resources", "convlstm4j", "golden")


class Cases:
    """Cases of one release, written into a folder."""

    def __init__(self, folder, prefix, seed):
        self.folder = folder
        self.prefix = prefix
        self.r = np.random.default_rng(seed)
        self.rows = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def weights(self, model):
        return [(1 + self.r.random(w.shape)).astype("float32") if "variance" in v.path else
                (self.r.standard_normal(w.shape) * 0.4).astype("float32") if "float" in str(w.dtype) else w
                for v, w in zip(model.weights, model.get_weights())]

    def add(self, name, ins, outs, data, loss=None, metrics=None, labels=None, suffix=".keras", batch=4, rate=0.1):
        model = ins if isinstance(ins, keras.Model) else keras.Model(ins, outs)
        model.set_weights(self.weights(model))
        base = "%s_%s_%s" % (keras.__version__, self.prefix, name)
        data = data if isinstance(data, list) else [data]
        given = []
        for k, (i, x) in enumerate(zip(model.inputs, data)):
            f = "%s.in%d.npy" % (base, k)
            np.save(self.path(f), x)
            given.append(dict(name=i.name, layer=i._keras_history.operation.name, file=f))
        if loss:
            model.compile(optimizer=keras.optimizers.SGD(rate), loss=loss, metrics=metrics)
        model.save(self.path(base + suffix))

        def outputs(kind):
            y = model.predict(data if len(data) > 1 else data[0], verbose=0, batch_size=batch)
            y = y if isinstance(y, (list, tuple)) else [y]
            found = []
            for k, v in enumerate(y):
                f = "%s.%s%d.npy" % (base, kind, k)
                np.save(self.path(f), v)
                found.append(dict(name=str(k), file=f, shape=list(v.shape)))
            return y, found

        before, found = outputs("out")
        row = dict(case=self.prefix + "_" + name, file=base + suffix, release=keras.__version__,
                   layers=sorted({l.__class__.__name__ for l in model.layers}),
                   tolerance=dict(abs=2e-6, rel=5e-5), inputs=given, outputs=found)
        if loss:
            y = self.r.standard_normal(before[0].shape).astype("float32") if labels is None else labels
            np.save(self.path(base + ".y.npy"), y)
            history = model.fit(data[0], y, epochs=2, batch_size=batch, shuffle=False, verbose=0).history
            after, found = outputs("after")
            row["train"] = dict(start=base + suffix, x=given[0]["file"], y=base + ".y.npy", epochs=2, batch=batch, outputs=found,
                                losses=[float(v) for v in history.pop("loss")], change=float(np.max(np.abs(after[0] - before[0]))))
            if metrics:
                tested = model.evaluate(data[0], y, batch_size=batch, verbose=0, return_dict=True)
                row["train"]["metrics"] = {k: [float(v) for v in vs] for k, vs in history.items()}
                row["train"]["evaluated"] = {k: float(v) for k, v in tested.items()}
        self.rows.append(row)

    def write(self):
        with open(self.path(keras.__version__ + ".json"), "w") as f:
            json.dump(self.rows, f)


def pack(folder, archive):
    rows = []
    for f in sorted(os.listdir(folder)):
        if f.endswith(".json"):
            with open(os.path.join(folder, f)) as text:
                rows += json.load(text)
    with zipfile.ZipFile(os.path.join(GOLDEN, archive), "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(zipfile.ZipInfo("cases.json", (2026, 1, 1, 0, 0, 0)), json.dumps(rows), compresslevel=9)
        for f in sorted(os.listdir(folder)):
            if not f.endswith(".json"):
                with open(os.path.join(folder, f), "rb") as data:
                    z.writestr(zipfile.ZipInfo(f, (2026, 1, 1, 0, 0, 0)), data.read(), compresslevel=9)
