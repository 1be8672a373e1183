#!/usr/bin/env python3
"""Pictures and archives as other programs make them, by what reads them here, against the numbers of Pillow and what
was packed. real_files_test.py READ_FILES GRADZOO [TOOL | FOLDER]: what Pillow, NumPy and zipfile make and a few
hundred pictures below /usr/share; or what TOOL makes, which is imagemagick, exiftool or zip; or every picture below
FOLDER. 77 where Pillow or the tool is missing."""

import itertools
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy
    from PIL import Image, ImageFile, ImageOps
except ImportError:
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import real_archives
import real_pictures

warnings.simplefilter("ignore")  # of EXIF data that are cut, of names that are there twice
READ_FILES, GRADZOO = sys.argv[1:3]
WHITE, OTHER = (255, 255, 255), (255, 128, 0)
MEMORY, COMMAND_MEMORY = 300 << 20, 1500 << 20  # bytes; the command has threads
FEW, SMALL = 300, 300_000  # pictures of /usr/share, and the largest of them in bytes


def at_most(memory):
    """For a process: of its address space."""
    return None if memory is None else lambda: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


class Reader:
    """gradzoo_read_files, which answers a path a line."""

    def __init__(self, background, memory=None):
        self.process = subprocess.Popen([READ_FILES, background], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        preexec_fn=at_most(memory))

    def read(self, path):
        """(height, width, 3), or the sentence of a refusal."""
        self.process.stdin.write(str(path).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if line.startswith(b"!") or not line:
            return line.decode()[2:].strip() if line else "it died"
        if line.startswith(b"zip"):
            return [self.member() for _ in range(int(line.split()[1]))]
        width, height = map(int, line.split())
        return numpy.frombuffer(self.process.stdout.read(3 * width * height), numpy.uint8).reshape(height, width, 3)

    def member(self):
        size, name = self.process.stdout.readline().decode().rstrip("\n").split(" ", 1)
        return name, self.process.stdout.read(int(size))


def by_pillow(path, background):
    """What Pillow reads: upright, over the background, the upper 8 bits."""
    with Image.open(path) as image:
        image.load()
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ("I", "I;16"):
            grey = (numpy.asarray(upright).astype(numpy.int64) >> 8).astype(numpy.uint8)
            return numpy.stack([grey] * 3, -1)
        if upright.mode == "CMYK":
            return numpy.asarray(upright.convert("RGB"))
        rgba = numpy.asarray(upright.convert("RGBA")).astype(numpy.int64)
        alpha = rgba[..., 3:]
        return ((rgba[..., :3] * alpha + numpy.array(background) * (255 - alpha) + 127) // 255).astype(numpy.uint8)


def compared(name, path, reader, background, problems, may_refuse=False):
    ours = reader.read(path)
    try:
        theirs = by_pillow(path, background)
    except (OSError, SyntaxError, ValueError) as error:
        theirs = f"{type(error).__name__} {error}"
    if isinstance(ours, str) or isinstance(theirs, str):
        if not (may_refuse and isinstance(ours, str) and isinstance(theirs, str)):
            problems.append(f"{name}: {ours if isinstance(ours, str) else 'read'}; Pillow: "
                            f"{theirs if isinstance(theirs, str) else 'read'}")
        return
    if ours.shape != theirs.shape:
        problems.append(f"{name}: {ours.shape}, Pillow has {theirs.shape}")
    elif (ours != theirs).any():
        problems.append(f"{name}: {abs(ours.astype(int) - theirs.astype(int)).max()} of 255 from Pillow's")


def check_made(files, path, readers, problems):
    """All is to be read, and as Pillow reads it."""
    count = 0
    for name, data in files:
        count += 1
        path.write_bytes(data)
        # Pillow reads a JPEG without its end so alone: else it hangs on how the last data fall.
        ImageFile.LOAD_TRUNCATED_IMAGES = "end" in name
        for reader, background in readers[:2 if name.startswith("png") else 1]:
            compared(name, path, reader, background, problems)
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return count


def check_found(folder, most_bytes, most, reader, problems):
    """What lies on this machine is read where Pillow reads it, and no more."""
    found = sorted(p for p in pathlib.Path(folder).rglob("*") if p.suffix.lower() in (".png", ".jpg", ".jpeg"))
    found = [p for p in found if p.is_file() and p.stat().st_size < most_bytes]
    found = found[::max(1, len(found) // most)]
    for path in found:
        compared(str(path), path, *reader, problems, may_refuse=True)
    return len(found)


def run_zip(members, options, pipe=False, taken=None):
    """What Info-ZIP's zip makes of them."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in members:
            pathlib.Path(folder, name).write_bytes(data)
        to, names = ("-" if pipe else "out.zip"), [n for n, _ in members] or ["-"]
        done = subprocess.run(["zip", "-q", *options, to, *names], cwd=folder, input=taken or b"", capture_output=True)
        if done.returncode != 0:
            sys.exit(f"zip {' '.join(options)}: {done.stdout.decode()}{done.stderr.decode()}")
        return done.stdout if pipe else pathlib.Path(folder, "out.zip").read_bytes()


def check_archives(files, path, reader, problems):
    count = 0
    for name, members, data in files:
        count += 1
        path.write_bytes(data)
        found = reader.read(path)
        if found != members:
            problems.append(f"{name}: {found if isinstance(found, str) else [(n, len(d)) for n, d in found]}")
    return count


def check_refusals(files, path, problems):
    """What is damaged or lies is refused in a sentence with a hint, in MEMORY."""
    count, reader = 0, Reader("white", MEMORY)
    for name, data in files:
        count += 1
        path.write_bytes(data)
        found = reader.read(path)
        if not (isinstance(found, str) and "Hint: " in found):
            problems.append(f"{name}: {found if isinstance(found, str) else 'read'}")
        if found == "it died":
            reader = Reader("white", MEMORY)
    return count


def check_command(folder, problems):
    """Damaged pictures in a folder cost themselves alone, and too many members a sentence, in the memory of few."""
    for i in range(6):
        turned = real_pictures.picture("RGB").rotate(60 * i)
        pathlib.Path(folder, f"{i}.jpg").write_bytes(real_pictures.saved(turned, "JPEG"))
    damaged = list(real_pictures.damaged_pictures())
    for i, (name, data) in enumerate(damaged):
        pathlib.Path(folder, f"damaged{i}.{'png' if name.startswith('png') else 'jpg'}").write_bytes(data)
    many = pathlib.Path(folder, "many.npz")
    many.write_bytes(real_archives.archive([(f"{i}.npy", b"") for i in range(100_000)]))
    environment = {**os.environ, "GRADZOO_CACHE": "off", "OMP_NUM_THREADS": "2"}
    for words, part in (((folder, "--set", "size=16"), "5 of 16x16"), ((str(many),), "more than 1000 members")):
        done = subprocess.run([GRADZOO, "data", "check", *words], capture_output=True, text=True, env=environment,
                              preexec_fn=at_most(COMMAND_MEMORY))
        if part not in done.stdout or done.returncode not in (0, 1):
            problems.append(f"gradzoo data check: {done.stdout}{done.stderr}")
        skipped = sum(int(n) for n in re.findall(r"skipped +(\d+): its? ", done.stdout))
        if folder in words and skipped != len(damaged):
            problems.append(f"gradzoo data check skips {skipped} of {len(damaged)}: {done.stdout}")


TOOLS = {"imagemagick": ("convert-im6.q16", "convert"), "exiftool": ("exiftool",), "zip": ("zip",)}


def main():
    what = sys.argv[3] if len(sys.argv) > 3 else ""
    program = next(filter(None, map(shutil.which, TOOLS.get(what, ()))), None)
    if what in TOOLS and program is None:
        print(f"skipped: {what} is not installed")
        return 77
    problems, readers = [], [(Reader("white"), WHITE), (Reader("ff8000"), OTHER)]
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch, "file")
        made = lambda *files: print(check_made(itertools.chain(*files), path, readers, problems), "pictures made")
        archives = lambda files: print(check_archives(files, path, readers[0][0], problems), "archives made")
        refusals = lambda *files: print(check_refusals(itertools.chain(*files), path, problems), "damaged")
        if what == "imagemagick":
            made(real_pictures.png_files_of_imagemagick(program), real_pictures.jpeg_files_of_imagemagick(program))
        elif what == "exiftool":
            made(real_pictures.turned_by_exiftool(program))
        elif what == "zip":
            archives(real_archives.zip_files_of_info_zip(run_zip))
            refusals([("zip encrypted", run_zip(real_archives.whole_members(), ("-P", "secret")))])
        elif what:
            print(check_found(what, 1 << 28, 1 << 30, readers[1], problems), "pictures found")
        else:
            made(real_pictures.png_files(), real_pictures.jpeg_files(), real_pictures.turned_files())
            archives(real_archives.zip_files())
            refusals(real_pictures.damaged_pictures(), real_archives.damaged_zips())
            print(check_found("/usr/share", SMALL, FEW, readers[1], problems), "pictures found")
            path.unlink()
            check_command(scratch, problems)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
