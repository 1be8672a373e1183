"""The Markov chains of `gradzoo bench` written in PyTorch."""
import functools
import math

import torch
from torch import nn

from pytorch_steps import BY_HAND


def hmc(chains, dimensions, leapfrog_steps, way, _):
    """A transition of HMC on a diagonal Gaussian, in place, momenta in units of the root of their mass as in gradzoo.

    By hand the score is part of the kick, which it can be on no other law.
    """
    precision = 100 * torch.logspace(0, -2, dimensions)
    downwards, scale, e, jitter = -precision, precision.rsqrt(), 0.5, 0.1
    by_hand = downwards * scale
    x = torch.randn(chains, dimensions) * scale

    def log_prob(x):
        return torch.mv(x.square(), downwards) * 0.5

    def kinetic(z):
        return torch.linalg.vecdot(z, z) * 0.5

    def kick(z, x, size):
        if way == BY_HAND:
            return z.addcmul_(x, by_hand, value=size)
        return z.addcmul_(x * downwards, scale, value=size)

    @torch.inference_mode()
    def step():
        nonlocal x
        size = e * (1 + jitter * (2 * torch.rand(()).item() - 1))
        z, at = torch.randn(chains, dimensions), x.clone()
        before = log_prob(x) - kinetic(z)
        kick(z, at, size / 2)
        for i in range(leapfrog_steps):
            at.addcmul_(z, scale, value=size)
            kick(z, at, size if i + 1 < leapfrog_steps else size / 2)
        moves = torch.rand(chains).log_() < log_prob(at) - kinetic(z) - before
        x = torch.where(moves[:, None], at, x)
        return moves.float().mean()

    return step


def annealed(chains, _way, _adam):
    """A step of annealed Langevin, ten levels of 100 steps, on a score network of digits."""
    net = nn.Sequential(nn.Linear(784, 1024), nn.SiLU(), nn.Linear(1024, 1024), nn.SiLU(), nn.Linear(1024, 784))
    sigmas, least = torch.logspace(0, -2, 10).tolist(), 2e-5
    start, taken = torch.rand(chains, 784), 0
    x, noise = start.clone(), torch.empty_like(start)

    @torch.inference_mode()
    def step():
        nonlocal taken
        if taken % 1000 == 0:
            x.copy_(start)
        sigma = sigmas[taken // 100 % 10]
        taken += 1
        e = least * (sigma / sigmas[-1]) ** 2 / 2
        x.add_(net(x), alpha=e / sigma).add_(noise.normal_(), alpha=math.sqrt(2 * e))
        return x.square().mean().sqrt()

    return step


SAMPLER_WORKLOADS = {
    "annealed_langevin": ([""], functools.partial(annealed, 100)),
    "hmc_d100_c1000": (["", BY_HAND], functools.partial(hmc, 1000, 100, 10)),
}
