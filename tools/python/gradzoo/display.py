"""What notebooks show of tapes, samples and runs: nothing is loaded from elsewhere."""
import base64
import html

from . import _gradzoo


def framed(page, height=640):
    """A page within a page."""
    return f'<iframe srcdoc="{html.escape(page)}" style="width: 100%; height: {height}px; border: 0"></iframe>'


def show_tape(tape):
    return framed(tape.html())


def png_of(images):
    """The bytes of a PNG: images (n, H, W) or (n, H, W, 3) in [0,1], ten in a row."""
    return _gradzoo.picture_of(_gradzoo.tensor(images))


def picture_html(picture):
    if picture is None:
        return ''
    ending, data = picture
    kind = 'svg+xml' if ending == '.svg' else 'png'
    return f'<img src="data:image/{kind};base64,{base64.b64encode(data).decode()}">'
