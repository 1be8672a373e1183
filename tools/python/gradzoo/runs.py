"""Trained runs: training, samples, and what the commands do with a run."""
import json
import os
import re
import sys

import numpy as np

from . import _gradzoo
from .display import framed, picture_html, png_of


def _text(value):
    return str(value).lower() if isinstance(value, bool) else ','.join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _pairs(settings):
    return [(key, _text(value)) for key, value in settings.items() if value is not None]


class Result(dict):
    """What a use computed: the keys of the command's JSON, with its text and its picture."""

    def __init__(self, text, picture, values):
        super().__init__(values)
        self.text, self.picture = text, picture  # (ending, bytes), or None

    def _repr_html_(self):
        return f'<pre>{self.text}</pre>{picture_html(self.picture)}'


class Samples(np.ndarray):
    """Samples as an array, which a notebook shows as a grid of images, or as points in the plane."""

    def _repr_png_(self):
        images = np.asarray(self, 'f4')
        shown = images.ndim == 3 or images.shape[1:] == (2,) or (images.ndim == 4 and images.shape[3] == 3)
        return png_of(images) if shown and len(images) else None


class Run(_gradzoo.OpenedRun):
    """A trained run: gz.open("zoo/ddpm"), or the result of gz.train().

    Each use of the command `gradzoo` is a method, with the command's options as keywords, such as
    run.eval(), run.anomaly(against="noise"), run.compare("zoo/gan", n=1000)."""

    def sample(self, n=100, label=None, seed=None, **settings):
        """Returns n samples, (n, H, W), (n, H, W, 3) or (n, d): those of `gradzoo sample`."""
        return self.draw(n, label, seed, _pairs(settings)).numpy().view(Samples)

    @property
    def metrics(self):
        """The metrics of the training, each an array; NaN where a line has no such number."""
        if not os.path.exists(os.path.join(self.path, 'metrics.jsonl')):
            raise _gradzoo.Error(f'{self.path} has no metrics. Hint: a training has them, a run of the zoo only its card')
        with open(os.path.join(self.path, 'metrics.jsonl')) as file:
            lines = [json.loads(line) for line in file]
        keys = dict.fromkeys(key for line in lines for key in line)
        number = lambda value: value if isinstance(value, (int, float)) else np.nan
        return {key: np.array([number(line.get(key)) for line in lines]) for key in keys}

    def use(self, name, *others, files=(), n=0, seed=None, set=None, progress=False, **options):
        """Runs a use of the command: `others` are further runs, `set` the values of --set."""
        told = (lambda text: print(text, end='', file=sys.stderr)) if progress else None
        found = _gradzoo.run_use(name, [self.path, *map(_path, others)], [os.fspath(file) for file in ([files] if isinstance(files, (str, os.PathLike)) else files)], n, seed, _pairs(options),
                                 [f'{key}={value}' for key, value in _pairs(set or {})], told)
        values = json.loads(found['json'])
        return Result(found['text'], found['picture'], values if isinstance(values, dict) else {'runs': values})

    def _repr_html_(self):
        report = os.path.join(self.path, 'report.html')
        if not os.path.exists(report):
            return f'<pre>{self!r}</pre>'
        with open(report) as file:
            return framed(file.read())


def _path(run):
    return run.path if isinstance(run, Run) else os.fspath(run)


def _method(name):
    def method(self, *others, **options):
        return self.use(name, *others, **options)
    method.__doc__ = f'Runs `gradzoo {name}` on this run: see `gradzoo {name} --help` for the options.'
    return method


for _name in _gradzoo.use_names():
    if not hasattr(Run, _name.replace('-', '_')):
        setattr(Run, _name.replace('-', '_'), _method(_name))


def open_run(path):
    """Opens a run: a folder, or "zoo/NAME"."""
    return Run(os.fspath(path))


class _Progress:
    """The lines of a training as a bar of tqdm, where it is installed, else as they are."""

    def __init__(self):
        self.bar = None
        try:
            from tqdm.auto import tqdm
            self.bar = tqdm(unit='step')
        except ImportError:
            pass

    def __call__(self, text):
        step = re.search(r'step (\d+)/(\d+) +(.*)', text)
        if self.bar is None:
            print(text, end='')
        elif step:
            self.bar.total = int(step[2])
            self.bar.update(int(step[1]) - self.bar.n)
            self.bar.set_postfix_str(step[3].strip())

    def close(self):
        if self.bar is not None:
            self.bar.close()


def train(model='', out='', config='', resume=None, progress=True, **settings):
    """Trains a model and returns its run; settings are those of `gradzoo train MODEL --help`.

    Ctrl-C stops after the current step with a checkpoint, and raises KeyboardInterrupt: train(resume=PATH) continues."""
    bar = _Progress() if progress else None
    try:
        path, step, finished = _gradzoo.train_run(model, _pairs(settings), os.fspath(config), os.fspath(resume or out), resume is not None, bar)
    finally:
        if bar:
            bar.close()
    if not finished:
        raise KeyboardInterrupt(f'stopped at step {step}; gz.train(resume="{path}") continues')
    return open_run(path)
