"""The tab Lessons, as its readers use it."""
import os
import re

from browser import check, eventually
from canvases import address, go

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../docs/')


def lessons(page):
    go(page, '#lessons')
    names = eventually('the list', lambda: page.js(
        'return [...document.querySelectorAll("#lesson-list a")].map(link => link.getAttribute("href").split("=")[1])'))
    check(len(names) == 6, f'{names}')
    sayings = lambda: page.text('#trouble') + page.js('return runs.map(run => run.ended.textContent).join("")') + \
        page.text('#refusal') * page.one('#refusal').is_displayed() + page.text('#rule-refusal') * page.one('#rule-refusal').is_displayed()
    at_rest = lambda: page.js('''return inHand === 0 && byId('working').hidden &&
        runs.every(run => run.about || run.ended.textContent) && (byId('check-page').hidden || byId('verdict').textContent !== '')''')
    for name in names:
        go(page, '#lesson=' + name)
        figure = eventually('a figure', lambda: page.js('return lessonNow() && figureOf(lessonNow())'))
        eventually('it is shown', lambda: page.one(f'#{figure}-page').is_displayed() and page.text('#lesson-text h2') and at_rest())
        check(address(page) == '#lesson=' + name, address(page))
        questions = page.js('return [...document.querySelectorAll("#lesson-text .question")].map(box => box.children.length === 2 && box.lastChild.textContent.length > 40)')
        check(len(questions) >= 2 and all(questions), f'{name}: questions with answers')
        words = len(page.text('#lesson-text').split())
        check(150 < words < 450, f'{name} has {words} words')
        for number in range(page.js('return document.querySelectorAll("#lesson-text button").length')):
            page.js('document.querySelectorAll("#lesson-text button")[arguments[0]].click()', number)
            eventually('at rest', at_rest)
            check(sayings() == '', f'{name}, button {number}: {sayings()}')
        for place in re.findall(r'docs/([a-z-]+)\.md', page.text('#lesson-text')):
            check(os.path.exists(DOCS + place + '.md'), f'{name} names docs/{place}.md')
    # What two lessons state.
    said = lambda: page.js('return [...document.querySelectorAll("#derivatives code")].map(line => line.textContent)')
    go(page, '#lesson=tape')
    eventually('2x + 1', lambda: said() == ['f = 12', 'f_x = 7'])
    page.click('#lesson-text button')
    eventually('3x² and 6x', lambda: said() == ['f = 8', 'f_x = 12', 'f_xx = 12'])
    go(page, '#lesson=rule')
    page.js('document.querySelector("#lesson-text button").click()')
    eventually('right at 0 alone', lambda: page.text('#verdict') == 'Wrong at 5 of 6 points.')
