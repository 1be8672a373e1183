"""What a reader sees on the playground's canvases, and does with them: pixels, drags, dropped files."""
import base64
import struct
import zlib

from browser import check
from selenium.webdriver import ActionChains


def ink(page, canvas):
    """How many different colours a canvas has, and how many of its pixels are no ground."""
    return page.js('''const canvas = document.querySelector(arguments[0]);
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const colours = new Map();
        for (let i = 0; i < data.length; i += 4) {
          const colour = data[i] + ',' + data[i + 1] + ',' + data[i + 2] + ',' + data[i + 3];
          colours.set(colour, (colours.get(colour) ?? 0) + 1);
        }
        return [colours.size, data.length / 4 - Math.max(...colours.values())]''', canvas)


def picture(page, canvas):
    return page.js('return document.querySelector(arguments[0]).toDataURL()', canvas)


def go(page, place):
    page.browser.get('about:blank')
    page.browser.get(page.address + place)


def drag(page, canvas, points):
    """The pointer is pressed at the first of the points, in shares of the canvas, and released at the last."""
    element = page.one(canvas)
    page.js('arguments[0].scrollIntoView({block: "center"})', element)
    size = element.size
    chain = ActionChains(page.browser, duration=20)
    for i, (x, y) in enumerate(points):
        chain.move_to_element_with_offset(element, round((x - .5) * size['width']), round((y - .5) * size['height']))
        if i == 0:
            chain.click_and_hold()
    chain.release().perform()


def drop(page, place, files):
    """Files, {name: bytes}, are dropped on an element."""
    taken = page.js('''const moved = new DataTransfer();
        for (const [name, text] of Object.entries(arguments[1]))
          moved.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name));
        const send = kind => !document.querySelector(arguments[0]).dispatchEvent(
          new DragEvent(kind, {dataTransfer: moved, bubbles: true, cancelable: true}));
        return send('dragover') && send('drop')''',
                    place, {name: base64.b64encode(data).decode() for name, data in files.items()})
    check(taken, 'a file is left to the browser')


def npy(points):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {(len(points), len(points[0]))}}}\n".encode()
    return b'\x93NUMPY\1\0' + struct.pack('<H', len(header)) + header + b''.join(struct.pack('<d', x) for p in points for x in p)


def png(width, height, pixel):
    """Of four bytes each, pixel(x, y)."""
    rows = b''.join(b'\0' + b''.join(bytes(pixel(x, y)) for x in range(width)) for y in range(height))
    chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 6, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def picture_of(page, call, empty):
    """[ink on the left, right, above, below] of the plane's middle, of what `call`, JavaScript, draws on a canvas of
    200 x 200, but for what `empty` draws."""
    return page.js('''const drawn = call => {
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = 200;
          new Function('canvas', call)(canvas);
          return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        };
        const {width, height, data} = drawn(arguments[0]), ground = drawn(arguments[1]).data, sums = [0, 0, 0, 0];
        const scale = devicePixelRatio, middle = [(width + kLeft * scale) / 2, (height - kBelow * scale) / 2];
        for (let y = 0; y < height; ++y) for (let x = 0; x < width; ++x) {
          const at = 4 * (y * width + x);
          if ([0, 1, 2, 3].every(k => data[at + k] === ground[at + k])) continue;
          sums[x < middle[0] ? 0 : 1] += data[at + 3];
          sums[y < middle[1] ? 2 : 3] += data[at + 3];
        }
        return sums''', call, empty)


def pixels(page, canvas, columns=1, cell=0):
    """Grey values of 28 x 28, 0 to 255, of a digit on a canvas that has so many beside each other."""
    return page.js('''const canvas = document.querySelector(arguments[0]), side = canvas.width / arguments[1], cell = arguments[2];
        const small = new OffscreenCanvas(28, 28), pen = small.getContext('2d');
        pen.drawImage(canvas, cell % arguments[1] * side, Math.floor(cell / arguments[1]) * side, side, side, 0, 0, 28, 28);
        return Array.from(pen.getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 0)''', canvas, columns, cell)


def apart(one, other, where=lambda row, column: True):
    """The mean difference of two digits' pixels."""
    chosen = [i for i in range(784) if where(i // 28, i % 28)]
    return sum(abs(one[i] - other[i]) for i in chosen) / len(chosen)


def address(page):
    return page.js('return location.hash')
