#!/usr/bin/env python3
"""Writes into from-keras.md what is good and what is refused of the models that Keras itself saved, by release.

From a built checkout:  python3 docs/keras_table.py [TABLE ...]

TABLE is what ../shared/keras-run/check.py wrote with --table; without one, check.py is run here, which takes minutes.
"""
import collections
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "from-keras.md")
CHECK = os.path.join(HERE, "..", "..", "shared", "keras-run", "check.py")
BEGIN, END = "<!-- keras-run: made by keras_table.py -->", "<!-- keras-run: end -->"

# Why something is refused: a heading, a pattern in the message, and which part of the match is named.
WHY = [
    ("layers that are not here", r"is of the kind (\w+)", 1),
    ("operations on tensors that are not here", r"operation (\w+)", 1),
    ("operations with numbers among their arguments", r"inbound_nodes\[\d+\]\.args\S*: got", None),
    ("a class or function of the user's own", r"of the user's own", None),
    ("activations that are not here",
     r"(?:activation=|unknown activation )(?:\{.*?class_name=)?(\w+)(?:.*unknown activation|; as objects|.*$)", 1),
    ("regularisers that are not here", r"_regularizer=\{.*?class_name=(\w+)", 1),
    ("constraints", r"constraint", None),
    ("an option of a layer at another value than Keras's default", r"\b(\w+)=[^,]*(?:, \d+\])?, only \S+ is supported$", 1),
    ("optimisers and their options", r"(?:optimizer|schedule) \"?(\w+)", 1),
    ("losses", r"loss (?:\{.*?class_name=)?(\w+)", 1),
]


def reason(message):
    """(heading, what) of a refusal."""
    for heading, pattern, group in WHY:
        m = re.search(pattern, message)
        if m:
            return heading, m.group(group) if group else None
    return "other reasons", None


def version(release):
    return [int(x) for x in release.split(".")]


def read(paths):
    """Rows (release, name, kind, message)."""
    rows = []
    for p in paths:
        with open(p) as f:
            for line in f:
                name, kind, message = line.rstrip("\n").split("\t")
                rows.append((name.split("_")[0], name, kind, message))
    return rows


def lines(rows):
    releases = sorted({r for r, *_ in rows}, key=version)
    count = collections.Counter((r, "[train]" in n, k) for r, n, k, _ in rows)
    yield "| Keras | predictions: good | refused | wrong | training runs: good | refused | wrong |"
    yield "|---|---|---|---|---|---|---|"
    for r in releases:
        cells = [str(count[r, t, k]) for t in (False, True) for k in ("good", "refused", "WRONG")]
        yield "| " + " | ".join([r] + cells) + " |"
    yield ""
    yield "| refused because of | " + " | ".join(releases) + " | which |"
    yield "|---" * (len(releases) + 2) + "|"
    why = collections.defaultdict(collections.Counter)
    which = collections.defaultdict(collections.Counter)
    for r, _, kind, message in rows:
        if kind == "refused":
            heading, what = reason(message)
            why[heading][r] += 1
            if what:
                which[heading][what] += 1
    for heading in sorted(why, key=lambda h: -sum(why[h].values())):
        named = ", ".join("`" + w + "`" for w in sorted(which[heading]))
        yield "| " + " | ".join([heading] + [str(why[heading][r]) for r in releases] + [named]) + " |"


def main():
    paths = sys.argv[1:]
    if not paths:
        target = os.path.join(tempfile.mkdtemp(prefix="keras-table-"), "rows.tsv")
        subprocess.run([sys.executable, CHECK, "--quiet", "--table", target], cwd=os.path.join(HERE, ".."), check=False)
        paths = [target]
    rows = read(paths)
    with open(PAGE) as f:
        before, _, rest = f.read().partition(BEGIN)
    _, _, after = rest.partition(END)
    with open(PAGE, "w") as f:
        f.write(before + BEGIN + "\n\n" + "\n".join(lines(rows)) + "\n\n" + END + after)
    print(f"{len(rows)} rows of {len({r for r, *_ in rows})} releases")


if __name__ == "__main__":
    main()
