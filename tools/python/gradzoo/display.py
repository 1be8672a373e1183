"""What notebooks show of tapes, samples and runs: nothing is loaded from elsewhere."""
import html


def framed(page, height=640):
    """A page within a page."""
    return f'<iframe srcdoc="{html.escape(page)}" style="width: 100%; height: {height}px; border: 0"></iframe>'


def show_tape(tape):
    return framed(tape.html())
