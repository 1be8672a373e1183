"""The workloads of `gradzoo bench` in PyTorch: each a generator whose every turn is one step and gives its loss.

Here is what all share, and those whose examples are rows of numbers; networks of images are in image_peers.py.

Where a step can be written in several ways, compare_pytorch tries each and times the fastest. `way` says which it is,
`adam_of` makes the optimiser.
"""
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
    from torch import func
except ImportError:
    import functorch as func  # before PyTorch 2

DATASETS = pathlib.Path(os.environ.get("GRADZOO_DATA") or pathlib.Path(__file__).resolve().parents[2] / "datasets")
BY_HAND = "by hand"  # the mathematics written out for this step, where PyTorch's own functions leave speed behind
EITHER = ("", BY_HAND)
CALLS = ("one call", "two calls")  # of D, on real and fake examples together or apart
DRAWS = {"bernoulli": torch.bernoulli, "rand": lambda p: torch.rand_like(p).lt_(p)}  # how 0 and 1 are drawn
MASKED = ("masked weights", "masked gradients")


@functools.cache
def mnist(kind, header):
    """The bytes of one file of the training set."""
    with gzip.open(DATASETS / f"mnist/train-{kind}-ubyte.gz") as file:
        return torch.from_numpy(numpy.frombuffer(file.read(), numpy.uint8, offset=header).copy())


def shuffled(rows, size):
    """Batches of rows' numbers without end, every pass in a fresh order."""
    while True:
        yield from torch.randperm(len(rows)).split(size)[: len(rows) // size]


def digits(size, signed=False, memory=None, labelled=False):
    """Rows of pixels in [0, 1], or signed in [-1, 1]; images where their memory is told; with labels if wanted."""
    images, labels = mnist("images-idx3", 16).view(60000, 784), mnist("labels-idx1", 8).long()
    for rows in shuffled(images, size):
        x = images.index_select(0, rows).float().mul_(1 / 255)
        x = x.mul_(2).sub_(1) if signed else x
        x = x.view(-1, 1, 28, 28).contiguous(memory_format=memory) if memory else x
        yield (x, labels[rows]) if labelled else x


def noisy_8x8(size, sigma=0.1):
    """Digits padded to 32 x 32 and averaged over 4 x 4 pixels, with noise."""
    padded = F.pad(mnist("images-idx3", 16).view(-1, 1, 28, 28).float() / 255, (2, 2, 2, 2))
    images = F.avg_pool2d(padded, 4).view(-1, 64)
    for rows in shuffled(images, size):
        yield images.index_select(0, rows).add_(torch.randn(size, 64), alpha=sigma)


def ring(size, sigma=0.1):
    """Points around eight centres on the unit circle, drawn afresh."""
    angles = torch.arange(8) * (math.pi / 4)
    centres = torch.stack([angles.cos(), angles.sin()], dim=1)
    while True:
        yield centres[torch.randint(8, (size,))].add_(torch.randn(size, 2), alpha=sigma)


def mlp(sizes, activation, last=None):
    """Linear layers of these sizes, the activation between them and `last` at the end."""
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1], *([last()] if last else []))


def trainer(adam_of, *modules, clip=None, **settings):
    """What takes one step of Adam down a loss; only the modules' gradients are computed."""
    parameters = [p for module in modules for p in module.parameters()]
    adam = adam_of(parameters, **settings)

    def train(loss):
        adam.zero_grad(set_to_none=True)
        loss.backward(inputs=parameters)
        if clip:
            nn.utils.clip_grad_norm_(parameters, clip)
        adam.step()
        return loss.detach()

    return train


def gradient(outputs, inputs):
    """The gradient of the outputs' sum, itself differentiable."""
    return torch.autograd.grad(outputs.sum(), inputs, create_graph=True)[0]


def vae(size, way, adam_of):
    """784-500(sigmoid)-[20,20], 20-500(tanh)-784; Bernoulli likelihood, KL in closed form."""
    encoder, decoder = mlp((784, 500, 40), nn.Sigmoid), mlp((20, 500, 784), nn.Tanh)
    train = trainer(adam_of, encoder, decoder, lr=1e-3)
    for x in digits(size):
        mean, logvar = encoder(x).chunk(2, dim=1)
        logits = decoder(mean + torch.exp(0.5 * logvar) * torch.randn_like(mean))
        if way == BY_HAND:
            bce = F.softplus(logits).sum() - torch.dot(x.view(-1), logits.view(-1))
        else:
            bce = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        yield train((bce + 0.5 * (logvar.exp() + mean.square() - 1 - logvar).sum()) / size)


def non_saturating(of_real, of_fake):
    return F.softplus(-of_real).mean() + F.softplus(of_fake).mean()


def adversarial(g, d, images, adam_of, loss_of_d, loss_of_g=lambda fake: F.softplus(-fake).mean(), **adam):
    """A step of D, then one of G through the new D on the same fakes; gives D's loss without its penalty."""
    train_g, train_d = trainer(adam_of, g, **adam), trainer(adam_of, d, **adam)
    for real in images:
        fake = g(torch.randn(len(real), 64))
        loss, *penalty = loss_of_d(real, fake.detach())
        train_d(sum(penalty, loss))
        train_g(loss_of_g(d(fake)))
        yield loss.detach()


def gan(size, way, adam_of):
    g, d = mlp((64, 256, 256, 784), nn.ReLU, nn.Tanh), mlp((784, 256, 256, 1), lambda: nn.LeakyReLU(0.2))

    def loss_of_d(real, fake):
        return [non_saturating(*([d(real), d(fake)] if way == CALLS[1] else d(torch.cat([real, fake])).chunk(2)))]

    return adversarial(g, d, digits(size, signed=True), adam_of, loss_of_d, lr=2e-4, betas=(0.5, 0.999))


def wgan_gp(size, way, adam_of):
    """The critic's penalty is 10 times (|slope| - 1)^2 between real and fake."""
    g, d = mlp((64, 256, 256, 784), nn.ReLU, nn.Tanh), mlp((784, 256, 256, 1), nn.SiLU)

    def loss_of_d(real, fake):
        between = (fake + torch.rand(size, 1) * (real - fake)).requires_grad_()
        if way == CALLS[1]:
            of_real, of_fake, of_between = *d(torch.cat([real, fake])).chunk(2), d(between)
        else:
            of_real, of_fake, of_between = d(torch.cat([real, fake, between])).chunk(3)
        return of_fake.mean() - of_real.mean(), 10 * (gradient(of_between, between).norm(dim=1) - 1).square().mean()

    images = digits(size, signed=True)
    return adversarial(g, d, images, adam_of, loss_of_d, lambda fake: -fake.mean(), lr=1e-4, betas=(0.5, 0.9))


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


def dsm_energy(size, _way, adam_of):
    """Denoising score matching, sigma 0.3: the score is the gradient of a scalar 784-512-512-1, SiLU."""
    f = mlp((784, 512, 512, 1), nn.SiLU)
    train = trainer(adam_of, f, lr=1e-3)
    for x in digits(size):
        eps = torch.randn_like(x)
        noisy = x.add_(eps, alpha=0.3).requires_grad_()
        yield train(0.5 * (0.3 * gradient(f(noisy), noisy) + eps).square().sum() / size)


def ssm(size, way, adam_of):
    """Sliced score matching, variance-reduced, one Gaussian probe v: 0.5 |s|^2 + v' (grad s) v."""
    f = mlp((784, 512, 512, 1), nn.SiLU)
    train = trainer(adam_of, f, lr=1e-4)
    for x in digits(size):
        x = x.add_(torch.randn_like(x), alpha=0.3)
        v = torch.randn_like(x)
        if way == BY_HAND:
            s, along = second_order_by_hand(f, silu_bend, x, v[None])
        else:
            s = gradient(f(x.requires_grad_()), x)
            along = (v * gradient(s * v, x)).sum()
        yield train((0.5 * s.square().sum() + along) / size)


def trace_by_axis(f, x):
    """The score and the sum of its divergences, one gradient an axis."""
    s = gradient(f(x), x)
    return s, sum(gradient(s[:, i], x)[:, i].sum() for i in range(x.shape[1]))


def trace_batched(f, x):
    """The same with every axis in one batched gradient: (d, B, d)."""
    s, axes = gradient(f(x), x), torch.eye(x.shape[1])[:, None, :].expand(-1, *x.shape)
    rows = torch.autograd.grad(s, x, axes, create_graph=True, is_grads_batched=True)[0]
    return s, rows.diagonal(dim1=0, dim2=2).sum()


def trace_functorch(jacobian, f, x):
    """The same by functorch: the Jacobian of each sample's gradient, forward (jacfwd) or backward (jacrev)."""
    score = func.grad(lambda row: f(row).sum())
    jacobians = func.vmap(jacobian(score))(x.detach())
    return func.vmap(score)(x.detach()), jacobians.diagonal(dim1=1, dim2=2).sum()


def trace_forward_over_reverse(f, x):
    """The same by functorch: for every axis, the whole batch's gradient pushed forward along it."""
    x, score = x.detach(), func.grad(lambda rows: f(rows).sum())

    def along(axis):
        return (func.jvp(score, (x,), (axis.expand(x.shape),))[1] * axis).sum()

    return score(x), func.vmap(along)(torch.eye(x.shape[1])).sum()


TRACES = {
    "one gradient an axis": trace_by_axis,
    "is_grads_batched": trace_batched,
    BY_HAND: lambda f, x: second_order_by_hand(f, softplus_bend, x.detach(), torch.eye(x.shape[1])[:, None]),
    "functorch jacfwd": functools.partial(trace_functorch, func.jacfwd),
    "functorch jacrev": functools.partial(trace_functorch, func.jacrev),
    "functorch jvp": trace_forward_over_reverse,
}


def ism_exact(points, sizes, way, adam_of):
    """Hyvarinen's objective, every sample's trace exact: 0.5 |s|^2 + tr grad s; softplus."""
    f = mlp(sizes, nn.Softplus)
    train = trainer(adam_of, f, lr=1e-3)
    for x in points:
        s, traces = TRACES[way](f, x.requires_grad_())
        yield train((0.5 * s.square().sum() + traces) / len(x))


class Coupling(nn.Module):
    """Actnorm, then one number of two that the other stretches and moves."""

    def __init__(self, turn):
        super().__init__()
        self.register_buffer("holds", torch.eye(2)[turn % 2])
        self.centre, self.log_width = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(2))
        self.net, self.factor = mlp((2, 128, 128, 4), nn.SiLU), nn.Parameter(torch.ones(2))
        nn.init.zeros_(self.net[-1].weight)
        nn.init.zeros_(self.net[-1].bias)

    def forward(self, x, log_det):
        x = (x - self.centre) * torch.exp(-self.log_width)
        s, t = self.net(6 * self.holds * x).chunk(2, dim=1)
        s = torch.tanh(s) * self.factor * (1 - self.holds)
        return x * torch.exp(s) + t * (1 - self.holds), log_det + s.sum(1) - self.log_width.sum()


def realnvp(size, _way, adam_of):
    """Eight couplings of 2-128-128-4, maximum likelihood on ring8."""
    layers = nn.ModuleList(Coupling(turn) for turn in range(8))
    train = trainer(adam_of, layers, lr=5e-3)
    for z in ring(size, 0.2):
        log_det = torch.zeros(size)
        for layer in layers:
            z, log_det = layer(z, log_det)
        yield train(math.log(2 * math.pi) + (0.5 * z.square().sum(1) - log_det).mean())


def made(size, way, adam_of, pixels=784, hidden=1000):
    """784-1000(ReLU)-784 with direct connections on binarised digits; -log p(x).

    Weights are masked in every step, or begin masked and have their gradients masked, which is the same function.
    """
    into, out, direct = nn.Linear(pixels, hidden), nn.Linear(hidden, pixels), nn.Linear(pixels, pixels, bias=False)
    layers, inputs, units = (into, out, direct), torch.arange(pixels), torch.arange(hidden) * (pixels - 1) // hidden
    reads = ((units, inputs), (inputs - 1, units), (inputs - 1, inputs))
    masks = [(to[:, None] >= by).float() for to, by in reads]
    if way == MASKED[1]:
        for layer, mask in zip(layers, masks):
            layer.weight.data.mul_(mask)
            layer.weight.register_hook(mask.mul)
    train = trainer(adam_of, *layers, lr=1e-3)
    for x in map(DRAWS["rand"], digits(size)):
        w = [layer.weight if way == MASKED[1] else layer.weight * mask for layer, mask in zip(layers, masks)]
        logits = F.linear(F.relu(F.linear(x, w[0], into.bias)), w[1], out.bias) + F.linear(x, w[2])
        yield train(F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / size)


@torch.no_grad()
def contrastive_divergence(k, size, way, _adam_of, rate=0.05, momentum=0.5):
    """CD-k of a machine 784-500 with momentum, products accumulated in place; gives F(data) - F(samples)."""
    w, b, c, draw = 0.01 * torch.randn(784, 500), torch.zeros(784), torch.zeros(500), DRAWS[way]
    of_w, of_b, of_c = (torch.zeros_like(p) for p in (w, b, c))

    def free_energy(x, logits):
        return -(x @ b).mean() - F.softplus(logits).sum(1).mean()

    for x in map(draw, digits(size)):
        logits = torch.addmm(c, x, w)
        p = q = torch.sigmoid(logits)
        for _ in range(k):
            sample = draw(torch.addmm(b, draw(q), w.t()).sigmoid_())
            sample_logits = torch.addmm(c, sample, w)
            q = torch.sigmoid(sample_logits)
        loss = free_energy(x, logits) - free_energy(sample, sample_logits)
        of_w.mul_(momentum).addmm_(x.t(), p, alpha=1 / size).addmm_(sample.t(), q, alpha=-1 / size)
        of_b.mul_(momentum).add_(x.sum(0) - sample.sum(0), alpha=1 / size)
        of_c.mul_(momentum).add_(p.sum(0) - q.sum(0), alpha=1 / size)
        for parameter, slope in ((w, of_w), (b, of_b), (c, of_c)):
            parameter.add_(slope, alpha=rate)
        yield loss


@torch.no_grad()
def annealing(size, way, _adam_of, temperatures=10_000):
    """One temperature of annealed importance sampling from independent units; gives the mean log-weight."""
    w, c, draw = 0.01 * torch.randn(784, 500), torch.zeros(500), DRAWS[way]
    base, rise = torch.full((784,), -2.0), torch.zeros(784)  # an eighth of the pixels is on, as in digits
    x = draw(torch.sigmoid(base).expand(size, 784).contiguous())
    weights = torch.zeros(size, dtype=torch.float64)
    while True:
        for low, high in ((at / temperatures, (at + 1) / temperatures) for at in range(temperatures)):
            logits = torch.addmm(c, x, w)
            gain = (F.softplus(high * logits) - F.softplus(low * logits)).sum(1)
            weights.add_(gain.add_(x @ rise, alpha=high - low))
            h = draw(logits.mul_(high).sigmoid_())
            x = draw(torch.addmm(base + high * rise, h, w.t(), alpha=high).sigmoid_())
            yield weights.mean()


@torch.inference_mode()
def hmc(chains, dimensions, leapfrog_steps, way, _adam_of, e=0.5, jitter=0.1):
    """A transition of HMC on a diagonal Gaussian, in place, momenta in units of the root of their mass as in gradzoo.

    By hand the score is part of the kick, which it can be on no other law.
    """
    precision = 100 * torch.logspace(0, -2, dimensions)
    downwards, scale = -precision, precision.rsqrt()
    by_hand, x = downwards * scale, torch.randn(chains, dimensions) * scale

    def log_joint(x, z):
        return torch.mv(x.square(), downwards) * 0.5 - torch.linalg.vecdot(z, z) * 0.5

    def kick(z, x, size):
        z.addcmul_(*((x, by_hand) if way == BY_HAND else (x * downwards, scale)), value=size)

    while True:
        size = e * (1 + jitter * (2 * torch.rand(()).item() - 1))
        z, at = torch.randn(chains, dimensions), x.clone()
        before = log_joint(x, z)
        kick(z, at, size / 2)
        for i in range(leapfrog_steps):
            at.addcmul_(z, scale, value=size)
            kick(z, at, size if i + 1 < leapfrog_steps else size / 2)
        moves = torch.rand(chains).log_() < log_joint(at, z) - before
        x = torch.where(moves[:, None], at, x)
        yield moves.float().mean()


@torch.inference_mode()
def annealed(chains, _way, _adam_of, least=2e-5):
    """A step of annealed Langevin, ten levels of 100 steps, on a score network of digits."""
    net, sigmas = mlp((784, 1024, 1024, 784), nn.SiLU), torch.logspace(0, -2, 10).tolist()
    start = torch.rand(chains, 784)
    noise = torch.empty_like(start)
    while True:
        x = start.clone()
        for sigma in (sigma for sigma in sigmas for _ in range(100)):
            e = least * (sigma / sigmas[-1]) ** 2 / 2
            x.add_(net(x), alpha=e / sigma).add_(noise.normal_(), alpha=math.sqrt(2 * e))
            yield x.square().mean().sqrt()


def chain():
    """A chain of 1000 ops (mul, add, tanh, sub) on shape (16), and what is timed of it."""
    x = torch.randn(16, requires_grad=True)
    a, b, c = torch.full((16,), 1.01), torch.full((16,), 0.02), torch.full((16,), 0.01)

    def forward():
        y = x
        for _ in range(250):
            y = torch.tanh(y * a + b) - c
        return y

    return {
        "forward_no_tape": torch.no_grad()(forward),
        "forward_tape": forward,
        "forward_backward": lambda: torch.autograd.grad(forward().sum(), x),
        "grad_of_grad": lambda: torch.autograd.grad(gradient(forward(), x).sum(), x),
    }


WORKLOADS = {
    "vae_b100": (EITHER, vae, 100),
    "vae_b512": (EITHER, vae, 512),
    "gan_b128": (CALLS, gan, 128),
    "wgan_gp_b128": (CALLS, wgan_gp, 128),
    "dsm_energy_b128": ([""], dsm_energy, 128),
    "ssm_b128": (EITHER, ssm, 128),
    "ism_exact_d2_b256": (TRACES, lambda *way: ism_exact(ring(256), (2, 128, 128, 1), *way)),
    "ism_exact_d64_b128": (TRACES, lambda *way: ism_exact(noisy_8x8(128), (64, 256, 256, 1), *way)),
    "annealed_langevin": ([""], annealed, 100),
    "realnvp_2d_b512": (["eager"], realnvp, 512),
    "hmc_d100_c1000": (EITHER, hmc, 1000, 100, 10),
    "rbm_cd1_b100": (DRAWS, contrastive_divergence, 1, 100),
    "rbm_cd25_b100": (DRAWS, contrastive_divergence, 25, 100),
    "made_b100": (MASKED, made, 100),
    "rbm_ais_c100": (DRAWS, annealing, 100),
}
