"""Fences of other languages: Python is run, CMake is built, drawings are told."""
import re
import subprocess

PYTHON = "/usr/bin/python3"


def others(page, root, shop, note, report):
    """Notes them all; gives the fences of CMake, for the build."""
    cmakes = []
    for block in page.parts:
        if not hasattr(block, "lines") or block.holds_commands():
            continue
        says = dict(said.partition(" ")[::2] for _, said in block.markers)
        reason = next((said[4:].strip() for _, said in block.markers if said.startswith("not:")), None)
        if reason:
            note(block.page, block.line, "left out", reason)
        elif block.language == "cmake":
            cmakes.append(block)
            note(block.page, block.line, "CMake built", "in a project of one program")
        elif block.language == "python":
            python(block, shop, note, report)
        elif {"from", "in"} & set(says):
            pass  # cpp.plan
        elif "output" in says:
            output(block, says["output"], root, shop, note, report)
        elif "folders" in says:
            folders(block, root, note, report)
        elif not block.language and not block.fenced:
            note(block.page, block.line, "formula or drawing", block.lines[0].strip()[:60])
        elif block.language not in ("cpp", "c++", "cc", "cxx"):
            report(block.page, block.line, f"a block of {block.language or 'no language'}", "nothing knows what it is",
                   "a language, or a comment `run: ...` above it")
    return cmakes


def python(block, shop, note, report):
    text = "\n".join(block.lines)
    try:
        compile(text, block.page, "exec")
    except SyntaxError as error:
        return report(block.page, block.line + (error.lineno or 1) - 1, "Python", str(error), "Python")
    modules = re.findall(r"^(?:import|from) +(.*?)(?: import .*)?$", text, re.MULTILINE)
    names = [name.split(" as ")[0].strip() for row in modules for name in row.split(",")]
    lost = [name for name in names if subprocess.run([PYTHON, "-c", f"import {name}"], capture_output=True).returncode]
    if lost:
        return note(block.page, block.line, "left out", f"Python, parsed: needs {', '.join(lost)}")
    folder = shop.work / "python"
    (folder / "runs").mkdir(parents=True, exist_ok=True)
    if not (folder / "runs/vae-1").exists():
        (folder / "runs/vae-1").symlink_to(shop.stock("vae"))
    ran = subprocess.run([PYTHON, "-c", text], cwd=folder, capture_output=True, text=True, timeout=60)
    note(block.page, block.line, "Python run", "beside runs/vae-1")
    if ran.returncode:
        report(block.page, block.line, "Python", ran.stderr.strip().split("\n")[-1], "an end with 0")


def output(block, what, root, shop, note, report):
    """`output of COMMAND`: all lines of the block are among what it prints."""
    words = what.removeprefix("of ").split()
    ran = subprocess.run(words, cwd=shop.work, env=shop.environment, capture_output=True, text=True, timeout=60)
    lines = [line.strip() for line in (ran.stdout + ran.stderr).split("\n")]
    note(block.page, block.line, "output", what)
    for number, line in enumerate(block.lines):
        if line.strip() and line.strip() not in lines:
            report(block.page, block.line + number, what, "no such line", line.strip())


def folders(block, root, note, report):
    """A drawing of the tree: each name/ is a folder of it."""
    there = {path.name for path in root.glob("*") if path.is_dir()}
    for path in list(root.glob("*/*")) + list(root.glob("*/*/*")):
        if path.is_dir() and path.parts[len(root.parts)] not in ("build", ".git"):
            there.add(path.name)
    note(block.page, block.line, "folders", "each is there")
    for number, line in enumerate(block.lines):
        for name in re.findall(r"([a-z0-9_]+)/", line):
            if name not in there:
                report(block.page, block.line + number, "folder", f"no {name}/", "a folder")
