#!/usr/bin/python3
"""browser_test.py FOLDER: uses the playground in headless Chromium as a reader would, by pointer, keyboard and address,
on a phone, in the dark, offline, and from a file. Ends with 77 where Chromium, Selenium or the playground is missing
(tools/playground/build makes it)."""
import base64
import functools
import http.server
import os
import random
import re
import struct
import sys
import tempfile
import threading
import time
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../serve'))
from browser import By, Keys, Page, begin_browser, check, eventually, use  # ends with 77 where Selenium is missing
from selenium.webdriver import ActionChains
from selenium.webdriver.support.ui import Select

TABS = ['function', 'train', 'digits', 'labs', 'check', 'about']


def ink(page, canvas):
    """How many different colours a canvas has, and how many of its pixels are no ground."""
    return page.js('''const canvas = document.querySelector(arguments[0]);
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const colours = new Map();
        for (let i = 0; i < data.length; i += 4) {
          const colour = data[i] + ',' + data[i + 1] + ',' + data[i + 2] + ',' + data[i + 3];
          colours.set(colour, (colours.get(colour) ?? 0) + 1);
        }
        return [colours.size, data.length / 4 - Math.max(...colours.values())]''', canvas)


def picture(page, canvas):
    return page.js('return document.querySelector(arguments[0]).toDataURL()', canvas)


def go(page, place):
    page.browser.get('about:blank')
    page.browser.get(page.address + place)


def drag(page, canvas, points):
    """The pointer is pressed at the first of the points, in shares of the canvas, and released at the last."""
    element = page.one(canvas)
    page.js('arguments[0].scrollIntoView({block: "center"})', element)
    size = element.size
    chain = ActionChains(page.browser, duration=20)
    for i, (x, y) in enumerate(points):
        chain.move_to_element_with_offset(element, round((x - .5) * size['width']), round((y - .5) * size['height']))
        if i == 0:
            chain.click_and_hold()
    chain.release().perform()


def drop(page, place, files):
    """Files, {name: bytes}, are dropped on an element."""
    taken = page.js('''const moved = new DataTransfer();
        for (const [name, text] of Object.entries(arguments[1]))
          moved.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name));
        const send = kind => !document.querySelector(arguments[0]).dispatchEvent(
          new DragEvent(kind, {dataTransfer: moved, bubbles: true, cancelable: true}));
        return send('dragover') && send('drop')''',
                    place, {name: base64.b64encode(data).decode() for name, data in files.items()})
    check(taken, 'a file is left to the browser')


def npy(points):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {(len(points), len(points[0]))}}}\n".encode()
    return b'\x93NUMPY\1\0' + struct.pack('<H', len(header)) + header + b''.join(struct.pack('<d', x) for p in points for x in p)


def png(width, height, pixel):
    """Of four bytes each, pixel(x, y)."""
    rows = b''.join(b'\0' + b''.join(bytes(pixel(x, y)) for x in range(width)) for y in range(height))
    chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 6, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def picture_file(page, scratch):
    own = lambda: page.js('return Array.from(ownDigit)')
    go(page, '#digits')
    eventually('a hundred digits', lambda: ink(page, '#hundred')[0] > 100)
    # The middle square of a picture three squares long: black, but red above, clear on the right, grey below.
    def pixel(x, y):
        return ((255, 255, 255, 255) if not 84 <= x < 168 else (255, 0, 0, 255) if y < 21 else
                (0, 0, 0, 0) if x >= 147 else (100, 100, 100, 255) if y >= 63 else (0, 0, 0, 255))
    whole = png(252, 84, pixel)
    red = round(.299 * 255)
    expected = [red if row < 7 else 255 if column >= 21 else 100 if row >= 21 else 0 for row in range(28) for column in range(28)]
    drop(page, '#own-digit', {'mine.png': whole})
    eventually('it is what was drawn', lambda: own() == expected)
    check(ink(page, '#own-digit')[0] == 4, 'it is shown')
    for bad, words in [(whole[:60], 'the browser finds no picture in the file'), (b'no picture', 'the browser finds no picture in the file'),
                       (bytes(2 ** 24 + 1), 'more than 16 MiB'), (png(4097, 4096, lambda x, y: (0, 0, 0, 0)), '4097x4096 pixels')]:
        drop(page, '#own-digit', {'mine.png': bad})
        eventually(words, lambda: 'mine.png' in page.text('#trouble') and words in page.text('#trouble'))
        check(own() == expected, 'what is refused changes nothing')
    with open(scratch + '/mine.jpg', 'wb') as file:
        file.write(base64.b64decode(page.js("""const made = document.createElement('canvas');
            made.width = made.height = 56;
            made.getContext('2d').fillStyle = '#fff';
            made.getContext('2d').fillRect(0, 0, 28, 56);
            return made.toDataURL('image/jpeg').split(',')[1]""")))
    page.one('#digit-files').send_keys(scratch + '/mine.jpg')
    eventually('white on the left', lambda: all((255 - value if i % 28 < 14 else value) < 8 for i, value in enumerate(own())))
    check(page.text('#trouble') == '', page.text('#trouble'))


def run_files(page, scratch):
    chosen = lambda: page.js('return document.getElementById("digit-model").value')
    go(page, '#digits')
    eventually('the last of what a tab begins with', lambda: ink(page, '#code-digit')[0] > 20)
    drawn = lambda: page.text('#digit-status').startswith('a hundred digits in')
    page.click('#draw-digits')
    eventually('a hundred digits', drawn)
    of_zoo = picture(page, '#hundred')
    zoo = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../zoo/vae/')
    files = {name: open(zoo + name, 'rb').read() for name in ['config.toml', 'weights.safetensors']}
    os.makedirs(scratch + '/vae', exist_ok=True)
    for name, data in files.items():
        with open(f'{scratch}/vae/{name}', 'wb') as file:
            file.write(data)
    # What is refused joins nothing.
    before = page.js('return document.getElementById("digit-model").length')
    config, weights = files['config.toml'], files['weights.safetensors']
    for bad, words in [({**files, 'weights.safetensors': weights[:-100]}, 'yours/weights.safetensors'),
                       ({**files, 'config.toml': b'model = [1]'}, 'yours/config.toml'),
                       ({'config.toml': config, 'checkpoint.safetensors': weights}, 'yours/checkpoint.safetensors'),
                       ({'config.toml': config}, 'its checkpoint.safetensors'), ({'a.safetensors': weights}, 'its config.toml'),
                       ({**files, 'weights.safetensors': bytes(2 ** 24)}, 'yours/weights.safetensors'),
                       ({**files, 'config.toml': config + b'hidden = 10000000'}, 'yours/config.toml'),
                       ({**files, 'config.toml': config.replace(b'hidden = 500', b'hidden = 60000')}, 'yours/weights.safetensors')]:
        drop(page, '#digits-page', bad)
        eventually(words, lambda: words in page.text('#trouble') and 'Hint:' in page.text('#trouble'))
    check(page.js('return document.getElementById("digit-model").length') == before and chosen() == 'vae', 'no model joins')
    wipe = 'const canvas = document.getElementById("hundred"); canvas.width = canvas.width;'
    page.js(wipe)
    drop(page, '#digits-page', files)
    eventually('it joins the models', lambda: chosen() == 'yours' and drawn() and page.text('#trouble') == '')
    check(picture(page, '#hundred') == of_zoo, 'it draws as the model of the zoo that it is')
    page.one('#digit-files').send_keys(f'{scratch}/vae/config.toml\n{scratch}/vae/weights.safetensors')
    page.click('#draw-digits')
    eventually('others', lambda: drawn() and picture(page, '#hundred') != of_zoo)
    check(page.js('return [...document.getElementById("digit-model").options].filter(o => o.value === "yours").length') == 1, 'once')
    page.click('#judge')
    eventually('it judges', lambda: 'yours' in page.text('#likelihoods') and page.text('#digit-status').startswith('Larger'))
    # A folder, as a system's file manager brings it.
    page.js(wipe + 'document.getElementById("digit-seed").value = 2; scrollTo(0, 0)')
    for kind in ['dragEnter', 'dragOver', 'drop']:
        page.browser.execute_cdp_cmd('Input.dispatchDragEvent', {'type': kind, 'x': 300, 'y': 300, 'data': {
            'items': [], 'files': [scratch + '/vae'], 'dragOperationsMask': 1}})
    if page.address.startswith('file:'):
        return eventually('it is said', lambda: 'vae: the browser cannot read this folder' in page.text('#trouble'))
    eventually('under its name', lambda: chosen() == 'vae (yours)' and drawn())
    check(picture(page, '#hundred') == of_zoo, 'it draws as the model of the zoo that it is')


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
          if (data[4 * i + 3] === 0) continue;
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


def function(page):
    begin = time.monotonic()
    go(page, '')
    page.explained({'f': 0.442413})
    page.out()
    print(f'  the first tape after {time.monotonic() - begin:.2f} s')
    go(page, '#function?f=x%5E3&at=x%3D2&order=2')
    page.explained({'f': 8, 'f_x': 12})
    page.out()
    page.type('#expr', 'x*y')
    page.type('#at', 'x=3, y=7' + Keys.ENTER)
    page.explained({'f': 21, 'f_x': 7, 'f_y': 3})
    page.out()
    check('f=x*y' in page.js('return location.hash'), 'the address holds the function')
    page.type('#expr', 'sin(x' + Keys.ENTER)
    eventually('it is refused', lambda: 'Hint:' in page.text('#refusal') and '^' in page.text('#refusal'))
    # What an address says is a text.
    go(page, '#function?f=' + '%3Cimg%20src%3Dx%20onerror%3D%22window.bad%3D1%22%3E' + '&at=x%3D1&order=1')
    eventually('it is refused', lambda: page.one('#refusal').is_displayed())
    check(page.js('return window.bad === undefined && document.querySelector("main img") === null'), 'an address is run')
    # What takes long is stopped, and the next question answered.
    go(page, '#function?f=sum(x)&at=x%3D[' + ','.join(['1'] * 150) + ']&order=2')
    eventually('it works', lambda: page.one('#stop-function').is_displayed() or page.one('#explained').is_displayed())
    page.js('document.getElementById("stop-function").click()')
    check(page.js('return functionEngine.worker === null'), 'the worker is ended')
    page.type('#expr', 'x^2')
    page.type('#at', 'x=5' + Keys.ENTER)
    page.explained({'f': 25})
    page.out()


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
    # One step is one; a setting begins anew, and stands in the address.
    step = int(re.search(r'Step ([\d,]+)', page.text('.run .state'))[1].replace(',', ''))
    page.click('.run .buttons button:nth-child(2)')
    eventually('one step', lambda: f'Step {step + 1} ' in page.text('.run .state'))
    page.click('.run summary')
    hidden = '//label[starts-with(., "hidden")]/input'
    box = page.browser.find_element(By.XPATH, hidden)
    box.send_keys(Keys.CONTROL + 'a' + Keys.NULL, '32,32' + Keys.TAB)
    eventually('it begins anew', lambda: '1,185 parameters' in page.text('.run .state') or 'parameters to learn' in page.text('.run .state'))
    check('hidden%3D32%2C32' in page.js('return location.hash'), page.js('return location.hash'))
    box = page.browser.find_element(By.XPATH, hidden)
    box.send_keys(Keys.CONTROL + 'a' + Keys.NULL, 'wide' + Keys.TAB)
    eventually('it is refused', lambda: 'Hint:' in page.text('.run .state'))
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
        for (let y = 8; y < height - 8; ++y) for (let x = 8; x < width - 8; ++x) {
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


def digits(page):
    go(page, '#digits')
    eventually('a hundred digits', lambda: ink(page, '#hundred')[0] > 100)
    first = picture(page, '#hundred')
    page.click('#draw-digits')
    eventually('others', lambda: picture(page, '#hundred') != first)
    others, address = picture(page, '#hundred'), page.js('return location.hash')
    go(page, address)
    eventually('the same by the address', lambda: picture(page, '#hundred') == others)
    ActionChains(page.browser).move_to_element_with_offset(page.one('#hundred'), -120, -120).click().perform()
    eventually('the digit is taken', lambda: ink(page, '#own-digit')[0] > 5)
    page.js('document.getElementById("hundred").scrollIntoView({block: "center"})')
    ActionChains(page.browser).move_to_element_with_offset(page.one('#hundred'), 120, 120).click().perform()
    page.click('#between')
    eventually('the way', lambda: ink(page, '#between-row')[0] > 20)
    page.click('#clear-digit')
    drag(page, '#own-digit', [(.3, .25), (.5, .2), (.7, .25), (.65, .45)])
    check(ink(page, '#own-digit')[1] > 500, 'ink is drawn')
    page.click('#complete')
    eventually('it is completed', lambda: ink(page, '#made-of-it')[0] > 20)
    # What is known is the same in all nine, and that of the digit; the rest is not.
    upper, lower, own = page.js('''const sum = (id, columns, cell, half) => {
          const canvas = document.querySelector(id), side = canvas.width / columns, data = canvas.getContext('2d')
            .getImageData(cell % columns * side, Math.floor(cell / columns) * side + half * side / 2, side, side / 2).data;
          return data.reduce((all, value, i) => i % 4 === 0 ? all + value : all, 0) / data.length;
        };
        const nine = half => Array.from({length: 9}, (_, cell) => sum('#made-of-it', 3, cell, half));
        return [nine(0), nine(1), sum('#own-digit', 1, 0, 0)]''')
    check(max(upper) - min(upper) < .1 * own and abs(upper[4] - own) < .1 * own, f'known: {upper}, {own}')
    check(max(lower) - min(lower) > .1 * own, f'not known: {lower}')
    before = picture(page, '#made-of-it')
    page.click('#denoise')
    eventually('it is cleaned', lambda: picture(page, '#made-of-it') != before)
    page.click('#judge')
    eventually('it is judged', lambda: page.js('return document.querySelectorAll("#likelihoods tbody tr").length') >= 2)
    before = picture(page, '#code-digit')
    page.js('document.getElementById("code-map").scrollIntoView({block: "center"})')
    ActionChains(page.browser).move_to_element_with_offset(page.one('#code-map'), 70, -60).perform()
    eventually('the map', lambda: picture(page, '#code-digit') != before and
               re.search(r'\(1\.[45]\d, 1\.[23]\d\)', page.text('#code-shown')))
    before = picture(page, '#code-digit')
    page.js('document.activeElement.blur()')  # which the pointer had put there
    page.tab_to('#code-map')
    page.press(*[Keys.ARROW_LEFT] * 12)
    eventually('by keys', lambda: picture(page, '#code-digit') != before)
    Select(page.one('#digit-model')).select_by_visible_text('flow-matching')
    eventually('it has classes', lambda: page.one('#digit-class').is_displayed())
    check(page.text('#trouble') == '', page.text('#trouble'))


def labs(page):
    go(page, '#labs')
    eventually('the list', lambda: page.js('return document.querySelectorAll(".lab").length') > 10)
    page.click('.lab button')
    eventually('it has run', lambda: re.match(r'coin: [\d.]+ s', page.text('#lab-state')))
    page.in_frame('#lab-page', lambda: 'coin' in page.text('h1, title'))
    page.out()
    go(page, '#labs?lab=coin&seed=3&knobs=flips%3D500')
    eventually('it has run', lambda: re.match(r'coin: [\d.]+ s', page.text('#lab-state')))
    page.in_frame('#lab-page', lambda: 'flips=500' in page.text('body') and '--seed 3' in page.text('body'))
    page.out()
    # A picture is a PNG that the browser reads.
    go(page, '#labs?lab=likelihood-vs-quality&seed=0&knobs=')
    eventually('it has run', lambda: page.text('#lab-state').startswith('likelihood-vs-quality: '))
    page.in_frame('#lab-page', lambda: page.js('return [...document.images].some(image => image.naturalWidth > 50)'))
    page.out()
    # One that takes long is stopped.
    page.js("""[...document.querySelectorAll('.lab')].find(lab => lab.textContent.startsWith('langevin'))
        .querySelector('button').click()""")
    eventually('it runs', lambda: page.text('#lab-state') == 'langevin runs.')
    page.click('#stop-lab')
    eventually('it is stopped', lambda: page.text('#lab-state') == 'langevin: stopped.')


def rules(page):
    go(page, '#check')
    eventually('a verdict', lambda: page.text('#verdict').startswith('Right at all 6'))
    page.type('#rule', '1 - tanh(x)' + Keys.ENTER)
    eventually('wrong', lambda: page.text('#verdict').startswith('Wrong at'))
    for column in [3, 6]:
        check(page.js(f'return document.querySelectorAll("#rule-table td:nth-child({column}).wrong").length') > 0,
              f'what is wrong in column {column} is marked')
    page.type('#rule', '1 - tanh(' + Keys.ENTER)
    eventually('refused', lambda: 'Hint:' in page.text('#rule-refusal'))


def looks(page):
    """On a phone nothing is wider than the screen; by day and by night all texts stand out from their ground."""
    chrome = page.browser.execute_cdp_cmd
    chrome('Emulation.setDeviceMetricsOverride', {'width': 390, 'height': 844, 'deviceScaleFactor': 1, 'mobile': False})
    for tab in TABS:
        go(page, '#' + tab)
        eventually('drawn', lambda: page.one(f'#{tab}-page').is_displayed())
        time.sleep(1)
        page.js('document.querySelectorAll("details").forEach(details => { details.open = true; })')
        wide = page.js(page.measures + 'return tooWide()')
        check(not wide, f'wider than a phone, on {tab}: {wide}')
    chrome('Emulation.clearDeviceMetricsOverride', {})
    for light in ['light', 'dark']:
        chrome('Emulation.setEmulatedMedia', {'features': [{'name': 'prefers-color-scheme', 'value': light}]})
        for tab in TABS:
            page.open(tab)
            texts, faint, ground = page.js(page.measures + 'return contrasts(4.5)')
            check(texts > 8, f'texts are measured on {tab}: {texts}')
            check(not faint, f'texts that are hard to read, {light}, on {tab}: {faint}')
        check((ground > .7) == (light == 'light'), f'the ground is {ground} when it is {light}')


def offline(page):
    """Once it is there it needs nobody."""
    go(page, '#train')
    eventually('it is ready', lambda: 'steps' in page.text('.run .state'))
    page.browser.execute_cdp_cmd('Network.enable', {})
    page.browser.execute_cdp_cmd('Network.emulateNetworkConditions',
                                 {'offline': True, 'latency': 0, 'downloadThroughput': 0, 'uploadThroughput': 0})
    page.click('.run .buttons button')
    eventually('it learns', lambda: 'Step' in page.text('.run .state'))
    page.open('digits')
    Select(page.one('#digit-model')).select_by_visible_text('dbn')  # which nobody has asked for
    eventually('what is not there is said', lambda: 'Hint: check that the server still runs' in page.text('#trouble'))
    page.browser.execute_cdp_cmd('Network.disable', {})


def run(folder, scratch):
    handler = functools.partial(type('Quiet', (http.server.SimpleHTTPRequestHandler,), {'log_message': lambda *_: None}),
                                directory=folder)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    files = [functools.wraps(part)(functools.partial(part, scratch=scratch)) for part in [points_of_file, picture_file, run_files]]
    whole = [function, train, *files, digits, labs, rules, looks, offline]
    for address, parts in [(f'http://127.0.0.1:{server.server_port}/index.html', whole),
                           (f'file://{folder}/playground.html', [function, *files, digits, labs, rules])]:
        browser = begin_browser(scratch + '/profile')
        try:
            page = Page(browser, address, folder)
            use(page, parts)
            console = [entry['message'] for entry in browser.get_log('browser')]
            expected = ['ERR_INTERNET_DISCONNECTED', 'willReadFrequently']  # offline; this test, which looks at pixels
            others = [message for message in console if not any(word in message for word in expected)]
            check(not others, f'the console says: {others}')
        finally:
            browser.quit()


if __name__ == '__main__':
    if not os.path.exists(sys.argv[1] + '/index.html'):
        print('left out: there is no playground. Hint: tools/playground/build')
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix='gradzoo-browser-', ignore_cleanup_errors=True) as scratch:
        run(os.path.abspath(sys.argv[1]), scratch)
