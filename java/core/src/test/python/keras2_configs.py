"""Makes the configs of every layer that is read, as Keras 2.2 to 2.15 write them: each option at its default and at one other value.

    python3 keras2_configs.py KERAS.git | gzip -9n > ../resources/convlstm4j/layer/keras2-configs.json.gz

Keras 2 needs TensorFlow, so it is not run. Its source is parsed instead (KERAS.git is a bare clone of github:keras-team/keras with its
tags): which options a layer writes is in its get_config and those of its bases, and what their defaults are in the constructors. By hand
are only the arguments without a default, the other values, and the forms in which objects are written. Nothing of Keras is copied.

A row is {"releases", "class", "config", "other": {option: value}}; "other" may have options that are written only if they are set.
"""
import ast
import json
import re
import subprocess
import sys

GIT = sys.argv[1]
TAGS = ["2.2.0", "2.2.5", "2.3.1"] + ["v2.%d.0" % i for i in range(6, 13)] + ["v2.13.1", "v2.14.0", "v2.15.0"]
LAYERS = """Activation ActivityRegularization Add AdditiveAttention Attention AlphaDropout Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional
 Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D Dense DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU
 EinsumDense Embedding Flatten GRU GaussianDropout GaussianNoise
 GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D
 GroupNormalization Identity LSTM LayerNormalization LeakyReLU Masking MaxPooling1D MaxPooling2D MaxPooling3D Maximum Minimum MultiHeadAttention Multiply Normalization PReLU Permute
 CenterCrop RNN RandomFlip ReLU RepeatVector Rescaling Reshape Resizing SeparableConv1D SeparableConv2D SimpleRNN Softmax SpatialDropout1D SpatialDropout2D SpatialDropout3D Subtract TimeDistributed
 UnitNormalization UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D""".split()
REQUIRED = dict(filters=2, units=3, rate=0.25, target_shape=[2, 3], dims=[2, 1], activation="tanh", n=2, scale=0.5, axes=1, height=3, width=2, stddev=0.25, input_dim=5, output_dim=2, num_heads=2, key_dim=3, equation="abc,cd->abd",
                output_shape=[None, 5])
OTHER = dict(padding="same", data_format="channels_first", activation="relu", recurrent_activation="tanh", merge_mode="sum",
             dtype="float64", axis=1, noise_shape=[None, 1], max_value=6.0, threshold=0.5, negative_slope=0.125, epsilon=0.0625,
             momentum=0.5, groups=2, seed=7, units=4, filters=4, rate=0.5, target_shape=[3, 2], dims=[1, 2], virtual_batch_size=2,
             renorm_clipping=dict(rmax=2.0), renorm_momentum=0.5, implementation=1, num_constants=1, alpha=0.125, dropout=0.5,
             recurrent_dropout=0.5, adjustment=True, interpolation="nearest", mode="vertical", mean=[1.0], variance=[2.0], score_mode="concat",
             attention_axes=[1], output_shape=[5], equation="abc,dc->abd", bias_axes="d")

# Options that are taken out of **kwargs, with their defaults there; and those that every layer has, which are set below.
KWARGS = dict(implementation=2, num_constants=None, zero_output_for_mask=False, mode="horizontal_and_vertical", query_shape=None, key_shape=None,
              value_shape=None)
UNKNOWN = set()
OF_ANY_LAYER = ("name", "trainable", "dtype", "batch_input_shape", "dynamic", "class_name", "config")


class Release:
    def __init__(self, tag):
        self.tag = tag
        self.version = tuple(int(n) for n in tag.lstrip("v").split(".")[:2])
        self.classes = {}
        wanted = ("layers/", "engine/base_layer.py", "engine/topology.py", "legacy/layers.py")
        skipped = ("test", "benchmark", "preprocessing", "_v1.py", "cudnn", "legacy_rnn", "legacy_cells", "locally", "experimental")
        for f in git("ls-tree", "-r", "--name-only", tag, "keras").splitlines():
            if f.endswith(".py") and any(w in f for w in wanted) and (
                    f.endswith(("/image_preprocessing.py", "/preprocessing/normalization.py")) or not any(s in f for s in skipped)):
                for node in ast.walk(ast.parse(git("show", tag + ":" + f))):
                    if isinstance(node, ast.ClassDef):
                        self.classes.setdefault(node.name, []).append((f, node))

    def find(self, name, file=None, module=None):
        """A class by its name: in the module that a base names, in the same file, else the newest."""
        all_of = self.classes.get(name, [])
        for f, node in all_of:
            if module and f.endswith("/" + module + ".py"):
                return f, node
        for f, node in all_of:
            if not module and f == file:
                return f, node
        return max(all_of, key=lambda x: "_v2" in x[0]) if all_of else None

    def chain(self, found):
        """The class and all its bases, nearest first."""
        file, node = found
        classes = [found]
        for b in node.bases:
            name, module = (b.attr, getattr(b.value, "id", getattr(b.value, "attr", None))) if isinstance(b, ast.Attribute) else (
                getattr(b, "id", ""), None)
            base = self.find(name, file, module)
            if base and base[1] is not node:
                classes += [c for c in self.chain(base) if c not in classes]
        return classes

    # Objects, in the form of each release.
    def object(self, module, name, **config):
        form = dict(class_name=name, config=config)
        return dict(form, module="keras." + module, registered_name=None) if self.version >= (2, 13) else form

    def initializer(self, name):
        known = dict(zeros="Zeros", ones="Ones", orthogonal="Orthogonal", glorot_uniform="GlorotUniform", he_normal="HeNormal")
        if name in ("zeros", "ones"):
            return self.object("initializers", known[name])
        if name == "uniform":
            return self.object("initializers", "RandomUniform", minval=-0.05, maxval=0.05, seed=None)
        if name == "orthogonal":
            return self.object("initializers", "Orthogonal", gain=1.0, seed=None)
        if self.version < (2, 6):
            scale, mode, distribution = dict(glorot_uniform=(1.0, "fan_avg", "uniform"), he_normal=(2.0, "fan_in", "normal"))[name]
            return self.object("initializers", "VarianceScaling", scale=scale, mode=mode, distribution=distribution, seed=None)
        return self.object("initializers", known[name], seed=None)

    def written(self, key, value, config):
        """What get_config makes of a constructor's argument."""
        if isinstance(value, tuple):
            value = list(value)
        if key.endswith("_initializer"):
            return self.initializer(value)
        if key in ("activation", "recurrent_activation"):
            return "linear" if value is None else value
        if key == "data_format" and value is None:
            return "channels_last"
        if key == "strides" and value is None:
            size = config["pool_size"]
            return list(size) if isinstance(size, (list, tuple)) else size
        return value

    def other(self, key, default, layer):
        if key.endswith("_initializer"):
            return self.initializer("he_normal")
        if key.endswith("_regularizer"):
            return self.object("regularizers", "L2", l2=0.0625) if self.version >= (2, 6) else self.object(
                "regularizers", "L1L2", l1=0.0, l2=0.0625)
        if key.endswith("_constraint"):
            return self.object("constraints", "NonNeg")
        if key in ("padding", "cropping") and layer.startswith(("ZeroPadding", "Cropping")):
            return [2, 3] if layer[-2] == "1" else [[2, 3]] * int(layer[-2])
        if key == "output_padding":
            return [1] * int(re.search("([123])D", layer)[1])
        if key == "implementation":
            return 3 - (default or 1)
        if key in ("layer", "backward_layer"):
            inner = self.layer("LSTM" if layer == "Bidirectional" else "Dense", units=4)
            if key == "backward_layer":
                inner["config"]["go_backwards"] = True
            return inner
        if key == "cell":
            return self.layer("GRUCell", units=4)
        if isinstance(default, bool):
            return not default
        if key in OTHER:
            return OTHER[key]
        if isinstance(default, list):
            return [d + 1 for d in default]
        if isinstance(default, (int, float)):
            return default + 1
        return 1

    def layer(self, name, **own):
        """{"class_name", "config"} at the defaults, for within another layer."""
        config, _ = self.config(name)
        config.update(own)
        form = dict(class_name=name, config=config)
        return dict(form, module="keras.layers", registered_name=None) if self.version >= (2, 13) else form

    def config(self, name):
        """The config at the defaults, and the defaults of options that are written only if set; None if there is no such layer."""
        found = self.find(name)
        if not found:
            return None
        chain = self.chain(found)
        always, sometimes = keys(chain)
        defaults = {}
        for _, node in chain:
            for f in node.body:
                if isinstance(f, ast.FunctionDef) and f.name == "__init__":
                    arguments = f.args.args[1:] + f.args.kwonlyargs
                    values = [None] * (len(f.args.args) - 1 - len(f.args.defaults)) + f.args.defaults + f.args.kw_defaults
                    for a, v in zip(arguments, values):
                        if v is not None and a.arg not in defaults:
                            try:
                                defaults[a.arg] = ast.literal_eval(v)
                            except ValueError:
                                pass
                        elif v is None and a.arg not in defaults and a.arg in always + sometimes:
                            defaults[a.arg] = (
                                [3] * int(re.search("([123])D", name)[1]) if a.arg == "kernel_size" else
                                self.layer("LSTM" if name == "Bidirectional" else "Dense") if a.arg == "layer" else
                                self.layer("LSTMCell") if a.arg == "cell" else REQUIRED[a.arg])
        for k in always + sometimes:
            if k in KWARGS:
                defaults.setdefault(k, KWARGS[k])
            elif k not in defaults and k not in OF_ANY_LAYER:
                UNKNOWN.add("%s %s: what is the default of %s?" % (self.tag, name, k))
        config = dict(name=name.lower(), trainable=True, dtype="float32")
        for k in always:
            if k in defaults and k not in config:
                config[k] = defaults[k]
        config = {k: self.written(k, v, config) for k, v in config.items()}
        return config, {k: defaults[k] for k in sometimes if k in defaults and k not in config}


def git(*words):
    return subprocess.run(["git", "--git-dir", GIT] + list(words), stdout=subprocess.PIPE, check=True, text=True).stdout


def keys(chain):
    """The options that get_config writes always, and those that it writes under a condition."""
    always, sometimes, gone = [], [], set()
    for _, node in chain:
        method = next((f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == "get_config"), None)
        if method is None:
            continue
        own_always, own_sometimes = [], []
        conditional = {id(n) for i in ast.walk(method) if isinstance(i, ast.If) for part in (i.body, i.orelse) for s in part
                       for n in ast.walk(s)}
        for n in ast.walk(method):
            to = own_sometimes if id(n) in conditional else own_always
            if isinstance(n, ast.Dict):
                to += [k.value for k in n.keys if isinstance(k, ast.Constant)]
            if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Subscript) and isinstance(n.targets[0].slice, ast.Constant):
                to.append(n.targets[0].slice.value)
            if isinstance(n, ast.Delete) and isinstance(n.targets[0], ast.Subscript) and isinstance(n.targets[0].slice, ast.Constant):
                gone.add(n.targets[0].slice.value)
            if isinstance(n, ast.Call) and getattr(n.func, "attr", "") == "pop" and n.args and isinstance(n.args[0], ast.Constant):
                gone.add(n.args[0].value)
        always += [k for k in own_always if isinstance(k, str) and k not in gone and k not in always]
        sometimes += [k for k in own_sometimes if isinstance(k, str) and k not in gone and k not in always and k not in sometimes]
        if not any(isinstance(n, ast.Name) and n.id == "super" for n in ast.walk(method)):
            break
    return always, [k for k in sometimes if k not in always]


rows = {}
for tag in TAGS:
    release = Release(tag)
    for name in LAYERS:
        made = release.config(name)
        if made is None:
            print(tag, "has no", name, file=sys.stderr)
            continue
        config, optional = made
        other = {k: release.other(k, v, name) for k, v in dict(config, **optional).items() if k != "name"}
        row = json.dumps({"class": name, "config": config, "other": other}, sort_keys=True)
        rows.setdefault(row, []).append(tag.lstrip("v"))
if UNKNOWN:
    sys.exit("\n".join(sorted(UNKNOWN)))
print(json.dumps([dict(json.loads(r), releases=t) for r, t in rows.items()], separators=(",", ":"), sort_keys=True))
