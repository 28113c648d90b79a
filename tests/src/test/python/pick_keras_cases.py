#!/usr/bin/env python3
"""Packs one of each case that Keras itself made into the tests' resources.

    python3 tests/src/test/python/pick_keras_cases.py [KERAS-RUN/files]

The cases are of our own making: small models with random weights, saved by six releases of Keras 3, with inputs, the
outputs of model.predict and training runs. One release is taken of each case, in turn, so that each kind of layer and
option is there once, also those that are refused, and each release about as often as another; .h5 in turn with .keras
where a case has both; and two releases of the cases that showed faults of one.
"""
import collections
import json
import os
import sys
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "resources", "convlstm4j", "golden", "keras-cases.zip")
FILES = os.path.join(HERE, "..", "..", "..", "..", "..", "shared", "keras-run", "files")

TWICE = ("convlstm2d", "lstm_seq", "bn_axis1", "own_layer_named_dense", "functional_lstm", "td_bn", "nested_two_inputs")


def there():
    """The rows of the zip as it is: they stay, so that a new case changes no other."""
    if not os.path.exists(TARGET):
        return []
    with zipfile.ZipFile(TARGET) as z:
        return json.loads(z.read("cases.json"))


def pick(entries, kept):
    """A row of every case, two of some: those that are kept, and others by turns of release and format."""
    by_case, files = collections.defaultdict(list), collections.defaultdict(set)
    for e in entries:
        by_case[e["case"]].append(e)
    for e in kept:
        files[e["case"]].add(e["file"])
    rows, turn = [], len(kept)
    for case in sorted(by_case):
        of_case = [e for e in by_case[case] if e["file"] in files[case]]
        while len(of_case) < (2 if case in TWICE else 1):
            releases = sorted({e["release"] for e in by_case[case]})
            release = releases[turn % len(releases)]
            of_release = sorted((e for e in by_case[case] if e["release"] == release), key=lambda e: e["file"])
            of_case.append(of_release[turn % len(of_release)])
            turn += 1
        rows += of_case
    return rows


def names(e):
    """The files of a case."""
    yield e["file"]
    for x in e["inputs"] + e["outputs"]:
        yield x["file"]
    t = e.get("train")
    if t:
        yield t["start"]
        yield t["x"]
        yield from t["y"].values() if isinstance(t["y"], dict) else [t["y"]]
        for x in t.get("outputs", []):
            yield x["file"]


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else FILES
    with open(os.path.join(folder, "cases.json")) as f:
        rows = pick(json.load(f), there())
    with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        def put(name, data):
            z.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)
        put("cases.json", json.dumps(rows, indent=1))
        for release in sorted({e["release"] for e in rows}):
            wanted = sorted({n for e in rows if e["release"] == release for n in names(e)})
            with tarfile.open(os.path.join(folder, release + ".tar.xz")) as t:
                members = {m.name.removeprefix("./"): m for m in t.getmembers()}
                for n in wanted:
                    put(n, t.extractfile(members[n]).read())
    count = collections.Counter(e["release"] for e in rows)
    print(f"{len(rows)} cases, {os.path.getsize(TARGET)} bytes: {dict(sorted(count.items()))}")


if __name__ == "__main__":
    main()
