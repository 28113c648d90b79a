#!/usr/bin/env python3
"""Measures single layers of ConvLSTM4J and of PyTorch, each in a process of its own, in turns; bench/layers starts it.

Both get the same inputs, weights and gradients of the output, and must agree. PyTorch runs in NCHW and in channels_last, the faster of
which counts, with an allocator that keeps its memory. A training run is a forward pass and the gradients by x and all weights.
"""
import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

TUNED = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "4294967296",
         "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
OURS = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "10000"}

# Name, Keras's class and options, input without the batch, batch
TASKS = [
    ("transposed 4x4 stride 2", "Conv2DTranspose", dict(filters=32, kernel_size=4, strides=2, padding="same"), (32, 32, 64), 8),
    ("transposed 3x3 stride 1", "Conv2DTranspose", dict(filters=32, kernel_size=3, padding="same"), (64, 64, 32), 8),
    ("transposed 3x3 stride 2", "Conv2DTranspose", dict(filters=64, kernel_size=3, strides=2, padding="same"), (16, 16, 128), 8),
    ("transposed 2x2 stride 2", "Conv2DTranspose", dict(filters=16, kernel_size=2, strides=2), (64, 64, 32), 8),
    ("transposed 3D", "Conv3DTranspose", dict(filters=16, kernel_size=3, strides=(1, 2, 2), padding="same"), (8, 16, 16, 32), 2),
    ("transposed 1D", "Conv1DTranspose", dict(filters=64, kernel_size=4, strides=2, padding="same"), (512, 64), 8),
    ("depthwise 3x3", "DepthwiseConv2D", dict(kernel_size=3, padding="same"), (64, 64, 64), 8),
    ("depthwise 3x3 stride 2", "DepthwiseConv2D", dict(kernel_size=3, strides=2, padding="same"), (64, 64, 64), 8),
    ("depthwise 5x5, 128 channels", "DepthwiseConv2D", dict(kernel_size=5, padding="same"), (28, 28, 128), 8),
    ("depthwise 3x3 times 2", "DepthwiseConv2D", dict(kernel_size=3, padding="same", depth_multiplier=2), (32, 32, 32), 8),
    ("depthwise 1D", "DepthwiseConv1D", dict(kernel_size=5, padding="same"), (1024, 64), 8),
    ("upsampling nearest 2x", "UpSampling2D", dict(size=2), (32, 32, 64), 8),
    ("upsampling bilinear 2x", "UpSampling2D", dict(size=2, interpolation="bilinear"), (32, 32, 64), 8),
    ("upsampling bilinear 2x, 3 channels", "UpSampling2D", dict(size=2, interpolation="bilinear"), (128, 128, 3), 8),
    ("upsampling nearest 3D", "UpSampling3D", dict(size=2), (8, 16, 16, 32), 2),
    ("layer norm, channels", "LayerNormalization", dict(), (64, 64, 64), 8),
    ("layer norm, 512 of a sequence", "LayerNormalization", dict(), (128, 512), 16),
    ("layer norm, image", "LayerNormalization", dict(axis=[1, 2, 3]), (32, 32, 64), 8),
    ("group norm", "GroupNormalization", dict(groups=8, epsilon=1e-3), (64, 64, 64), 8),
]


def kernel(kind, config, image):
    """Shapes of the weights, in Keras's layout."""
    rank, c = len(image) - 1, image[-1]
    if kind.startswith("UpSampling"):
        return []
    if kind == "LayerNormalization":
        axes = config.get("axis", [-1])
        shape = tuple(image[a - 1] if a > 0 else image[a] for a in axes)
        return [shape, shape]
    if kind == "GroupNormalization":
        return [(c,), (c,)]
    taps = (config["kernel_size"],) * rank
    if kind.startswith("Depthwise"):
        m = config.get("depth_multiplier", 1)
        return [taps + (c, m), (c * m,)]
    return [taps + (config["filters"], c), (config["filters"],)]


class Torch:
    """The process that holds PyTorch."""

    def __init__(self, threads):
        import torch
        import torch.nn.functional as F
        torch.set_num_threads(threads)
        self.torch, self.F = torch, F

    def describe(self):
        return "PyTorch %s, %s" % (self.torch.__version__, "oneDNN" if self.torch.backends.mkldnn.is_available() else "no oneDNN")

    def prepare(self, task, variant):
        torch = self.torch
        self.kind, self.config, self.folder = task["kind"], task["config"], task["folder"]
        x = torch.from_numpy(np.load(self.folder + "/x.npy"))
        self.rank = x.dim() - 2
        self.plain = self.kind == "LayerNormalization"
        self.last = variant == "channels_last"
        ws = [torch.from_numpy(np.load("%s/w%d.npy" % (self.folder, i))) for i in range(task["weights"])]
        dy = torch.from_numpy(np.load(self.folder + "/dy.npy"))
        if self.kind.endswith("Transpose"):  # [K.., F, C] to [C, F, K..]
            ws[0] = ws[0].permute(self.rank + 1, self.rank, *range(self.rank)).contiguous()
        elif self.kind.startswith("Depthwise"):  # [K.., C, M] to [C M, 1, K..]
            k = ws[0]
            ws[0] = k.permute(self.rank, self.rank + 1, *range(self.rank)).reshape(-1, 1, *k.shape[:self.rank]).contiguous()
        if not self.plain:
            x, dy = self.first(x), self.first(dy)
        self.x, self.dy, self.ws = x.requires_grad_(), dy, [w.requires_grad_() for w in ws]

    def first(self, a):
        a = a.movedim(-1, 1)
        return a if self.last else a.contiguous()

    def run(self, exact=False):
        F, c, n = self.F, self.config, self.rank
        if self.kind == "LayerNormalization":
            return F.layer_norm(self.x, self.ws[0].shape, *self.ws, eps=1e-3)
        if self.kind == "GroupNormalization":
            return F.group_norm(self.x, c["groups"], *self.ws, eps=1e-3)
        if self.kind.startswith("UpSampling"):
            mode = c.get("interpolation", "nearest")
            extra = dict(align_corners=False) if mode != "nearest" else {}
            return F.interpolate(self.x, scale_factor=float(c["size"]), mode=mode, **extra)
        steps = c.get("strides", 1)
        steps = (steps,) * n if isinstance(steps, int) else tuple(steps)
        k = c["kernel_size"]
        if self.kind.endswith("Transpose"):
            total = [max(k - s, 0) if c.get("padding") == "same" else 0 for s in steps]
            odd = [t % 2 for t in total]  # Keras crops it at the end, PyTorch's output padding at the front, which is as much work
            pads = [t // 2 if exact else -(-t // 2) for t in total]
            y = getattr(F, "conv_transpose%dd" % n)(self.x, *self.ws, stride=steps, padding=pads, output_padding=0 if exact else odd)
            for i in range(n if exact else 0):
                y = y.narrow(2 + i, 0, y.shape[2 + i] - odd[i])
            return y
        x = self.x
        sizes = x.shape[2:]
        total = [max((-(-i // s) - 1) * s + k - i, 0) for i, s in zip(sizes, steps)]
        if all(t % 2 == 0 for t in total):
            pad = [t // 2 for t in total]
        else:
            flat = []
            for t in reversed(total):
                flat += [t // 2, t - t // 2]
            x, pad = F.pad(x, flat), 0
        return getattr(F, "conv%dd" % n)(x, *self.ws, stride=steps, padding=pad, groups=x.shape[1])

    def forward(self):
        with self.torch.inference_mode():
            return self.run()

    def training(self, exact=False):
        y = self.run(exact)
        return y, self.torch.autograd.grad(y, [self.x] + self.ws, self.dy)

    def check(self, _):
        y, grads = self.training(exact=True)
        back = (lambda a: a) if self.plain else (lambda a: a.movedim(1, -1))
        arrays = [back(y), back(grads[0])] + list(grads[1:])
        if self.kind.endswith("Transpose"):
            arrays[2] = arrays[2].permute(*range(2, self.rank + 2), 1, 0)
        elif self.kind.startswith("Depthwise"):
            k = arrays[2]
            channels = self.x.shape[1]
            arrays[2] = k.reshape(channels, -1, *k.shape[2:]).permute(*range(2, self.rank + 2), 0, 1)
        for i, a in enumerate(arrays):
            np.save("%s/torch%d.npy" % (self.folder, i), np.ascontiguousarray(a.detach().numpy()))

    def time(self, passed, count):
        run = getattr(self, passed)
        ns = []
        for _ in range(count):
            start = time.perf_counter_ns()
            run()
            ns.append(time.perf_counter_ns() - start)
        return ns


def serve(threads):
    worker = None
    for line in sys.stdin:
        r = json.loads(line)
        worker = worker or Torch(threads)
        do = r["do"]
        if do == "describe":
            answer = worker.describe()
        elif do == "prepare":
            answer = worker.prepare(r["task"], r["variant"])
        elif do == "check":
            answer = worker.check(None)
        else:
            answer = worker.time(r["pass"], r["count"])
        print(json.dumps(dict(answer=answer)), flush=True)


class Process:
    def __init__(self, command, environment, log):
        self.log = log
        self.p = subprocess.Popen(command, env=dict(os.environ, **environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=open(log, "w"), text=True)

    def ask(self, **request):
        self.p.stdin.write(json.dumps(request) + "\n")
        self.p.stdin.flush()
        line = self.p.stdout.readline()
        if not line:
            sys.exit("bench/layers: a process ended; see " + self.log + "\n" + open(self.log).read()[-2000:])
        return json.loads(line)["answer"]

    def seconds(self):
        with open("/proc/%d/stat" % self.p.pid) as f:
            v = f.read().rsplit(")", 1)[1].split()
        return (int(v[11]) + int(v[12])) / os.sysconf("SC_CLK_TCK")


def busy():
    with open("/proc/stat") as f:
        v = [int(n) for n in f.readline().split()[1:]]
    return (v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) / os.sysconf("SC_CLK_TCK")


def make(folder, kind, config, image, batch, r):
    def save(name, shape, scale=1.0):
        np.save(os.path.join(folder, name), (r.standard_normal(shape) * scale).astype("float32"))
    weights = kernel(kind, config, image)
    save("x.npy", (batch,) + image)
    for i, w in enumerate(weights):
        save("w%d.npy" % i, w, 0.2)
    return dict(kind=kind, config=config, folder=folder, weights=len(weights), shape=[batch] + list(image))


def compare(name, folder, count):
    for i in range(count):
        a, b = np.load("%s/ours%d.npy" % (folder, i)), np.load("%s/torch%d.npy" % (folder, i))
        off = np.abs(a.reshape(b.shape) - b).max() / np.abs(b).max()
        if not off < 1e-3:
            sys.exit("bench/layers: %s: array %d differs by %g of the largest" % (name, i, off))


def main():
    parser = argparse.ArgumentParser(prog="bench/layers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", help=argparse.SUPPRESS)
    parser.add_argument("--only", default="", help="tasks whose name has this in it")
    parser.add_argument("--rounds", type=int, default=12, help="turns of each contender (default 12)")
    parser.add_argument("--turn", type=float, default=0.2, help="seconds of a turn (default 0.2)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--class-path", help="of ConvLSTM4J, by default its jar")
    parser.add_argument("--output", help="CSV file, by default standard output only")
    o = parser.parse_args()
    threads = str(o.threads)
    work = tempfile.mkdtemp(prefix="bench-layers-")
    jar = o.repo + "/java/cli/target/convlstm4j.jar"
    java = ["java", "-XX:+UseSerialGC", "-Xms8m", "-XX:MaxHeapFreeRatio=50", "-XX:-ShrinkHeapInSteps", "-XX:ActiveProcessorCount=" + threads,
            "-Dconvlstm4j.threads=" + threads, "-Djava.util.concurrent.ForkJoinPool.common.parallelism=%d" % (o.threads - 1),
            "-cp", o.class_path or jar, o.repo + "/bench/java/LayerTimes.java"]
    omp = {"OMP_NUM_THREADS": threads}
    ours = Process(java, dict(OURS, **omp), work + "/ours.log")
    torch = Process([sys.executable, os.path.abspath(__file__), "--worker", threads], dict(TUNED, **omp), work + "/torch.log")
    described = ours.ask(do="describe"), torch.ask(do="describe")
    print("; ".join(described) + "; " + platform.machine() + "; %s threads" % threads, file=sys.stderr)
    rows = []
    r = np.random.default_rng(1)
    for name, kind, config, image, batch in TASKS:
        if o.only not in name:
            continue
        folder = tempfile.mkdtemp(dir=work)
        task = make(folder, kind, config, image, batch, r)
        y = ours.ask(do="prepare", task=task)
        np.save(folder + "/dy.npy", r.standard_normal(y).astype("float32"))
        ours.ask(do="check")
        variants = ["contiguous"] if kind == "LayerNormalization" else ["nchw", "channels_last"]
        for v in variants:
            torch.ask(do="prepare", task=task, variant=v)
            torch.ask(do="check")
            compare(name + ", " + v, folder, 2 + task["weights"])
        for passed in ["forward", "training"]:
            best = {}
            for v in variants:
                torch.ask(do="prepare", task=task, variant=v)
                torch.ask(do="time", **{"pass": passed, "count": 3})
                best[v] = statistics.median(torch.ask(do="time", **{"pass": passed, "count": 7}))
            variant = min(best, key=best.get)
            torch.ask(do="prepare", task=task, variant=variant)
            contenders = {"onednn": ours, "torch-tuned": torch}
            ns = {c: [] for c in contenders}
            counts = {}
            for c, p in contenders.items():  # warm-up: Java compiles what it has seen often
                seen = time.perf_counter()
                while time.perf_counter() - seen < 1.0:
                    one = statistics.median(p.ask(do="time", **{"pass": passed, "count": 5}))
                counts[c] = max(1, int(o.turn * 1e9 / one))
            before, mine, start = busy(), ours.seconds() + torch.seconds(), time.perf_counter()
            for k in range(o.rounds):
                for c in (list(contenders) if k % 2 == 0 else reversed(list(contenders))):
                    ns[c] += contenders[c].ask(do="time", **{"pass": passed, "count": counts[c]})
            wall = time.perf_counter() - start
            others = max(0.0, (busy() - before - (ours.seconds() + torch.seconds() - mine)) / wall)
            ms = {c: statistics.median(v) / 1e6 for c, v in ns.items()}
            for c in contenders:
                q = statistics.quantiles(ns[c], n=4)
                rows.append([name, passed, c, variant if c != "onednn" else "", "%.3f" % ms[c], "%.3f" % (q[0] / 1e6), "%.3f" % (q[2] / 1e6),
                             len(ns[c]), "%.2f" % (ms["torch-tuned"] / ms[c]), "%.2f" % others])
            print("%-36s %-9s %8.3f ms, PyTorch %8.3f ms (%s): %.2f times its speed" % (
                name, passed, ms["onednn"], ms["torch-tuned"], variant, ms["torch-tuned"] / ms["onednn"]), file=sys.stderr)
    out = open(o.output, "w", newline="") if o.output else sys.stdout
    w = csv.writer(out, lineterminator="\n")
    w.writerow(["task", "pass", "contender", "layout", "median_ms", "q1_ms", "q3_ms", "runs", "speed_to_torch_tuned", "others_cpu"])
    w.writerows(rows)
    subprocess.run(["rm", "-rf", work], check=True)


if __name__ == "__main__":
    serve(int(sys.argv[2])) if sys.argv[1:2] == ["--worker"] else main()
