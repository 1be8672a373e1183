"""RealNVP in the plane as `gradzoo bench` trains it, in PyTorch."""
import functools
import math

import torch
from torch import nn
from pytorch_steps import mlp, optimise, ring


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
    parameters = list(layers.parameters())
    adam, points = adam_of(parameters, lr=5e-3), ring(size, 0.2)

    def step():
        z, log_det = next(points), torch.zeros(size)
        for layer in layers:
            z, log_det = layer(z, log_det)
        return optimise(math.log(2 * math.pi) + (0.5 * z.square().sum(1) - log_det).mean(), parameters, adam)

    return step


FLOW_WORKLOADS = {"realnvp_2d_b512": (["eager"], functools.partial(realnvp, 512))}
