"""Makes cases.json: ConvGRUs computed by PyTorch, with gradients by its autograd.

    python3 make.py > cases.json

An implementation of its own: Cho et al. 2014 with convolutions in the place of products, gates z, r, g in Keras's order. Arrays
are flat lists with their shapes; images have channels last, as Keras has them. Loss: sum(y * dy).
"""
import json
import torch
from torch.nn import functional

torch.manual_seed(20161116)
torch.set_default_dtype(torch.float64)
CONV = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}


def first(x, batch):
    return x.movedim(-1, batch)


def conv(x, w, same=True):
    """x [N, image, C], w [K.., C, F]; the image keeps its size, or shrinks."""
    rank = w.dim() - 2
    x = first(x, 1)
    if same:
        pads = []
        for k in reversed(w.shape[:rank]):
            pads += [(k - 1) // 2, k - 1 - (k - 1) // 2]
        x = functional.pad(x, pads)
    return CONV[rank](x, w.movedim(-1, 0).movedim(-1, 1)).movedim(1, -1)


def run(x, h, wx, wh, b, reset_after, backwards, mask):
    f = h.shape[-1]
    bx, bh = (b[0], b[1]) if reset_after else (b, torch.zeros(3 * f))
    ys = []
    steps = range(x.shape[1])
    shown = torch.zeros_like(h)
    for t in reversed(steps) if backwards else steps:
        a = conv(x[:, t], wx, False) + bx
        u = conv(h, wh[..., : 2 * f]) + bh[: 2 * f]
        z = torch.sigmoid(a[..., :f] + u[..., :f])
        r = torch.sigmoid(a[..., f : 2 * f] + u[..., f:])
        if reset_after:
            g = torch.tanh(a[..., 2 * f :] + r * (conv(h, wh[..., 2 * f :]) + bh[2 * f :]))
        else:
            g = torch.tanh(a[..., 2 * f :] + conv(r * h, wh[..., 2 * f :]))
        new = z * h + (1 - z) * g
        if mask is None:
            h = shown = new
        else:
            m = mask[:, t].reshape([-1] + [1] * (h.dim() - 1))
            h = torch.where(m != 0, new, h)
            shown = torch.where(m != 0, new, shown)
        ys.append(shown)
    return torch.stack(ys, 1), h


def array(t):
    return {"shape": list(t.shape), "data": [float("%.9g" % v) for v in t.detach().flatten().tolist()]}


def case(image, kernel, reset_after, backwards=False, masked=False):
    n, t, c, f = 2, 4, 3, 2
    out = [i - k + 1 for i, k in zip(image, kernel)]
    x = torch.randn(n, t, *image, c)
    h0 = 0.5 * torch.randn(n, *out, f)
    wx = 0.4 * torch.randn(*kernel, c, 3 * f)
    wh = 0.4 * torch.randn(*kernel, f, 3 * f)
    b = 0.3 * torch.randn(2, 3 * f) if reset_after else 0.3 * torch.randn(3 * f)
    mask = (torch.rand(n, t) > 0.4).double() if masked else None
    # Values that 32 bits hold, so that both precisions see the same.
    given = [v.float().double().requires_grad_() for v in (x, h0, wx, wh, b)]
    y, h = run(*given, reset_after, backwards, mask)
    dy = torch.randn_like(y).float().double()
    (y * dy).sum().backward()
    names = ["x", "h0", "kernel", "recurrent_kernel", "bias"]
    return {
        "kernel_size": kernel,
        "filters": f,
        "reset_after": reset_after,
        "go_backwards": backwards,
        "mask": None if mask is None else array(mask),
        "inputs": {k: array(v) for k, v in zip(names, given)},
        "y": array(y),
        "h": array(h),
        "dy": array(dy),
        "gradients": {k: array(v.grad) for k, v in zip(names, given)},
    }


cases = [
    case(image, kernel, reset_after)
    for image, kernel in (([6], [3]), ([4, 5], [3, 2]), ([3, 4, 3], [2, 3, 1]))
    for reset_after in (True, False)
]
cases += [case([4, 5], [2, 3], True, True), case([4, 5], [3, 3], False, False, True), case([5], [2], True, True, True)]
print(json.dumps(cases, indent=None, separators=(",", ":")))
