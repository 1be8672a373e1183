"""The folder in which a page's commands run: data of few small images, pictures, runs of two steps, links to the tree."""
import gzip
import os
import re
import shutil
import struct
import subprocess
import threading
import zlib

import short

TOYS = {"nce", "cnce", "fce"}
WITH_LABELS = ("flow-matching", "ddpm", "ncsn")


def make_digits(root, folder, train=400, test=100):
    """MNIST's first images, 8 x 8: every third pixel."""
    folder.mkdir(parents=True)
    source = root / "datasets/mnist"
    places = [28 * (3 + 3 * row) + 2 + 3 * column for row in range(8) for column in range(8)]
    for part, count in (("train", train), ("t10k", test)):
        images = gzip.open(source / f"{part}-images-idx3-ubyte.gz").read(16 + 784 * count)[16:]
        labels = gzip.open(source / f"{part}-labels-idx1-ubyte.gz").read(8 + count)[8:]
        small = bytes(images[784 * image + place] for image in range(count) for place in places)
        with gzip.open(folder / f"{part}-images-idx3-ubyte.gz", "wb", 1) as file:
            file.write(struct.pack(">IIII", 0x803, count, 8, 8) + small)
        with gzip.open(folder / f"{part}-labels-idx1-ubyte.gz", "wb", 1) as file:
            file.write(struct.pack(">II", 0x801, count) + labels)


def make_picture(path, width, height, seed):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = b"".join(b"\0" + bytes((seed * 37 + x * (5 + c) + y * (9 - c)) % 256 for x in range(width) for c in range(3))
                    for y in range(height))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_points(path, count=1000):
    head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, 2), }}"
    head += " " * (63 - (10 + len(head)) % 64) + "\n"
    numbers = [((i * 7919) % 1000 / 500 - 1) for i in range(2 * count)]
    path.write_bytes(b"\x93NUMPY\x01\0" + struct.pack("<H", len(head)) + head.encode() + struct.pack(f"<{2 * count}f", *numbers))


class Workshop:
    """What all pages share: the program, the data, and runs that are made once and copied."""

    def __init__(self, root, release, prefix, work, pages):
        self.pages = pages
        self.root, self.release, self.work = root, release, work
        make_digits(root, work / "data/mnist")
        self.pictures = work / "pictures"
        for label in ("a", "b"):
            (self.pictures / label).mkdir(parents=True)
            for number in range(60):
                make_picture(self.pictures / label / f"{number}.png", 32, 32, number + ord(label))
        self.environment = dict(os.environ, PATH=f"{prefix}/bin:{os.environ['PATH']}", HOME=str(work / "home"),
                                XDG_CACHE_HOME=str(work / "cache"), GRADZOO_DATA=str(work / "data"),
                                OMP_NUM_THREADS="1", OMP_WAIT_POLICY="passive", OMPI_ALLOW_RUN_AS_ROOT="1",
                                OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1")
        (work / "home").mkdir()
        (work / "runs").mkdir()
        self.locks, self.lock, self.asked = {}, threading.Lock(), {}

    def ask(self, *words):
        """What a quick command prints, asked once."""
        with self.lock:
            if words not in self.asked:
                self.asked[words] = subprocess.run(words, env=self.environment, capture_output=True, text=True,
                                                   timeout=60, cwd=self.work)
            return self.asked[words]

    def models(self):
        return re.findall(r"^  ([a-z-]+) ", self.ask("gradzoo", "list").stdout.split("\n\n")[0], re.MULTILINE) or []

    def stock(self, model, data=None):
        """A run of two steps."""
        data = data or ("ring8" if model in TOYS else "mnist")
        name = f"{model}-{data}"
        with self.lock:
            lock = self.locks.setdefault(name, threading.Lock())
        with lock:
            folder = self.work / "runs" / name
            if not (folder / "checkpoint.safetensors").exists():
                shutil.rmtree(folder, ignore_errors=True)
                words, _ = short.gradzoo(["gradzoo", "train", model, "--data", data, "--out", str(folder)], None)
                subprocess.run(words, env=self.environment, capture_output=True, cwd=self.work)
            return folder if folder.exists() else None

    def knobs(self, lab):
        lines = self.ask("gradzoo", "lab", lab, "--knobs").stdout.split("\n")
        return [line.split()[0] for line in lines if re.match(r"  [a-z_]+ ", line)]

    def sandbox(self, page):
        folder = self.work / "pages" / re.sub(r"\W", "_", page)
        folder.mkdir(parents=True)
        for name in (".ci", "tools", "tests", "examples", "CMakePresets.json", "CMakeLists.txt"):
            (folder / name).symlink_to(self.root / name)
        (folder / "build").mkdir()
        (folder / "build/release").symlink_to(self.release)
        (folder / "docs").mkdir()
        for name in ("ops.md", "ledger.md"):  # which commands write
            shutil.copy(self.root / "docs" / name, folder / "docs" / name)
        (folder / "runs").mkdir()
        text = (self.pages / page).read_text() if (self.pages / page).is_file() else ""
        for name in ("FOLDER", "cats", "pictures"):
            if name in text or name == "FOLDER" and "/usr/share" in text:
                shutil.copytree(self.pictures, folder / name)
        make_points(folder / "points.npy")
        (folder / "DIR").symlink_to(folder / "runs")
        if page.startswith("course/"):
            subprocess.run(["gradzoo", "course", "start", "learner"], cwd=folder, env=self.environment, capture_output=True)
            folder = folder / "learner"
            self.solve(folder)
        if "course grade" in text:
            subprocess.run(["gradzoo", "course", "start", "class/anna"], cwd=folder, env=self.environment, capture_output=True)
        return folder

    def solve(self, folder):
        for file in (self.root / "tests/course/solutions").glob("*.h"):
            shutil.copy(file, folder / file.name)
