"""The workloads of `gradzoo bench` on networks of images in PyTorch, as memory lies by itself and channels last."""
import functools
import math
import re

import torch
from torch import nn
from torch.nn import functional as F

from peers import adversarial, digits, gradient, mlp, non_saturating, trainer

MEMORY = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}


def dcgan(size, penalised, way, adam_of):
    """G 64-128x7x7-64x14x14-1x28x28 with group norm, D mirrored, leaky ReLU.

    Penalised: SiLU in D, and R1, half the squared slope of D at real images, in D's loss.
    """
    memory, activation = MEMORY[way], nn.SiLU if penalised else functools.partial(nn.LeakyReLU, 0.2)
    g = nn.Sequential(
        nn.Linear(64, 6272), nn.Unflatten(1, (128, 7, 7)), nn.GroupNorm(8, 128), nn.ReLU(),
        nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.GroupNorm(8, 64), nn.ReLU(),
        nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(),
    ).to(memory_format=memory)
    d = nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1), activation(), nn.Conv2d(64, 128, 4, 2, 1), activation(),
        nn.Flatten(), nn.Linear(6272, 1),
    ).to(memory_format=memory)

    def loss_of_d(real, fake):
        of_real, of_fake = d(torch.cat([real.requires_grad_(penalised), fake])).split(size)
        penalty = [0.5 * gradient(of_real, real).square().sum() / size] if penalised else []
        return non_saturating(of_real, of_fake), *penalty

    images = digits(size, signed=True, memory=memory)
    return adversarial(g, d, images, adam_of, loss_of_d, lr=2e-4, betas=(0.5, 0.999))


def classifier_cnn(size, way, adam_of):
    """conv3 1-32, 32-32, pool, 32-64, 64-64, pool, 3136-128-10, ReLU; cross-entropy."""
    net = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10),
    ).to(memory_format=MEMORY[way])
    train = trainer(adam_of, net, lr=1e-3)
    for x, labels in digits(size, memory=MEMORY[way], labelled=True):
        yield train(F.cross_entropy(net(x), labels))


class Residual(nn.Module):
    """A residual block whose second norm is scaled and shifted by an embedding."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm_in, self.norm_out = nn.GroupNorm(8, inputs), nn.GroupNorm(8, outputs)
        self.conv_in, self.conv_out = (nn.Conv2d(size, outputs, 3, padding=1) for size in (inputs, outputs))
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
        self.time, self.labels = mlp((64, 128, 128), nn.SiLU), nn.Embedding(11, 128)
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
    net = Unet().to(memory_format=MEMORY[way])
    train = trainer(adam_of, net, lr=2e-3, betas=(0.9, 0.99))
    for data, labels in digits(size, signed=True, memory=MEMORY[way], labelled=True):
        labels = torch.where(torch.rand(size) < 0.1, torch.full_like(labels, 10), labels)
        noise, t = torch.randn_like(data), (torch.randperm(size) + torch.rand(size)) / size
        at = noise + t[:, None, None, None] * (data - noise)
        yield train((net(at, t, labels) - (data - noise)).square().mean())


@torch.inference_mode()
def unet_sample(size, way, _adam_of, steps=25):
    """An Euler step of digits by class, 25 of which make a sample."""
    net, labels = Unet().to(memory_format=MEMORY[way]), torch.arange(size) % 10
    start = torch.randn(size, 1, 28, 28).contiguous(memory_format=MEMORY[way])
    while True:
        x = start
        for at in range(steps):
            x = x + net(x, torch.full((size,), at / steps), labels) / steps
            yield x.square().mean().sqrt()


def ebm_cd(size, way, adam_of, buffered=8192, steps=60, rate=10, spread=0.005, bound=0.03):
    """An energy of convolutions and 60 clipped Langevin steps from a buffer of 8192 (UvA deep learning tutorial 8)."""
    net = nn.Sequential(
        nn.Conv2d(1, 16, 5, 2, 4), nn.SiLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.SiLU(),
        nn.Conv2d(32, 64, 3, 2, 1), nn.SiLU(), nn.Conv2d(64, 64, 3, 2, 1), nn.SiLU(),
        nn.Flatten(), nn.Linear(256, 64), nn.SiLU(), nn.Linear(64, 1),
    ).to(memory_format=MEMORY[way])
    train = trainer(adam_of, net, clip=0.1, lr=1e-4, betas=(0.0, 0.999))
    chains = torch.rand(buffered, 1, 28, 28) * 2 - 1
    for data in digits(size, signed=True, memory=MEMORY[way]):
        data.add_(torch.randn_like(data), alpha=spread).clamp_(-1, 1)
        rows, anew = torch.randperm(buffered)[:size], torch.rand(size, 1, 1, 1) < 0.05
        x = torch.where(anew, torch.rand(size, 1, 28, 28) * 2 - 1, chains[rows]).contiguous(memory_format=MEMORY[way])
        noise = torch.empty_like(x)
        net.requires_grad_(False)
        for _ in range(steps):
            x.add_(noise.normal_(0, spread)).clamp_(-1, 1)
            slope = torch.autograd.grad(net(x.requires_grad_()).sum(), x)[0]
            x = x.detach().add_(slope.clamp_(-bound, bound), alpha=rate).clamp_(-1, 1)
        net.requires_grad_(True)
        chains[rows] = x
        of_data, of_fake = net(torch.cat([data, x])).chunk(2)
        yield train(of_fake.mean() - of_data.mean() + 0.1 * (of_data.square() + of_fake.square()).mean())


def convolution(name, memory):
    """The three products of "64-128, 4x4, stride 2, 14x14" on 64 images, and how many operations each takes."""
    inputs, outputs, kernel, _, *stride, side, _ = map(int, re.findall(r"\d+", name))
    settings = {"stride": (stride or [1]) * 2, "padding": [(kernel - 1) // 2] * 2}
    x = torch.randn(64, inputs, side, side).contiguous(memory_format=memory)
    w = torch.randn(outputs, inputs, kernel, kernel).contiguous(memory_format=memory)
    y = F.conv2d(x, w, **settings)

    def backward(*wanted):
        fixed = (None, *settings.values(), [1, 1], False, [0, 0], 1)
        return lambda: torch.ops.aten.convolution_backward(y, x, w, *fixed, wanted)

    return {
        "forward_gflops": lambda: F.conv2d(x, w, **settings),
        "by_data_gflops": backward(True, False, False),
        "by_weight_gflops": backward(False, True, False),
    }, 2 * y.numel() * kernel**2 * inputs


WORKLOADS = {
    "classifier_cnn_b128": (MEMORY, classifier_cnn, 128),
    "dcgan_b64": (MEMORY, dcgan, 64, False),
    "dcgan_r1_b64": (MEMORY, dcgan, 64, True),
    "unet_flow_b64": (MEMORY, unet_flow, 64),
    "unet_sample_c100": (MEMORY, unet_sample, 100),
    "ebm_cd60_b64": (MEMORY, ebm_cd, 64),
}
