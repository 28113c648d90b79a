"""Every name that releases of Keras have for the losses, metrics and optimisers that there are here, read from their source.

    python3 training_names.py KERAS.git > ../resources/convlstm4j/io/keras/training-names.json

KERAS.git is a bare clone of github:keras-team/keras with its tags. Nothing of Keras is run or copied: the source is parsed, and
only names are taken.
"""
import ast
import json
import re
import subprocess
import sys

GIT = sys.argv[1]
TAGS = ["2.2.0", "2.2.5", "2.3.1"] + ["v2.%d.0" % i for i in (6, 7, 8, 9, 10, 11, 12)] + [
    "v2.13.1", "v2.14.0", "v2.15.0", "v3.0.5", "v3.4.1", "v3.8.0", "v3.12.4", "v3.15.1"]
LOSSES = ["BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy", "MeanSquaredError", "MeanAbsoluteError",
          "Huber"]
METRICS = ["BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy", "MeanSquaredError", "MeanAbsoluteError", "AUC",
           "Precision", "Recall", "F1Score"]
OPTIMIZERS = ["Adam", "AdamW", "RMSprop", "SGD", "LossScaleOptimizer"]


def git(*words):
    return subprocess.run(["git", "--git-dir", GIT] + list(words), stdout=subprocess.PIPE, check=True, text=True).stdout


def snake(name):
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def names(tag, what, wanted):
    """{class: names}: what is bound to the class, or to the function of its name, in the modules of losses or metrics."""
    files = [f for f in git("ls-tree", "-r", "--name-only", tag).splitlines()
             if re.fullmatch(r"keras/(src/)?%s(/[a-z_]+)?\.py" % what, f) and "test" not in f]
    of = {}
    for w in wanted:
        of[w] = w
        of[snake(w)] = w
    found = {w: set() for w in wanted}
    for f in files:
        tree = ast.parse(git("show", tag + ":" + f))
        for node in ast.walk(tree):
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and (node.name in of or node.name == "huber_loss"):
                kind = of.get(node.name, "Huber")
                if kind in wanted:
                    found[kind].add(node.name)
                    for d in ast.walk(ast.Module(node.decorator_list, [])):  # keras_export("keras.losses.MSE", ..)
                        if isinstance(d, ast.Constant) and isinstance(d.value, str) and d.value.startswith("keras." + what + "."):
                            found[kind].add(d.value.rpartition(".")[2])
            if node in tree.body and isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in of:
                found[of[node.value.id]] |= {t.id for t in node.targets if isinstance(t, ast.Name)}
            if isinstance(node, ast.Dict):  # {"bce": binary_crossentropy, ..}
                for k, v in zip(node.keys, node.values):
                    if isinstance(k, ast.Constant) and isinstance(k.value, str) and isinstance(v, ast.Name) and v.id in of:
                        found[of[v.id]].add(k.value)
    return {w: sorted(v) for w, v in found.items() if v}


def optimizers(tag):
    """[class_name, module] of each class of these names, registered names included."""
    found = []
    for f in git("ls-tree", "-r", "--name-only", tag).splitlines():
        if not re.fullmatch(r"keras/(src/)?(backend/[a-z]+/)?(optimizer|mixed_precision)[a-z_0-9/]*\.py", f) or "test" in f:
            continue
        for node in ast.walk(ast.parse(git("show", tag + ":" + f))):
            if isinstance(node, ast.ClassDef):
                plain = re.sub("V[123]$", "", node.name)
                if plain in OPTIMIZERS:
                    registered = any("register_keras_serializable" in ast.dump(d) for d in node.decorator_list)
                    found.append([plain, ("Custom>" if registered else "") + node.name, f[:-3].replace("/", ".")])
    return sorted(found)


rows = {}
for tag in TAGS:
    rows[tag.lstrip("v")] = dict(losses=names(tag, "losses", LOSSES), metrics=names(tag, "metrics", METRICS), optimizers=optimizers(tag))
print("{" + ",\n".join(json.dumps(k) + ":" + json.dumps(v, separators=(",", ":")) for k, v in rows.items()) + "}")
