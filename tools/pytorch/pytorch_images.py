"""The training steps of `gradzoo bench` on networks of images, in PyTorch: as memory lies by itself, and channels last."""
import functools
import gzip
import math
import pathlib

import numpy
import torch
from torch import nn
from torch.nn import functional as F

from pytorch_steps import MNIST, batches, gradient, mlp, mnist, optimise

AS_IT_LIES, CHANNELS_LAST = "contiguous", "channels last"
WAYS = (AS_IT_LIES, CHANNELS_LAST)
LABELS = pathlib.Path(str(MNIST).replace("images-idx3", "labels-idx1"))


@functools.lru_cache(maxsize=None)
def mnist_labels():
    """The training labels, (60000) i64."""
    with gzip.open(LABELS) as file:
        return torch.from_numpy(numpy.frombuffer(file.read(), numpy.uint8, offset=8).astype(numpy.int64))


def labelled_batches(size):
    """Shuffled batches without end: images (size, 1, 28, 28) in [0, 1], labels."""
    while True:
        order = torch.randperm(60000)
        for begin in range(0, 60000 - size + 1, size):
            rows = order[begin : begin + size]
            yield mnist().index_select(0, rows).float().mul_(1 / 255).view(-1, 1, 28, 28), mnist_labels()[rows]


def laid_out(way, module):
    return module.to(memory_format=torch.channels_last) if way == CHANNELS_LAST else module


def like(way, x):
    return x.contiguous(memory_format=torch.channels_last) if way == CHANNELS_LAST else x


def classifier_cnn(size, way, adam_of):
    """conv3 1-32, 32-32, pool, 32-64, 64-64, pool, 3136-128-10, ReLU; cross-entropy."""
    net = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10),
    )
    net = laid_out(way, net)
    parameters = list(net.parameters())
    adam, batches = adam_of(parameters, lr=1e-3), labelled_batches(size)

    def step():
        x, labels = next(batches)
        return optimise(F.cross_entropy(net(like(way, x)), labels), parameters, adam)

    return step


class Residual(nn.Module):
    """A residual block whose second norm is scaled and shifted by an embedding."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm_in, self.norm_out = nn.GroupNorm(8, inputs), nn.GroupNorm(8, outputs)
        self.conv_in, self.conv_out = nn.Conv2d(inputs, outputs, 3, padding=1), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.modulation = nn.Linear(128, 2 * outputs)
        self.skip = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, e):
        a, b = self.modulation(e)[:, :, None, None].chunk(2, dim=1)
        h = self.conv_in(F.silu(self.norm_in(x)))
        return self.skip(x) + self.conv_out(F.silu(self.norm_out(h) * (1 + a) + b))


class Unet(nn.Module):
    """The small U-Net of gradzoo's flow matching."""

    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(64, 128), nn.SiLU(), nn.Linear(128, 128))
        self.labels = nn.Embedding(11, 128)
        self.into, self.high = nn.Conv2d(4, 32, 3, padding=1), Residual(32, 32)
        self.down = nn.Conv2d(32, 64, 3, stride=2, padding=1)
        self.low = nn.ModuleList([Residual(64, 64), Residual(64, 64)])
        self.up, self.joined = nn.Conv2d(64, 128, 1), Residual(64, 32)
        self.norm, self.out = nn.GroupNorm(8, 32), nn.Conv2d(32, 4, 3, padding=1)
        self.register_buffer("rates", 1000 * torch.exp(-math.log(10000) * torch.arange(32) / 32))

    def forward(self, x, t, labels):
        phase = t[:, None] * self.rates
        e = F.silu(self.time(torch.cat([phase.cos(), phase.sin()], 1)) + self.labels(labels))
        high = self.high(self.into(F.pixel_unshuffle(x, 2)), e)
        low = self.down(high)
        for block in self.low:
            low = block(low, e)
        joined = self.joined(torch.cat([F.pixel_shuffle(self.up(low), 2), high], 1), e)
        return F.pixel_shuffle(self.out(F.silu(self.norm(joined))), 2)


def unet_flow(size, way, adam_of):
    """Flow matching along straight paths, a tenth of the labels hidden."""
    net = laid_out(way, Unet())
    parameters = list(net.parameters())
    adam, batches = adam_of(parameters, lr=2e-3, betas=(0.9, 0.99)), labelled_batches(size)

    def step():
        x, labels = next(batches)
        data = like(way, x.mul_(2).sub_(1))
        labels = torch.where(torch.rand(size) < 0.1, torch.full_like(labels, 10), labels)
        noise, t = torch.randn_like(data), (torch.randperm(size) + torch.rand(size)) / size
        at = noise + t[:, None, None, None] * (data - noise)
        return optimise((net(at, t, labels) - (data - noise)).square().mean(), parameters, adam)

    return step


def unet_sample(size, way, _):
    """An Euler step of digits by class, 25 of which make a sample."""
    net, steps = laid_out(way, Unet()), 25
    labels, start = torch.arange(size) % 10, like(way, torch.randn(size, 1, 28, 28))
    x, at = start, 0

    @torch.inference_mode()
    def step():
        nonlocal x, at
        if at == steps:
            x, at = start, 0
        x = x + net(x, torch.full((size,), at / steps), labels) / steps
        at += 1
        return x.square().mean().sqrt()

    return step


def dcgan(size, penalised, way, adam_of):
    """G 64-128x7x7-64x14x14-1x28x28 with group norm, D mirrored, leaky ReLU; a step of D, then one of G.

    Penalised: SiLU in D, and R1, half the squared slope of D at real images, in D's loss.
    """
    activation = nn.SiLU if penalised else functools.partial(nn.LeakyReLU, 0.2)
    generator = nn.Sequential(
        nn.Linear(64, 6272), nn.Unflatten(1, (128, 7, 7)), nn.GroupNorm(8, 128), nn.ReLU(),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.GroupNorm(8, 64), nn.ReLU(), nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(),
    )
    critic = nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1), activation(), nn.Conv2d(64, 128, 4, 2, 1), activation(),
        nn.Flatten(), nn.Linear(6272, 1),
    )
    generator, critic = laid_out(way, generator), laid_out(way, critic)
    of_g, of_d = list(generator.parameters()), list(critic.parameters())
    adam_g, adam_d = adam_of(of_g, lr=2e-4, betas=(0.5, 0.999)), adam_of(of_d, lr=2e-4, betas=(0.5, 0.999))
    batches = labelled_batches(size)

    def step():
        real = like(way, next(batches)[0].mul_(2).sub_(1))
        fake = generator(torch.randn(size, 64))
        real.requires_grad_(penalised)
        logits = critic(torch.cat([real, fake.detach()]))
        loss = F.softplus(-logits[:size]).mean() + F.softplus(logits[size:]).mean()
        if penalised:
            slope = torch.autograd.grad(logits[:size].sum(), real, create_graph=True)[0]
            loss = loss + 0.5 * slope.square().sum() / size
        optimise(loss, of_d, adam_d)
        return optimise(F.softplus(-critic(fake)).mean(), of_g, adam_g)

    return step


def wgan_gp(size, calls_of_d, adam_of):
    """A step of the critic with lambda = 10 times (|slope| - 1)^2 between real and fake, then one of G; returns D's loss."""
    g, d = mlp((64, 256, 256, 784), nn.ReLU, nn.Tanh), mlp((784, 256, 256, 1), nn.SiLU)
    of_g, of_d = list(g.parameters()), list(d.parameters())
    adam_g, adam_d = (adam_of(p, lr=1e-4, betas=(0.5, 0.9)) for p in (of_g, of_d))
    images = batches(mnist(), size)

    def step():
        real, fake = next(images).mul_(2).sub_(1), g(torch.randn(size, 64))
        seen = fake.detach()
        between = seen + torch.rand(size, 1) * (real - seen)
        between.requires_grad_()
        if calls_of_d == "two calls":
            of_real, of_fake = d(torch.cat([real, seen])).chunk(2)
            slope = gradient(d(between), between)
        else:
            of_real, of_fake, of_between = d(torch.cat([real, seen, between])).chunk(3)
            slope = gradient(of_between, between)
        penalty = (slope.norm(dim=1) - 1).square().mean()
        loss = of_fake.mean() - of_real.mean()
        optimise(loss + 10 * penalty, of_d, adam_d)
        optimise(-d(fake).mean(), of_g, adam_g)
        return loss.detach()

    return step


def ebm_cd(size, way, adam_of):
    """An energy of convolutions and 60 clipped Langevin steps from a buffer of 8192 (UvA deep learning tutorial 8)."""
    buffered, steps, rate, spread, clip, fresh, alpha = 8192, 60, 10, 0.005, 0.03, 0.05, 0.1
    net = nn.Sequential(
        nn.Conv2d(1, 16, 5, 2, 4), nn.SiLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.SiLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.SiLU(),
        nn.Conv2d(64, 64, 3, 2, 1), nn.SiLU(), nn.Flatten(), nn.Linear(256, 64), nn.SiLU(), nn.Linear(64, 1),
    )
    net = laid_out(way, net)
    parameters = list(net.parameters())
    adam, batches = adam_of(parameters, lr=1e-4, betas=(0.0, 0.999)), labelled_batches(size)
    chains = torch.rand(buffered, 1, 28, 28) * 2 - 1

    def walked(x):
        for p in parameters:
            p.requires_grad_(False)
        noise = torch.empty_like(x)
        for _ in range(steps):
            with torch.no_grad():
                x = x.add_(noise.normal_(0, spread)).clamp_(-1, 1)
            slope = torch.autograd.grad(net(x.requires_grad_()).sum(), x)[0]
            with torch.no_grad():
                x = x.detach().add_(slope.clamp_(-clip, clip), alpha=rate).clamp_(-1, 1)
        for p in parameters:
            p.requires_grad_(True)
        return x

    def step():
        data = like(way, next(batches)[0].mul_(2).sub_(1))
        data.add_(torch.randn_like(data), alpha=spread).clamp_(-1, 1)
        rows = torch.randperm(buffered)[:size]
        anew = torch.rand(size, 1, 1, 1) < fresh
        fake = walked(like(way, torch.where(anew, torch.rand(size, 1, 28, 28) * 2 - 1, chains[rows])))
        chains[rows] = fake
        of_data, of_fake = net(torch.cat([data, fake])).chunk(2)
        loss = of_fake.mean() - of_data.mean() + alpha * (of_data.square() + of_fake.square()).mean()
        adam.zero_grad(set_to_none=True)
        loss.backward(inputs=parameters)
        nn.utils.clip_grad_norm_(parameters, 0.1)
        adam.step()
        return loss.detach()

    return step


IMAGE_WORKLOADS = {
    "wgan_gp_b128": (["one call", "two calls"], functools.partial(wgan_gp, 128)),
    "dcgan_b64": (WAYS, functools.partial(dcgan, 64, False)),
    "dcgan_r1_b64": (WAYS, functools.partial(dcgan, 64, True)),
    "classifier_cnn_b128": (WAYS, functools.partial(classifier_cnn, 128)),
    "unet_flow_b64": (WAYS, functools.partial(unet_flow, 64)),
    "unet_sample_c100": (WAYS, functools.partial(unet_sample, 100)),
    "ebm_cd60_b64": (WAYS, functools.partial(ebm_cd, 64)),
}
