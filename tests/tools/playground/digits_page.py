"""The tab Digits, as its readers use it."""
import base64
import os
import re

from browser import Keys, check, eventually
from canvases import address, apart, drag, drop, go, ink, picture, pixels, png
from selenium.webdriver import ActionChains
from selenium.webdriver.support.ui import Select


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
    # Black on white, as people draw: inverted, since its border is light; a button inverts it back.
    drop(page, '#own-digit', {'mine.png': png(28, 28, lambda x, y: (0, 0, 0, 255) if 10 <= x < 18 else (255, 255, 255, 255))})
    bar = [255 if 10 <= i % 28 < 18 else 0 for i in range(784)]
    eventually('it is white on black', lambda: own() == bar and 'inverted' in page.text('#own-note'))
    page.click('#invert-digit')
    check(own() == [255 - value for value in bar] and page.text('#own-note') == '', 'and back')
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
    # Nothing in hand: the words alone may be those of the hundred before.
    drawn = lambda: page.js('return inHand') == 0 and page.text('#digit-status').startswith('a hundred digits in')
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


def digits(page):
    go(page, '#digits')
    eventually('a hundred digits', lambda: ink(page, '#hundred')[0] > 100)
    first = picture(page, '#hundred')
    page.click('#draw-digits')
    eventually('others', lambda: picture(page, '#hundred') != first)
    others, link = picture(page, '#hundred'), address(page)
    go(page, link)
    eventually('the same by the address', lambda: picture(page, '#hundred') == others)
    ActionChains(page.browser).move_to_element_with_offset(page.one('#hundred'), -120, -120).click().perform()
    eventually('the digit is taken', lambda: ink(page, '#own-digit')[0] > 5)
    page.js('document.getElementById("hundred").scrollIntoView({block: "center"})')
    ActionChains(page.browser).move_to_element_with_offset(page.one('#hundred'), 120, 120).click().perform()
    page.click('#between')
    eventually('the way', lambda: ink(page, '#between-row')[0] > 20)
    # A hundred digits by keys: what is chosen is what is taken; two of them are the ends of the way between.
    page.js('document.getElementById("hundred").focus()')
    page.press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER)
    chosen = page.js('return picked.at(-1)')
    check(apart(pixels(page, '#own-digit'), pixels(page, '#hundred', 10, chosen), lambda row, column: 3 < row < 25 and 3 < column < 25) < 2,
          'the cell of the keyboard is taken')
    page.press(*[Keys.ARROW_DOWN] * 5, Keys.ENTER)
    wanted = page.js('return picked.map(at => Array.from({length: 784}, (_, i) => parseInt(imageAt(at).substr(2 * i, 2), 16)))')
    page.click('#between')
    eventually('the way', lambda: page.js('return inHand') == 0 and page.text('#digit-status') == '' and ink(page, '#between-row')[0] > 20)
    first, last = pixels(page, '#between-row', 10, 0), pixels(page, '#between-row', 10, 9)
    check(apart(first, wanted[0]) < .6 * apart(first, wanted[1]) and apart(last, wanted[1]) < .6 * apart(last, wanted[0]),
          'from one digit to the other')
    # Each half that is known is kept in all nine, and what is not known differs.
    halves = {'upper': lambda row, column: row < 14, 'lower': lambda row, column: row >= 14,
              'left': lambda row, column: column < 14, 'right': lambda row, column: column >= 14}
    # A page that is one file has fewer models.
    quick = page.js('return [...byId("completer").options].some(({value}) => value === "dae") ? "dae" : "flow-matching"')
    Select(page.one('#completer')).select_by_value(quick)
    for half, known in halves.items():
        Select(page.one('#known-half')).select_by_value(half)
        page.js('document.getElementById("made-caption").textContent = ""')
        page.click('#complete')
        eventually('it is completed', lambda: f'the {half} half.' in page.text('#made-caption'))
        own, nine = pixels(page, '#own-digit'), [pixels(page, '#made-of-it', 3, cell) for cell in range(9)]
        kept = [apart(own, one, known) for one in nine]
        others = [apart(nine[0], one, lambda row, column: not known(row, column)) for one in nine[1:]]
        check(max(kept) < 8 and max(others) > 12, f'{half}: {kept} {others}')
    # Noise, which is removed again: the digit, with noise; below, without.
    page.click('#denoise')
    eventually('it is cleaned', lambda: page.text('#made-caption').startswith('Your digit; with noise') and page.text('#digit-status') == '')
    own, noisy, cleaned = [pixels(page, '#made-of-it', 2, cell) for cell in range(3)]
    check(apart(own, pixels(page, '#own-digit')) < 1 and apart(own, noisy) > 1.5 * apart(own, cleaned), 'noise is removed')
    # The table's columns, by asking for each alone.
    page.click('#judge')
    eventually('it is judged', lambda: page.text('#digit-status').startswith('Larger'))
    cells = page.js('return [...document.querySelectorAll("#likelihoods tbody tr")].map(row => [...row.cells].slice(0, 3).map(cell => cell.textContent))')
    alone = page.browser.execute_async_script('''const done = arguments[1];
        openDigits('made').then(() => Promise.all([textOfDigit(ownDigit), '00'.repeat(784)].map(images =>
          digitEngine.ask({ask: 'judge', name: 'made', images, seed: seedNow()})))).then(both => done(both.map(({values}) => Math.round(values[0]))))''', 0)
    check(['made', *[f'{value} nats' for value in alone]] in cells and alone[0] != alone[1], f'{cells} and {alone}')
    # The map has each code where it is: x to the right, y up.
    for code, cell in [([-2.78, 2.78], 0), ([2.78, 2.78], 13), ([-2.78, -2.78], 13 * 14), ([.64, -1.07], 9 * 14 + 8)]:
        page.js('goTo(...arguments[0])', code)
        eventually('its digit', lambda: page.js('return inHand') == 0)
        page.js('code = [0, 0]; drawMap()')  # the ring, away
        mine, there = pixels(page, '#code-digit'), pixels(page, '#code-map', 14, cell)
        mirrored = [pixels(page, '#code-map', 14, other) for other in {13 - cell % 14 + cell // 14 * 14, cell % 14 + (13 - cell // 14) * 14} - {cell}]
        check(all(apart(mine, there) < apart(mine, other) for other in mirrored), f'{code}')
    # The address brings back the digit, what was made of it, class and code.
    link, own = address(page), pixels(page, '#own-digit')
    check('&digit=' in link and '&do=judge' in link and '&pair=' in link, link)
    go(page, link)
    eventually('it is judged again', lambda: page.text('#digit-status').startswith('Larger'))
    check(address(page) == link and pixels(page, '#own-digit') == own, 'the digit of the address')
    # A class is a class: a 1 has less ink than a 0.
    inked = {}
    for label in ['0', '1']:
        page.js('location.hash = arguments[0]', f'#digits?model=flow-matching&seed=4&class={label}')
        eventually('drawn', lambda: page.js('return inHand === 0 && document.getElementById("digit-class").value === arguments[0]', label))
        inked[label] = sum(page.js('return Array.from(document.getElementById("hundred").getContext("2d").getImageData(0, 0, 280, 280).data)')[::4])
    check(inked['1'] < .7 * inked['0'], f'{inked}')
    # What takes minutes says how far it is, and is stopped.
    page.click('#draw-digits')
    eventually('how far', lambda: re.match(r'drawing with flow-matching: \d+ s of about \d+ s', page.text('#digit-status')) and
               page.js('return document.getElementById("digit-progress").value > .02'))
    page.click('#stop-digits')
    eventually('stopped', lambda: page.text('#digit-status') == 'drawing with flow-matching: stopped' and not page.one('#stop-digits').is_displayed())
    page.js('location.hash = "#digits?model=flow-matching&seed=9"')
    eventually('it draws', lambda: page.one('#stop-digits').is_displayed())
    page.js('window.drawings = 0; const before = drawCells; window.drawCells = () => { ++drawings; before(); }')
    Select(page.one('#digit-model')).select_by_value('vae')
    eventually('another', lambda: page.text('#digit-status').startswith('a hundred digits in'))
    check(page.js('return drawings') == 1, 'another does not wait for it')
    page.click('#clear-digit')
    page.js('document.getElementById("own-digit").focus()')
    page.press(Keys.ARROW_LEFT, Keys.SPACE)
    check(max(page.js('return Array.from(ownDigit)')) > 200, 'ink by keys')
    drag(page, '#own-digit', [(.3, .25), (.5, .2), (.7, .25), (.65, .45)])
    check(ink(page, '#own-digit')[1] > 500, 'ink is drawn')
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
    Select(page.one('#digit-model')).select_by_value('flow-matching')
    eventually('it has classes', lambda: page.one('#digit-class').is_displayed())
    check(page.text('#trouble') == '', page.text('#trouble'))
