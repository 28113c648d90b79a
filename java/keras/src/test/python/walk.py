"""Walks .h5 and .keras files as Keras's own loaders do, with h5py and the standard library only.

    python3 walk.py FILE ...

Follows keras v2.11 saving/hdf5_format.py and keras v3.8 src/legacy/saving/legacy_h5_format.py
(load_weights_from_hdf5_group), keras v3.8 src/saving/saving_lib.py (_load_state, _load_container_state) and src/ops/function.py (map_graph), and
fails where they would. Prints one line per weight, in the order in which they are assigned:

    LAYER <tab> SHAPE <tab> CRC-32 of its bytes

then one line per array of the optimiser, the layer being "optimizer".
"""

import io
import json
import re
import sys
import zipfile
import zlib

import h5py
import numpy as np


MODELS = ("Functional", "Model", "Sequential")
RECURRENT = ("LSTM", "GRU", "SimpleRNN") + tuple("Conv%s%dD" % (c, n) for c in ("LSTM", "GRU") for n in (1, 2, 3))


def snake(name):  # keras/src/utils/naming.py
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def history(reference):
    """[layer, call, output] of a tensor in either generation's form."""
    if isinstance(reference, dict):
        assert reference["class_name"] == "__keras_tensor__", reference
        assert reference["config"]["shape"] and reference["config"]["dtype"]
        return reference["config"]["keras_history"]
    return reference[:3]


def tensors(node):
    """What a call was given, flattened as Keras flattens args and kwargs."""
    found = []

    def collect(value):
        if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            found.append(history(value))
        elif isinstance(value, dict):
            for key in sorted(value):
                collect(value[key])
        elif isinstance(value, list) and value and isinstance(value[0], str) and len(value) in (3, 4):
            found.append(value[:3])
            if len(value) == 4:
                extra.append(value[3])
        elif isinstance(value, list):
            for v in value:
                collect(v)

    extra = []
    if isinstance(node, dict):
        collect(node["args"])
        collect(node["kwargs"])
    else:
        collect(node)
        for options in extra[:1]:
            for key in sorted(options):
                collect(options[key])
    return [tuple(t) for t in found]


def ends(value):
    return [value] if value and isinstance(value[0], str) else value


def model_layers(model, keras3):
    """Layers in the order of model.layers (map_graph)."""
    config = model["config"]
    layers = config["layers"]
    if model["class_name"] == "Sequential":
        return [l for l in layers if l["class_name"] != "InputLayer"]
    by_name = {l["name"]: l for l in layers}
    assert len(by_name) == len(layers)
    for layer in layers:
        if not (layer.get("module") or "").startswith("keras.src.ops."):  # operations with options have no name
            assert layer["name"] == layer["config"]["name"], layer["name"]

    def first(name, in_ends):
        kind = by_name[name]["class_name"]
        if keras3:
            return 1 if in_ends and kind in ("Functional", "Model") else 0
        return 1 if kind in MODELS else 0

    order, indices, finished = [], {}, set()

    def visit(name, call):
        if (name, call) in finished:
            return
        finished.add((name, call))
        indices.setdefault(name, len(indices))
        for parent, at, _ in parents(name, call):
            visit(parent, at - first(parent, False))
        order.append((name, call))

    def parents(name, call):
        nodes = by_name[name]["inbound_nodes"]
        return tensors(nodes[call]) if nodes else []

    for name, call, _ in ends(config["output_layers"]):
        visit(name, call - first(name, True))
    node_depth, layer_depth = {}, {}
    for node in reversed(order):
        depth = max(node_depth.setdefault(node, 0), layer_depth.get(node[0], 0))
        layer_depth[node[0]] = node_depth[node] = depth
        for parent, at, _ in parents(*node):
            key = (parent, at - first(parent, False))
            node_depth[key] = max(depth + 1, node_depth.get(key, 0))
    assert set(indices) == set(by_name), "layers that lead nowhere"
    return [by_name[n] for n in sorted(indices, key=lambda n: (-layer_depth[n], indices[n]))]


def cells(cell):
    """The cells of an RNN as the layers whose weights they have."""
    return [dict(c, class_name=c["class_name"].removesuffix("Cell"))
            for c in (cell["config"]["cells"] if cell["class_name"] == "StackedRNNCells" else [cell])]


def own_weights(layer):
    """How many weights a layer has by itself: (trainable, others)."""
    kind, config = layer["class_name"], layer["config"]
    if kind in ("Dense", "Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"):
        return 1 + config["use_bias"], 0
    if kind in RECURRENT:
        return 2 + config["use_bias"], 0
    if kind == "BatchNormalization":
        return config["scale"] + config["center"], 2
    if kind in ("LayerNormalization", "GroupNormalization"):
        return config["scale"] + config["center"], 0
    if kind in ("DepthwiseConv1D", "DepthwiseConv2D"):
        return 1 + config["use_bias"], 0
    if kind in ("SeparableConv1D", "SeparableConv2D"):
        return 2 + config["use_bias"], 0
    if kind in ("PReLU", "Embedding", "RMSNormalization"):
        return 1, 0
    if kind in ("Attention", "AdditiveAttention"):
        return config["use_scale"] + (config.get("score_mode") == "concat"), 0
    if kind == "EinsumDense":
        return 1 + (config["bias_axes"] is not None), 0
    if kind == "MultiHeadAttention":
        return 4 * (1 + config["use_bias"]), 0
    if kind == "Normalization":
        return 0, 3 if config["mean"] is None else 0
    return 0, 0


def counts(layer):
    """All weights of a layer as Keras lists them: trainable first."""
    kind, config = layer["class_name"], layer["config"]
    if kind in MODELS:
        inside = [counts(l) for l in model_layers(layer, "module" in layer)]
        return tuple(map(sum, zip(*inside))) if inside else (0, 0)
    if kind == "TimeDistributed":
        return counts(config["layer"])
    if kind == "RNN":
        inside = [own_weights(c) for c in cells(config["cell"])]
        return tuple(map(sum, zip(*inside)))
    if kind == "Bidirectional":
        a = counts(config["layer"])
        b = counts(config.get("backward_layer") or config["layer"])
        return a[0] + b[0], a[1] + b[1]
    return own_weights(layer)


def show(layer, dataset):
    value = np.asarray(dataset)
    print(layer, list(value.shape), "%08x" % zlib.crc32(value.tobytes()), sep="\t")


def texts(group, name):  # load_attributes_from_hdf5_group
    if name in group.attrs:
        values = group.attrs[name]
    else:
        values, chunk = [], 0
        assert "%s0" % name in group.attrs, name
        while "%s%d" % (name, chunk) in group.attrs:
            values.extend(group.attrs["%s%d" % (name, chunk)])
            chunk += 1
    return [v.decode("utf8") if hasattr(v, "decode") else v for v in values]


def walk_h5(path):
    with h5py.File(path, "r") as f:
        model = json.loads(f.attrs["model_config"])
        weights = f["model_weights"]
        generation = f.attrs["keras_version"].split(".")[0]
        assert generation in "23"
        for group in (f, weights):
            assert group.attrs["keras_version"].split(".")[0] == generation
            assert group.attrs["backend"] == "tensorflow"
        if generation == "3":
            check_modules(model["config"])
        layers = [l for l in model_layers(model, generation == "3") if sum(counts(l))]
        names = [n for n in texts(weights, "layer_names") if texts(weights[n], "weight_names")]
        assert len(names) == len(layers), (names, [l["name"] for l in layers])
        for name, layer in zip(names, layers):
            weight_names = texts(weights[name], "weight_names")
            assert len(weight_names) == sum(counts(layer)), (name, weight_names)
            for w in weight_names:
                show(layer["name"], weights[name][w])
        assert texts(weights["top_level_model_weights"], "weight_names") == []
        if "training_config" in f.attrs:
            config = json.loads(f.attrs["training_config"])
            assert {"loss", "metrics", "loss_weights"} <= set(config)
            if generation == "2":
                assert config["optimizer_config"]["config"]["is_legacy_optimizer"] is False
            # Keras 3 would build its optimiser for no weights if there were a group optimizer_weights.
            assert ("optimizer_weights" in f) == (generation == "2")
            state = f["optimizer_weights" if generation == "2" else "convlstm4j_optimizer_weights"]
            for w in texts(state, "weight_names"):
                show("optimizer", state[w])


def load_vars(store, path, count, layer):
    group = store[path + "/vars"] if path + "/vars" in store else {}
    assert len(group.keys()) == count, (path, list(group.keys()), count)
    for i in range(count):
        show(layer, group[str(i)])


def load_layer(store, path, layer, name):
    """_load_state: own variables, then attributes that are layers, private ones last."""
    kind, config = layer["class_name"], layer["config"]
    if kind in MODELS:
        load_container(store, path + "/layers", model_layers(layer, True), name)
        return
    if kind == "TimeDistributed":
        load_vars(store, path, 0, name)
        load_layer(store, path + "/layer", config["layer"], name)
    elif kind == "Bidirectional":
        load_layer(store, path + "/backward_layer", config.get("backward_layer") or config["layer"], name)
        load_layer(store, path + "/forward_layer", config["layer"], name)
    elif kind == "RNN":
        load_vars(store, path, 0, name)
        stacked, used = config["cell"]["class_name"] == "StackedRNNCells", {}
        for cell in cells(config["cell"]):
            own = snake(cell["class_name"] + "Cell")
            used[own] = used.get(own, -1) + 1
            place = "/cell/cells/" + own + ("_%d" % used[own] if used[own] else "") if stacked else "/cell"
            load_vars(store, path + place, sum(own_weights(cell)), name)
    elif kind in RECURRENT:
        load_vars(store, path, 0, name)
        load_vars(store, path + "/cell", sum(own_weights(layer)), name)
    elif kind == "MultiHeadAttention":
        load_vars(store, path, 0, name)
        for product in ("query", "key", "value", "output"):
            load_vars(store, path + "/" + product + "_dense", 1 + config["use_bias"], name)
    else:
        load_vars(store, path, sum(own_weights(layer)), name)


def load_container(store, path, layers, name=None):
    used = {}
    for layer in layers:
        kind = "functional" if layer["class_name"] == "Model" else snake(layer["class_name"])
        if kind in used:
            used[kind] += 1
            kind = "%s_%d" % (kind, used[kind])
        else:
            used[kind] = 0
        load_layer(store, path + "/" + kind, layer, name or layer["name"])


def check_modules(value):
    """deserialize_keras_object takes forms with "module"; without, they are of the legacy kind."""
    if isinstance(value, dict):
        if "class_name" in value and "config" in value and not value["class_name"].startswith("__"):
            assert "module" in value and "registered_name" in value, value["class_name"]
        for v in value.values():
            check_modules(v)
    elif isinstance(value, list):
        for v in value:
            check_modules(v)


def walk_keras(path):
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
        assert json.loads(z.read("metadata.json"))["keras_version"].split(".")[0] == "3"
        model = json.loads(z.read("config.json"))
        weights = io.BytesIO(z.read("model.weights.h5"))
    check_modules(model)
    with h5py.File(weights, "r") as store:
        load_container(store, "layers", model_layers(model, True))
        if "compile_config" in model:
            state = store["optimizer/vars"]
            for i in range(len(state.keys())):
                show("optimizer", state[str(i)])


if __name__ == "__main__":
    for file in sys.argv[1:]:
        print("file", file, "", sep="\t")
        (walk_keras if file.endswith(".keras") else walk_h5)(file)
