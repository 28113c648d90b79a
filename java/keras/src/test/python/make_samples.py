"""Makes the sample files in src/test/resources/convlstm4j/io/keras, as Keras would write them:
configs with every key that Keras has (v2.11, v2.15, v3.8 and v3.13 of keras-team/keras, get_config of
each layer), HDF5 by h5py. Weights follow SampleModels.filled, so that SampleFilesTest knows them.

    python3 make_samples.py FOLDER
"""

import io
import json
import sys
import zipfile

import h5py
import numpy as np

from walk import model_layers, snake

REGULARIZED = ("kernel", "recurrent", "bias")


class Form:
    """How one generation writes."""

    def __init__(self, keras3, zipped):
        self.keras3 = keras3
        self.zipped = zipped

    def obj(self, module, kind, config):
        if self.keras3 or self.zipped:
            return {"module": module, "class_name": kind, "config": config, "registered_name": None}
        return {"class_name": kind, "config": config}

    def init(self, kind, **config):
        return self.obj("keras.initializers", kind, config)

    def dtype(self):
        if not self.keras3:
            return "float32"
        return self.obj("keras", "DTypePolicy", {"name": "float32"})

    def layer(self, kind, name, **config):
        base = {"name": name, "trainable": True, "dtype": self.dtype()}
        form = self.obj("keras.layers", kind, {**base, **config})
        if self.keras3 and kind == "Functional":
            form.update(module="keras.src.models.functional", registered_name="Functional")
        return form

    def input(self, name, *dims):
        if self.keras3:
            config = {"batch_shape": [None, *dims], "dtype": "float32", "sparse": False, "name": name}
        else:
            config = {"batch_input_shape": [None, *dims], "dtype": "float32", "sparse": False,
                      "ragged": False, "name": name}
        return self.obj("keras.layers", "InputLayer", config)

    def weights_of(self, recurrent):
        glorot = self.init("GlorotUniform", seed=None)
        config = {"use_bias": True, "kernel_initializer": glorot}
        if recurrent:
            config["recurrent_initializer"] = self.init("Orthogonal", gain=1.0, seed=None)
        config["bias_initializer"] = self.init("Zeros")
        if recurrent:
            config["unit_forget_bias"] = True
        for what in REGULARIZED:
            if recurrent or what != "recurrent":
                config[what + "_regularizer"] = None
                config[what + "_constraint"] = None
        config["activity_regularizer"] = None
        return config

    def recurrent(self, kind, name, sequences=False, state=False, gates="sigmoid", **config):
        config = {
            "return_sequences": sequences, "return_state": state, "go_backwards": False,
            "stateful": False, "unroll": False, **config, "activation": "tanh",
            "recurrent_activation": gates, **self.weights_of(True), "dropout": 0.0,
            "recurrent_dropout": 0.25 if kind == "ConvLSTM2D" else 0.0}
        if self.keras3:
            config.update(zero_output_for_mask=False, seed=None)
        else:
            config["time_major"] = False
            if kind == "LSTM":
                config["implementation"] = 2
        return self.layer(kind, name, **config)

    def convlstm(self, name, filters, kernel, padding="valid", strides=(1, 1), **config):
        return self.recurrent(
            "ConvLSTM2D", name, filters=filters, kernel_size=kernel, strides=list(strides),
            padding=padding, data_format="channels_last", dilation_rate=[1, 1], **config)

    def lstm(self, name, units, **config):
        return self.recurrent("LSTM", name, units=units, **config)

    def conv(self, kind, name, filters, kernel, activation="linear", bias=True):
        config = {**self.weights_of(False), "use_bias": bias}
        return self.layer(
            kind, name, filters=filters, kernel_size=kernel, strides=[1] * len(kernel),
            padding="valid", data_format="channels_last", dilation_rate=[1] * len(kernel), groups=1,
            activation=activation, **config)

    def dense(self, name, units, activation="linear"):
        return self.layer("Dense", name, units=units, activation=activation, **self.weights_of(False))

    def norm(self, name, axis):
        config = {"axis": -1 if self.keras3 else [axis], "momentum": 0.99, "epsilon": 0.001,
                  "center": True, "scale": True}
        for what, kind in (("beta", "Zeros"), ("gamma", "Ones"), ("moving_mean", "Zeros"),
                           ("moving_variance", "Ones")):
            config[what + "_initializer"] = self.init(kind)
        for what in ("beta", "gamma"):
            config[what + "_regularizer"] = config[what + "_constraint"] = None
        if self.keras3:
            config["synchronized"] = False
        return self.layer("BatchNormalization", name, **config)

    def pool(self, kind, name, size, padding="valid"):
        return self.layer(kind, name, pool_size=size, padding=padding, strides=size,
                          data_format="channels_last")

    def plain(self, kind, name, **config):
        return self.layer(kind, name, **config)

    def dropout(self, name, rate):
        return self.layer("Dropout", name, rate=rate, noise_shape=None, seed=None)

    def timed(self, name, layer):
        return self.layer("TimeDistributed", name, layer=layer)

    def both_ways(self, name, layer):
        if not self.keras3:
            return self.layer("Bidirectional", name, layer=layer, merge_mode="concat")
        inner = layer["config"]
        forward = {**layer, "config": {**inner, "name": "forward_" + inner["name"],
                                       "zero_output_for_mask": True}}
        backward = {**layer, "config": {**inner, "name": "backward_" + inner["name"],
                                        "go_backwards": True, "zero_output_for_mask": True}}
        return self.layer("Bidirectional", name, merge_mode="concat", layer=forward,
                          backward_layer=backward)

    def called(self, form, *calls):
        """A layer with its calls; a call is (tensors, keyword arguments)."""
        name = form["config"]["name"]
        nodes = []
        for tensors, kwargs in calls:
            if self.keras3:
                one = [self.tensor(t) for t in tensors]
                nodes.append({"args": one if len(one) == 1 else [one],
                              "kwargs": {k: [self.tensor(t) for t in v] for k, v in kwargs.items()}})
            else:  # an initial state is among the tensors
                flat = list(tensors) + [t for v in kwargs.values() for t in v]
                nodes.append([[*t, {}] for t in flat])
        return {**form, "name": name, "inbound_nodes": nodes}

    def tensor(self, reference):
        return {"class_name": "__keras_tensor__",
                "config": {"shape": [None], "dtype": "float32", "keras_history": list(reference)}}

    def functional(self, name, layers, inputs, outputs):
        config = {"name": name, "trainable": True, "layers": layers,
                  "input_layers": [list(i) for i in inputs],
                  "output_layers": [list(o) for o in outputs]}
        form = self.layer("Functional", name)
        form["config"] = config
        config["layers"] = model_layers({"class_name": "Functional", "config": config}, self.keras3)
        return form


def chain(f):
    layers = [
        f.input("clip", 4, 9, 8, 2),
        f.convlstm("a", 3, [3, 2], "same", sequences=True),
        f.norm("b", 4),
        f.pool("MaxPooling3D", "c", [1, 2, 2], "same"),
        f.conv("Conv3D", "d", 2, [1, 2, 2], "relu"),
        f.timed("e", f.dropout("e0", 0.5)),
        f.timed("f", f.conv("Conv2D", "f0", 3, [2, 2], bias=False)),
        f.pool("AveragePooling3D", "g", [2, 1, 1]),
        f.convlstm("h", 2, [2, 2], "same", strides=(1, 2), gates="hard_sigmoid"),
        f.pool("MaxPooling2D", "i", [2, 1]),
        f.pool("AveragePooling2D", "j", [1, 1]),
        f.conv("Conv2D", "k", 2, [1, 1]),
        f.plain("GlobalAveragePooling2D", "l", data_format="channels_last", keepdims=False),
        f.dense("m", 3, "softmax"),
    ]
    weights = {"a": [(3, 2, 2, 12), (3, 2, 3, 12), (12,)], "b": [(3,)] * 4,
               "d": [(1, 2, 2, 3, 2), (2,)], "f": [(2, 2, 2, 3)],
               "h": [(2, 2, 3, 8), (2, 2, 2, 8), (8,)], "k": [(1, 1, 2, 2), (2,)],
               "m": [(2, 3), (3,)]}
    model = f.layer("Sequential", "chain")
    model["module"] = "keras"
    model["config"] = {"name": "chain", "layers": layers}
    if f.keras3:
        model["config"]["build_input_shape"] = [None, 4, 9, 8, 2]
    return model, weights


def graph(f):
    inside = f.functional(
        "encoder",
        [{**f.input("frame", 6, 6, 2), "name": "frame", "inbound_nodes": []},
         f.called(f.conv("Conv2D", "see", 3, [3, 3]), ([("frame", 0, 0)], {})),
         f.called(f.norm("norm", 3), ([("see", 0, 0)], {})),
         f.called(f.plain("Flatten", "flat", data_format="channels_last"), ([("norm", 0, 0)], {})),
         f.called(f.dense("code", 4), ([("flat", 0, 0)], {}))],
        [("frame", 0, 0)], [("code", 0, 0)])
    layers = [
        {**f.input("words", 5, 3), "name": "words", "inbound_nodes": []},
        {**f.input("clip", 3, 6, 6, 2), "name": "clip", "inbound_nodes": []},
        f.called(f.timed("frames", inside), ([("clip", 0, 0)], {})),
        f.called(f.lstm("reader", 4, state=True), ([("frames", 0, 0)], {})),
        f.called(f.both_ways("ways", f.lstm("way", 2, sequences=True)), ([("words", 0, 0)], {})),
        f.called(f.lstm("decoder", 4, sequences=True),
                 ([("words", 0, 0)], {"initial_state": [("reader", 0, 1), ("reader", 0, 2)]})),
        f.called(f.dense("shared", 4, "tanh"), ([("decoder", 0, 0)], {}), ([("ways", 0, 0)], {})),
        f.called(f.plain("Add", "sum"), ([("shared", 0, 0), ("shared", 1, 0)], {})),
        f.called(f.plain("Permute", "turned", dims=[2, 1]), ([("sum", 0, 0)], {})),
        f.called(f.plain("Reshape", "row", target_shape=[20]), ([("turned", 0, 0)], {})),
        f.called(f.plain("GlobalAveragePooling3D", "mean", data_format="channels_last",
                         keepdims=False), ([("clip", 0, 0)], {})),
        f.called(f.plain("Concatenate", "all", axis=-1),
                 ([("row", 0, 0), ("reader", 0, 0), ("mean", 0, 0)], {})),
        f.called(f.dropout("drop", 0.25), ([("all", 0, 0)], {})),
        f.called(f.dense("yes", 2), ([("drop", 0, 0)], {})),
        f.called(f.plain("Activation", "soft", activation="softplus"), ([("row", 0, 0)], {})),
    ]
    weights = {"frames": {"see": [(3, 3, 2, 3), (3,)], "norm": [(3,)] * 4, "code": [(48, 4), (4,)]},
               "reader": [(4, 16), (4, 16), (16,)],
               "ways": [(3, 8), (2, 8), (8,)] * 2,
               "decoder": [(3, 16), (4, 16), (16,)],
               "shared": [(4, 4), (4,)], "yes": [(26, 2), (2,)]}
    model = f.functional("graph", layers, [("words", 0, 0), ("clip", 0, 0)],
                         [("yes", 0, 0), ("soft", 0, 0)])
    return model, weights


def filled(shape, k):  # SampleModels.filled
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    return (((i * 7919 + 31 * k) % 1009 + 1) / 2048.0).astype("<f4").reshape(shape)


def fill(model, weights, keras3):
    """Arrays instead of shapes, counted in the order of model.layers."""
    count = [0]

    def arrays(shapes):
        result = []
        for s in shapes:
            result.append(filled(s, count[0]))
            count[0] += 1
        return result

    filled_weights = {}
    for layer in model_layers(model, keras3):
        w = weights.get(layer["config"]["name"], [])
        filled_weights[layer["config"]["name"]] = (
            {k: arrays(v) for k, v in w.items()} if isinstance(w, dict) else arrays(w))
    return filled_weights


def listed(weights):
    """All arrays of a layer as Keras lists them: trainable ones first."""
    if not isinstance(weights, dict):
        return weights
    trained, others = [], []
    for name, arrays in weights.items():
        split = 2 if name == "norm" else len(arrays)
        trained += arrays[:split]
        others += arrays[split:]
    return trained + others


def write_h5(path, f, model, weights, version):
    with h5py.File(path, "w") as out:
        config = {"class_name": model["class_name"], "config": model["config"]}
        out.attrs["model_config"] = json.dumps(config).encode("utf8")
        group = out.create_group("model_weights")
        for g in (out, group):
            g.attrs["backend"] = "tensorflow".encode("utf8")
            g.attrs["keras_version"] = version.encode("utf8")
        names = [l["config"]["name"] for l in model_layers(model, f.keras3)]
        group.attrs["layer_names"] = [n.encode("utf8") for n in names]
        for name in sorted(names):
            layer = group.create_group(name)
            arrays = listed(weights[name])
            form = "graph/%s/weight_%d" if f.keras3 else "%s/weight_%d:0"
            weight_names = [form % (name, i) for i in range(len(arrays))]
            layer.attrs["weight_names"] = [n.encode("utf8") for n in weight_names]
            for n, a in zip(weight_names, arrays):
                layer.create_dataset(n, data=a)
        group.create_group("top_level_model_weights").attrs["weight_names"] = []


def put_vars(store, path, name, arrays):
    group = store.require_group(path).create_group("vars")
    group.attrs["name"] = name
    for i, a in enumerate(arrays):
        group[str(i)] = a


def put_container(store, path, layers, weights):
    used = {}
    for layer in layers:
        kind, name = layer["class_name"], layer["config"]["name"]
        group = snake(kind)
        used[group] = used.get(group, -1) + 1
        at = path + "/" + (group if used[group] == 0 else "%s_%d" % (group, used[group]))
        own = weights.get(name, [])
        if kind in ("LSTM", "ConvLSTM2D"):
            put_vars(store, at, name, [])
            put_vars(store, at + "/cell", "cell", own)
        elif kind == "Bidirectional":
            put_vars(store, at, name, [])
            for way, arrays in (("backward", own[3:]), ("forward", own[:3])):
                put_vars(store, at + "/%s_layer" % way, way, [])
                put_vars(store, at + "/%s_layer/cell" % way, "cell", arrays)
        elif kind == "TimeDistributed":
            put_vars(store, at, name, [])
            inner = layer["config"]["layer"]
            if isinstance(own, dict):
                put_container(store, at + "/layer/layers",
                              model_layers(inner, KERAS3[0]), own)
            else:
                put_vars(store, at + "/layer", inner["config"]["name"], own)
        else:
            put_vars(store, at, name, own)


KERAS3 = [False]


def write_keras(path, f, model, weights, version):
    KERAS3[0] = f.keras3
    data = io.BytesIO()
    with h5py.File(data, "w") as store:
        put_container(store, "layers", model_layers(model, f.keras3), weights)
    with zipfile.ZipFile(path, "w") as z:
        def put(name, content):
            z.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)

        put("metadata.json", json.dumps({"keras_version": version, "date_saved": "2026-01-01@00:00:00"}))
        put("config.json", json.dumps(model))
        put("model.weights.h5", data.getvalue())


if __name__ == "__main__":
    for make in (chain, graph):
        for version, zipped in (("2.11.0", False), ("2.15.0", True), ("3.8.0", False),
                                ("3.13.2", True)):
            form = Form(version.startswith("3"), zipped)
            sample, shapes = make(form)
            content = fill(sample, shapes, form.keras3)
            file = "%s/%s-%s%s" % (sys.argv[1], make.__name__, version,
                                   ".keras" if zipped else ".h5")
            (write_keras if zipped else write_h5)(file, form, sample, content, version)
