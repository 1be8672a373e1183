"""Runs from Python: the bytes and numbers of the commands."""
import json
import os
import shutil
import signal
import subprocess
import threading

import numpy as np
import pytest

import gradzoo as gz

BUILT = os.path.join(os.path.dirname(gz.__file__), '../../gradzoo')
GRADZOO = BUILT if os.path.exists(BUILT) else shutil.which('gradzoo')


def command(*words):
    if not GRADZOO:  # pip installs the module alone
        pytest.skip('no command gradzoo')
    return subprocess.run([GRADZOO, *map(str, words)], check=True, capture_output=True, text=True).stdout


def test_uses(tmp_path):
    run = gz.open('zoo/flow-matching')
    drawn = run.sample(3, label=7, seed=5)
    command('sample', 'zoo/flow-matching', '-n', 3, '--label', 7, '--seed', 5, '--out', tmp_path / 'x.npy')
    assert np.array_equal(drawn, np.load(tmp_path / 'x.npy')) and drawn._repr_png_()[1:4] == b'PNG'
    of_command = json.loads(command('anomaly', 'zoo/made', '--against', 'noise', '-n', 40, '--json', '--out', tmp_path / 'x.png'))
    found = gz.open('zoo/made').anomaly(against='noise', n=40)
    assert {key: of_command[key] for key in found if key != 'run'} == {key: found[key] for key in found if key != 'run'}
    assert found.picture == ('.png', (tmp_path / 'x.png').read_bytes()) and 'auroc' in found._repr_html_()
    both = gz.open('zoo/vae').compare('zoo/gan', n=50)
    assert len(both['runs']) == 2
    values = np.asarray(drawn)
    vae = gz.open('zoo/vae')
    np.save(tmp_path / 'three.npy', values)
    told = json.loads(command('log-prob', 'zoo/made', tmp_path / 'three.npy', '--json', '--out', tmp_path / 'y.png'))
    bits = (values > .5).astype('f4')
    assert gz.open('zoo/made').log_prob(bits).shape == (3,) and told['model'] == 'made'
    assert np.abs(vae.decode(vae.encode(values)).numpy() - values).mean() < .1
    ring = np.zeros((2, 28, 28), 'f4')
    known = np.arange(784).reshape(28, 28) < 392
    made = gz.open('zoo/made').inpaint(ring, known, seed=1)
    assert not made.numpy()[:, known].any() and made.shape == (2, 28, 28)
    ncsn, noise = gz.open('zoo/ncsn'), np.random.default_rng(0).normal(size=values.shape).astype('f4')
    # The score of much noise is that of a Gaussian around the mean image: -(x - mean) / (sigma^2 + variance).
    far = ncsn.score(values + 10 * noise, sigma=10.).numpy()
    assert np.corrcoef(far.ravel(), -noise.ravel())[0, 1] > .99 and np.std(far) == pytest.approx(1 / 10, rel=.1)
    dae = gz.open('zoo/dae')
    assert np.abs(dae.denoise(values + .3 * np.random.default_rng(0).normal(size=values.shape), .3).numpy() - values).mean() < .1
    x = gz.tensor([1.], requires_grad=True)
    with gz.Tape():
        assert gz.grad(x * x, x).item() == 2, 'an open run leaves tapes alone'
    assert np.float64(5e-324) * 1. > 0, 'denormals are back'


@pytest.mark.parametrize('call, words', [
    (lambda: gz.open('zoo/nothing'), 'Hint'), (lambda: gz.open('zoo/vae').score(np.zeros((1, 28, 28), 'f4')), 'neither'),
    (lambda: gz.open('zoo/vae').log_prob(np.zeros((1, 27), 'f4')), ''), (lambda: gz.open('zoo/vae').sample(2, label=3), 'label'),
    (lambda: gz.open('zoo/gan').encode(np.zeros((1, 784), 'f4')), 'no encoder'), (lambda: gz.open('zoo/ebm').anomaly(again=1), 'against'),
    (lambda: gz.train('vaee'), 'did you mean'), (lambda: gz.train('vae', latnet=2), 'did you mean'),
    (lambda: gz.open('zoo/vae').use('evil'), 'list uses'), (lambda: gz.open('zoo/vae').sample(0), 'from 1 on'),
    (lambda: gz.open('zoo/vae').metrics, 'no metrics'), (lambda: gz.open('zoo/vae').use('log-prob', files='nope.png'), 'nope.png')])
def test_refusals(call, words):
    with pytest.raises(gz.Error, match=words):
        call()


def test_training(tmp_path):
    run = gz.train('vae', out=tmp_path / 'a', data='ring8', steps=40, hidden=[16], seed=3, progress=False)
    command('train', 'vae', '--out', tmp_path / 'b', '--data', 'ring8', '--steps', 40, '--set', 'hidden=16', '--seed', 3)
    assert (tmp_path / 'a/checkpoint.safetensors').read_bytes() == (tmp_path / 'b/checkpoint.safetensors').read_bytes()
    assert run.step == 40 and run.metrics['step'][-1] == 40 and 'srcdoc' in run._repr_html_() and 'ring8' in repr(run)
    before = signal.getsignal(signal.SIGINT)
    threading.Timer(2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt, match='stopped at step'):
        gz.train('vae', out=tmp_path / 'c', data='ring8', progress=False)
    assert signal.getsignal(signal.SIGINT) is before and gz.open(tmp_path / 'c').step > 0
    with pytest.raises(KeyboardInterrupt):  # Python's handler is back
        os.kill(os.getpid(), signal.SIGINT)


def test_progress_errors(tmp_path, monkeypatch):
    class Own(Exception):
        pass

    def wrong(text):
        raise Own('mine')
    with pytest.raises(Own):
        gz._gradzoo.train_run('vae', [('data', 'ring8'), ('steps', '5')], '', str(tmp_path / 'd'), False, wrong)
    assert gz.open(tmp_path / 'd').step == 5, 'the training ended well'
