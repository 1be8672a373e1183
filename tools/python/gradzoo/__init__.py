"""gradzoo: reverse-mode autodiff with derivatives of any order, and generative models trained with it.

    import gradzoo as gz
    x = gz.tensor([1., 2.], requires_grad=True)
    with gz.Tape():
        y = gz.sum(gz.sin(x) * x)
        g = gz.grad(y, x, create_graph=True)     # can be differentiated again
        h = gz.grad(gz.sum(g), x)
    h.numpy()

Tensors are the C++ engine's, and the functions have the names and the keywords of its headers."""
import numpy as _numpy

from . import _gradzoo
from ._gradzoo import *  # noqa: F401,F403
from ._gradzoo import Error, Module, Tape, Tensor, apply_op as _apply_op, check_orders as _check_orders
from ._gradzoo import BatchRows as _BatchRows, tensor
from .display import show_tape
from .runs import Run, Samples, open_run as open, train  # noqa: F401

__version__ = _gradzoo.__version__
Tape._repr_html_ = show_tape


class Op:
    """An op of your own, recorded as any other.

    `forward(*xs, **attributes)` returns a tensor; it may use NumPy. `vjp(g, y, *xs, **attributes)` returns the gradient
    of each x, or None: write it in ops of gz, and it can be differentiated again. Attributes are given by keywords."""

    def __init__(self, forward, vjp, name=None):
        self.forward, self.vjp = forward, vjp
        self.name = name or getattr(forward, '__name__', 'op').replace('<lambda>', 'op')

    def __call__(self, *xs, **attributes):
        return _apply_op(self, xs, attributes)

    def __repr__(self):
        return f'<gz.Op {self.name}>'


def op(forward, vjp, name=None):
    """Returns an Op."""
    return Op(forward, vjp, name)


def _name_of(f):
    return getattr(f, 'name', None) or getattr(f, '__name__', None) or type(f).__name__


def check_order(f, x, order, **options):
    """Compares the derivatives of f at x, up to an order, with finite differences.

    f is a function of one tensor or several, an Op or a Module, whose parameters are checked too. x is f64, or a list.
    Options: tolerance=1e-6, step=1e-3, directions=0 (random directions instead of the whole Jacobian), seed=0,
    allow_unused=False, name. Returns a result that is true if all agree and else says which element is wrong."""
    return _check_orders(f, x, 1, order, **{'name': _name_of(f), **options})


def gradcheck(f, x, **options):
    """Compares the first derivatives of f at x with finite differences: check_order(f, x, 1)."""
    return check_order(f, x, 1, **options)


def gradgradcheck(f, x, **options):
    """Compares the second derivatives of f at x with finite differences of the first."""
    return _check_orders(f, x, 2, 2, **{'name': _name_of(f), **options})


def check_op(f, x, order=2, **options):
    """Checks an op of your own at x: every derivative up to `order`, each element."""
    return check_order(f, x, order, **options)


def Parameter(values, dtype=None):
    """Returns a leaf that wants gradients: as an attribute of a Module it becomes a parameter."""
    return tensor(values, dtype=dtype, requires_grad=True)


def show(x):
    """Returns images (n, H, W) in [0,1], or points (n, 2), as an array that a notebook shows as a picture."""
    return (x.detach().numpy() if isinstance(x, Tensor) else _numpy.asarray(x)).view(Samples)


class Sequential(Module):
    """Modules in a chain, named "0", "1", ..."""

    def __init__(self, *modules):
        super().__init__()
        for i, module in enumerate(modules):
            if not isinstance(module, Module):
                raise Error(f'Sequential: {module!r} is no module. Hint: gz.Activation("relu") for gz.relu')
            setattr(self, str(i), module)

    def __len__(self):
        return len(list(iter(self)))

    def __getitem__(self, i):
        return list(self)[i]

    def __iter__(self):
        return (value for value in vars(self).values() if isinstance(value, Module))

    def forward(self, x):
        for module in self:
            x = module(x)
        return x


class DataLoader:
    """Batches of rows of tensors; each loop is the next epoch, in another order if `shuffle`."""

    def __init__(self, *tensors, batch_size=1, shuffle=False, drop_last=False, seed=0):
        self._tensors = [tensor(one) if not isinstance(one, Tensor) else one for one in tensors]
        self._rows = _BatchRows(self._tensors, batch_size, shuffle, drop_last, seed)
        self._next = 0

    def __len__(self):
        return self._rows.size()

    def __iter__(self):
        self._next += 1
        return self.epoch(self._next - 1)

    def epoch(self, e):
        """The batches of epoch e, whose order is a function of the seed and e."""
        order = self._rows.order(e)
        for i in range(len(self)):
            batch = [self._rows.take(one, order, i) for one in self._tensors]
            yield batch[0] if len(batch) == 1 else tuple(batch)
