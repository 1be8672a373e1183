"""Modules, training and files from Python."""
import gc
import os
import re
import threading

import numpy as np
import pytest

import gradzoo as gz


class Net(gz.Module):
    def __init__(self, rng=None, dtype='f32'):
        super().__init__()
        self.scale = gz.Parameter([2.], dtype=dtype)
        self.body = gz.Sequential(gz.Linear(2, 8, rng, dtype=dtype), gz.Activation('silu'), gz.Linear(8, 1, rng, dtype=dtype))
        self.kept = gz.tensor([1.])
        self.register_buffer('calls', gz.zeros(1))

    def forward(self, x, shift=0.):
        return self.body(x)[:, 0] * self.scale + shift


def test_modules():
    net = Net(gz.Rng(1))
    names = ['scale', 'body.0.weight', 'body.0.bias', 'body.2.weight', 'body.2.bias']
    assert [name for name, _ in net.named_parameters()] == names and list(net.state_dict()) == names + ['calls']
    x = gz.randn((5, 2), rng := gz.Rng(2))
    assert repr(net).startswith('Net\n  scale (1)\n  body.0.weight (') and repr(rng) == "Rng(seed=2, stream='default', draw=1)" and repr(gz.Tape(True)) == 'Tape(trace=True)'
    assert np.allclose(gz.functional_call(net, {'scale': gz.tensor([4.])}, x), 2 * net(x)) and np.allclose(net(x, shift=1.), net(x) + 1)
    with pytest.raises(gz.Error, match='registered'):
        net.body = gz.Linear(2, 2)
    with pytest.raises(gz.Error, match='cannot be removed'):
        del net.scale
    net.kept = net.kept + 1
    other = Net(gz.Rng(3))
    other.load_state_dict(net.state_dict())
    assert np.array_equal(other(x), net(x))
    for wrong in [{'scale': x}, {**net.state_dict(), 'more': x}, {**net.state_dict(), 'scale': x}, {**net.state_dict(), 'scale': np.ones(1)}]:
        with pytest.raises(gz.Error, match='load_state_dict'):
            other.load_state_dict(wrong)
    with pytest.raises((gz.Error, AttributeError)):
        gz.Module()(x)
    double = Net(gz.Rng(1), 'f64')
    result = gz.check_order(double, gz.randn((2, 2), gz.Rng(1), 'f64'), 2)
    assert result and result.order == 2, result
    double.forward = lambda x: double.body(x)[:, 0] * double.scale.detach()
    assert 'scale' in gz.gradcheck(double, gz.randn((2, 2), gz.Rng(1), 'f64')).message


def fitted(seed, steps=300):
    x = gz.tensor(np.random.default_rng(seed).uniform(-1, 1, (64, 2)).astype('f4'))
    y = x[:, 0] * x[:, 1]
    net = Net(gz.Rng(seed))
    learner = gz.Learner(net, clip=1., ema=.9)
    for _ in range(steps):
        with gz.Tape():
            loss = gz.mse(net(x), y)
            learner.step(loss, .02)
    return loss.item(), net, learner


def test_training(tmp_path):
    loss, net, learner = fitted(0)
    assert loss < .01
    learner.save(str(tmp_path / 'learner'))
    again = gz.Learner(other := Net(gz.Rng(5)), clip=1., ema=.9)
    again.load(str(tmp_path / 'learner'))
    gz.save(net, str(tmp_path / 'net'))
    assert {name: value.tolist() for name, value in gz.load_file(str(tmp_path / 'net')).items()} == \
           {name: value.tolist() for name, value in other.state_dict().items()}
    gz.save_file({'a': gz.arange(3, 'i64'), 'b': np.eye(2)}, str(tmp_path / 'own'), {'by': 'me'})
    kept = gz.load_file(str(tmp_path / 'own'))
    assert kept['a'].tolist() == [0, 1, 2] and kept['b'].dtype == gz.f64
    (tmp_path / 'own').write_bytes(b'damaged')
    with pytest.raises(gz.Error, match='Hint|safetensors'):
        gz.load_file(str(tmp_path / 'own'))


@pytest.mark.parametrize('make', [lambda p: gz.Sgd(p, .1, momentum=.5, nesterov=True), lambda p: gz.Adam(p, .1), lambda p: gz.Adam(p, .1, decoupled=True)])
def test_optimizers(make):
    w = gz.Parameter([3., -2.])
    optimizer = make([w])
    for _ in range(200):
        with gz.Tape():
            loss = gz.sum(w * w)
            optimizer.zero_grad()
            gz.backward(loss)
        optimizer.step()
    assert gz.norm(w).item() < .05
    before = w.tolist()
    with gz.Tape():
        x = kept = gz.zeros(2)
        x += w
        assert gz.grad(gz.sum(x * x), w).tolist() == [2 * value for value in before] and kept.tolist() == [0, 0]
    w *= 2
    assert w.tolist() == [2 * value for value in before] and w.requires_grad
    with pytest.raises(gz.NonFinite):
        with gz.Tape():
            gz.Learner(net := gz.Linear(2, 1)).step(gz.sum(gz.log(-gz.square(net(gz.ones((1, 2)))))), .1)


def test_options(tmp_path):
    """What an option does, where a training would not show that it is lost."""
    x, rng = gz.randn((1, 6, 6, 2), gz.Rng(1)), gz.Rng(2)
    conv = gz.Conv2d(2, 3, 3, rng, stride=2, padding=1, dilation=2)
    weight, bias = conv.parameters()
    assert np.array_equal(conv(x), gz.conv2d(x, weight, bias, stride=2, padding=1, dilation=2))
    y = gz.GroupNorm(1, 2)(x)
    assert np.allclose(gz.GroupNorm(1, 2, silu=True)(x), y * gz.sigmoid(y), atol=1e-6)
    w = gz.Parameter([2., -1.], dtype='f64')
    sgd, at, velocity = gz.Sgd([w], .1, momentum=.5, weight_decay=.25, nesterov=True), np.array([2., -1.]), 0
    for _ in range(3):
        with gz.Tape():
            sgd.zero_grad()
            gz.backward(gz.sum(w * w * w))
        sgd.step()
        slope = 3 * at ** 2 + .25 * at
        velocity = .5 * velocity + slope
        at = at - .1 * (slope + .5 * velocity)
        assert np.allclose(w, at)
    net = gz.Linear(2, 1, rng)
    learner = gz.Learner(net, clip=.5, ema=.9, beta1=.75)
    with gz.Tape():
        norm = learner.step(gz.sum(net(gz.ones((1, 2)) * 30)), .1)
    learner.save(str(tmp_path / 'learner'))
    kept = gz.load_file(str(tmp_path / 'learner'))
    moment = np.concatenate([value.numpy().ravel() for name, value in kept.items() if 'first' in name or 'momentum' in name or '.m.' in name])
    assert norm > 40 and np.linalg.norm(moment) == pytest.approx(.25 * .5, rel=1e-5), list(kept)
    assert any('ema' in name or 'average' in name for name in kept)


class Halved(gz.Linear):
    def forward(self, x):
        return super().forward(x) * .5


class Early(gz.Module):
    def __init__(self):
        self.w = gz.Parameter([1.])


class Fixed(gz.Module):
    head = property(lambda self: None)


def test_derived_layers():
    """The engine calls the forward of a class of Python, also of a layer's."""
    layer, x = Halved(2, 1, dtype='f64'), gz.tensor([[1., 2.]], 'f64')
    assert layer(x).item() == gz.functional_call(layer, layer.parameters(), x).item() == gz.matmul(x, layer.weight.T).item() / 2 + layer.bias.item() / 2
    wrong = gz.op(lambda x: np.sin(x.numpy()), lambda g, y, x: g * 3)

    class Wrong(gz.Linear):
        def forward(self, x):
            return wrong(super().forward(x))
    assert not gz.gradcheck(Wrong(2, 1, dtype='f64'), x) and gz.gradcheck(layer, x)


def test_refused_modules():
    parent, child, buffered, fixed = gz.Module(), gz.Module(), gz.Module(), Fixed()
    parent.child = child
    buffered.register_buffer('b', gz.zeros(2))
    for wrong, error, words in [(Early, gz.Error, 'super'), (lambda: setattr(child, 'parent', parent), gz.Error, 'part'),
                                (lambda: setattr(parent, 'me', parent), gz.Error, 'part'), (lambda: setattr(fixed, 'head', gz.Linear(2, 2)), AttributeError, ''),
                                (lambda: setattr(buffered, 'b', gz.ones(2)), gz.Error, 'replaced'), (lambda: gz.Sequential(gz.relu), gz.Error, 'Activation'),
                                (lambda: gz.Adam(None), gz.Error, 'parameters'), (lambda: gz.Adam([gz.Parameter(1.), 2]), gz.Error, 'parameters'),
                                (lambda: parent.load_state_dict({1: 2}), TypeError, 'type')]:
        with pytest.raises(error, match=words):
            wrong()
    assert fixed.named_parameters() == [] and not hasattr(child, 'parent')
    kept = gz.Sequential(gz.Linear(2, 3))
    vars(kept).clear()  # the module keeps its parts
    assert [name for name, _ in kept.named_parameters()] == ['0.weight', '0.bias']


def test_cycles_are_collected():
    for _ in range(20):
        net = Net()
        net.me = [net]
    del net
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one) is Net]


def test_two_threads_train():
    """With the results of one after another."""
    found = {}
    threads = [threading.Thread(target=lambda seed=seed: found.update({seed: fitted(seed)[0]})) for seed in (1, 2)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    assert found == {seed: fitted(seed)[0] for seed in (1, 2)}


def test_layers_and_batches():
    rng = gz.Rng(0)
    image = gz.randn((2, 6, 6, 4), rng)
    assert gz.Conv2d(4, 8, 3, rng, padding=1, stride=2)(image).shape == (2, 3, 3, 8)
    assert gz.ConvTranspose2d(4, 8, 4, rng, stride=2, padding=1)(image).shape == (2, 12, 12, 8)
    assert np.allclose(gz.GroupNorm(2, 4)(image).reshape(2, 36, 2, 2).mean((1, 3)), 0, atol=1e-5)
    assert gz.Mlp([4, 3, 2], rng, activation='tanh')(image).shape == (2, 6, 6, 2)
    assert gz.Embedding(5, 3, rng)(gz.tensor([4, 0])).shape == (2, 3) and gz.Maxout(4, 2, 3, rng)(image).shape == (2, 6, 6, 2)
    assert gz.MaskedLinear(gz.tril(gz.ones((3, 3))), rng)(gz.ones((1, 3))).shape == (1, 3)
    assert np.allclose(gz.BatchNorm1d(3).by_batch(gz.randn((50, 3), rng)).mean(0), 0, atol=1e-6)
    with pytest.raises(gz.Error, match='did you mean'):
        gz.Activation('rilu')
    loader = gz.DataLoader(gz.arange(10), gz.arange(10) * 2, batch_size=4, shuffle=True, seed=1)
    first, second = [np.concatenate([x for x, y in loader]) for _ in range(2)]
    assert len(loader) == 3 and sorted(first) == list(range(10)) and (first != second).any()
    assert all(np.array_equal(2 * x, y) for x, y in loader.epoch(0)) and np.array_equal(np.concatenate([x for x, y in loader.epoch(0)]), first)
    gz.manual_seed(3)
    one = gz.randn((2,)).tolist()
    gz.manual_seed(3)
    assert gz.randn(2).tolist() == one


def python_column():
    """The code in the third column of docs/pytorch.md."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../docs/pytorch.md')) as page:
        cells = [row.split(' | ')[2] for row in page if row.startswith('| `') or row.startswith('| Py')]
    return [code for cell in cells for code in re.findall('`([^`]+)`', cell) if re.search(r'[(=@. ]', code)]


def test_table_of_pytorch(tmp_path, monkeypatch):
    """Each line of the table runs."""
    monkeypatch.chdir(tmp_path)
    np.save('x.npy', np.ones(2))
    codes = python_column()
    assert len(codes) > 80
    for code in codes:
        x = gz.tensor(np.linspace(-1, 2, 16).reshape(4, 4), requires_grad=True)
        net, w, images = gz.Linear(4, 8, dtype='f64'), gz.randn((3, 3, 3, 2)).requires_grad_(), gz.randn((2, 4, 4, 3))
        if 'assign_values' in code:
            net = gz.Linear(3, 8)
        a = gz.tensor([[2., .5], [.5, 1.]], 'f64')
        known = {'gz': gz, 'numpy': np, 'x': x, 'net': net, 'w': w, 'images': images, 'a': a, 'b': a + 1, 'i': gz.argmax(x, 1)[:, None], 'row': gz.tensor([1, 0]),
                 'm': x > 0 if 'normal' not in code else x, 's': gz.exp(x), 'z': x[:, :3], 'labels': gz.tensor([0, 1, 2, 0]), 'p': net.parameters(), 'f': lambda x: gz.sum(x ** 3),
                 'file': 'net.safetensors', 'rate': .1, 'learner': gz.Learner(net) if 'learner' in code else None}
        with gz.Tape():
            known['y'], known['loss'] = gz.sum(x * x) if 'DataLoader' not in code else x, gz.sum(net(x.detach())) if 'loss' in code else None
            known['v'] = gz.ones_like(x if 'jvp' in code else known['y'])
            if '.item()' in code:
                known['x'] = gz.sum(x)
            exec(code, known)
