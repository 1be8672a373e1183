"""The tabs Function, Labs and Check, as their readers use them."""
import math
import re
import time

from browser import Keys, check, eventually
from canvases import address, go


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
    # A plus is a plus; a second link in an open tab; each derivative with its number; Back, and the tabs' names.
    said = lambda: page.js('return [...document.querySelectorAll("#derivatives code")].map(line => line.textContent)')
    page.js('location.hash = "#function?f=sin(x)+cos(x)&at=x=1&order=1"')
    eventually('the plus is read', lambda: said() == ['f = 1.38177329', 'f_x = -0.301168679'])
    page.type('#expr', 'x+x^5')
    page.type('#at', 'x=2')
    page.type('#order', '5' + Keys.ENTER)
    eventually('all five', lambda: said() == ['f = 34', 'f_x = 81', 'f_xx = 160', 'f_xxx = 240', 'f_xxxx = 240', 'f_xxxxx = 120'])
    check(address(page) == '#function?f=x%2Bx%5E5&at=x%3D2&order=5', address(page))
    page.open('about')
    page.open('function')
    check(address(page) == '#function?f=x%2Bx%5E5&at=x%3D2&order=5', 'a tab has the address of what it shows')
    for _ in range(3):
        page.browser.back()
    eventually('back', lambda: said()[:1] == ['f = 1.38177329'] and page.js('return document.getElementById("expr").value') == 'sin(x)+cos(x)')
    page.browser.refresh()
    eventually('after a reload', lambda: said()[:1] == ['f = 1.38177329'])
    page.js('''location.hash = "#function?f=x'*A*x&at=A=[[2,1],[1,3]], x=[.5,-1]&order=2"''')
    hessian = lambda: page.js('''return [...document.querySelectorAll('#derivatives .derivative')].filter(line => line.textContent.startsWith('f_xx'))
        .flatMap(line => [...line.querySelectorAll('td')].map(cell => Number(cell.textContent)))''')
    eventually("the Hessian, A + A'", lambda: hessian() == [4, 2, 2, 6])
    page.type('#at', 'x=1')
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
    eventually('it is stopped', lambda: not page.one('#working').is_displayed() and not page.one('#stop-function').is_displayed())
    page.type('#expr', 'x^2')
    page.type('#at', 'x=5' + Keys.ENTER)
    page.explained({'f': 25})
    page.out()


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
    # The engine's is exact, where differences of so steep a function are not; and both stand under their names.
    go(page, '#check?f=sin(1000*x)&rule=1000*cos(1000*x)&at=0.3')
    row = eventually('a row', lambda: [float(text) for text in page.js(
        'return [...document.querySelectorAll("#rule-table tbody td")].map(cell => cell.textContent)')])
    exact = 1000 * math.cos(300)
    check(abs(row[3] / exact - 1) < 1e-8 < 1e-7 < abs(row[4] / exact - 1) < 1e-3, f'{row} is not {exact}')
    check(abs(row[5] / (-1e6 * math.sin(300)) - 1) < 1e-8, f"f'' {row}")
    for f, rule in [('log(x)', '1/x'), ('1/x', '-1/x^2'), ('sqrt(x)', '1/(2*sqrt(x))')]:
        page.js('location.hash = arguments[0]', f'#check?f={f}&rule={rule}&at=0')
        eventually('nothing is right where f is not a number', lambda: page.text('#verdict').startswith('Wrong at 1') and page.js('return addressValues().get("f")') == f)
    page.js('location.hash = "#check?f=abs(x)&rule=x/abs(x)&at=-1,0,2"')
    eventually('the kink is named', lambda: 'kink' in page.text('#rule-table'))
    go(page, '#check')
    page.type('#rule', '1 - tanh(' + Keys.ENTER)
    eventually('refused', lambda: 'Hint:' in page.text('#rule-refusal'))
