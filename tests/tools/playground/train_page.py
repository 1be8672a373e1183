"""The tab Train, as its readers use it."""
import math
import random
import re
import statistics
import time

from browser import By, Keys, check, eventually
from canvases import address, drag, drop, go, ink, npy, picture, picture_of
from selenium.webdriver.support.ui import Select


def points_of_file(page, scratch):
    ready = lambda: 'parameters to learn' in page.text('.run .state')
    trouble = lambda: page.text('#trouble')
    go(page, '#train?data=ring8&model=score&seed=0&set=')
    eventually('it is ready', ready)
    ring = picture(page, '.plane')
    # What is refused changes nothing: the run goes on, with its data.
    page.click('.run .buttons button:nth-child(2)')
    eventually('one step', lambda: 'Step 1 ' in page.text('.run .state'))
    good = npy([(i / 100, random.random() ** 2) for i in range(300)])
    for bad, words in [(good[:-5], 'cut short'), (b'x,y\n1,2\n', 'neither .npy nor .npz'),
                       (npy([(1, 2, 3)] * 50), 'not points in the plane'), (bytes(2 ** 24 + 1), 'more than 16 MiB')]:
        drop(page, '.plane', {'mine.npy': bad})
        eventually(words, lambda: 'mine.npy' in trouble() and words in trouble() and 'Hint:' in trouble())
    page.click('.run .buttons button:nth-child(2)')
    eventually('it goes on', lambda: 'Step 2 ' in page.text('.run .state'))
    check(page.js('return document.getElementById("data").value') == 'ring8', 'the data are those of before')
    # Many points low, few high, along all of x.
    drop(page, '.plane', {'mine.npy': good})
    eventually('it is ready', lambda: ready() and trouble() == '')
    check(page.js('return document.getElementById("data").selectedOptions[0].textContent') == 'mine.npy', 'its name is shown')
    check(picture(page, '.plane') != ring, 'the data are drawn')
    upper, lower, left, right = page.js('''const canvas = document.querySelector('.plane'), pen = canvas.getContext('2d');
        const {width, height} = canvas, data = pen.getImageData(0, 0, width, height).data, sums = [0, 0, 0, 0];
        for (let i = 0; i < width * height; ++i) {
          const x = i % width, y = Math.floor(i / width);
          if (data[4 * i + 3] === 0 || x < 40 || x > width - 4 || y < 4 || y > height - 24) continue;
          ++sums[i < width * height / 2 ? 0 : 1];
          ++sums[i % width < width / 2 ? 2 : 3];
        }
        return sums''')
    check(lower > 1.5 * upper and abs(left - right) < .5 * (left + right) / 2, f'they lie as they do: {upper} {lower} {left} {right}')
    first = picture(page, '.plane')
    # By the keyboard's way; another file of the same name.
    with open(scratch + '/mine.npy', 'wb') as file:
        file.write(npy([(random.random(), -i / 100) for i in range(300)]))
    for turn in range(2):
        page.one('#points-file').send_keys(scratch + '/mine.npy')
        eventually('it is ready', lambda: ready() and picture(page, '.plane') != first)
        first = picture(page, '.plane')
        with open(scratch + '/mine.npy', 'wb') as file:
            file.write(good)
    page.click('.run .buttons button:nth-child(2)')
    eventually('it learns them', lambda: 'Step 1 ' in page.text('.run .state'))
    Select(page.one('#data')).select_by_visible_text('two-moons')
    eventually('it is ready', lambda: ready() and picture(page, '.plane') != first)
    drop(page, '.plane', {'mine.npy': good[:-5]})
    eventually('it is refused', lambda: 'cut short' in trouble())
    Select(page.one('#data')).select_by_visible_text('mine.npy')
    eventually('the file again', lambda: ready() and picture(page, '.plane') == first)
    page.open('about')
    drop(page, '#about-page', {'mine.npy': good})  # where no file is taken, it does not replace the page


def plane(page):
    """What is drawn in the plane and as curves, from data of which the picture is known."""
    go(page, '#about')
    box = '{box: [-1, 1, -1, 1], data: [], truth: null}'
    empty = f'drawPlane(canvas, {box}, {{samples: []}})'
    shown = lambda frame, of=box: picture_of(page, f'drawPlane(canvas, {of}, {frame})', empty)
    left, right, upper, lower = range(4)
    for name, frame, more, less in [
            ('an arrow to the right', '{samples: [], arrows: [[0, 0, 1, 0]]}', right, left),
            ('an arrow up', '{samples: [], arrows: [[0, 0, 0, 1]]}', upper, lower),
            ('a density above', '{samples: [], shown: "density", cells: 2, values: [0, 0, 255, 255]}', upper, lower),
            ('a density on the left', '{samples: [], shown: "density", cells: 2, values: [255, 0, 255, 0]}', left, right),
            ('a sample above', '{samples: [[0, .5]]}', upper, lower), ('a sample on the left', '{samples: [[-.5, 0]]}', left, right),
            ('a pull to the left', '{samples: [], pulls: [[0, 0, -1, 0]]}', left, right)]:
        inked = shown(frame)
        check(inked[more] > 1.5 * inked[less], f'{name}: {inked}')
    hill = [255 if 4 < i % 16 < 12 and i // 16 > 9 else 0 for i in range(256)]
    inked = shown('{samples: []}', f'{{...{box}, truth: {{cells: 16, values: {hill}}}}}')
    check(sum(inked) > 100 and inked[upper] > 5 * inked[lower], f'contours of a truth above: {inked}')
    high = page.js('''const canvas = document.createElement('canvas');
        canvas.width = canvas.height = 200;
        drawCurves(canvas, [[0, 0], [49, 0], [51, 1], [100, 1]], [{}], [{step: 100, curve: 0, value: 2}]);
        const {data, width, height} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const heightAt = x => { for (let y = 0; y < height - 20; ++y) if (data[4 * (y * width + x) + 3] > 100) return y / height; return 1; };
        return [heightAt(80), heightAt(150), heightAt(width - 6)]''')
    check(high[0] > high[1] + .1 and high[1] > high[2] + .1, f'a curve rises, and a held-out dot lies above: {high}')


def ends(page):
    """How a run ended stays, for whatever reason, until it begins again."""
    go(page, '#train')
    models = eventually('the list', lambda: page.js('return planeModels?.models.map(({name}) => name)'))
    for model in models:
        page.js('location.hash = arguments[0]', f'#train?data=ring8&model={model}&seed=0&set=lr=100 batch=50')
        eventually(f'{model} is ready', lambda: 'parameters to learn' in page.text('.run .state') and
                   page.js('return runs[0].settings.model') == model)
        page.js('runs[0].go()')
        eventually(f'{model} goes on or says why not', lambda: page.text('.run .ended') or page.js('return runs[0].rows.length > 3'))
        page.js('runs[0].pause()')
        words = page.text('.run .ended')
        check('null' not in words + page.text('.run .state') and 'Cannot read' not in words, f'{model}: {words}')
        if words:
            check('Hint:' in words and page.js('return runs[0].play.disabled'), f'{model}: {words}')
            page.js('return runs[0].look().then(() => runs[0].once(1)).then(() => null)')
            check(page.text('.run .ended') == words, f'{model}: why it ended is gone')
    page.js('location.hash = "#train?data=ring8&model=gan&set=lr=1000 steps=40"')
    eventually('it is ready', lambda: '40 steps' in page.text('.run .state'))
    page.js('runs[0].go()')
    eventually('it ends', lambda: page.text('.run .ended'))
    page.click('.run .buttons button:nth-child(3)')
    eventually('it begins again', lambda: page.text('.run .ended') == '' and '40 steps' in page.text('.run .state') and
               page.js('return runs[0].rows.length') == 0)
    # What is no number is said to be none; a refused setting leaves no button on Pause.
    page.js('''runs[0].frame = {step: 3, samples: [], shown: 'density', kl: null};
        runs[0].rows = [[3, null, null]];
        runs[0].tellStep()''')
    check(page.text('.run .state').count('not a number') == 2, page.text('.run .state'))
    page.js('location.hash = "#train?data=ring8&model=score"')
    eventually('it is ready', lambda: '4,000 steps' in page.text('.run .state'))
    page.click('.run .buttons button')
    page.js('runs[0].choose({...runs[0].settings, set: ["hidden=wide"]})')
    eventually('it is refused', lambda: 'Hint:' in page.text('.run .ended'))
    check(page.text('.run .buttons button') == 'Play', 'the button says Play')


def game_and_paths(page):
    """The lattice and the pulls of a GAN; ways from noise to data, by a slider."""
    go(page, '#train?data=ring8&model=gan')
    eventually('it is ready', lambda: 'steps' in page.text('.run .state'))
    page.click('.run .buttons button:nth-child(2)')
    eventually('a step', lambda: 'Step 1 ' in page.text('.run .state'))
    check('not a density' in page.text('.run .keys') and 'No KL: a GAN has no density' in page.text('.run .keys'), page.text('.run .keys'))
    page.click('.run .side input[type=checkbox]')
    frame = eventually('the game', lambda: page.js('return runs[0].frame.grid && runs[0].frame'))
    check(len(frame['grid']) == 13 and len(frame['pulls']) == 60, 'lattice and pulls')
    go(page, '#train?data=ring8&model=flow-matching&set=steps=1000')
    eventually('it is ready', lambda: '1,000 steps' in page.text('.run .state'))
    page.js('runs[0].go()')
    eventually('it is done', lambda: page.text('.run .ended') == 'Done: all 1,000 steps.')
    eventually('the look at its end', lambda: page.js('return runs[0].heldOut.length > 0 && runs[0].frame.samples.length === 500'))
    page.js('runs[0].askPaths()')
    states = eventually('paths', lambda: page.js('return runs[0].paths'))
    lengths = lambda points: [math.hypot(x, y) for x, y in points]
    check(len(states[0]) == 80 and len(states) > 20 and
          statistics.stdev(lengths(states[-1])) < .6 * statistics.stdev(lengths(states[0])), f'from noise to a ring: {states[0]} {states[-1]}')
    eventually('the film ends', lambda: page.js('return Number(runs[0].time.value) === 1'))
    late = ink(page, '.plane')[1]
    page.js('runs[0].time.value = 0; runs[0].time.dispatchEvent(new Event("input"))')
    check(ink(page, '.plane')[1] < late and 'at time 0.00' in page.text('.run .keys'), 'the slider draws less of the paths')


def links(page):
    """The address is what is shown."""
    ready = lambda: eventually('it is ready', lambda: 'steps' in page.text('.run .state'))
    go(page, '#train?data=two-moons&model=dae&seed=5&set=lr=0.01')
    ready()
    page.js('location.hash = "#train?data=ring8&model=gan&seed=2&model2=gan"')
    eventually('a second link in the open tab', lambda: page.js('return runs.length === 2 && runs.every(run => run.about && run.settings.model === "gan")'))
    for run in [0, 1]:
        page.js(f'return runs[{run}].once(60).then(() => null)')
    check(page.js('return runs[0].rows[0][1] === runs[1].rows[0][1] && runs[0].rows[0][1] !== null'), 'two models of one seed')
    page.browser.back()
    eventually('back', lambda: page.js('return runs.length === 1 && runs[0].settings.model === "dae" && document.getElementById("data").value === "two-moons"'))
    check('seed=5' in address(page) and 'lr%3D0.01' in address(page), address(page))
    # Points drawn by hand come back, and what is drawn again is the same.
    Select(page.one('#data')).select_by_visible_text('drawn by hand')
    page.js('document.getElementById("drawing-board").focus()')
    for _ in range(6):
        page.press(Keys.ARROW_RIGHT, Keys.SPACE)
    eventually('points by keys', lambda: page.text('#drawn-count') == '18 points')
    eventually('they stand in the address', lambda: address(page).count('~') == 17)
    link, points = address(page), page.js('return drawnPoints')
    go(page, link)
    eventually('they come back', lambda: page.js('return drawnPoints') == points and page.text('#drawn-count') == '18 points')
    check(page.js('return runs.length === 1') and address(page) == link, address(page))
    for model, words in [('nce', 'nobody knows that of your points'), ('gan', '')]:
        page.js('runs[0].choose({model: arguments[0], seed: 0, set: []})', model)
        eventually(f'{model} on points', lambda: words in page.text('.run .ended') if words else 'steps' in page.text('.run .state'))
    # CSV and what is pasted are points; what is no table of two numbers is refused.
    drop(page, '.plane', {'mine.csv': b'x;y\r\n' + b''.join(b'%d;%d\r\n' % (i + 1000, i % 7) for i in range(30))})
    eventually('thirty points', lambda: page.text('#drawn-count') == '30 points')
    eventually('far from 0', lambda: page.js('return runs[0].about && runs[0].about.box[0] > 900'))
    drop(page, '.plane', {'mine.csv': b'1,2\n3\n' * 20})
    eventually('refused', lambda: 'mine.csv, line 2: not two numbers' in page.text('#trouble'))
    page.js('''const data = new DataTransfer();
        data.setData('text', '1 2\\n'.repeat(11));
        document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}))''')
    eventually('too few', lambda: 'it has 11 points' in page.text('#trouble'))
    # Who leaves the tab leaves no training behind.
    page.js('location.hash = "#train?data=ring8&model=score"')
    ready()
    page.click('.run .buttons button')
    eventually('it trains', lambda: page.js('return runs[0].rows.length > 2'))
    link = address(page)
    page.open('about')
    eventually('it rests', lambda: page.js('return !runs[0].playing'))
    page.open('train')
    check(address(page) == link, f'{address(page)} is not {link}')
    check(page.js('return document.querySelector("nav a[aria-current=page]").textContent') == 'Train', 'the tab is marked')


def kl(page):
    found = re.search(r'KL\(truth \|\| model\) ([\d.e-]+)', page.text('.run .state'))
    return float(found[1]) if found else None


def train(page):
    go(page, '#train?data=ring8&model=score&seed=3&set=lr=0.003')
    eventually('it is ready', lambda: '4,000 steps' in page.text('.run .state'))
    check(page.js('return document.querySelector(".run input").value') == '3', 'the address gives the seed')
    before = picture(page, '.plane')
    page.tab_to('.run .buttons button')
    page.press(Keys.ENTER)
    page.js('''window.frames = 0; window.old = Run.prototype.draw;
        Run.prototype.draw = function() { window.frames += 1; return window.old.call(this); }''')
    begin = time.monotonic()
    eventually('it learns', lambda: int(re.search(r'Step ([\d,]+)', page.text('.run .state'))[1].replace(',', '')) > 400)
    frames, seconds = page.js('return window.frames'), time.monotonic() - begin
    print(f'  {frames / seconds:.1f} pictures a second')
    page.press(Keys.ENTER)
    eventually('the KL', lambda: kl(page) is not None)
    check(kl(page) < .02, f'KL {kl(page)}')
    print(f'  KL {kl(page)} after {seconds:.0f} s')
    check(picture(page, '.plane') != before and ink(page, '.run .side canvas')[1] > 100, 'pictures and curves are drawn')
    shown = page.js('return runs[0].rows.at(-1)[1]')
    check(f' {float(f"{shown:.4g}"):g} ' in page.text('.run .state'), f'the first metric, {shown}: {page.text(".run .state")}')
    page.click('.run .buttons button:nth-child(3)')
    eventually('it begins again', lambda: 'parameters to learn' in page.text('.run .state') and page.js('return runs[0].rows.length') == 0)
    page.click('.run .buttons button:nth-child(2)')
    eventually('from the first step', lambda: 'Step 1 ' in page.text('.run .state'))
    # One step is one; a setting begins anew, and stands in the address.
    step = int(re.search(r'Step ([\d,]+)', page.text('.run .state'))[1].replace(',', ''))
    page.click('.run .buttons button:nth-child(2)')
    eventually('one step', lambda: f'Step {step + 1} ' in page.text('.run .state'))
    page.click('.run summary')
    hidden = '//label[starts-with(., "hidden")]/input'
    box = page.browser.find_element(By.XPATH, hidden)
    box.send_keys(Keys.CONTROL + 'a' + Keys.NULL, '32,32' + Keys.TAB)
    eventually('it begins anew', lambda: '1,185 parameters' in page.text('.run .state'))
    check('hidden%3D32%2C32' in page.js('return location.hash'), page.js('return location.hash'))
    box = page.browser.find_element(By.XPATH, hidden)
    box.send_keys(Keys.CONTROL + 'a' + Keys.NULL, 'wide' + Keys.TAB)
    eventually('it is refused', lambda: 'Hint:' in page.text('.run .ended'))
    # Two from one seed.
    go(page, '#train?data=two-moons&model=gan&seed=0&set=')
    eventually('it is ready', lambda: 'steps' in page.text('.run .state'))
    page.click('#pair')
    eventually('two are ready', lambda: page.js('''return [...document.querySelectorAll('.run .state')]
        .filter(state => state.textContent.includes('steps')).length''') == 2)
    check('model2=ebm' in page.js('return location.hash'), 'the address holds both')
    page.click('#pair')
    eventually('one is gone', lambda: page.js('return document.querySelectorAll(".run").length') == 1)
    # Points drawn by hand.
    Select(page.one('#data')).select_by_visible_text('drawn by hand')
    drag(page, '#drawing-board', [(.2, .2), (.3, .25), (.4, .3), (.5, .3), (.6, .3), (.7, .25), (.8, .2)])
    eventually('points', lambda: int(page.text('#drawn-count').split()[0]) >= 30)
    eventually('it is ready', lambda: 'steps' in page.text('.run .state'))
    middle, sides = page.js('''const canvas = document.querySelector('.plane'), pen = canvas.getContext('2d');
        const {width, height} = canvas, data = pen.getImageData(0, 0, width, height).data, sums = [[0, 0], [0, 0]];
        for (let y = 8; y < height - 24; ++y) for (let x = 40; x < width - 8; ++x) {
          if (data[4 * (y * width + x) + 3] === 0) continue;
          const sum = sums[x > width / 3 && x < 2 * width / 3 ? 0 : 1];
          sum[0] += y / height;
          sum[1] += 1;
        }
        return sums.map(([y, count]) => y / count)''')
    check(middle > sides + .1, f'what was drawn as a smile is shown as one: {middle} {sides}')
    before = picture(page, '.plane')
    page.click('.run .buttons button')
    eventually('it learns them', lambda: 'Step' in page.text('.run .state') and picture(page, '.plane') != before)
    page.click('.run .buttons button')
