"""Ops whose forward and rule are written in Python."""
import gc
import weakref

import numpy as np
import pytest

import gradzoo as gz

x = gz.tensor(np.random.default_rng(0).normal(size=(2, 3)))
sine = gz.op(lambda x: np.sin(x.numpy()), lambda g, y, x: g * gz.cos(x), name='sine')


def test_right_ops():
    assert gz.check_op(sine, x, order=3) and np.allclose(sine(x), np.sin(x))
    scaled = gz.op(lambda a, b, c=1.: a * b * c, lambda g, y, a, b, c=1.: (g * b * c, g * a * c), name='scaled')
    assert gz.check_op(lambda a, b: scaled(a, b, c=3.), [x, x + 1])
    assert gz.check_op(gz.op(lambda a: a, lambda g, y, a: g), x), 'forward may return its operand'
    assert np.allclose(gz.laplacian(lambda z: gz.sum(sine(z), 1), x), -np.sin(x).sum(1), atol=1e-12), 'in stacked sweeps'
    inner = gz.op(lambda a: sine(a), lambda g, y, a: g * gz.cos(a))
    assert gz.check_op(inner, x), 'an op within an op'
    w = gz.tensor(x[0], requires_grad=True)
    with gz.Tape():  # what jacobian() records is the tape's, and outlives the call
        rows = gz.jacobian(gz.op(lambda a: np.exp(a.numpy()), lambda g, y, a: g * y), w, create_graph=True)
        others = [gz.op(lambda a: a.numpy() * 0, lambda g, y, a: g * 0)(w) for _ in range(50)]  # where it was, if it were gone
        assert np.allclose(gz.grad(gz.sum(rows), w), np.exp(x[0]))
    first, second = gz.Tape(), gz.Tape()
    first.__enter__()
    mine = gz.op(sine.forward, sine.vjp)
    y, gone = mine(w), weakref.ref(mine)
    second.__enter__()
    first.__exit__(None, None, None)  # its nodes live as long as the inner tape
    assert np.allclose(gz.grad(gz.sum(y), w), np.cos(x[0]))
    second.__exit__(None, None, None)
    del mine
    assert len(others) == 50 and gone() is None


@pytest.mark.parametrize('rule, order, words', [
    (lambda g, y, x: g * gz.cos(x) * .99, 1, 'analytic'),
    (lambda g, y, x: g * gz.cos(x.detach()), 2, 'order 2'),
    (lambda g, y, x: g * np.cos(x.detach().numpy()), 2, 'order 2'),
    (lambda g, y, x: gz.tensor(g.detach().numpy() * np.cos(x.detach().numpy())), 2, 'sine: the gradient of input 0 does not depend on g')])
def test_wrong_rules(rule, order, words):
    result = gz.check_op(gz.op(lambda x: np.sin(x.numpy()), rule, name='sine'), x)
    assert not result and result.order == order and words in result.message, result


def test_refusals():
    def first_order(rule, forward=lambda a, b: a * b):
        w = gz.tensor(x, requires_grad=True)
        with gz.Tape():
            return gz.grad(gz.sum(gz.op(forward, rule, name='mine')(w, w)), w)
    for rule, words in [(lambda g, y, a, b: g, 'mine: its vjp returned 1 gradients for 2'), (lambda g, y, a, b: ('a', g), 'mine: vjp returned str'),
                        (lambda g, y, a, b: (g[0, 0:2], g), 'mine')]:
        with pytest.raises(gz.Error, match=words):
            first_order(rule)
    with pytest.raises(gz.Error, match='mine: forward returned NoneType'):
        first_order(None, lambda a, b: None)
    with pytest.raises(ZeroDivisionError):
        first_order(lambda g, y, a, b: 1 / 0)
    with pytest.raises(gz.Error, match='5 inputs'):
        gz.op(None, None)(*[x] * 5)
    assert not gz.is_recording() and np.allclose(first_order(lambda g, y, a, b: (g * b, None)), x)


def test_rule_that_changes_what_it_is_given():
    def doubled(g, y, x):
        g *= 2
        return g

    def emptied(g, y, x):
        x *= 0
        return g
    for rule in doubled, emptied:
        wrong, x = gz.op(lambda x: x.numpy() * 1, rule), gz.tensor([1., 2.], 'f64', requires_grad=True)
        with gz.Tape(), pytest.raises(gz.Error, match='in place'):
            gz.grad(gz.sum(wrong(x) + x), x)


def test_nothing_is_kept():
    """Each step makes an op that is in a cycle with its rule; ended tapes keep none."""
    alive = weakref.WeakSet()
    w = gz.tensor([1.], requires_grad=True)
    for step in range(10_000):
        made = gz.op(lambda a: a * a, None)
        made.vjp = lambda g, y, a, made=made: 2 * g * a
        alive.add(made)
        with gz.Tape():
            assert gz.grad(gz.sum(made(w)), w).item() == 2
            if step % 5000 == 0:
                assert gz.hessian(lambda z: gz.sum(made(z)), w).item() == 2
    del made
    gc.collect()
    assert not alive
