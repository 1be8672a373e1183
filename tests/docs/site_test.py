#!/usr/bin/env python3
"""site_test.py SOURCE_DIR BINARY_DIR: builds the site, reads it in a browser, and plants what tools/site must refuse.

Ends with 77, which ctest takes for skipped, where mkdocs with its theme, chromium or selenium is missing.
"""

import functools
import http.server
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
SOURCE, BINARY = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
SITE = BINARY / "site"
BROWSER, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
PHONE_PAGES = ["index.html", "docs/index.html", "docs/how-do-i.html", "docs/pytorch.html", "docs/engine.html",
               "docs/ops.html", "docs/ledger.html", "docs/architecture.html", "docs/performance.html",
               "docs/own-net.html", "docs/data.html", "course/pages/1-values.html", "autograd/sweep.cpp.html"]
CONTRAST_PAGES = ["index.html", "docs/how-do-i.html", "docs/engine.html", "docs/ops.html", "autograd/sweep.cpp.html"]

# The texts of a page whose contrast with what lies behind them is below WCAG's AA: 4.5, of large ones 3.
CONTRAST = """
const channel = (c) => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
const context = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d',
    {willReadFrequently: true});
const rgba = (text) => {
  context.clearRect(0, 0, 1, 1); context.fillStyle = text; context.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
const behind = (e) => {
  const layers = [];
  for (; e; e = e.parentElement) {
    const colour = rgba(getComputedStyle(e).backgroundColor);
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
};
const seen = new Map();
let count = 0;
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const e = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim() || !e.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
  if (e.closest('script, style, .md-search__output, .headerlink, .md-skip, [hidden]')) continue;
  const style = getComputedStyle(e);
  let opacity = 1;
  for (let a = e; a; a = a.parentElement) opacity *= +getComputedStyle(a).opacity;
  if (!opacity) continue;
  const key = [style.color, opacity, e.className, e.tagName, e.closest('[class]')?.className].join('|');
  if (seen.has(key)) continue;
  count += 1;
  const back = behind(e), front = rgba(style.color);
  front[3] *= opacity;
  const [a, b] = [luminance(over(front, back)), luminance(back)].sort((x, y) => y - x);
  const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
  const ratio = (a + .05) / (b + .05);
  seen.set(key, ratio < (large ? 3 : 4.5) ? `${ratio.toFixed(2)} "${walk.currentNode.data.trim().slice(0, 40)}" ` +
      `${e.tagName}.${e.className} in ${e.parentElement.className}` : '');
}
return {count, bad: [...seen.values()].filter((text) => text)};
"""


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def check(holds, message):
    if not holds:
        sys.exit(f"site_test: {message}")


def build(*arguments):
    return subprocess.run([str(SOURCE / "tools" / "site"), *arguments], capture_output=True, text=True)


# What must be refused before anything is built.


def copy_of_pages(folder):
    for name in ("docs", "course"):
        shutil.copytree(SOURCE / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("images"))
    for path in SOURCE.iterdir():
        if path.name in ("README.md", "CONTRIBUTING.md"):
            shutil.copyfile(path, folder / path.name)
        elif path.name not in ("docs", "course", "build") and not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    (folder / "docs" / "images").symlink_to(SOURCE / "docs" / "images")


def append(path, text):
    path.write_text(path.read_text() + text)


def remove_row(docs):
    path = docs / "README.md"
    path.write_text("\n".join(line for line in path.read_text().split("\n") if not line.startswith("| [vae.md](vae.md) |")))


PLANTS = {
    "links to no-such-page.md, which is not there": lambda docs: append(docs / "vae.md", "\n[x](no-such-page.md)\n"),
    "architecture.md has no such heading": lambda docs: append(docs / "vae.md", "\n[x](architecture.md#no-such)\n"),
    "tape.h has no such line": lambda docs: append(docs / "vae.md", "\n[x](../autograd/tape.h#L9999)\n"),
    "links to images/none.png, which is not there": lambda docs: append(docs / "vae.md", "\n![x](images/none.png)\n"),
    "docs/stray.md is 0 times in the navigation": lambda docs: (docs / "stray.md").write_text("# Stray\n"),
    "docs/stray.md is 0 times in the index": lambda docs: (docs / "stray.md").write_text("# Stray\n"),
    "docs/vae.md is 0 times in the index": remove_row,
    "names docs/gan.md, which is not there": lambda docs: (docs / "gan.md").unlink(),
    "the largest: big.png (7.00)": lambda docs: (docs / "big.png").write_bytes(bytes(7_000_000)),
}


def refuses_plants():
    for expected, plant in PLANTS.items():
        with tempfile.TemporaryDirectory() as folder:
            copy_of_pages(Path(folder))
            plant(Path(folder) / "docs")
            ran = build("--check", "--root", folder)
            check(ran.returncode and expected in ran.stderr, f"'{expected}' is not refused: {ran.stdout}{ran.stderr}")
    sys.path.insert(0, str(SOURCE / "tools" / "site_files"))
    import crawl
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "index.html").write_text(
            '<a href="none.html">x</a><a href="#none">x</a><script src="https://example.org/x.js"></script>'
            '<link rel="stylesheet" href="//example.org/x.css"><a href="https://example.org/">fine</a>')
        problems = crawl.check(Path(folder))[1]
        check(len(problems) == 4, f"of four errors in a page these are found: {problems}")


# The browser.


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def open_browser(profile):
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--disable-dev-shm-usage", f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    return webdriver.Chrome(service=Service(DRIVER), options=options)


def screen(browser, width, height, scheme="light"):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                            {"features": [{"name": "prefers-color-scheme", "value": scheme}]})


def until(what, ask, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = ask()
        if got:
            return got
        time.sleep(0.05)
    sys.exit(f"site_test: {what}")


def search(browser, page, word, expected):
    browser.get(page)
    browser.execute_script("document.querySelector('[data-md-toggle=search]').click()")
    box = browser.find_element(By.CSS_SELECTOR, ".md-search__input")
    until("the search does not open", box.is_displayed)
    box.send_keys(word)

    def hits():
        return browser.execute_script(
            "return [...document.querySelectorAll('.md-search-result__link')].map((a) => a.href)")

    until(f"a search for {word} finds nothing", hits)
    found = until(f"{expected} is not found by {word}, but {hits()}",
                  lambda: [href for href in hits() if expected in href.split("#")[0].split("?")[0]])
    check(not [href for href in hits() if ".cpp.html" in href or ".h.html" in href], "sources stand among the hits")
    browser.execute_script("[...document.querySelectorAll('.md-search-result__link')]"
                           ".find((a) => a.href === arguments[0]).click()", found[0])
    until(f"the hit for {word} does not open", lambda: expected in browser.current_url)
    text = browser.execute_script("return document.querySelector('article').textContent")
    check(word.lower() in text.lower(), f"{browser.current_url} was found by {word}, and does not have it")


def scheme_of(browser):
    return browser.execute_script("return document.body.dataset.mdColorScheme")


def contrast(browser, page):
    got = browser.execute_script(CONTRAST)
    check(got["count"] > 5, f"{page}: only {got['count']} kinds of text")
    check(not got["bad"], f"{page} in {scheme_of(browser)}: too little contrast: {got['bad'][:8]}")
    return got["count"]


def dark_mode(browser, base):
    kinds = 0
    for preferred, other in (("default", "slate"), ("slate", "default")):
        screen(browser, 1280, 900, "light" if preferred == "default" else "dark")
        browser.get(base + "index.html")
        browser.execute_script("localStorage.clear()")
        browser.get(base + "docs/index.html")
        check(scheme_of(browser) == preferred, f"the system prefers {preferred}, and the page shows {scheme_of(browser)}")
        for page in CONTRAST_PAGES:
            browser.get(base + page)
            kinds += contrast(browser, page)
        browser.execute_script("[...document.querySelectorAll('[data-md-component=palette] label')]"
                               ".find((e) => !e.hidden).click()")
        until("the switch does not change the colours", lambda: scheme_of(browser) == other)
        browser.get(base + "docs/vae.html")
        check(scheme_of(browser) == other, "the choice of colours is forgotten on the next page")
    browser.execute_script("document.querySelector('article p').style.color = '#888'")
    check(browser.execute_script(CONTRAST)["bad"], "grey text is not noticed")
    browser.execute_script("localStorage.clear()")
    return kinds


def overflow(browser):
    """What reaches beyond the screen and lies in nothing that scrolls by itself."""
    return browser.execute_script("""
      const width = document.documentElement.clientWidth;  // innerWidth grows with what is too wide
      window.scrollTo(400, 0);
      const moved = window.scrollX;
      window.scrollTo(0, 0);
      const wide = [...document.querySelectorAll('.md-content *')].filter((e) => {
        if (e.getBoundingClientRect().right <= width + 1) return false;
        for (let a = e.parentElement; a && !a.matches('.md-content'); a = a.parentElement)
          if (/auto|scroll/.test(getComputedStyle(a).overflowX)) return false;
        return !/auto|scroll/.test(getComputedStyle(e).overflowX) || e.offsetWidth > width;
      });
      return moved || wide.length ? [moved, document.documentElement.scrollWidth,
                                     wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 80))] : null;
    """)


def phone(browser, base):
    screen(browser, 390, 844)
    for page in PHONE_PAGES:
        browser.get(base + page)
        until(f"{page} does not load", lambda: browser.execute_script("return document.readyState") == "complete")
        until(f"{page} at 390 pixels: {overflow(browser)}", lambda: overflow(browser) is None, 3)
    for page, inside in (("docs/engine.html", "pre > code"), ("docs/ledger.html", ".md-typeset__scrollwrap")):
        browser.get(base + page)
        until(f"{page}: {inside} does not scroll inside itself", lambda: browser.execute_script(
            "return [...document.querySelectorAll(arguments[0])].some((e) => e.scrollWidth > e.clientWidth + 20)", inside))
    browser.execute_script("document.querySelector('article').insertAdjacentHTML('beforeend', "
                           "'<table class=x><tr><td style=\"min-width:900px\">wide</td></tr></table>')")
    check(overflow(browser), "a table of 900 pixels is not noticed")
    browser.get(base + "docs/vae.html")
    browser.execute_script("document.querySelector('label.md-header__button[for=__drawer]').click()")
    until("the menu does not open", lambda: browser.execute_script(
        "return document.querySelector('.md-sidebar--primary').getBoundingClientRect().left >= 0"))


def foreign_requests(browser, base):
    asked = set()
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.add(message["params"]["request"]["url"])
    check(len(asked) > 20, f"only {len(asked)} requests were seen")
    near = (base, "data:", "blob:", "about:", "file:", "chrome:", "chrome-untrusted:")
    return [url for url in asked if not url.startswith(near)]


def main():
    began = time.monotonic()
    refuses_plants()
    planted = time.monotonic()
    has_reference = (SOURCE / "tools" / "reference").exists() and shutil.which("doxygen")
    ran = build("--out", str(SITE), *([] if has_reference else ["--without-reference"]))
    check(ran.returncode == 0, f"tools/site fails: {ran.stdout}{ran.stderr}")
    print(ran.stdout.strip().split("\n")[-1])
    built = time.monotonic()
    base = serve()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = open_browser(profile)
        try:
            screen(browser, 1280, 900)
            search(browser, base + "index.html", "logsumexp", "autograd/ops.html" if has_reference else "docs/ops.html")
            search(browser, base + "docs/vae.html", "Hutchinson", "docs/laplacian.html")
            search(browser, base + "autograd/sweep.cpp.html", "inpaint", "docs/uses.html")
            kinds = dark_mode(browser, base)
            phone(browser, base)
            screen(browser, 1280, 900)
            search(browser, (SITE / "docs" / "index.html").as_uri(), "logsumexp", "ops.html")
            foreign = foreign_requests(browser, base)
            check(not foreign, f"other hosts are asked: {foreign}")
        finally:
            browser.quit()
    print(f"{len(PLANTS)} plants refused ({planted - began:.1f} s), built ({built - planted:.1f} s), read "
          f"({time.monotonic() - built:.1f} s): {kinds} kinds of text, {len(PHONE_PAGES)} pages at 390 pixels")


if not shutil.which("mkdocs"):
    skip("mkdocs is not installed")
if "material" not in subprocess.run(["/usr/bin/python3", "-c", "import mkdocs.utils as u; print(u.get_theme_names())"],
                                    capture_output=True, text=True).stdout:
    skip("mkdocs-material is not installed")
if not Path(BROWSER).exists() or not Path(DRIVER).exists():
    skip("chromium and chromium-driver are not installed")
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
except ImportError:
    skip("python3-selenium is not installed")
main()
