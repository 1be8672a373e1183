"""The steps of `gradzoo bench` on restricted Boltzmann machines, in PyTorch: no autograd, products accumulated in place."""
import torch
from torch.nn import functional as F

from pytorch_steps import batches, mnist

VISIBLE, HIDDEN = 784, 500
# How 0 and 1 are drawn: whichever is faster.
DRAWS = {"bernoulli": torch.bernoulli, "rand": lambda p: torch.rand_like(p).lt_(p)}


def binary_batches(size, draw):
    """Shuffled batches without end, each pixel 1 with the probability that its grey value says."""
    for x in batches(mnist(), size):
        yield draw(x)


class Machine:
    """Weights (visible, hidden) and both biases."""

    def __init__(self):
        self.w = 0.01 * torch.randn(VISIBLE, HIDDEN)
        self.b, self.c = torch.zeros(VISIBLE), torch.zeros(HIDDEN)

    def free_energy(self, x, logits):
        return -(x @ self.b).mean() - F.softplus(logits).sum(1).mean()


def contrastive_divergence(k, size, way, _adam_of, rate=0.05, momentum=0.5):
    """CD-k with momentum; returns F(data) - F(samples)."""
    machine, draw = Machine(), DRAWS[way]
    w, b, c = machine.w, machine.b, machine.c
    of_w, of_b, of_c = (torch.zeros_like(p) for p in (w, b, c))
    images = binary_batches(size, draw)

    @torch.no_grad()
    def step():
        x = next(images)
        logits = torch.addmm(c, x, w)
        p = torch.sigmoid(logits)
        h = draw(p)
        for i in range(k):
            sample = draw(torch.addmm(b, h, w.t()).sigmoid_())
            sample_logits = torch.addmm(c, sample, w)
            q = torch.sigmoid(sample_logits)
            if i + 1 < k:
                h = draw(q)
        loss = machine.free_energy(x, logits) - machine.free_energy(sample, sample_logits)
        of_w.mul_(momentum).addmm_(x.t(), p, alpha=1 / size).addmm_(sample.t(), q, alpha=-1 / size)
        of_b.mul_(momentum).add_(x.sum(0) - sample.sum(0), alpha=1 / size)
        of_c.mul_(momentum).add_(p.sum(0) - q.sum(0), alpha=1 / size)
        for p_, g in ((w, of_w), (b, of_b), (c, of_c)):
            p_.add_(g, alpha=rate)
        return loss

    return step


def annealing(size, way, _adam_of, temperatures=10_000):
    """One temperature of annealed importance sampling from independent units; returns the mean log-weight."""
    machine, draw = Machine(), DRAWS[way]
    w, b, c = machine.w, machine.b, machine.c
    base = b.sub_(2).clone()  # an eighth of the pixels is on, as in digits
    rise = b - base
    state = {"x": draw(torch.sigmoid(base).expand(size, VISIBLE).contiguous()), "at": 0}
    weights = torch.zeros(size, dtype=torch.float64)

    @torch.no_grad()
    def step():
        low = state["at"] % temperatures / temperatures
        high = low + 1 / temperatures
        x, state["at"] = state["x"], state["at"] + 1
        logits = torch.addmm(c, x, w)
        gain = (F.softplus(high * logits) - F.softplus(low * logits)).sum(1)
        weights.add_(gain.add_(x @ rise, alpha=high - low))
        h = draw(logits.mul_(high).sigmoid_())
        state["x"] = draw(torch.addmm(base + high * rise, h, w.t(), alpha=high).sigmoid_())
        return weights.mean()

    return step


RBM_WORKLOADS = {
    "rbm_cd1_b100": (list(DRAWS), lambda *way: contrastive_divergence(1, 100, *way)),
    "rbm_cd25_b100": (list(DRAWS), lambda *way: contrastive_divergence(25, 100, *way)),
    "rbm_ais_c100": (list(DRAWS), lambda *way: annealing(100, *way)),
}
