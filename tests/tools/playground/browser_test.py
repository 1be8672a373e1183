#!/usr/bin/python3
"""browser_test.py GRADZOO|FOLDER: uses the playground in headless Chromium as a reader would, by pointer, keyboard and
address, on a phone, in the dark, offline, and from a file: all of it as `gradzoo serve` shows it, or what depends on
WebAssembly as tools/playground/build makes it in FOLDER. Ends with 77 where Chromium, Selenium or FOLDER is missing."""
import functools
import http.server
import os
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../serve'))
from browser import Page, begin_browser, check, eventually, use  # ends with 77 where Selenium is missing
from canvases import go
from digits_page import digits, picture_file, run_files
from function_page import function, labs, rules
from lessons_page import lessons
from selenium.webdriver.support.ui import Select
from train_page import ends, game_and_paths, links, plane, points_of_file, train

TABS = ['function', 'train', 'digits', 'labs', 'check', 'lessons', 'about']


def looks(page):
    page.looks(TABS)


def offline(page):
    """Once it is there it needs nobody."""
    go(page, '#train')
    eventually('it is ready', lambda: 'steps' in page.text('.run .state'))
    page.browser.execute_cdp_cmd('Network.enable', {})
    page.browser.execute_cdp_cmd('Network.emulateNetworkConditions',
                                 {'offline': True, 'latency': 0, 'downloadThroughput': 0, 'uploadThroughput': 0})
    page.click('.run .buttons button')
    eventually('it learns', lambda: 'Step' in page.text('.run .state'))
    page.open('function')  # which has an engine of its own
    eventually('it answers', lambda: page.text('#derivatives') or page.text('#refusal'))
    check('f_x' in page.text('#derivatives'), page.text('#refusal'))
    page.open('digits')
    Select(page.one('#digit-model')).select_by_value('dbn')  # which nobody has asked for
    eventually('what is not there is said', lambda: 'Hint: check that the server still runs' in page.text('#trouble'))
    page.browser.execute_cdp_cmd('Network.disable', {})


def left(page, scratch):
    """The engines of a page end when it is left."""
    engines = lambda: [name for name in os.listdir(scratch) if name.startswith('gradzoo-engine-')]
    go(page, '#digits')
    eventually('digits, and nothing to do', lambda: 'a hundred digits in' in page.text('#digit-status') and page.js('return inHand') == 0)
    check(engines(), 'an engine waits')
    page.browser.get('about:blank')
    eventually('no engine is left', lambda: not engines())


def use_at(address, parts, scratch, folder=''):
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


def run(where, scratch):
    files = [functools.wraps(part)(functools.partial(part, scratch=scratch)) for part in [points_of_file, picture_file, run_files]]
    if not os.path.isdir(where):
        server = subprocess.Popen([where, 'serve', '.', '--port', '0'], stdout=subprocess.PIPE, text=True, cwd=scratch,
                                  env={**os.environ, 'TMPDIR': scratch})
        try:
            use_at(server.stdout.readline().strip() + 'playground', [
                function, plane, train, ends, game_and_paths, links, *files, digits, labs, lessons, rules, looks,
                functools.wraps(left)(functools.partial(left, scratch=scratch))], scratch)
        finally:
            server.terminate()
            check(server.wait() == 0, 'the server ends well')
        return
    files_of = http.server.SimpleHTTPRequestHandler  # its files count as changed now, so that a browser's copies are stale at once
    quiet = {'log_message': lambda *_: None, 'date_time_string': lambda self, *_: files_of.date_time_string(self)}
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(type('Quiet', (files_of,), quiet), directory=where))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for address, parts in [(f'http://127.0.0.1:{server.server_port}/index.html', [function, plane, digits, offline]),
                           (f'file://{where}/playground.html', [function, *files, labs, rules])]:
        use_at(address, parts, scratch, where)


if __name__ == '__main__':
    if not os.path.isfile(sys.argv[1]) and not os.path.exists(sys.argv[1] + '/index.html'):
        print('left out: there is no playground. Hint: tools/playground/build')
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix='gradzoo-browser-', ignore_cleanup_errors=True) as scratch:
        run(os.path.abspath(sys.argv[1]), scratch)
