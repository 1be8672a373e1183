"""The step of `gradzoo bench` on a masked autoencoder, in PyTorch."""
import functools

import torch
from torch import nn
from torch.nn import functional as F

from pytorch_rbm import DRAWS, binary_batches
from pytorch_steps import optimise

SIZE, HIDDEN = 784, 1000
MASKED_WEIGHTS, MASKED_GRADIENTS = "masked weights", "masked gradients"


def masks():
    """Which inputs the hidden units read, which units an output reads, and which inputs it reads directly."""
    inputs = torch.arange(1, SIZE + 1)
    units = 1 + torch.arange(HIDDEN) * (SIZE - 1) // HIDDEN
    return [(to[:, None] >= by[None]).float() for to, by in ((units, inputs), (inputs - 1, units), (inputs - 1, inputs))]


def made(size, way, adam_of):
    """784-1000(ReLU)-784 with direct connections on binarised digits; -log p(x).

    Weights are masked in every step, or begin masked and have their gradients masked, which is the same function.
    """
    layers = [nn.Linear(SIZE, HIDDEN), nn.Linear(HIDDEN, SIZE), nn.Linear(SIZE, SIZE, bias=False)]
    parameters = [p for layer in layers for p in layer.parameters()]
    adam, images, masked = adam_of(parameters, lr=1e-3), binary_batches(size, DRAWS["rand"]), masks()
    if way == MASKED_GRADIENTS:
        for layer, mask in zip(layers, masked):
            layer.weight.data.mul_(mask)
            layer.weight.register_hook(functools.partial(torch.mul, mask))

    def weights():
        if way == MASKED_GRADIENTS:
            return [layer.weight for layer in layers]
        return [layer.weight * mask for layer, mask in zip(layers, masked)]

    def step():
        x = next(images)
        into, out, direct = weights()
        h = F.relu(F.linear(x, into, layers[0].bias))
        logits = F.linear(h, out, layers[1].bias) + F.linear(x, direct)
        return optimise(F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / size, parameters, adam)

    return step


MADE_WORKLOADS = {"made_b100": ((MASKED_WEIGHTS, MASKED_GRADIENTS), functools.partial(made, 100))}
