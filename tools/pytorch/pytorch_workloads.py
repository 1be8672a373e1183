#!/usr/bin/env python3
"""One workload of `gradzoo bench` in PyTorch: runs its step for a while and prints one JSON object.

    /usr/bin/python3 tools/pytorch/pytorch_workloads.py vae_b100 [--threads 2] [--seconds 2] [--as-installed | --by-hand]

Without --as-installed it is PyTorch at its best: denormals flushed, Adam over lists of tensors where that is faster.
Where a step can be written in several ways, each is tried and the fastest timed; --by-hand also tries those that write
out the mathematics which gradzoo finds by itself. tools/pytorch/compare_pytorch runs this in turns with ours, and sets what is
read at start: which BLAS, how many threads.
"""
import argparse
import functools
import json
import statistics
import sys
import time

import torch

sys.dont_write_bytecode = True
from pytorch_flows import FLOW_WORKLOADS  # noqa: E402
from pytorch_images import IMAGE_WORKLOADS  # noqa: E402
from pytorch_made import MADE_WORKLOADS  # noqa: E402
from pytorch_rbm import RBM_WORKLOADS  # noqa: E402
from pytorch_samplers import SAMPLER_WORKLOADS  # noqa: E402
from pytorch_steps import BY_HAND, WORKLOADS, chain  # noqa: E402

WORKLOADS |= FLOW_WORKLOADS | IMAGE_WORKLOADS | MADE_WORKLOADS | RBM_WORKLOADS | SAMPLER_WORKLOADS

TRIAL_TURNS, TRIAL_SECONDS = 4, 0.1


def timed(step, seconds, at_least=3):
    """Milliseconds of each step over about so many seconds, and what the last one returned."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < at_least or time.perf_counter() < end:
        started = time.perf_counter()
        result = step()
        times.append((time.perf_counter() - started) * 1e3)
    return times, result


def fastest(steps):
    """The key of the step whose median is least, all of them tried in turns; the first turn warms up."""
    times = {key: [] for key in steps}
    for turn in range(1 + TRIAL_TURNS):
        for key, step in steps.items():
            tried = timed(step, TRIAL_SECONDS, at_least=1)[0]
            times[key] += tried if turn else []
    return min(times, key=lambda key: statistics.median(times[key]))


def run_training(name, as_installed, by_hand, seconds):
    """Times the workload in the fastest of its ways."""
    ways, make = WORKLOADS[name]
    ways = [way for way in ways if by_hand or way != BY_HAND]

    def adam_of(foreach):
        return functools.partial(torch.optim.Adam, foreach=foreach)

    way = fastest({way: make(way, adam_of(None)) for way in ways}) if len(ways) > 1 else ways[0]
    foreach = None if as_installed else fastest({choice: make(way, adam_of(choice)) for choice in (True, False)})
    step = make(way, adam_of(foreach))
    timed(step, seconds / 4)
    times, loss = timed(step, seconds, at_least=10)
    return {
        "way": way,
        "foreach_adam": bool(foreach),
        "steps": len(times),
        "ms_median": statistics.median(times),
        "ms_min": min(times),
        "ms_p90": statistics.quantiles(times, n=10)[-1],
        "final_loss": float(loss),
    }


def run_tape_overhead(seconds):
    """Nanoseconds an op of the chain's four figures: a pass takes ms / 1000 ops = us an op."""
    figures = {}
    for name, run in chain().items():
        timed(run, seconds / 16)
        figures[name] = statistics.median(timed(run, seconds / 4)[0]) * 1e3
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=[*WORKLOADS, "tape_overhead"])
    parser.add_argument("--threads", type=int, help="left to PyTorch unless given")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--as-installed", action="store_true")
    parser.add_argument("--by-hand", action="store_true")
    options = parser.parse_args()
    if options.threads is not None and options.threads < 1:
        sys.exit("pytorch_workloads: --threads must be positive. Hint: --threads 2")
    torch.manual_seed(0)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    torch.set_flush_denormal(not options.as_installed)
    if options.workload == "tape_overhead":
        result = run_tape_overhead(options.seconds)
    else:
        result = run_training(options.workload, options.as_installed, options.by_hand, options.seconds)
    settings = {"workload": options.workload, "threads": torch.get_num_threads(), "torch": torch.__version__}
    print(json.dumps(settings | result))


if __name__ == "__main__":
    main()
