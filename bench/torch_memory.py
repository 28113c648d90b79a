"""One training step of the article's network in PyTorch, for its memory: FRAMES SIZE plain|STRETCH VIDEO.npy

The network and its sizes are those of java/FullSize.java; the video is uint8. With a number, every layer runs so many
frames at a time under torch.utils.checkpoint, which keeps the states at the borders and makes the rest again as it goes
backward. Batch normalisation wants the moments of all frames, so what it is given is kept, and what it makes of that is
made again.
"""
import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint

FILTERS = [20, 10]
BRANCHES = 6
BRANCH_FILTERS = 5
UNITS = [512, 32, 1]


class ConvLstm(torch.nn.Module):
    """Frames [T,C,H,W] of one video to all outputs, and the states."""

    def __init__(self, channels, filters):
        super().__init__()
        self.of_x = torch.nn.Conv2d(channels, 4 * filters, 3, padding=1)
        self.of_h = torch.nn.Conv2d(filters, 4 * filters, 3, padding=1, bias=False)
        self.filters = filters

    def forward(self, frames, h, c):
        if frames.dtype == torch.uint8:
            frames = frames.float() / 255
        outputs = []
        for z in self.of_x(frames).unbind(0):
            i, f, g, o = (z[None] + self.of_h(h)).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            outputs.append(h)
        return torch.cat(outputs), h, c


def pooled(y):
    return F.max_pool2d(y, 2, ceil_mode=True)


class Article(torch.nn.Module):
    def __init__(self, size, stretch):
        super().__init__()
        self.stretch = stretch
        channels = [3] + FILTERS
        self.stages = torch.nn.ModuleList(ConvLstm(a, b) for a, b in zip(channels, channels[1:]))
        self.norms = torch.nn.ModuleList(torch.nn.BatchNorm2d(n, eps=1e-3, momentum=0.01) for n in FILTERS)
        for _ in range(len(FILTERS) + 1):
            size = (size + 1) // 2
        self.branches = torch.nn.ModuleList(ConvLstm(FILTERS[-1], BRANCH_FILTERS) for _ in range(BRANCHES))
        self.heads = torch.nn.ModuleList(self.head(BRANCH_FILTERS * size * size) for _ in range(BRANCHES))

    @staticmethod
    def head(features):
        a, b, c = UNITS
        return torch.nn.Sequential(
            torch.nn.Flatten(), torch.nn.Linear(features, a), torch.nn.ReLU(), torch.nn.Linear(a, b), torch.nn.ReLU(),
            torch.nn.Linear(b, c), torch.nn.Sigmoid())

    def run(self, work, *arguments):
        return checkpoint(work, *arguments, use_reentrant=False) if self.stretch else work(*arguments)

    def recurrent(self, layer, frames, then=lambda y: y):
        """All outputs of a layer and what is made of them frame by frame."""
        def work(some, h, c):
            y, h, c = layer(some, h, c)
            return then(y), h, c
        shape = (1, layer.filters, *frames.shape[2:])
        h, c = torch.zeros(shape), torch.zeros(shape)
        outputs = []
        for some in frames.split(self.stretch or len(frames)):
            y, h, c = self.run(work, some, h, c)
            outputs.append(y)
        return torch.cat(outputs)

    def forward(self, frames):
        for stage, norm in zip(self.stages, self.norms):
            y = self.recurrent(stage, frames)
            frames = self.run(lambda v, norm=norm: pooled(norm(v)), y)
        return [self.recurrent(b, frames, lambda y, head=head: head(pooled(y)))
                for b, head in zip(self.branches, self.heads)]


def main():
    frames, size, how, file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    torch.manual_seed(1)
    model = Article(size, 0 if how == 'plain' else int(how))
    optimizer = torch.optim.Adam(model.parameters(), 1e-4)
    video = torch.from_numpy(np.load(file, mmap_mode='c')[:frames])
    loss = sum(F.binary_cross_entropy(s, torch.randint(2, s.shape).float()) for s in model(video))
    loss.backward()
    optimizer.step()
    print(f'loss {loss.item():.4f}', file=sys.stderr)


if __name__ == '__main__':
    main()
