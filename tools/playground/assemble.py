"""assemble.py BUILD OUT: writes the playground from emscripten's files in BUILD, as a folder and as one page."""
import base64
import gzip
import json
import pathlib
import shutil
import sys

root = pathlib.Path(__file__).resolve().parents[2]
page = root / "tools/playground/page"
kInside = ["vae", "vae-plane", "flow-matching", "made"]  # models whose weights one page brings


def text(path):
    return path.read_text(encoding="utf-8")


def html(head, body, scripts):
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'self' blob: 'unsafe-inline' 'wasm-unsafe-eval'; img-src 'self' data: blob:">
<link rel="icon" href="data:,">
<title>gradzoo: the playground</title>
{head}
</head>
<body>
{body}{scripts}
</body>
</html>
"""


def packed(value):
    """JSON that may stand inside a script element."""
    return json.dumps(value).replace("<", "\\u003c")


def assemble(build, out):
    style = "".join(text(root / path) for path in
                    ["plot/pages/style.css", "tools/serve/page/style.css", "tools/playground/page/style.css"])
    script = "".join(text(page / name) for name in text(page / "scripts.txt").split())
    body = text(page / "body.html")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / "style.css").write_text(style, encoding="utf-8")
    (out / "script.js").write_text(script, encoding="utf-8")
    (out / "worker.js").write_text(text(build / "playground.js") + text(page / "worker.js"), encoding="utf-8")
    shutil.copy(build / "playground.wasm", out)
    files = {"playground.wasm": build / "playground.wasm", "worker.js": out / "worker.js"}
    for run in sorted((root / "zoo").iterdir()):
        (out / "zoo" / run.name).mkdir(parents=True)
        for name in ["config.toml", "weights.safetensors"]:
            shutil.copy(run / name, out / "zoo" / run.name)
            if run.name in kInside:
                files[f"zoo/{run.name}/{name}"] = run / name
    (out / "index.html").write_text(
        html('<link rel="stylesheet" href="style.css">', body, '<script src="script.js"></script>'), encoding="utf-8")
    bundle = packed({"files": {name: base64.b64encode(gzip.compress(path.read_bytes(), mtime=0)).decode() for name, path in files.items()}})
    (out / "playground.html").write_text(
        html(f"<style>{style}</style>", body, f"<script>globalThis.gradzooBundle = {bundle};</script>\n<script>{script}</script>"),
        encoding="utf-8")


assemble(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
