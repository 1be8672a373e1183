#!/usr/bin/python3
"""firefox.py FILE: opens playground.html in headless Firefox as a double click does, and uses three of its tabs. It
speaks WebDriver BiDi, which is a part of Firefox, because Debian has no geckodriver."""
import itertools
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../serve'))
from browser import check, eventually
from websocket import create_connection

numbers = itertools.count()


def ask(socket, method, **parameters):
    number = next(numbers)
    socket.send(json.dumps({'id': number, 'method': method, 'params': parameters}))
    while (answer := json.loads(socket.recv())).get('id') != number: pass  # an event
    check(answer['type'] == 'success', f'{method}: {answer}')
    return answer['result']


def use(socket, file):
    ask(socket, 'session.new', capabilities={})
    page = ask(socket, 'browsingContext.getTree')['contexts'][0]['context']
    ask(socket, 'browsingContext.navigate', context=page, url='file://' + os.path.abspath(file), wait='complete')
    js = lambda text: ask(socket, 'script.evaluate', expression=text, target={'context': page}, awaitPromise=True)['result'].get('value')
    text = lambda selector: js(f'document.querySelector("{selector}").innerText')
    for tab, pressed, selector, shown in [('function?f=x^3&at=x=3&order=2', '', '#function-page', 'f_xx = 18\n'),
                                          ('digits', '', '#digit-status', 'a hundred digits in'),
                                          ('train', '.run .buttons button', '.run .state', 'Step ')]:
        js(f'location.hash = "{tab}"')
        if pressed:
            eventually('it is ready', lambda: 'steps' in text(selector))
            js(f'document.querySelector("{pressed}").click()')
        eventually(shown, lambda: shown in text(selector) + '\n')
        check(text('#trouble') == '', text('#trouble'))


with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
    firefox = subprocess.Popen(['firefox-esr', '--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        where = next(line.split()[-1] for line in firefox.stderr if 'BiDi listening on' in line)
        use(create_connection(where + '/session', suppress_origin=True, timeout=120), sys.argv[1])
    finally:
        firefox.terminate()
        firefox.communicate()
