"""Archives for real_files_test.py: as zip, zipfile and NumPy make them, and what is left of them when bytes are taken
out or changed."""

import io
import struct
import zipfile

import numpy


def npy(values):
    out = io.BytesIO()
    numpy.save(out, values)
    return out.getvalue()


class Pipe(io.RawIOBase):
    """A file that nobody can seek in: what is written to it is streamed."""

    def __init__(self):
        super().__init__()
        self.taken = b""

    def writable(self):
        return True

    def write(self, values):
        self.taken += bytes(values)
        return len(values)


def archive(members, to=None, **options):
    out = io.BytesIO() if to is None else to
    with zipfile.ZipFile(out, "w", options.pop("method", zipfile.ZIP_DEFLATED), **options) as writer:
        for name, data in members:
            writer.writestr(name, data)
    return out.taken if isinstance(out, Pipe) else out.getvalue()


def whole_members():
    return [("x_train.npy", npy(numpy.random.default_rng(3).integers(0, 255, (9, 8, 8), numpy.uint8))),
            ("y_train.npy", npy(numpy.arange(9))),
            ("empty.npy", b""), ("zeros.npy", npy(numpy.zeros((100, 28, 28), numpy.uint8)))]


def zip_files():
    """Archives of members, which all are to be read as they are."""
    rng, members = numpy.random.default_rng(3), whole_members()
    for name, method in (("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)):
        yield f"zip {name}", members, archive(members, method=method)
        yield f"zip {name}, streamed", members, archive(members, Pipe(), method=method)
        commented = io.BytesIO(archive(members, method=method))
        with zipfile.ZipFile(commented, "a") as writer:
            writer.comment = b"PK\5\6 is no end" * 100
        yield f"zip {name}, with a comment", members, commented.getvalue()
        big = io.BytesIO()
        with zipfile.ZipFile(big, "w", method) as writer:
            for member, data in members:
                with writer.open(member, "w", force_zip64=True) as to:
                    to.write(data)
        yield f"zip {name}, 64 bits", members, big.getvalue()
    for name, save in (("savez", numpy.savez), ("savez_compressed", numpy.savez_compressed)):
        out = io.BytesIO()
        save(out, x_train=rng.integers(0, 255, (5, 4, 4), numpy.uint8), y_train=numpy.arange(5))
        with zipfile.ZipFile(out) as reader:
            yield f"numpy.{name}", [(n, reader.read(n)) for n in reader.namelist()], out.getvalue()
    yield "zip of 64 bits throughout", members, zip64(archive(members))


def zip_files_of_info_zip(run_zip):
    """The same by Info-ZIP's: `run_zip(members, options, pipe, taken)`."""
    members = whole_members()
    # Not -fz into a pipe: zip 3.0 leaves the end record of 64 bits out, and nobody reads that.
    for options in ((), ("-0",), ("-9",), ("-fz",), ("-fd",), ("-0", "-fz"), ("-X",), ("-0", "-fd"), ("-j", "-D")):
        yield f"zip {' '.join(options)}", members, run_zip(members, options)
        if "-fz" not in options:
            yield f"zip {' '.join(options)}, into a pipe", members, run_zip(members, options, pipe=True)
    yield "zip of what is streamed in", [("-", members[0][1])], run_zip([], (), pipe=True, taken=members[0][1])


def zip64(plain):
    """The archive with every number of its directory and its end in the records of 64 bits."""
    begin, end, directory, at, count = plain.index(b"PK\1\2"), len(plain) - 22, b"", plain.index(b"PK\1\2"), 0
    while at < end:
        packed, size, name, extra, comment = struct.unpack_from("<IIHHH", plain, at + 20)
        (place,) = struct.unpack_from("<I", plain, at + 42)
        more = struct.pack("<HHQQQ", 1, 24, size, packed, place)
        directory += plain[at:at + 20] + b"\xff" * 8 + struct.pack("<HH", name, extra + len(more))
        directory += plain[at + 32:at + 42]
        directory += b"\xff" * 4 + plain[at + 46:at + 46 + name + extra] + more
        at, count = at + 46 + name + extra + comment, count + 1
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), begin)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, begin + len(directory), 1)
    return plain[:begin] + directory + record + locator + b"PK\5\6" + bytes(4) + b"\xff" * 12 + bytes(2)


def damaged_zips():
    members = [("a.npy", npy(numpy.zeros((64, 64), numpy.uint8))), ("b.npy", npy(numpy.arange(4000)))]
    plain = archive(members)
    yield "zip of bzip2", archive(members, method=zipfile.ZIP_BZIP2)
    yield "zip of LZMA", archive(members, method=zipfile.ZIP_LZMA)
    for part in (4, 30, 100, len(plain) // 2, plain.index(b"PK\1\2"), plain.rindex(b"PK\1\2"), len(plain) - 22,
                 len(plain) - 1):
        yield f"zip cut at {part} of {len(plain)}", plain[:part]
        yield f"zip without its first {part} bytes", b"PK\3\4" + plain[part + 4:]
    many = archive([(f"{i}.npy", b"") for i in range(100_000)], method=zipfile.ZIP_STORED)
    yield "zip of 100,000 members", many
    yield "zip of 70,000 members of one name", archive([("x.npy", b"")] * 70_000, method=zipfile.ZIP_STORED)
    directory, end = plain.index(b"PK\1\2"), len(plain) - 22
    for name, at, value, bytes_of in (
            ("promises 4 GiB", directory + 24, 0xFFFFFFFE, 4), ("promises more packed", directory + 20, 0x7FFFFFFF, 4),
            ("promises a byte more", directory + 24, len(members[0][1]) + 1, 4),
            ("promises a byte less", directory + 24, len(members[0][1]) - 1, 4),
            ("lies beyond", directory + 42, 0x7FFFFFFF, 4), ("lies in another", directory + 42, 40, 4),
            ("another sum", directory + 16, 7, 4), ("another count", end + 10, 3, 2),
            ("a count of fewer", end + 10, 1, 2),
            ("a directory beyond", end + 16, 0xFFFFFF, 4), ("a longer directory", end + 12, 0xFFFFFF, 4),
            ("a name too long", directory + 28, 60000, 2), ("in parts", end + 4, 1, 2)):
        yield f"zip: {name}", plain[:at] + value.to_bytes(bytes_of, "little") + plain[at + bytes_of:]
    stored = archive(members, method=zipfile.ZIP_STORED)
    size = stored.index(b"PK\1\2") + 24
    yield "zip: stored, and promises 3 GiB", stored[:size] + (3 << 30).to_bytes(4, "little") + stored[size + 4:]
    # Ten members in one place, which together would be larger than the file.
    noise = numpy.random.default_rng(5).integers(0, 255, 50_000, numpy.uint8).tobytes()
    one = archive([("a.npy", noise)], method=zipfile.ZIP_STORED)
    entry, end = one[one.index(b"PK\1\2"):-22], one[-22:]
    yield "zip whose members overlap", (
        one[:-22] + entry * 9 + end[:8] + struct.pack("<HHI", 10, 10, 10 * len(entry)) + end[16:])
    big = zip64(plain)
    for name, signature, offset, value in (
            ("members", b"PK\6\6", 32, 1 << 60), ("bytes of directory", b"PK\6\6", 40, 1 << 62),
            ("place of the directory", b"PK\6\6", 48, 1 << 63), ("place of the end", b"PK\6\7", 8, (1 << 64) - 9)):
        at = big.rindex(signature) + offset
        yield f"zip64 with a wild {name}", big[:at] + value.to_bytes(8, "little") + big[at + 8:]
    for name, offset in (("size", 4), ("packed size", 12), ("place", 20)):
        for value in (1 << 33, 1 << 40, (1 << 63) + 5, (1 << 64) - 1):
            at = big.index(b"\1\0\x18\0") + offset
            yield f"zip64 with a {name} of {value}", big[:at] + value.to_bytes(8, "little") + big[at + 8:]
