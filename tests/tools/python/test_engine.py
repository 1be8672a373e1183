"""Tensors, ops and derivatives from Python, against NumPy and closed forms."""
import ast
import copy
import gc
import inspect
import os
import pickle
import re
import subprocess
import sys
import threading

import numpy as np
import pytest

import gradzoo as gz

HERE = os.path.dirname(os.path.abspath(__file__))
x64 = np.random.default_rng(0).normal(size=(3, 4, 5))


def test_every_declared_function_is_there():
    """By another reading of the headers than the generator's."""
    for header in ['ops.h', 'linalg.h', 'plain.h', 'random.h']:
        with open(f'{HERE}/../../../autograd/{header}') as file:
            names = set(re.findall(r'^(?:inline )?(?:Tensors?|bool|double|int64_t|void|\w+) (\w+)\(', file.read(), re.M))
        names -= {'as_span', 'var_axis', 'stddev_axis', 'explicit', 'WholeRows'}
        assert len(names) > 5 and not [name for name in names if not hasattr(gz, name)], header
    assert gz.softplus.__doc__.endswith('log(1 + e^x)\n') and 'slope: float = 0.01' in gz.leaky_relu.__doc__
    assert gz.Tensor.softplus(gz.scalar(0)).item() == pytest.approx(np.log(2)) and f'{gz.tensor(1.25):.1f} {gz.tensor([3])}' == '1.2 i64 (1)\n[3]'


@pytest.mark.parametrize('dtype, made', [('f4', gz.f32), ('>f4', gz.f32), ('f8', gz.f64), ('>f8', gz.f64), ('i8', gz.i64), ('i4', gz.i64),
                                         ('u1', gz.u8), ('?', gz.u8), ('f2', gz.f32), ('u2', gz.i64)])
def test_arrays(dtype, made):
    values = (np.arange(24).reshape(2, 3, 4) % 2).astype(dtype)[:, ::-1, ::2]
    x = gz.tensor(values)
    assert x.dtype == made and x.shape == (2, 3, 2) and np.array_equal(x.numpy(), values)
    assert np.array_equal(np.from_dlpack(x), values) and np.array_equal(np.asarray(x), values)
    assert np.array_equal(gz.from_dlpack(x.numpy().copy()).numpy(), values)
    assert np.array_equal(pickle.loads(pickle.dumps(x)).numpy(), values) and np.array_equal(copy.deepcopy(x), values)


def test_views():
    x = gz.tensor([1., 2.])
    view = x.numpy()
    assert x.dtype == gz.float32 and gz.tensor([1, 2]).dtype == gz.DType('i64') and gz.tensor(np.float64(1)).dtype == gz.DType(float)
    with pytest.raises(ValueError):
        view[0] = 3
    x += 1
    assert view.tolist() == [2, 3], 'the same memory'
    del x
    gc.collect()
    assert view.tolist() == [2, 3], 'the array keeps it'
    assert gz.zeros((0, 3)).numpy().shape == (0, 3) and gz.scalar(2).numpy().shape == () and float(gz.scalar(2)) == 2


def test_stubs():
    """What editors read is Python, and has every function with its comment."""
    with open(gz._gradzoo.__file__.split('_gradzoo.')[0] + '_gradzoo.pyi') as file:
        stubs = ast.parse(file.read())
    made = {one.name: one for one in stubs.body if isinstance(one, (ast.FunctionDef, ast.ClassDef))}
    public = {name for name in vars(gz._gradzoo) if not name.startswith('__') and callable(getattr(gz._gradzoo, name))}
    assert set(made) == public - {'GradientAndLaplacian'} - {one for one in public if hasattr(getattr(gz._gradzoo, one), '_fields')}
    assert ast.get_docstring(made['softplus']) == 'log(1 + e^x)'
    assert ast.unparse(made['softplus'].args) == 'x: TensorLike' and ast.unparse(made['softplus'].returns) == 'Tensor'
    linear = {one.name: ast.unparse(one.args) for one in made['Linear'].body if isinstance(one, ast.FunctionDef)}
    assert linear['__init__'].startswith('self, in_features: int, out_features: int, rng: Optional[Rng]=None, bias: bool=True')
    assert [base.id for base in made['Linear'].bases] == ['Module']


def test_forked_and_optimised(tmp_path):
    """A child of a process whose threads ran, and Python without assertions."""
    script = tmp_path / 'script.py'
    script.write_text('import os, gradzoo as gz\nx = gz.randn((300, 300))\ny = gz.sum(x @ x).item()\nchild = os.fork()\n'
                      'if not child:\n    os._exit(0 if gz.sum(x @ x).item() == y else 1)\n'
                      'if os.waitpid(child, 0)[1] or not gz.gradcheck(gz.tanh, gz.ones(2, "f64")): raise SystemExit(1)\n')
    subprocess.run([sys.executable, '-O', script], check=True, timeout=60)
    script.write_text('import threading, time, gradzoo as gz\nx = gz.randn((300, 300))\ndef endless():\n    while True:\n        x @ x\n'
                      'threading.Thread(target=endless, daemon=True).start()\ntime.sleep(.2)\n')
    subprocess.run([sys.executable, script], check=True, timeout=60)  # ends within the engine


@pytest.mark.parametrize('call, error', [
    (lambda: gz.zeros(64, 10), TypeError), (lambda: gz.ones(2, dtype=None), TypeError), (lambda: gz.DType(9), gz.Error),
    (lambda: gz.one_hot(gz.tensor([1]), 3, 5), TypeError), (lambda: gz.assign_values(np.zeros(2, 'f4'), gz.ones(2)), TypeError),
    (lambda: gz.ones(6).reshape(None), TypeError), (lambda: gz.normal_quantile(1.), gz.Error), (lambda: int(gz.tensor(float('nan'))), ValueError)])
def test_wrong_arguments(call, error):
    with pytest.raises(error):
        call()


def test_numbers_keep_their_values():
    assert gz.tensor(2**53 + 1).item() == int(gz.tensor(2**53 + 1)) == 2**53 + 1
    assert gz.tensor([300., -1.], 'u8').tolist() == [255, 0] and gz.tensor([1e30], 'i64').item() == 2**63 - 1
    assert gz.zeros(1, np.float64).dtype == gz.zeros(1, np.dtype('f8')).dtype == gz.zeros(1, 'f64').dtype == gz.f64


def test_second_interpreter():
    interpreters = pytest.importorskip('_xxsubinterpreters')
    with pytest.raises(interpreters.RunFailedError, match='only be loaded into one interpreter'):
        interpreters.run_string(interpreters.create(), 'import gradzoo')


KEYS = [0, -1, slice(1, 3), slice(None, None, -1), slice(None, None, 2), slice(4, 0, -2), slice(2, 2), None, ..., (0, ..., 1),
        (slice(None), 2), (..., None, slice(1, None)), (1, 2, 3), np.array([2, 0, 0]), (slice(None), [3, -1]), np.array([[0, 1], [2, 2]]),
        np.array([True, False, True]), (..., np.arange(5) > 2), x64[..., 0] > 0, x64 > .5, (slice(None), np.array(1)),
        np.array([0, 1], 'u1'), (1, [0, 2]), (slice(None), 1, [0, 2])]


@pytest.mark.parametrize('key', KEYS, ids=str)
def test_indexing(key):
    assert np.array_equal(gz.tensor(x64)[key].numpy(), x64[key])


@pytest.mark.parametrize('key', [3, -4, (0, 0, 0, 0), (..., ...), 'a', 1.5, True, np.True_, np.array(True), (1, slice(None), [0, 2]), ([0], None, 1), np.array([3]), np.array([True])], ids=str)
def test_wrong_index(key):
    with pytest.raises((IndexError, gz.Error)):
        gz.tensor(x64)[key]


def test_operators():
    a, b = x64[0], np.abs(x64[1]) + 1
    s, t = gz.tensor(a), gz.tensor(b)
    for op in ['__add__', '__sub__', '__mul__', '__truediv__', '__lt__', '__ge__', '__eq__', '__ne__']:
        for left, right in [(t, s), (t, 2.), (t, a)]:
            assert np.array_equal(getattr(left, op)(right), getattr(b, op)(np.asarray(right))), op
    for made, wanted in [(2 - t, 2 - b), (2 / t, 2 / b), (a - t, a - b), (a / t, a / b), (t ** 1.5, b ** 1.5), (2 ** s, 2 ** a), (t ** s, b ** a),
                         (s @ t.T, a @ b.T), (s[0] @ t[0], a[0] @ b[0]), (s @ t[0], a @ b[0]), (s[:, 0] @ t, a[:, 0] @ b), (a @ t.T, a @ b.T),
                         (-s, -a), (abs(s), abs(a)), (s.sum((0, -1)), a.sum()), (s.mean(axis=0), a.mean(0)), (gz.var(s, 0), a.var(0, ddof=1)),
                         (gz.var(s, correction=0), a.var()), (gz.concat([s, t], axis=1), np.concatenate([a, b], 1)),
                         (gz.where(s > 0, s, 0.), np.where(a > 0, a, 0)), (gz.einsum('ij,kj->ik', [s, t]), a @ b.T)]:
        assert np.allclose(made, wanted, 1e-13, 1e-13) and type(made) is gz.Tensor
    values, indices = gz.sort(s, descending=True)
    assert np.array_equal(values, -np.sort(-a)) and np.array_equal(np.take_along_axis(a, indices.numpy(), -1), values)
    assert len(t) == 4 and [row.shape for row in t] == [(5,)] * 4 and len({s, t, s}) == 2
    for wrong in [lambda: bool(s), lambda: s @ s, lambda: s + gz.scalar(1), lambda: s.__setitem__(0, 1), lambda: gz.tensor('a'),
                  lambda: gz.tensor(1j), lambda: gz.zeros((1,) * 7), lambda: gz.tensor(np.zeros((1,) * 7)), lambda: gz.cast(s, 'f2')]:
        with pytest.raises((gz.Error, TypeError)) as error:
            wrong()
    assert issubclass(gz.NonFinite, gz.Error)


def test_gradients():
    x = gz.tensor(x64[0], requires_grad=True)
    with gz.Tape():
        y = gz.sum(gz.sin(x) * x)
        g = gz.grad(y, x, create_graph=True)
        h, = gz.grad(gz.sum(g), [x], retain_graph=True)
        with pytest.raises(gz.Error, match='live tape'):
            g.numpy()
        gz.backward(y, [x], retain_graph=True)
    a = x64[0]
    assert np.allclose(g.numpy(), np.cos(a) * a + np.sin(a)) and np.allclose(h, 2 * np.cos(a) - a * np.sin(a))
    assert np.allclose(x.grad, g) and not y.requires_grad
    f = lambda u, v: gz.sum(gz.exp(u) * v * v)
    u, v = gz.tensor(x64[0, 0]), gz.tensor(x64[0, 1])
    rows = gz.hessian(f, [u, v])
    assert np.allclose(rows[0][1], np.diag(2 * np.exp(u) * v)) and np.allclose(gz.hvp(f, [u, v], [u, v])[1], 2 * np.exp(u) * v * (u + 1))
    assert np.allclose(gz.jacobian(gz.square, u), np.diag(2 * u)) and np.allclose(gz.jvp(gz.square, u, v), 2 * u * v)
    assert np.allclose(gz.vjp(gz.square, u, v), 2 * u * v)
    value, error = gz.laplacian(lambda z: gz.sum(gz.pow(z, 4), 1), x, method='hutchinson', probes=8, rng=gz.Rng(1), standard_error=True)
    assert np.allclose(value, 12 * (a * a).sum(1)) and np.allclose(error, 0), 'diagonal: each probe is exact'
    assert np.allclose(gz.divergence(lambda z: z * z, x), 2 * a.sum(1))
    assert np.allclose(gz.gradient_and_laplacian(lambda z: gz.sum(z * z, 1), x).gradient, 2 * a)
    assert gz.gradcheck(f, [u, v]) and gz.gradgradcheck(gz.tanh, u).order == 2


def test_tapes_and_threads():
    with pytest.raises(gz.Error, match='Hint'):
        gz.laplacian(gz.square, gz.zeros((2, 2)), method='none')
    x = gz.tensor([1.], requires_grad=True)
    tape = gz.Tape()
    with tape, pytest.raises(gz.Error, match='open already'):
        tape.__enter__()
    first, second = gz.Tape(), gz.Tape()  # ended out of order
    first.__enter__(), second.__enter__()
    y = x * x
    first.__exit__(None, None, None)
    assert gz.grad(y, x).item() == 2
    second.__exit__(None, None, None)
    assert not gz.is_recording()
    with pytest.raises(gz.Error):
        gz.grad(y, x)
    found = []
    tape.__enter__()
    other = threading.Thread(target=lambda: found.append(pytest.raises(gz.Error, tape.__exit__, None, None, None)))
    other.start(), other.join()
    tape.__exit__(None, None, None)
    assert 'another thread' in str(found[0].value)
    with gz.Tape(trace=True) as traced:
        gz.backward(gz.sum(gz.exp(x)))
    assert 'exp(v0)' in traced.text() and 'srcdoc' in traced._repr_html_() and 'http' not in re.sub('http://www.w3.org', '', traced.html())
    with gz.Tape(), gz.NoGrad():
        assert not (x * x).requires_grad


def test_scopes_of_other_threads():
    """A scope is of the thread that entered it, also where a later thread has the same number in the system."""
    quiet, kept = gz.NoGrad(), []

    def on_thread(run):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    with gz.Tape():
        on_thread(quiet.__enter__)
        assert gz.is_recording()
        with pytest.raises(gz.Error, match='this thread'):
            quiet.__exit__(None, None, None)

    def leave_open():
        kept.append(gz.Tape())
        kept[-1].__enter__()
    for _ in range(20):
        on_thread(leave_open)
        with pytest.raises(gz.Error, match='another thread'):
            len(kept[0])
        on_thread(kept.clear)


def test_exceptions_pass_through():
    class Own(Exception):
        pass

    def wrong(x):
        raise Own('mine')
    for call in [lambda: gz.jacobian(wrong, x64), lambda: gz.gradcheck(wrong, x64), lambda: gz.laplacian(wrong, x64[0])]:
        with pytest.raises(Own, match='mine'):
            call()
    with pytest.raises(gz.Error, match='returned float. Hint'):
        gz.jacobian(lambda x: 1., x64)
    assert not gz.is_recording()
