"""The process that holds PyTorch on a GPU: answers the requests that WorkerLoop.java describes.

    python3 torch_convlstm.py cuda|cpu eager|compiled

A careful ConvLSTM: the input convolution of all frames at once, one convolution over h each step, float32 without
TensorFloat-32, the fastest of cuDNN's algorithms by trial. Of several ways to lay out or compile
it, the fastest is taken for each task and pass. Times are read from CUDA events, the cache emptied before each run, as
CudaTimer.java does. On "cpu", for tests, by the host's clock.
"""
import gc
import json
import os
import sys
import time
import traceback

import numpy as np
import torch
import torch.nn.functional as F

STAGES = 2
DENSE = 3
EPSILON = 1e-3
BATCH_NORM_MOMENTUM = 0.01  # one less Keras's
CLIP = 1e-7
RATE = 1e-4  # of a step that is timed; so slow that no number of runs leads far away
TRIALS = 3
WARM_UP = 4  # runs before trials: compilation, choice of algorithms, recording of a CUDA graph
UNTOLD_CACHE = 128 << 20
VARIANTS = {
    'eager': ['nchw', 'channels_last'],
    'compiled': ['default', 'reduce-overhead'],  # the latter records CUDA graphs
}


def conv_lstm(x, kernel, recurrent_kernel, bias):
    """All outputs [T,N,F,H,W] of a layer for x [T,N,C,H,W]; gates i, f, g, o, no initial state."""
    steps, n = x.shape[:2]
    padding = (kernel.shape[2] // 2, kernel.shape[3] // 2)
    frames = F.conv2d(x.flatten(0, 1), kernel, bias, padding=padding)
    frames = frames.unflatten(0, (steps, n)).unbind(0)
    h = c = None
    outputs = []
    for frame in frames:
        z = frame if h is None else frame + F.conv2d(h, recurrent_kernel, padding=padding)
        i, f, g, o = z.chunk(4, 1)
        c = i.sigmoid() * g.tanh() if c is None else torch.addcmul(f.sigmoid() * c, i.sigmoid(), g.tanh())
        h = o.sigmoid() * c.tanh()
        outputs.append(h)
    return torch.stack(outputs)


def pool(images):
    return F.max_pool2d(images, 2, ceil_mode=True)


def article(x, p, genres, training):
    """The article's network on x [T,N,C,H,W]: a score [N,T,1] per genre."""
    steps, n = x.shape[:2]
    for s in range(STAGES):
        w = f'stage{s}.'
        y = conv_lstm(x, p[w + 'kernel'], p[w + 'recurrent_kernel'], p[w + 'bias']).flatten(0, 1)
        y = F.batch_norm(y, p[w + 'moving_mean'], p[w + 'moving_variance'], p[w + 'gamma'], p[w + 'beta'], training,
                         BATCH_NORM_MOMENTUM, EPSILON)
        x = pool(y).unflatten(0, (steps, n))
    scores = []
    for k in range(genres):
        w = f'genre{k}.'
        y = conv_lstm(x, p[w + 'kernel'], p[w + 'recurrent_kernel'], p[w + 'bias'])
        y = pool(y.flatten(0, 1)).flatten(1)
        for d in range(DENSE):
            y = F.linear(y, p[f'{w}dense{d}.kernel'], p[f'{w}dense{d}.bias'])
            y = y.relu() if d < DENSE - 1 else y.sigmoid()
        scores.append(y.unflatten(0, (steps, n)).transpose(0, 1))
    return scores


def cross_entropy(score, target):
    """Mean of the binary cross-entropy, probabilities clipped as Keras does."""
    q = score.clamp(CLIP, 1 - CLIP)
    return -(target * q.log() + (1 - target) * (1 - q).log()).mean()


class Work:
    """A task that is ready to run."""

    def __init__(self, task, folder, mode, device, how, variant):
        self.task, self.folder, self.mode, self.device, self.variant = task, folder, mode, device, variant
        self.layer = task['kind'] == 'LAYER'
        self.last = variant == 'channels_last'
        self.weights = {name: self.weight(name) for name in task['weights']}
        self.trained = {n: w for n, w in self.weights.items() if '.moving_' not in n}
        names = [('d_' if self.layer else 't_') + o for o in task['outputs']] if mode != 'forward' else []
        self.host = [torch.from_numpy(np.load(self.file(name))) for name in ['x'] + names]
        self.x, *self.targets = [a.to(device) for a in self.host]
        if mode != 'step':  # time before samples, as the recurrence walks; a step gets them as users have them
            self.x = self.time_first(self.x)
            if self.layer:
                self.targets = [self.time_first(t) for t in self.targets]
        elif device == 'cuda':
            self.host = [a.pin_memory() for a in self.host]
        if mode == 'training' and self.layer:
            self.x.requires_grad_()
        if mode != 'forward':
            for w in self.trained.values():
                w.requires_grad_()
        self.compute = self.layer_outputs if self.layer else self.article_outputs
        self.loss_of = self.mean_squared_error if self.layer else self.cross_entropies
        self.replays = how == 'compiled' and variant == 'reduce-overhead'
        if how == 'compiled':
            torch._dynamo.reset()
            options = {'fullgraph': True, 'dynamic': False}
            options['mode'] = None if variant == 'default' else variant
            if mode == 'forward' or mode == 'training' and self.layer:
                self.compute = torch.compile(self.compute, **options)
            else:
                self.loss_of = torch.compile(self.loss_of, **options)
            for a in [self.x, *self.targets, *self.weights.values()]:
                torch._dynamo.mark_static_address(a)  # replayed graphs work on it rather than on a copy
        self.optimizer = None
        if mode == 'step':
            options = {'fused': True} if device == 'cuda' else {}
            self.optimizer = torch.optim.SGD(self.trained.values(), lr=RATE, **options)
        self.out = self.loss = None

    def file(self, name):
        return os.path.join(self.folder, name + '.npy')

    def weight(self, name):
        """Convolutions [4F,C,KH,KW] and Dense [out,in], as PyTorch has them."""
        w = torch.from_numpy(np.load(self.file(name))).to(self.device)
        if w.dim() == 4:
            w = w.permute(3, 2, 0, 1).contiguous()
            return w.contiguous(memory_format=torch.channels_last) if self.last else w
        return w.t().contiguous() if w.dim() == 2 else w

    def time_first(self, a):
        """[N,T,...] of the task's files to [T,N,C,H,W], in memory as the variant says."""
        a = a.permute(1, 0, 4, 2, 3) if self.layer else a.transpose(0, 1)
        if not self.last:
            return a.contiguous()
        return a.permute(0, 1, 3, 4, 2).contiguous().permute(0, 1, 4, 2, 3)

    def layer_outputs(self, x):
        return conv_lstm(x, self.weights['kernel'], self.weights['recurrent_kernel'], self.weights['bias'])

    def article_outputs(self, x):
        return article(x, self.weights, len(self.task['outputs']), self.mode != 'forward')

    def mean_squared_error(self, x, targets):
        return F.mse_loss(self.compute(self.time_first(x)), self.time_first(targets[0]))

    def cross_entropies(self, x, targets):
        scores = self.compute(x if self.mode == 'training' else self.time_first(x))
        return sum(cross_entropy(s, t) for s, t in zip(scores, targets))

    def run(self):
        if self.replays:
            torch.compiler.cudagraph_mark_step_begin()
        if self.mode == 'forward':
            with torch.inference_mode():
                self.out = self.compute(self.x)
            return
        for w in self.trained.values():
            w.grad = None
        if self.mode == 'training':
            self.x.grad = None
            if self.layer:
                self.out = self.compute(self.x)
                self.out.backward(self.targets[0])
            else:
                self.loss = self.loss_of(self.x, self.targets)
                self.loss.backward()
            return
        for a, from_host in zip([self.x, *self.targets], self.host):
            a.copy_(from_host, non_blocking=True)
        loss = self.loss_of(self.x, self.targets)
        loss.backward()
        self.optimizer.step()
        self.loss = loss.item()

    def results(self):
        """Arrays by the names of Task.java, in the layout of its files."""
        results = {}
        if self.mode == 'forward' and not self.layer:
            return dict(zip(self.task['outputs'], self.out))
        if self.layer and self.mode != 'step':
            results['y'] = self.out.permute(1, 0, 3, 4, 2)
        if self.mode == 'forward':
            return results
        if self.layer and self.mode == 'training':
            results['dx'] = self.x.grad.permute(1, 0, 3, 4, 2)
        else:
            results['loss'] = torch.as_tensor(self.loss).reshape(1)
        for name, w in self.trained.items():
            g = w.grad
            results['d_' + name] = g.permute(2, 3, 1, 0) if g.dim() == 4 else g.t() if g.dim() == 2 else g
        return results


class Events:
    """Times by CUDA events."""

    clock = 'cuda events'

    def __init__(self):
        cache = getattr(torch.cuda.get_device_properties(0), 'L2_cache_size', 0) or UNTOLD_CACHE
        self.scratch = torch.empty(2 * cache, dtype=torch.int8, device='cuda')

    def time(self, work):
        """Nanoseconds on the GPU and by the host's clock."""
        self.scratch.zero_()
        torch.cuda.synchronize()
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begin = time.perf_counter_ns()
        start.record()
        work()
        end.record()
        end.synchronize()
        wall = time.perf_counter_ns() - begin
        return round(start.elapsed_time(end) * 1e6), wall


class Wall:
    """The host's clock."""

    clock = 'wall'

    def time(self, work):
        begin = time.perf_counter_ns()
        work()
        ns = time.perf_counter_ns() - begin
        return ns, ns


class Worker:
    """Answers requests."""

    def __init__(self, device, how):
        if device == 'cuda' and not torch.cuda.is_available():
            raise RuntimeError(f'PyTorch {torch.__version__} finds no GPU')
        self.device, self.how = device, how
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = True
        self.stopwatch = Events() if device == 'cuda' else Wall()
        self.work = None

    def describe(self, request):
        version = f'PyTorch {torch.__version__} {self.how}'
        answer = {'threads': torch.get_num_threads(), 'clock': self.stopwatch.clock}
        if self.device == 'cuda':
            capability = '.'.join(map(str, torch.cuda.get_device_capability(0)))
            cudnn = torch.backends.cudnn.version()
            answer['device'] = (f'{torch.cuda.get_device_name(0)} (compute capability {capability}), cuDNN '
                                f'{cudnn // 10000}.{cudnn // 100 % 100}.{cudnn % 100}')
            version += f', CUDA {torch.version.cuda}'
        return {'version': version, **answer}

    def make(self, request, variant):
        work = Work(request['task'], request['data'], request['pass'], self.device, self.how, variant)
        for _ in range(WARM_UP):
            work.run()
        return work

    def prepare(self, request):
        """Takes the fastest variant; one that fails is passed over, if another does not."""
        self.release(request)
        best, least, failed = request['variant'], None, None
        for variant in [] if best else VARIANTS[self.how]:
            try:
                work = self.make(request, variant)
                ns = min(self.stopwatch.time(work.run)[0] for _ in range(TRIALS))
            except RuntimeError as e:
                traceback.print_exc()
                failed = e
                continue
            finally:
                work = None
                self.release(request)
            print(request['task']['name'], request['pass'], variant, ns // 1000, 'us', file=sys.stderr, flush=True)
            if least is None or ns < least:
                best, least = variant, ns
        if not best:
            raise failed
        self.work = self.make(request, best)
        # A step has learnt by now: it is checked from the given weights.
        with torch.no_grad():
            for name, w in self.work.trained.items():
                w.copy_(self.work.weight(name))
        return {'variant': best}

    def check(self, request):
        self.ready().run()
        arrays = {n: a.detach().float().cpu().contiguous().numpy() for n, a in self.work.results().items()}
        for name, a in arrays.items():
            np.save(os.path.join(request['out'], name + '.npy'), a)
        return {'arrays': list(arrays)}

    def time(self, request):
        times = [self.stopwatch.time(self.ready().run) for _ in range(request['repeats'])]
        return {'ns': [t[0] for t in times], 'wall_ns': [t[1] for t in times]}

    def shares(self, request):
        return {'shares': {}}

    def peak(self, request):
        return {'gflops': 0}

    def release(self, request):
        self.work = None
        gc.collect()
        if self.device == 'cuda':
            torch.cuda.empty_cache()
        return {}

    def ready(self):
        if self.work is None:
            raise RuntimeError('no task is prepared')
        return self.work


REQUESTS = {'describe', 'prepare', 'check', 'time', 'shares', 'peak', 'release'}


def main():
    device, how = sys.argv[1:]
    answers = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)  # what libraries print must not get between the answers
    worker = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request['do'] == 'quit':
                break
            if request['do'] not in REQUESTS:
                raise ValueError(f'unknown request "{request["do"]}"')
            worker = worker or Worker(device, how)
            answer = getattr(worker, request['do'])(request)
        except Exception as e:
            traceback.print_exc()
            answer = {'error': f'{type(e).__name__}: {e}'}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == '__main__':
    main()
