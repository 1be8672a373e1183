"""The training steps of `gradzoo bench` written in PyTorch, each in the ways that may be fastest there."""
import functools
import gzip
import math
import os
import pathlib

import numpy
import torch
from torch import nn
from torch.nn import functional as F

try:
    import functorch
except ImportError:
    functorch = None

DATASETS = pathlib.Path(os.environ.get("GRADZOO_DATA") or pathlib.Path(__file__).resolve().parents[2] / "datasets")
MNIST = DATASETS / "mnist/train-images-idx3-ubyte.gz"

# A step whose mathematics were written out for it, where PyTorch's own functions leave speed behind.
BY_HAND = "by hand"


@functools.lru_cache(maxsize=None)
def mnist():
    """The training images, (60000, 784) bytes."""
    with gzip.open(MNIST) as file:
        return torch.from_numpy(numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(60000, 784).copy())


@functools.lru_cache(maxsize=None)
def mnist_8x8():
    """The training images padded to 32x32 and averaged over 4x4 blocks, (60000, 64) in [0, 1]."""
    padded = F.pad(mnist().view(-1, 1, 28, 28).float() / 255, (2, 2, 2, 2))
    return F.avg_pool2d(padded, 4).view(-1, 64)


def batches(rows, size):
    """Shuffled batches without end, floats in [0, 1]; every pass over the rows in a fresh order."""
    while True:
        order = torch.randperm(len(rows))
        for begin in range(0, len(rows) - size + 1, size):
            batch = rows.index_select(0, order[begin : begin + size])
            yield batch.float().mul_(1 / 255) if batch.dtype == torch.uint8 else batch


def mlp(sizes, activation, last=None):
    """Linear layers of these sizes, the activation between them and `last` at the end."""
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1], *([last()] if last else []))


def optimise(loss, parameters, adam):
    """One step of Adam; only the parameters' gradients are computed."""
    adam.zero_grad(set_to_none=True)
    loss.backward(inputs=parameters)
    adam.step()
    return loss.detach()


def vae(size, way, adam_of):
    """784-500(sigmoid)-[20,20], 20-500(tanh)-784; Bernoulli likelihood, KL in closed form."""
    encoder, decoder = mlp((784, 500, 40), nn.Sigmoid), mlp((20, 500, 784), nn.Tanh)
    parameters = [*encoder.parameters(), *decoder.parameters()]
    adam, images = adam_of(parameters, lr=1e-3), batches(mnist(), size)

    def step():
        x = next(images)
        mean, logvar = encoder(x).chunk(2, dim=1)
        z = mean + torch.exp(0.5 * logvar) * torch.randn_like(mean)
        logits = decoder(z)
        if way == BY_HAND:
            bce = F.softplus(logits).sum() - torch.dot(x.view(-1), logits.view(-1))
        else:
            bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = 0.5 * (logvar.exp() + mean.square() - 1 - logvar).sum()
        return optimise((bce + kl) / size, parameters, adam)

    return step


def gan(size, calls_of_d, adam_of):
    """A step of D, then a step of G through the new D on the same fakes; non-saturating; returns D's loss."""
    g = mlp((64, 256, 256, 784), nn.ReLU, nn.Tanh)
    d = mlp((784, 256, 256, 1), lambda: nn.LeakyReLU(0.2))
    of_g, of_d = list(g.parameters()), list(d.parameters())
    adam_g, adam_d = (adam_of(p, lr=2e-4, betas=(0.5, 0.999)) for p in (of_g, of_d))
    images = batches(mnist(), size)

    def d_of_both(real, fake):
        if calls_of_d == "two calls":
            return d(real), d(fake)
        return d(torch.cat([real, fake])).chunk(2)

    def step():
        real, fake = next(images).mul_(2).sub_(1), g(torch.randn(size, 64))
        of_real, of_fake = d_of_both(real, fake.detach())
        loss = optimise(F.softplus(-of_real).mean() + F.softplus(of_fake).mean(), of_d, adam_d)
        optimise(F.softplus(-d(fake)).mean(), of_g, adam_g)
        return loss

    return step


def gradient(outputs, inputs):
    """The gradient of the outputs' sum, itself differentiable."""
    return torch.autograd.grad(outputs.sum(), inputs, create_graph=True)[0]


def softplus_bend(a):
    """softplus and its first two derivatives."""
    slope = torch.sigmoid(a)
    return F.softplus(a), slope, slope * (1 - slope)


def silu_bend(a):
    """SiLU and its first two derivatives."""
    s = torch.sigmoid(a)
    value = a * s
    return value, s + value * (1 - s), s * (1 - s) * (2 + a * (1 - 2 * s))


def second_order_by_hand(f, bend, x, directions):
    """The score of the scalar net f of two hidden layers, and the sum of v' Hess(f) v over all rows and directions v.

    The forward Laplacian, written out: values, Jacobian and what the bends add go through the second layer as one
    tensor. `directions` are (k, 1, d) for every row or (k, B, d); only the weights' gradients are left to autograd.
    """
    (first, _, second, _, last), (k, rows) = f, (len(directions), len(x))
    value, slope, curve = bend(first(x))
    along = F.linear(directions, first.weight)  # (k, 1 or B, hidden)
    bent = curve * along.square().sum(0)
    stacked = F.linear(torch.cat([value, bent, (slope * along).flatten(0, 1)]), second.weight)
    value, laplacian, jacobian = stacked.split([rows, rows, k * rows])
    _, upper_slope, upper_curve = bend(value + second.bias)
    weight = last.weight[0]
    total = upper_slope * laplacian + upper_curve * jacobian.view(k, rows, -1).square().sum(0)
    return ((upper_slope * weight) @ second.weight * slope) @ first.weight, (total @ weight).sum()


def dsm_energy(size, _, adam_of):
    """Denoising score matching, sigma 0.3: the score is the gradient of a scalar 784-512-512-1, SiLU."""
    f = mlp((784, 512, 512, 1), nn.SiLU)
    parameters = list(f.parameters())
    adam, images = adam_of(parameters, lr=1e-3), batches(mnist(), size)

    def step():
        x = next(images)
        eps = torch.randn_like(x)
        noisy = x.add_(eps, alpha=0.3).requires_grad_()
        residual = 0.3 * gradient(f(noisy), noisy) + eps
        return optimise(0.5 * residual.square().sum() / size, parameters, adam)

    return step


def ssm(size, way, adam_of):
    """Sliced score matching, variance-reduced, one Gaussian probe v: 0.5 |s|^2 + v' (grad s) v."""
    f = mlp((784, 512, 512, 1), nn.SiLU)
    parameters = list(f.parameters())[:-1]  # the last bias is in neither term
    adam, images = adam_of(parameters, lr=1e-4), batches(mnist(), size)

    def step():
        x = next(images)
        x = x.add_(torch.randn_like(x), alpha=0.3)
        v = torch.randn_like(x)
        if way == BY_HAND:
            s, along = second_order_by_hand(f, silu_bend, x, v[None])
        else:
            x.requires_grad_()
            s = gradient(f(x), x)
            along = (v * gradient(s * v, x)).sum()
        return optimise((0.5 * s.square().sum() + along) / size, parameters, adam)

    return step


def trace_by_axis(f, x):
    """The score and the sum of its divergences, one gradient an axis."""
    s = gradient(f(x), x)
    return s, sum(gradient(s[:, i], x)[:, i].sum() for i in range(x.shape[1]))


def trace_batched(f, x):
    """The same with every axis in one batched gradient: (d, B, d)."""
    s = gradient(f(x), x)
    axes = torch.eye(x.shape[1])[:, None, :]
    rows = torch.autograd.grad(s, x, axes.expand(-1, *x.shape), create_graph=True, is_grads_batched=True)[0]
    return s, rows.diagonal(dim1=0, dim2=2).sum()


def trace_functorch(jacobian):
    """The same by functorch: the Jacobian of each sample's gradient, forward (jacfwd) or backward (jacrev)."""

    def trace(f, x):
        score = functorch.grad(lambda row: f(row).sum())
        jacobians = functorch.vmap(jacobian(score))(x.detach())
        return functorch.vmap(score)(x.detach()), jacobians.diagonal(dim1=1, dim2=2).sum()

    return trace


def trace_forward_over_reverse(f, x):
    """The same by functorch: for every axis, the whole batch's gradient pushed forward along it."""
    x = x.detach()
    score = functorch.grad(lambda rows: f(rows).sum())

    def along(axis):
        return (functorch.jvp(score, (x,), (axis.expand(x.shape),))[1] * axis).sum()

    return score(x), functorch.vmap(along)(torch.eye(x.shape[1])).sum()


def trace_by_hand(f, x):
    """The same by the forward Laplacian, written for this net."""
    return second_order_by_hand(f, softplus_bend, x.detach(), torch.eye(x.shape[1])[:, None])


TRACES = {"one gradient an axis": trace_by_axis, "is_grads_batched": trace_batched, BY_HAND: trace_by_hand}
if functorch:
    TRACES |= {
        "functorch jacfwd": trace_functorch(functorch.jacfwd),
        "functorch jacrev": trace_functorch(functorch.jacrev),
        "functorch jvp": trace_forward_over_reverse,
    }


def ring(size, sigma=0.1):
    """Points around eight centres on the unit circle, drawn afresh."""
    angles = torch.arange(8) * (math.pi / 4)
    centres = torch.stack([angles.cos(), angles.sin()], dim=1)
    while True:
        yield centres[torch.randint(8, (size,))].add_(torch.randn(size, 2), alpha=sigma)


def noisy_8x8(size, sigma=0.1):
    for x in batches(mnist_8x8(), size):
        yield x.add_(torch.randn_like(x), alpha=sigma)


def ism_exact(points, sizes, trace, adam_of):
    """Hyvarinen's objective, every sample's trace exact: 0.5 |s|^2 + tr grad s; softplus."""
    f = mlp(sizes, nn.Softplus)
    # The last bias has no gradient: it is in neither the score nor the trace.
    parameters = list(f.parameters())[:-1]
    adam = adam_of(parameters, lr=1e-3)

    def step():
        x = next(points).requires_grad_()
        s, traces = TRACES[trace](f, x)
        return optimise((0.5 * s.square().sum() + traces) / len(x), parameters, adam)

    return step


def chain():
    """A chain of 1000 ops (mul, add, tanh, sub) on shape (16), and what is timed of it."""
    x = torch.randn(16, requires_grad=True)
    a, b, c = torch.full((16,), 1.01), torch.full((16,), 0.02), torch.full((16,), 0.01)

    def forward():
        y = x
        for _ in range(250):
            y = y * a
            y = y + b
            y = torch.tanh(y)
            y = y - c
        return y

    def grad_of_grad():
        torch.autograd.grad(gradient(forward(), x).sum(), x)

    return {
        "ns_per_op_forward_no_tape": torch.no_grad()(forward),
        "ns_per_op_forward_tape": forward,
        "ns_per_op_forward_backward": lambda: torch.autograd.grad(forward().sum(), x),
        "ns_per_op_grad_of_grad": grad_of_grad,
    }


# name: (the ways of writing the step, make(way, adam_of) -> step)
WORKLOADS = {
    "vae_b100": (["", BY_HAND], functools.partial(vae, 100)),
    "vae_b512": (["", BY_HAND], functools.partial(vae, 512)),
    "gan_b128": (["one call", "two calls"], functools.partial(gan, 128)),
    "dsm_energy_b128": ([""], functools.partial(dsm_energy, 128)),
    "ssm_b128": (["", BY_HAND], functools.partial(ssm, 128)),
    "ism_exact_d2_b256": (list(TRACES), lambda *way: ism_exact(ring(256), (2, 128, 128, 1), *way)),
    "ism_exact_d64_b128": (list(TRACES), lambda *way: ism_exact(noisy_8x8(128), (64, 256, 256, 1), *way)),
}
