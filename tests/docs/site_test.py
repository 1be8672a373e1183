#!/usr/bin/env python3
"""site_test.py SOURCE_DIR BINARY_DIR: builds the site, follows its links, and reads it in a browser.

Ends with 77, which ctest takes for skipped, if mkdocs with its theme and redirects, doxygen, chromium or selenium is
missing.
"""
import functools
import http.server
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import unquote

SOURCE, SITE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve() / "site"
PHONE_PAGES = ["index.html", "docs/how-do-i.html", "docs/ops.html", "docs/architecture.html", "docs/own-net.html",
               "course/pages/1-values.html", "autograd/sweep.cpp.html", "docs/notebooks/autodiff-by-lunch.ipynb.html"]
PICTURE_LIMIT = 6_000_000  # bytes, of all pictures
try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
except ImportError:
    webdriver = None
themes = subprocess.run(["/usr/bin/python3", "-c", "import mkdocs.utils as u, mkdocs_redirects\nprint(u.get_theme_names())"],
                        capture_output=True, text=True).stdout
if not all([webdriver, "material" in themes, *map(shutil.which, ["mkdocs", "doxygen", "chromium", "chromedriver"])]):
    print("skipped: one of mkdocs-material, mkdocs-redirects, doxygen, chromium, chromium-driver, python3-selenium is "
          "not installed")
    sys.exit(77)


def until(what, ask, seconds=15):
    end = time.monotonic() + seconds
    while not (got := ask()):
        assert time.monotonic() < end, what
        time.sleep(0.05)
    return got


def broken_links(site):
    """Links of our pages that lead nowhere, and what pages load from other hosts."""
    texts = {path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*.html")}
    names = {page: set(re.findall(r'\b(?:id|name)="([^"]+)"', text)) for page, text in texts.items()}
    wrong = []
    for page, text in texts.items():
        wrong += [f"{page} loads {url}" for url in re.findall(
            r'<(?:script|img|link)\b[^>]*?(?:src|href)="((?:https?:)?//[^"]+)', text)]
        if page.startswith(("reference/", "playground/")) or page == "404.html":
            continue
        for target in re.findall(r'<(?:a|iframe|img|link|script)\b[^>]*?(?:href|src)="(?![a-z]+:|//)([^"]*)"', text):
            path, _, anchor = unquote(target).partition("#")
            place = os.path.normpath(os.path.join(os.path.dirname(page), path.partition("?")[0])) if path else page
            place = os.path.normpath(f"{place}/index.html") if (site / place).is_dir() else place
            if not (site / place).is_file() or anchor and anchor not in names.get(place, ()) and not (
                    anchor == "__comments" or place.startswith("playground/")):
                wrong.append(f"{page} links to {target}")
    return wrong


def search(browser, page, word, expected):
    browser.get(page)
    browser.execute_script("document.querySelector('[data-md-toggle=search]').click()")
    box = browser.find_element(By.CSS_SELECTOR, ".md-search__input")
    until("the search does not open", box.is_displayed)
    box.send_keys(word)
    hits = lambda: browser.execute_script(
        "return [...document.querySelectorAll('.md-search-result__link')].map((a) => a.href)")
    until(f"{expected} is not found by {word}", lambda: any(expected in href for href in hits()))
    assert not [href for href in hits() if re.search(r"\.(cpp|h)\.html", href)], "sources stand among the hits"


# The widest reach of what does not scroll inside itself, beyond the screen.
OVERFLOW = """const width = document.documentElement.clientWidth;
return [...document.querySelectorAll('.md-content *')].filter((e) => {
  for (let a = e; a && !a.matches('.md-content'); a = a.parentElement)
    if (/auto|scroll/.test(getComputedStyle(a).overflowX) && a.getBoundingClientRect().right <= width + 1) return false;
  return e.getBoundingClientRect().right > width + 1;
}).slice(0, 3).map((e) => e.outerHTML.slice(0, 80));"""


def read(browser, base):
    search(browser, base + "index.html", "logsumexp", "docs/ops.html")
    search(browser, base + "index.html", "serial", "docs/engine.html")
    search(browser, (SITE / "docs/index.html").as_uri(), "Hutchinson", "docs/laplacian.html")
    browser.get(base + "reference/ops_8h.html")
    assert "logsumexp" in browser.find_element(By.TAG_NAME, "body").text, "the reference has no logsumexp"
    browser.get(base + "docs/vae.html")
    cells = browser.execute_script("return [...document.querySelectorAll('td')].map((cell) => cell.innerText)")
    assert not [cell for cell in cells if "&#124;" in cell or "<code>" in cell], "a bar in a table breaks its row"
    formulas = browser.execute_script("return ['', ' .katex', ' .katex-error'].map((part) => "
                                      "document.querySelectorAll('.arithmatex' + part).length)")
    assert formulas[0] > 20 and formulas[2] == 0, f"formulas, typeset ones and errors: {formulas}"
    assert formulas[1] == formulas[0] or not Path("/usr/share/javascript/katex").is_dir(), "formulas are not typeset"
    colours = lambda: browser.execute_script("return document.body.dataset.mdColorScheme")
    before = colours()
    browser.execute_script("[...document.querySelectorAll('[data-md-component=palette] label')]"
                           ".find((e) => !e.hidden).click()")
    until("the switch does not change the colours", lambda: colours() != before)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True})
    for page in PHONE_PAGES:
        browser.get(base + page)
        wide = lambda: browser.execute_script(OVERFLOW)
        until(f"{page} at 390 pixels: {wide()}", lambda: not wide(), 3)
    asked = {message["params"]["request"]["url"] for entry in browser.get_log("performance")
             if (message := json.loads(entry["message"])["message"])["method"] == "Network.requestWillBeSent"}
    foreign = [url for url in asked if not url.startswith((base, "data:", "blob:", "about:", "file:", "chrome"))]
    assert len(asked) > 20 and not foreign, f"of {len(asked)} requests go to other hosts: {foreign}"


with tempfile.TemporaryDirectory() as folder:  # what must be found
    (Path(folder) / "index.html").write_text('<a href="none.html"></a><a href="#none"></a><a href="https://a.org"></a>'
                                             '<script src="https://a.org/x.js"></script><img src="//a.org/x.png">')
    assert len(broken_links(Path(folder))) == 4, broken_links(Path(folder))
    live = functools.partial(runpy.run_path(str(SOURCE / "tools/docs/hooks.py"))["with_live_figures"],
                             (SOURCE / "docs/engine.md").read_text(), "docs/engine.md", Path(folder))
    assert "<iframe" not in live(), "a page shows a playground that was not built"
    (Path(folder) / "playground.wasm").touch()
    assert '<iframe src="../playground/index.html?framed#function?f=(x*w)^2&amp;at=x=3,w=2&amp;order=2" ' in live()
    for name in ("tools/site", "tools/docs", "README.md", "CONTRIBUTING.md", "docs", "course/pages"):
        (Path(folder) / name).parent.mkdir(exist_ok=True)
        (shutil.copytree if (SOURCE / name).is_dir() else shutil.copy)(SOURCE / name, Path(folder) / name)
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)  # which the source need not be
    for planted, told in ((lambda docs: (docs / "stray.md").write_text("# Stray"),
                           "not in the navigation: docs/stray.md"),
                          (lambda docs: (docs / "stray.md").unlink() or (docs / "gan.md").unlink(), "docs/gan.md")):
        planted(Path(folder) / "docs")
        ran = subprocess.run([f"{folder}/tools/site", "--without-reference"], capture_output=True, text=True)
        assert ran.returncode and told in ran.stderr, f"'{told}' is not refused: {ran.stdout}{ran.stderr}"
shutil.rmtree(SITE, ignore_errors=True)
ran = subprocess.run([str(SOURCE / "tools/site"), "--out", str(SITE)], capture_output=True, text=True)
assert ran.returncode == 0, ran.stdout + ran.stderr
wrong = broken_links(SITE)
assert not wrong and (SITE / "docs/fce.html").is_file(), wrong[:10]  # an old address leads on
notebooks = {path.name: path.read_text() for path in (SITE / "docs/notebooks").glob("*.ipynb.html")}
assert len(notebooks) == len(list((SOURCE / "docs/notebooks").glob("*.ipynb"))) > 0, list(notebooks)
if os.path.isdir(os.environ.get("NOTEBOOKS", "")):  # where tools/python has executed them
    assert "<iframe srcdoc=" in notebooks["autodiff-by-lunch.ipynb.html"], "no tape is shown"
    assert all("data:image/png" in notebooks[f"{name}.ipynb.html"] for name in ("vae-from-scratch", "scores-and-chains"))
    assert "without results" not in ran.stderr, ran.stderr
size = sum(path.stat().st_size for path in SITE.rglob("*.png"))
assert size < PICTURE_LIMIT, f"pictures have {size} bytes. Hint: optipng -o3 -strip all"
handler = functools.partial(type("Silent", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None}),
                            directory=str(SITE))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                     f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    browser = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    try:
        read(browser, f"http://127.0.0.1:{server.server_port}/")
    finally:
        browser.quit()
