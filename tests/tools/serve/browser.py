"""A browser, and what a reader does with a page in it: click, type, press keys, look."""
import base64
import json
import math
import os
import shutil
import sys
import time
import traceback

try:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError:
    print('left out: there is no Selenium (Debian: python3-selenium)')
    sys.exit(77)

LONGEST = 120  # seconds for anything to come about, on a machine that does much else
HERE = os.path.dirname(os.path.abspath(__file__))


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def eventually(what, ask):
    """What `ask` returns once it is true; a page that is drawn anew may throw meanwhile."""
    end, last = time.monotonic() + LONGEST, None
    while time.monotonic() < end:
        try:
            last = ask()
            if last:
                return last
        except Exception as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f'{what}: not within {LONGEST} s, at last {last!r}')


def begin_browser(profile):
    chromium, driver = shutil.which('chromium'), shutil.which('chromedriver')
    if not chromium or not driver:
        print('left out: there is no Chromium (Debian: chromium, chromium-driver)')
        sys.exit(77)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ('headless no-sandbox disable-gpu disable-quic disable-dev-shm-usage no-first-run disable-sync '
                 'disable-background-networking disable-component-update'
                 ' window-size=1280,900').split() + ['user-data-dir=' + profile]:
        options.add_argument('--' + word)
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
    browser = webdriver.Chrome(options=options, service=webdriver.chrome.service.Service(driver))
    browser.set_script_timeout(LONGEST)
    return browser


def use(page, parts):
    """Each part in turn; the first that fails ends the program with its line and a picture."""
    for part in parts:
        begin = time.monotonic()
        try:
            part(page)
        except Exception as error:
            page.browser.save_screenshot('browser_test.png')
            line = traceback.extract_tb(error.__traceback__)[-1 if type(error) is not AssertionError else -2].lineno
            sys.exit(f'{part.__name__}, line {line}: {str(error).split("Stacktrace")[0]} (see browser_test.png)')
        print(f'{part.__name__}: {time.monotonic() - begin:.1f} s', flush=True)


class Page:
    def __init__(self, browser, address, folder):
        self.browser, self.address, self.folder = browser, address, folder
        with open(HERE + '/browser.js') as script:
            self.measures = script.read()

    def js(self, script, *values):
        return self.browser.execute_script(script, *values)

    def one(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.js('return document.querySelector(arguments[0])?.textContent ?? ""', selector)

    def click(self, selector):
        self.one(selector).click()

    def open(self, tab):
        self.click(f'nav a[href="#{tab}"]')
        eventually(f'the tab {tab}', lambda: self.one(f'#{tab}-page').is_displayed())
        check(self.js('return scrollY') == 0, f'the tab {tab} scrolls past the tabs')

    def looks(self, tabs):
        """On a phone, and with large text, nothing is wider than the screen; by day and by night all texts stand out."""
        chrome = self.browser.execute_cdp_cmd
        for width, zoom in [(1280, '200%'), (390, ''), (320, '')]:
            chrome('Emulation.setDeviceMetricsOverride', {'width': width, 'height': 844, 'deviceScaleFactor': 1, 'mobile': False})
            self.browser.refresh()  # what is drawn for this width from the start, too
            for tab in tabs:
                self.open(tab)
                eventually('drawn', lambda: self.js('return document.querySelectorAll(".page:not([hidden]) *").length') > 8)
                self.js('document.documentElement.style.fontSize = arguments[0]', zoom)
                self.js('document.querySelectorAll("details").forEach(details => { details.open = true; })')
                time.sleep(1)
                wide = self.js(self.measures + 'return tooWide()')
                check(not wide, f'wider than {width} pixels at {zoom or "100%"}, on {tab}: {wide}')
        chrome('Emulation.clearDeviceMetricsOverride', {})
        for light in ['light', 'dark']:
            chrome('Emulation.setEmulatedMedia', {'features': [{'name': 'prefers-color-scheme', 'value': light}]})
            for tab in tabs:
                self.open(tab)
                texts, faint, ground = self.js(self.measures + 'return contrasts(4.5)')
                check(texts > 8, f'texts are measured on {tab}: {texts}')
                check(not faint, f'texts that are hard to read, {light}, on {tab}: {faint}')
            check(ground > .7 if light == 'light' else ground < .05, f'the ground is {ground} when it is {light}')

    def type(self, selector, text):
        self.one(selector).send_keys(Keys.CONTROL + 'a' + Keys.NULL, text)

    def press(self, *keys):
        webdriver.ActionChains(self.browser).send_keys(*keys).perform()

    def tab_to(self, selector, back=False):
        """By the Tab key alone; wherever it comes by, the focus is seen."""
        for _ in range(120):
            where = self.js('''const at = document.activeElement, style = getComputedStyle(at);
                return [at.matches(arguments[0]), at === document.body || at.tagName === 'IFRAME' ||
                  (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2), at.outerHTML.slice(0, 80)]''',
                            selector)
            check(where[1], f'the focus is not seen at {where[2]}')
            if where[0]:
                return
            self.press(*[Keys.SHIFT, Keys.TAB, Keys.NULL] if back else [Keys.TAB])
        raise AssertionError(f'the Tab key does not come to {selector}')

    def chart(self, title):
        """{name of a line: {"pen", "points": [(x, y)]}} of the chart of that title."""
        found = self.js('''return [...document.querySelectorAll('#curves .curve')]
            .filter(figure => figure.querySelector('h3').firstChild.textContent.trim() === arguments[0])
            .map(figure => figure.querySelector('.chart').dataset.curve)''', title)
        if len(found) != 1:
            return {}
        return {line['name']: {'pen': line['pen'], 'points': [(float(p[2]), float(p[3])) for p in line['points']]}
                for line in json.loads(found[0])['series']}

    def bytes_of(self, image):
        eventually('a picture', lambda: self.js('return arguments[0].complete && arguments[0].naturalWidth > 0', image))
        return base64.b64decode(self.browser.execute_async_script('''const done = arguments[1];
            fetch(arguments[0].src).then(r => r.blob()).then(blob => { const reader = new FileReader();
              reader.onload = () => done(reader.result.split(',')[1]); reader.readAsDataURL(blob); })''', image))

    def picture_file(self, run, name):
        with open(f'{self.folder}/{run}/samples/{name}', 'rb') as file:
            return file.read()

    def nodes(self):
        """{name: value} as the boxes of the drawing have it, in the frame."""
        texts = self.js('return [...document.querySelectorAll("#graph .node .value")].map(text => text.textContent)')
        return dict(text.split(' = ') for text in texts if ' = ' in text)

    def in_frame(self, frame, ready):
        eventually('the frame', lambda: self.one(frame).is_displayed())
        self.browser.switch_to.frame(self.one(frame))
        try:
            eventually('what the frame shows', ready)
        except AssertionError:
            self.browser.switch_to.default_content()
            raise

    def out(self):
        self.browser.switch_to.default_content()

    def explained(self, values):
        """Enters the frame once it shows these values, to the three digits that boxes have."""
        def shown():
            nodes = self.nodes()
            return all(name in nodes and math.isclose(float(nodes[name]), value, rel_tol=2e-3)
                       for name, value in values.items())
        try:
            self.in_frame('#explained', shown)
        except AssertionError as error:
            self.browser.switch_to.frame(self.one('#explained'))
            raise AssertionError(f'{error}; {self.nodes()} is not {values}')
