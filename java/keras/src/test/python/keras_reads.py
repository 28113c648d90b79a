"""Lets releases of Keras read what convert writes: loads, predicts, goes on training, compares.

    python3 keras_reads.py [--reader R,R] [--from R,R] [--only REGEX] [--format keras,h5] [--table FILE]

Each case of keras-run (beside the checkout: ../shared/keras-run, where Keras must have been unpacked by its setup.sh)
is taken from the reader's own release, or the newest that made it, converted with the command line to .keras and .h5, and loaded by each
reader. One row for a file and a reader:

    good      loaded, the outputs are Keras's own, a .keras file's optimiser state was taken, a training step does the same
    fails     not loaded, or no outputs
    WRONG     other outputs, another state, another step
    itself    this reader cannot load the model when it wrote it itself, or has no such layer

Needs numpy here, and what keras-run needs there. Exit code 1 if anything fails or is WRONG.
"""

import argparse
import collections
import importlib.util
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import warnings

import numpy as np

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../.."))
RELEASES = ["3.0.5", "3.4.1", "3.8.0", "3.12.4", "3.14.1", "3.15.1"]


def close(want, got, tolerance):
    """Empty, or what differs."""
    if len(want) != len(got):
        return f"{len(got)} outputs instead of {len(want)}"
    for i, (w, g) in enumerate(zip(want, got)):
        if w.shape != g.shape:
            return f"output {i} has shape {list(g.shape)} instead of {list(w.shape)}"
        w, g = w.astype("float64"), g.astype("float64")
        if not np.array_equal(np.isnan(w), np.isnan(g)):
            return f"output {i} has NaN in other places"
        w, g = np.nan_to_num(w), np.nan_to_num(g)
        error = float(np.max(np.abs(w - g), initial=0.0))
        limit = tolerance["abs"] + tolerance["rel"] * float(np.max(np.abs(w), initial=0.0))
        if error > limit:
            return f"output {i} is off by {error:.3g}, allowed is {limit:.3g}"
    return ""


# Within Keras


def flat(value):
    if isinstance(value, dict):
        return [x for v in value.values() for x in flat(v)]
    if isinstance(value, (list, tuple)):
        return [x for v in value for x in flat(v)]
    return [np.asarray(value)]


def fed(model, arrays):
    """Arrays by the names of inputs, as this model takes them."""
    names = [t._keras_history.operation.name for t in model.inputs]
    if len(arrays) == 1:
        return next(iter(arrays.values()))
    return [arrays[n] for n in names]


def ordered(want, got):
    """Outputs that were a dictionary come in another order: by shape and nearness."""
    left, result = list(got), []
    for w in want:
        fit = [k for k in range(len(left)) if left[k].shape == w.shape]
        if not fit:
            return got
        near = min(fit, key=lambda k: float(np.max(np.abs(np.nan_to_num(left[k] - w)), initial=0)))
        result.append(left.pop(near))
    return result if not left else got


def step(model, x, y):
    """(what the step returns, all weights after it)"""
    out = [t._keras_history.operation.name for t in model.outputs]
    y = y[""] if "" in y else ([y[n] for n in out] if len(out) > 1 else y[out[0]])
    said = model.train_on_batch(x, y, return_dict=True)
    return said, [np.asarray(w) for w in model.get_weights()]


def state(model):
    """The optimiser's variables by name and place, None before there are any."""
    if not model.optimizer.built:
        return None
    return {f"{getattr(v, 'path', v.name)} {i}": np.array(v) for i, v in enumerate(model.optimizer.variables)}


def sorted_weights(weights):
    """Layers may come in another order."""
    return sorted(weights, key=lambda w: (w.shape, float(np.sum(w.astype("float64")))))


def check_training(model, twin, job, x, said):
    """(kind, detail): state and one step compared with those of the model that Keras itself saved."""
    if not getattr(model, "compiled", False) or model.optimizer is None:
        return ("WRONG", "not compiled") if job["compiled"] else ("good", "not compiled")
    anew = type(model.optimizer).__name__ == "Nadam" and job["form"] == "keras"  # releases disagree on its order
    if said and not (anew and "Skipping variable loading" in said[0]):
        return "WRONG", "optimiser: " + said[0]
    if anew and not said:
        return "WRONG", "Nadam's state was taken, by releases that disagree on it"
    y = {n: np.load(f) for n, f in job["train"]["y"].items()}
    short = [w[: job["train"]["batch"]] for w in (x if isinstance(x, list) else [x])]
    x, y = short if isinstance(x, list) else short[0], {n: v[: job["train"]["batch"]] for n, v in y.items()}
    if twin is None or twin.optimizer is None:
        step(model, x, y)
        return "good", "made a step"
    if type(twin.optimizer).__name__ == "LossScaleOptimizer":  # the one inside is written
        step(model, x, y)
        return "good", "made a step"
    if type(twin.optimizer).__name__ != type(model.optimizer).__name__:
        return "WRONG", f"optimiser {type(model.optimizer).__name__}, Keras's {type(twin.optimizer).__name__}"
    if anew:
        step(model, x, y)
        return "good", "made a step, the optimiser's state begun anew"
    if job["form"] == "h5":  # no Keras 3 takes an optimiser's state from its own .h5 files
        twin.compile_from_config(twin.get_compile_config())
    else:
        a, b = state(twin), state(model)
        if len(a or ()) != len(b or ()):
            return "WRONG", f"state {sorted(b or ())}, Keras's {sorted(a or ())}"
        for (n, v), (m, w) in zip((a or {}).items(), (b or {}).items()):
            if v.shape != w.shape or not np.allclose(v, w, rtol=1e-6, atol=0):
                return "WRONG", f"state {m} is not that of {n}: {w.ravel()[:3]} {v.ravel()[:3]}"
    (said_a, one), (said_b, two) = step(twin, x, y), step(model, x, y)
    limit = dict(abs=1e-6, rel=1e-5) if job["exact"] else dict(abs=1e-2, rel=1e-2)
    wrong = close(sorted_weights(one), sorted_weights(two), limit)
    if wrong:
        return "WRONG", "after a step, weight " + wrong[7:]
    for name in said_a.keys() & said_b.keys():
        if not np.allclose(said_a[name], said_b[name], rtol=1e-4 if job["exact"] else 1e-1, atol=1e-6, equal_nan=True):
            return "WRONG", f"{name} of a step is {said_b[name]}, Keras's {said_a[name]}"
    other = sorted(said_a.keys() ^ said_b.keys())
    return "good", "a step compared" + (f"; other metrics {other}" if other else "")


def check(keras, job):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = keras.saving.load_model(job["file"])
        said = [str(w.message) for w in caught]
    said = [s for s in said if "optimizer" in s or "weights" in s]
    x = fed(model, {n: np.load(f) for n, f in job["inputs"].items()})
    want = [np.load(f) for f in job["outputs"]]
    got = flat(model.predict(x, verbose=0))
    wrong = close(want, ordered(want, got), job["tolerance"])
    if wrong:
        return "WRONG", wrong
    if not job["train"]:
        return "good", ""
    try:
        twin = keras.saving.load_model(job["original"])
    except Exception:
        twin = None
    return check_training(model, twin, job, x, said)


def as_released():
    """Names modules as the released wheel does, where the sources are older than keras/src.

    keras-run runs the sources of Keras's repository. Until 3.0.5 those lay in keras/, and only the release moved them to
    keras/src (pip_build.py: namex.convert_codebase): there a class has the module keras.src.ops.numpy, in the sources
    keras.ops.numpy. Files name the first.
    """
    if importlib.util.find_spec("keras.src") is None:
        for name, module in list(sys.modules.items()):
            if name == "keras" or name.startswith("keras."):
                sys.modules["keras.src" + name[len("keras"):]] = module


def inside(jobs, results):
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import torch_shim  # noqa: F401  before keras
    import keras
    import backend_fixes  # noqa: F401  after keras
    import torch

    as_released()
    torch.set_num_threads(1)
    with open(results, "w") as out:
        for job in json.load(open(jobs)):
            keras.utils.set_random_seed(1)
            try:
                kind, detail = check(keras, job)
            except Exception as e:
                kind = "fails"
                detail = re.sub(r"\s+", " ", type(e).__name__ + ": " + str(e))
            out.write(json.dumps([job["id"], kind, detail[:1500]]) + "\n")
            out.flush()
            getattr(keras.utils, "clear_session", keras.backend.clear_session if hasattr(keras.backend, "clear_session") else lambda: None)()


# Outside


class Converter:
    """A JVM that answers one command line after another."""

    def __init__(self, launcher, run, classes):
        jar = os.path.join(os.path.dirname(os.path.abspath(launcher)), "java/cli/target/convlstm4j.jar")
        if classes:
            jar = classes + ":" + jar
        else:
            subprocess.run([launcher, "--version"], check=True, stdout=subprocess.DEVNULL)  # builds
        self.process = subprocess.Popen(
            ["java", "-Dconvlstm4j.threads=1", "-cp", jar, os.path.join(run, "Server.java")],
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def ask(self, *words):
        self.process.stdin.write("\t".join(words) + "\n")
        self.process.stdin.flush()
        code, _, text = self.process.stdout.readline().rstrip("\n").partition("\t")
        return int(code), text.replace("\x01", "\n")


def version(release):
    return tuple(int(n) for n in release.split("."))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--reader", default="3.0.5,3.8.0,3.15.1")
    p.add_argument("--from", dest="source", default="", help="releases whose files are taken; otherwise the reader's own, or the newest of each case")
    p.add_argument("--only", default="")
    p.add_argument("--format", default="keras,h5")
    p.add_argument("--convert", default="", help="further options of convert")
    p.add_argument("--keras-run", default=os.path.join(ROOT, "../shared/keras-run"))
    p.add_argument("--launcher", default=os.path.join(ROOT, "convlstm4j"))
    p.add_argument("--classes", help="classes that come before those of the jar, which then is not built anew")
    p.add_argument("--work", help="a folder to keep the files in")
    p.add_argument("--table", help="also write the rows to this file, tab-separated")
    a = p.parse_args()
    run = os.path.abspath(a.keras_run)
    if not os.path.exists(os.path.join(run, "files/cases.json")):
        print(f"keras_reads.py: {run} is absent, nothing was checked")
        return 0
    entries = json.load(open(os.path.join(run, "files/cases.json")))
    loads = {(e["case"], e["file"].rpartition(".")[2], e["release"]): e["loads_back"] for e in entries}
    readers = a.reader.split(",")
    chosen = {}
    for reader in readers:
        for e in entries:
            sources = a.source.split(",") if a.source else RELEASES
            if not re.search(a.only, e["file"]) or e["release"] not in sources:
                continue
            key = (e["case"], e["file"].rpartition(".")[2], reader)
            near = lambda r: (r == reader, version(r))
            if key not in chosen or near(chosen[key]["release"]) < near(e["release"]):
                chosen[key] = e
    work = a.work or tempfile.mkdtemp(prefix="keras-reads-")
    os.makedirs(work, exist_ok=True)
    for r in sorted({e["release"] for e in chosen.values()}):
        if not os.path.isdir(os.path.join(work, r)):
            with tarfile.open(os.path.join(run, "files", r + ".tar.xz")) as t:
                t.extractall(os.path.join(work, r))
    os.makedirs(os.path.join(work, "written"), exist_ok=True)
    converter = Converter(a.launcher, run, a.classes)
    jobs, refused, written = [], collections.Counter(), {}
    for (case, kind, reader), e in sorted(chosen.items()):
        folder = os.path.join(work, e["release"])
        original = os.path.join(folder, e["file"])
        for form in a.format.split(","):
            target = os.path.join(work, "written", f"{e['file']}.{form}")
            if target not in written:
                if os.path.exists(target):
                    os.remove(target)
                written[target] = converter.ask("convert", "--model", original, "--output", target, *a.convert.split())
                code, said = written[target]
                if code and (": cannot be written" in said or code not in (1, 2)):
                    print(f"{e['file']} -> .{form}: {said[:300]}")
            code, said = written[target]
            if code:
                refused[f"{reader} .{form}"] += 1
                continue
            t = e.get("train")
            jobs.append(dict(
                id=f"{e['file']} .{form}", reader=reader, case=case, source=kind, form=form, file=target, original=original,
                compiled="is not compiled" not in said, exact="float16" not in case,
                tolerance=dict(abs=max(e["tolerance"]["abs"], 1e-5), rel=e["tolerance"]["rel"]),
                inputs={i["layer"]: os.path.join(folder, i["file"]) for i in e["inputs"]},
                outputs=[os.path.join(folder, o["file"]) for o in e["outputs"]],
                train=t and dict(batch=t["batch"], y={
                    n: os.path.join(folder, f) for n, f in (t["y"].items() if isinstance(t["y"], dict) else [("", t["y"])])})))
    converter.process.stdin.close()
    converter.process.wait()
    print(f"{sum(not c for c, _ in written.values())} files written, {sum(c != 0 for c, _ in written.values())} not", flush=True)
    rows = []
    for reader in readers:
        own = {j["id"]: j for j in jobs if j["reader"] == reader}
        listed, results = os.path.join(work, f"jobs-{reader}.json"), os.path.join(work, f"results-{reader}.jsonl")
        with open(listed, "w") as f:
            json.dump(list(own.values()), f)
        subprocess.run([os.path.join(run, "run.sh"), reader, os.path.abspath(__file__), "--inside", listed, results],
                       check=True, stderr=subprocess.DEVNULL, env=dict(os.environ, OMP_NUM_THREADS="1"))
        for line in open(results):
            name, kind, detail = json.loads(line)
            itself = loads.get((own[name]["case"], own[name]["source"], reader), "has no such case")
            if kind != "good" and itself != "same":
                kind = "itself"
                detail = f"({itself[:100]}) {detail}"
            rows.append((reader, name, kind, detail))
    for r in rows:
        if r[2] in ("fails", "WRONG"):
            print(*r[:3], r[3][:400], sep="\t")
    if a.table:
        with open(a.table, "w") as f:
            f.writelines("\t".join(r) + "\n" for r in rows)
    print()
    for reader in a.reader.split(","):
        for form in a.format.split(","):
            count = collections.Counter(k for r, n, k, _ in rows if r == reader and n.endswith(" ." + form))
            print(f"Keras {reader}, .{form}: " + ", ".join(f"{v} {k}" for k, v in sorted(count.items())))
    return 1 if any(r[2] in ("fails", "WRONG") for r in rows) else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(*sys.argv[2:])
    else:
        sys.exit(main())
