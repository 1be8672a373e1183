#!/usr/bin/python3
"""browser_test.py GRADZOO: uses the page of `gradzoo serve` in headless Chromium, as a reader would, while a training
goes on in another process. Ends with 77 where Chromium or Selenium is missing."""
import json
import math
import os
import subprocess
import sys
import tempfile
import tomllib

sys.dont_write_bytecode = True
from browser import By, Keys, Page, begin_browser, check, eventually, use  # ends with 77 where Selenium is missing
from selenium.webdriver.support.ui import Select

TABS = ['runs', 'samples', 'pair']


def curves(page):
    listed = eventually('the list of runs', lambda: page.js(
        'return [...document.querySelectorAll("#names input")].map(box => box.dataset.run)'))
    check(listed == ['deep/b', 'a', 'live'] or sorted(listed) == ['a', 'deep/b', 'live'], f'listed: {listed}')
    eventually('three lines', lambda: len([n for n in page.chart('objective') if 'validation' not in n]) == 3)
    with open(page.folder + '/a/metrics.jsonl') as file:
        rows = [json.loads(row) for row in file]
    wanted = [(row['step'], row['objective']) for row in rows if 'objective' in row]
    drawn = page.chart('objective')['a']['points']
    check(len(drawn) == len(wanted) and all(x == s and math.isclose(y, v, rel_tol=1e-3)
                                            for (x, y), (s, v) in zip(drawn, wanted)), f'{drawn} is not {wanted}')
    for name, line in page.chart('objective').items():
        dot = page.js('''return document.querySelector(`#names [data-run="${arguments[0]}"]`)
            .parentNode.querySelector('i').className''', name.removesuffix(', validation'))
        check(line['pen'].split()[0] == dot, f"{name} has the pen {line['pen']}, and {dot} on the list")

    check(page.text('#trouble') == '', f"the page says: {page.text('#trouble')}")

    # It grows while the training goes on, and again.
    eventually('the word training', lambda: 'training' in page.text('#names li:last-child small'))
    for _ in range(2):
        before = page.chart('objective')['live']['points'][-1][0]
        eventually('the curve grows', lambda: page.chart('objective')['live']['points'][-1][0] > before)

    page.click('#names [data-run="a"]')
    eventually('a is gone', lambda: 'deep/b' in page.chart('objective') and 'a' not in page.chart('objective'))
    page.click('#none')
    eventually('no curves', lambda: page.one('#no-curves').is_displayed() and not page.chart('objective'))
    page.type('#filter', 'lr=0.002')
    eventually('the filter', lambda: page.js('return document.querySelectorAll("#names li").length') == 1)
    page.click('#all')
    eventually('b alone', lambda: set(n.removesuffix(', validation') for n in page.chart('objective')) == {'deep/b'})
    page.type('#filter', Keys.DELETE)
    page.click('#all')
    Select(page.one('#axis')).select_by_visible_text('epoch')
    eventually('along epochs', lambda: math.isclose(page.chart('objective')['a']['points'][-1][0], rows[-1]['epoch'],
                                                    rel_tol=1e-3))
    page.js('''const s = document.getElementById('smoothing'); s.value = 50; s.dispatchEvent(new Event('input'))''')
    total = weight = 0
    for _, value in wanted:
        total, weight = total / 2 + value / 2, weight / 2 + .5
    eventually('smoothed', lambda: math.isclose(page.chart('objective')['a']['points'][-1][1], total / weight,
                                                rel_tol=1e-3))


def samples(page):
    page.open('samples')
    strip = lambda run: page.js('return document.getElementById("strip " + arguments[0])', run)
    slider = lambda run: strip(run).find_element(By.CSS_SELECTOR, 'input')
    number = lambda run, what: int(slider(run).get_property(what))
    image = lambda run: strip(run).find_element(By.CSS_SELECTOR, 'img.moment')
    eventually('pictures of the live run', lambda: number('live', 'max') >= 2)
    eventually('it follows the newest', lambda: number('live', 'value') == number('live', 'max'))
    moments = lambda run: sorted(f for f in os.listdir(f'{page.folder}/{run}/samples') if f.startswith('epoch-'))
    slider('live').send_keys(Keys.HOME, Keys.ARROW_RIGHT)
    files = moments('live')
    check(strip('live').find_element(By.CSS_SELECTOR, 'output').text == f'epoch {int(files[1][6:10])}', 'its label')
    second = page.bytes_of(image('live'))
    check(second == page.picture_file('live', files[1]), f'the second picture is {files[1]}')
    slider('live').send_keys(Keys.ARROW_LEFT)
    first = page.bytes_of(image('live'))
    check(first == page.picture_file('live', files[0]) and first != second, 'the arrow key shows the first')
    last = number('live', 'max')
    eventually('more pictures', lambda: number('live', 'max') > last)
    check(number('live', 'value') == 0, 'the slider stays where it was moved to')
    files = moments('a')
    check(number('a', 'max') == len(files) - 1, 'all pictures of a')
    check(page.bytes_of(image('a')) == page.picture_file('a', files[-1]), 'a shows its newest')
    ends = strip('a').find_elements(By.CSS_SELECTOR, '.ends figcaption')
    check([e.get_property('textContent') for e in ends] == ['score'], f'below stand {[e.text for e in ends]}')


def pair(page):
    page.open('pair')
    runs, wanted = ['deep/b', 'a'], []
    for side, run in zip(['left', 'right'], runs):
        Select(page.one('#' + side)).select_by_value(run)
        with open(f'{page.folder}/{run}/config.toml', 'rb') as file:
            wanted.append(tomllib.load(file))
    differing = sorted(key for key in wanted[0] if wanted[0][key] != wanted[1].get(key))
    rows = lambda: page.js('''return [...document.querySelectorAll('#sides .scroll:nth-of-type(2) tr')]
        .map(row => [...row.children].map(cell => cell.textContent))''')
    eventually('their names', lambda: rows()[0][1:] == runs)
    table = {row[0]: row[1:] for row in rows()[1:]}
    check(sorted(table) == differing and {'lr', 'seed'} <= set(table), f'{table} is not {differing}')
    check(table['lr'] == ['0.002', '0.004'], f"lr {table['lr']}")
    page.click('#equal')
    eventually('equal ones, too', lambda: ['data', 'ring8', 'ring8'] in rows())
    for run, image in zip(runs, page.browser.find_elements(By.CSS_SELECTOR, '#sides img')):
        newest = max(f for f in os.listdir(f'{page.folder}/{run}/samples') if f.startswith('epoch-'))
        check(page.bytes_of(image) == page.picture_file(run, newest), f'the picture of {run}')


def by_keyboard(page):
    """From the top of the page to a third derivative in the playground, without the mouse."""
    page.browser.get('about:blank')
    page.browser.get(page.address)
    eventually('the page', lambda: page.js('return document.querySelectorAll("#names li").length') == 3)
    page.tab_to('#names [data-run="a"]')
    page.press(Keys.SPACE)
    eventually('a is gone', lambda: 'deep/b' in page.chart('objective') and 'a' not in page.chart('objective'))
    polls = lambda: page.js('''return performance.getEntriesByType('resource')
        .filter(entry => entry.name.endsWith('/api/runs')).length''')
    before = polls()
    eventually('another look at the runs', lambda: polls() > before + 1)
    check(page.js('return document.activeElement.dataset.run') == 'a', 'the focus stays on the list')
    page.press(Keys.SPACE)
    page.tab_to('nav a[href="/playground"]', back=True)
    page.press(Keys.ENTER)
    eventually('the playground', lambda: page.one('#expression').is_displayed())
    page.tab_to('nav a[href="/"]')
    for selector, text in [('#expr', 'x^5'), ('#at', 'x=2'), ('#order', '3')]:
        page.tab_to(selector)
        page.js('document.activeElement.select()')
        page.press(text)
    page.press(Keys.ENTER)
    page.explained({'f': 32, 'f_x': 80, 'f_xx': 160})
    page.out()
    page.tab_to('#explained')
    page.press(Keys.END)  # to the last step, where x holds the third derivative
    page.in_frame('#explained', lambda: '240' in page.text('#panel') and '240' in page.text('#sentence'))
    page.out()
    page.browser.get(page.address)


def looks(page):
    page.looks(TABS)


def addresses(page):
    """Whatever the address says, a page is shown. A run's report, a page of its own, leaves nothing on the console."""
    for name in ['lab', 'started', 'constructor', '%00', 'runs-page', '']:
        page.open('pair')
        page.js('location.hash = arguments[0]', name)
        eventually(f'runs at #{name}', lambda: page.one('#runs-page').is_displayed())
        check(page.text('#trouble') == '', f"#{name}: {page.text('#trouble')}")
    page.browser.get(page.address + 'report?run=a')
    eventually('its curves', lambda: page.js('return document.querySelectorAll(".chart").length') > 2)


def run(program, scratch):
    folder = scratch + '/runs'
    os.makedirs(folder + '/deep')
    quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL, 'stdin': subprocess.DEVNULL,
             'env': {**os.environ, 'OMP_WAIT_POLICY': 'passive'}}
    train = [program, 'train', 'score', '--data', 'ring8', '--threads', '1']
    settings = [('a', '--steps 200 --lr 0.004'), ('deep/b', '--steps 120 --lr 0.002 --seed 1')]
    finished = [subprocess.Popen([*train, *words.split(), '--out', f'{folder}/{name}'], **quiet)
                for name, words in settings]
    processes = list(finished)
    browser = None
    try:
        browser = begin_browser(scratch + '/profile')
        for training in finished:
            check(training.wait() == 0, 'a training failed')
        for name, _ in settings:  # a short training on a busy machine leaves its last pictures out
            subprocess.run([program, 'report', f'{folder}/{name}'], check=True, **quiet)
        processes.append(subprocess.Popen([*train, '--epochs', '120', '--out', folder + '/live'], **quiet))
        server = subprocess.Popen([program, 'serve', folder, '--port', '0'], stdout=subprocess.PIPE, text=True)
        processes.append(server)
        page = Page(browser, server.stdout.readline().strip(), folder)
        eventually('the live run', lambda: os.path.getsize(folder + '/live/metrics.jsonl') > 0)
        browser.get(page.address)
        use(page, [curves, samples, pair, by_keyboard, looks, addresses])
        console = browser.get_log('browser')
        check(not console, f'the console says: {console}')
        check(server.poll() is None, 'the server lives')
    finally:
        if browser:
            browser.quit()
        for process in processes:
            process.kill()
            process.wait()


if __name__ == '__main__':
    with tempfile.TemporaryDirectory(prefix='gradzoo-browser-', ignore_cleanup_errors=True) as scratch:
        run(os.path.abspath(sys.argv[1]), scratch)
