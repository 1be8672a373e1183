"""Pictures for real_files_test.py: as Pillow, ImageMagick and exiftool make them, and what is left of them when bytes
are taken out, moved or changed. Each is a name and the file."""

import io
import itertools
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy
from PIL import Image


def photograph(width, height, channels, seed=0):
    """(height, width, channels) bytes: slopes, an edge and some noise."""
    rng = numpy.random.default_rng(seed + 1000 * width + height)
    x, y = numpy.meshgrid(numpy.arange(width) / max(width, 2), numpy.arange(height) / max(height, 2))
    planes = [255 * (x if c % 2 else y) * (0.4 + 0.2 * c) + 90 * (x + y > 0.9) for c in range(channels)]
    values = numpy.stack(planes, -1) + rng.integers(-20, 20, (height, width, channels))
    return numpy.clip(values, 0, 255).astype(numpy.uint8)


def picture(mode, width=33, height=17):
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}[mode]
    values = photograph(width, height, channels)
    return Image.fromarray(values[..., 0] if channels == 1 else values, mode)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def converted(program, image, ending, wanted):
    """What ImageMagick makes of the picture, in one call: for each (name, its options) the name and the file."""
    with tempfile.TemporaryDirectory() as folder:
        calls = [["(", "+clone", *options, "-write", f"{ending}:{folder}/{i}", "+delete", ")"]
                 for i, (_, options) in enumerate(wanted)]
        done = subprocess.run([program, "png:-", *itertools.chain(*calls), "null:"], input=saved(image, "PNG"),
                              capture_output=True)
        if done.returncode != 0:
            sys.exit(f"convert: {done.stderr.decode()}")
        for i, (name, _) in enumerate(wanted):
            yield name, pathlib.Path(folder, str(i)).read_bytes()


# --- PNG

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(png, kind, data, before=b"IDAT"):
    at = png.index(before) - 4
    return png[:at] + chunk(kind, data) + png[at:]


SIZES = [(1, 1), (7, 5), (33, 17)]


def png_files():
    for width, height in SIZES:
        at = f"{width}x{height}"
        rgb, rgba, grey = (picture(mode, width, height) for mode in ("RGB", "RGBA", "L"))
        yield f"png one {at}", saved(grey.convert("1"), "PNG")
        for mode, image in (("L", grey), ("RGB", rgb), ("RGBA", rgba), ("LA", picture("LA", width, height))):
            yield f"png {mode} {at}", saved(image, "PNG")
        deep = numpy.random.default_rng(7).integers(0, 65536, (height, width)).astype(numpy.uint16)
        yield f"png I;16 {at}", saved(Image.fromarray(deep), "PNG")
        yield f"png L clear {at}", saved(grey, "PNG", transparency=int(numpy.asarray(grey)[0, 0]))
        yield f"png RGB clear {at}", saved(rgb, "PNG", transparency=rgb.getpixel((0, 0)))
        for bits, (clear, name) in itertools.product((1, 2, 4, 8), (
                (None, "opaque"), (0, "one clear"), (bytes([0, 128]), "two of them"),
                (bytes(range(0, 200, 50)), "four"))):
            palette = rgb.quantize(1 << bits)
            options = {} if clear is None else {"transparency": clear if bits > 1 or clear == 0 else clear[:2]}
            yield f"png palette {bits} {name} {at}", saved(palette, "PNG", bits=bits, **options)
    rgb, clear = picture("RGB"), picture("RGBA")
    frames = [picture("RGB").rotate(90 * i) for i in range(1, 4)]
    yield "apng", saved(rgb, "PNG", save_all=True, append_images=frames)
    yield "apng whose first is no frame", saved(rgb, "PNG", save_all=True, append_images=frames, default_image=True)
    yield "apng clear", saved(clear, "PNG", save_all=True, append_images=[clear.rotate(90), rgb.convert("RGBA")])
    plain = saved(rgb, "PNG")
    yield "png gamma", with_chunk(plain, b"gAMA", struct.pack(">I", 30000))
    yield "png background", with_chunk(saved(clear, "PNG"), b"bKGD", bytes(6))
    yield "png one of a palette clear", with_chunk(saved(rgb.quantize(4), "PNG", bits=4), b"tRNS", bytes([9]))
    yield "png without its end", plain[:-12]
    yield "png of half an end", plain[:-6]
    yield "png without the sum of its last data", plain[:-16]
    yield "png with bytes behind", plain + b"more" * 9
    yield "png interlaced without its end", interlaced_png()[:-12]


def png_files_of_imagemagick(convert):
    for width, height in SIZES:
        at = f"{width}x{height}"
        rgb, rgba, grey = (picture(mode, width, height) for mode in ("RGB", "RGBA", "L"))
        sources = {0: (grey, (1, 2, 4, 8, 16)), 2: (rgb, (8, 16)), 3: (rgb.quantize(16).convert("RGB"), (4, 8)),
                   4: (picture("LA", width, height), (8, 16)), 6: (rgba, (8, 16))}
        for kind, (source, depths) in sources.items():
            yield from converted(convert, source, "png", [
                (f"png {interlace} depth {depth} type {kind} {at}",
                 ("-interlace", interlace, "-depth", str(depth), "-define", f"png:bit-depth={depth}", "-define",
                  f"png:color-type={kind}")) for interlace in ("none", "PNG") for depth in depths])
        for bits in (1, 2):
            yield from converted(convert, rgb.quantize(1 << bits).convert("RGB"), "png", [
                (f"png {interlace} palette of {bits} bits {at}",
                 ("-interlace", interlace, "-define", f"png:bit-depth={bits}", "-define", "png:color-type=3"))
                for interlace in ("none", "PNG")])


# --- JPEG

def segments(jpeg):
    """(marker, bytes with it) up to the scan, and the rest from there."""
    at, found = 2, []
    while jpeg[at + 1] != 0xDA:
        length = 2 + int.from_bytes(jpeg[at + 2:at + 4], "big")
        found.append((jpeg[at + 1], jpeg[at:at + length]))
        at += length
    return found, jpeg[at:]


def rebuilt(found, rest):
    return b"\xff\xd8" + b"".join(s for _, s in found) + rest


def padded(jpeg, between):
    """The bytes before each segment but the first."""
    found, rest = segments(jpeg)
    return b"\xff\xd8" + found[0][1] + b"".join(between + s for _, s in found[1:]) + between + rest


def without(jpeg, marker):
    found, rest = segments(jpeg)
    return rebuilt([s for s in found if s[0] != marker], rest)


def with_segment(jpeg, marker, data, first=True):
    found, rest = segments(jpeg)
    new = (marker, bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data)
    return rebuilt([new] + found if first else found + [new], rest)


def adobe(transform):
    return b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform)


def exif(orientation, order, kind=3, before=2, count=1):
    """A TIFF directory: `before` other tags, then the orientation as a number of that kind (3 short, 4 long)."""
    value = struct.pack(order + ("HH" if kind == 3 else "I"), *((orientation, 0) if kind == 3 else (orientation,)))
    entries = [struct.pack(order + "HHII", 0x0013 + i, 4, 1, 7) for i in range(before)]
    entries.append(struct.pack(order + "HHI", 0x0112, kind, count) + value)
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    return head + struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4)


def jpeg_files():
    for (width, height), quality, progressive in itertools.product(
            ((1, 1), (7, 5), (16, 16), (33, 17), (65, 40)), (35, 90), (False, True)):
        at = f"q{quality} {'progressive' if progressive else 'baseline'} {width}x{height}"
        options = {"quality": quality, "progressive": progressive}
        yield f"jpeg L {at}", saved(picture("L", width, height), "JPEG", **options)
        for sampling in range(3):
            yield f"jpeg RGB {sampling} {at}", saved(picture("RGB", width, height), "JPEG",
                                                               subsampling=sampling, **options)
        four = saved(picture("CMYK", width, height), "JPEG", **options)
        yield f"jpeg CMYK {at}", four
        yield f"jpeg CMYK without marker {at}", without(four, 0xEE)
        for transform in range(4):
            yield f"jpeg of 4 with Adobe's {transform} {at}", with_segment(without(four, 0xEE), 0xEE, adobe(transform))
            three = saved(picture("RGB", width, height), "JPEG", **options)
            yield f"jpeg of 3 with Adobe's {transform} {at}", with_segment(without(three, 0xE0), 0xEE, adobe(transform))
    rgb = picture("RGB", 50, 35)
    for progressive in (False, True):
        plain = saved(rgb, "JPEG", quality=80, progressive=progressive)
        turned = with_segment(plain, 0xE1, b"Exif\0\0" + exif(6, "<"), first=False)
        kind = "progressive" if progressive else "baseline"
        for name, bytes_between in (("FF", b"\xff"), ("many FF", b"\xff" * 40), ("zeros", bytes(7)),
                                    ("text", b"padding"),
                                    ("stuffed", b"\xff\0\xff\0"), ("zeros and FF", bytes(3) + b"\xff\xff")):
            yield f"jpeg {kind} padded with {name}", padded(plain, bytes_between)
            yield f"jpeg {kind} turned, padded with {name}", padded(turned, bytes_between)
            yield f"jpeg {kind} padded with {name} before its end", plain[:-2] + bytes_between + plain[-2:]
            yield f"jpeg {kind} with {name} behind", plain + bytes_between
        for spaces in ("L", "CMYK"):
            whole = saved(picture(spaces), "JPEG", progressive=progressive)
            yield f"jpeg {kind} {spaces} without end", whole[:-2]
            yield f"jpeg {kind} {spaces} with half an end", whole[:-1]
        yield f"jpeg {kind} without end", plain[:-2]
        yield f"jpeg {kind} without end, turned and padded", padded(turned, bytes(5))[:-2]
        yield f"jpeg {kind} with half an end", plain[:-1]
        yield f"jpeg {kind} twice in a file", plain + saved(rgb.rotate(90), "JPEG")
        yield f"jpeg {kind} two EXIF", with_segment(turned, 0xE1, b"Exif\0\0" + exif(3, ">"), first=False)
    yield "mpo", saved(rgb, "MPO", save_all=True, append_images=[rgb.rotate(90)])


def jpeg_files_of_imagemagick(convert):
    rgb = picture("RGB", 50, 35)
    samplings = ("1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "3x1", "2x1,1x2,1x1", "2x2,2x1,2x1", "1x1,2x2,1x1")
    yield from converted(convert, rgb, "jpeg", [
        (f"jpeg by ImageMagick {space} {sampling} {interlace}",
         ("-sampling-factor", sampling, "-interlace", interlace, "-colorspace", space))
        for sampling, interlace, space in itertools.product(samplings, ("none", "JPEG"),
                                                            ("sRGB", "CMYK", "Gray", "RGB"))
        if space != "CMYK" or "," not in sampling])  # of four components it would be more than ten blocks at a time


def turned_files():
    """The eight turns, and what is none, in both orders of bytes."""
    rgb = picture("RGB", 40, 24)
    jpeg, png = saved(rgb, "JPEG", quality=90), saved(rgb, "PNG")
    for orientation, order in itertools.product(range(10), "<>"):
        at = f"{orientation} {'little' if order == '<' else 'big'}"
        for name, data in (("short", exif(orientation, order)), ("long", exif(orientation, order, kind=4)),
                           ("first", exif(orientation, order, before=0)),
                           ("last of 40", exif(orientation, order, before=40))):
            yield f"jpeg turned {name} {at}", with_segment(jpeg, 0xE1, b"Exif\0\0" + data, first=False)
            yield f"png turned {name} {at}", with_chunk(png, b"eXIf", data)
        yield f"png turned after its pixels {at}", with_chunk(png, b"eXIf", exif(orientation, order), b"IEND")
        text = (b"Exif\0\0" + exif(orientation, order)).hex().encode()
        raw = b"\nexif\n%8d\n" % (len(text) // 2) + b"\n".join(text[i:i + 72] for i in range(0, len(text), 72)) + b"\n"
        yield f"png turned by ImageMagick's text {at}", with_chunk(png, b"tEXt", b"Raw profile type exif\0" + raw)
    for name, data in (("cut", exif(6, "<")[:-9]), ("nothing", b""), ("no order", b"XX" + exif(6, "<")[2:]),
                       ("a wild directory", exif(6, "<")[:4] + b"\xf0\xff\xff\xff" + exif(6, "<")[8:])):
        yield f"jpeg EXIF {name}", with_segment(jpeg, 0xE1, b"Exif\0\0" + data, first=False)


def turned_by_exiftool(exiftool):
    with tempfile.TemporaryDirectory() as folder:
        names = [(orientation, order, ending) for orientation in range(1, 9) for order in ("II", "MM")
                 for ending in ("jpg", "png")]
        words = []
        for orientation, order, ending in names:
            path = pathlib.Path(folder, f"{orientation}{order}.{ending}")
            path.write_bytes(saved(picture("RGB", 40, 24), "JPEG" if ending == "jpg" else "PNG"))
            words += ["-q", "-n", "-overwrite_original", f"-ExifByteOrder={order}", f"-Orientation={orientation}",
                      str(path), "-execute"]
        subprocess.run([exiftool, *words[:-1]], check=True, stdout=subprocess.DEVNULL)
        for orientation, order, ending in names:
            yield f"{ending} turned by exiftool {orientation} {order}", pathlib.Path(
                folder, f"{orientation}{order}.{ending}").read_bytes()


# --- what is to be refused

def damaged_pictures():
    rgb = picture("RGB", 64, 48)
    for progressive in (False, True):
        jpeg = saved(rgb, "JPEG", quality=80, progressive=progressive)
        kind = "progressive" if progressive else "baseline"
        scan = len(jpeg) - len(segments(jpeg)[1])
        for part in (2, 3, 20, scan - 5, scan, scan + 5, scan + 14, (scan + len(jpeg)) // 2, len(jpeg) - 12,
                     len(jpeg) - 4):
            yield f"jpeg {kind} cut at {part} of {len(jpeg)}", jpeg[:part]
            yield f"jpeg {kind} cut at {part} of {len(jpeg)}, with an end", jpeg[:part] + b"\xff\xd9"
            yield f"jpeg {kind} padded, and cut at {part}", padded(jpeg[:part] if part > scan else jpeg[:-9], b"pad")
        frame = jpeg.index(b"\xff\xc2" if progressive else b"\xff\xc0")
        yield f"jpeg {kind} of 12 bits", jpeg[:frame + 4] + b"\x0c" + jpeg[frame + 5:]
        yield f"jpeg {kind} of no rows", jpeg[:frame + 5] + b"\0\0" + jpeg[frame + 7:]
        yield f"jpeg {kind} lossless", jpeg[:frame + 1] + b"\xc3" + jpeg[frame + 2:]
        for size in (b"\xff\xff\xff\xff", b"\x20\0\x20\0", b"\x0f\xff\xff\xff"):
            yield f"jpeg {kind} of {size.hex()} pixels", jpeg[:frame + 5] + size + jpeg[frame + 9:]
    for interlace in (False, True):
        png = interlaced_png() if interlace else saved(rgb, "PNG")
        kind = "interlaced" if interlace else "plain"
        data = png.index(b"IDAT")
        for part in (3, 8, 12, 20, 32, data - 4, data, data + 4, data + 9, len(png) // 2, len(png) - 24, len(png) - 40):
            yield f"png {kind} cut at {part} of {len(png)}", png[:part]
        wrong = bytearray(png)
        wrong[len(png) - 14] ^= 1
        yield f"png {kind} with another sum", bytes(wrong)
        for width, height in (((1 << 31) - 1, 1), (60000, 60000), (8192, 8193), (0, 1), (1, 0)):
            yield f"png {kind} of {width}x{height}", resized(png, width, height)
    yield "png of an unknown critical chunk", with_chunk(saved(rgb, "PNG"), b"ABCD", b"?")


def interlaced_png():
    """Of one colour, in the seven passes."""
    passes = ((8, 6), (8, 6), (16, 6), (16, 12), (32, 12), (32, 24), (64, 24))
    rows = b"".join((b"\0" + bytes(3 * w)) * h for w, h in passes)
    head = struct.pack(">IIBBBBB", 64, 48, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


def resized(png, width, height):
    head = struct.pack(">II", width, height) + png[24:29]
    return png[:8] + chunk(b"IHDR", head) + png[33:]
