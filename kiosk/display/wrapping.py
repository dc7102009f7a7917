"""Running text into lines of one width. Nothing is left out, nothing is added, and no word is cut that need not be."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.display import breaking
from kiosk.display.segments import ZWSP, fine, segments

Measure = Callable[[str], float]
"""The width of a line in pixels."""
_ENDS = (".", "!", "?", "\u3002", "\uff01", "\uff1f", "\u0964", "\u061f")
"""Of sentences: in Latin, Chinese and Japanese, Indian and Arabic script."""
_EVEN = 0.4
"""The shortest of lines that end with sentences, to the longest."""


def wrapped(text: str, measure: Measure, width: int) -> list[str]:
    """Each line as full as it can be. A line feed begins a paragraph."""

    def fits(part: str) -> bool:
        return measure(bare(part)) <= width

    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for segment in segments(paragraph):
            if not line or fits(line + segment):
                line += segment
            else:
                lines.append(bare(line))
                line = segment
            if not fits(line):
                *cut, line = _pieces(line, fits)
                lines += map(bare, cut)
        lines.append(bare(line))
    return lines


def balanced(text: str, measure: Measure, width: int, step: int) -> list[str]:
    """The narrowest lines that are no more lines, to ``step`` pixels: no single word is left over at the end.

    Where sentences can have lines of their own, in no more lines, they have.
    """
    lines = wrapped(text, measure, width)
    if len(lines) == text.count("\n") + 1:
        return lines  # nothing was broken, so nothing can be narrower
    if (parted := _by_sentences(text, measure, width)) is not None and len(parted) <= len(lines):
        return parted
    longest = max((measure(bare(part)) for part in segments(text.replace("\n", " "))), default=0.0)
    narrow, wide = max(width // 2, int(longest)), width
    while wide - narrow > step:
        middle = (narrow + wide) // 2
        attempt = wrapped(text, measure, middle)
        if len(attempt) > len(lines):
            narrow = middle
        else:
            wide, lines = middle, attempt
    return lines


def bare(line: str) -> str:
    """The line without the blanks at its end."""
    return line.rstrip().rstrip(ZWSP).rstrip()


def _by_sentences(text: str, measure: Measure, width: int) -> list[str] | None:
    """Lines that begin and end with sentences; None where one is too long for that, or they would be too uneven."""
    sentences = [""]
    for segment in segments(text):
        sentences[-1] += segment
        if bare(segment).endswith(_ENDS):
            sentences.append("")
    lines: list[str] = []
    for sentence in filter(bare, sentences):
        if lines and measure(bare(lines[-1] + sentence)) <= width:
            lines[-1] += sentence
        else:
            lines.append(sentence)
    widths = [measure(bare(line)) for line in lines]
    if len(lines) < 2 or "\n" in text or max(widths) > width or min(widths) < _EVEN * max(widths):
        return None
    return [bare(line) for line in lines]


def _pieces(segment: str, fits: Callable[[str], bool]) -> list[str]:
    """A segment that is wider than a line, in lines: at its finer breaks, else anywhere."""
    lines: list[str] = []
    line = ""
    for piece in fine(segment):
        if line and not fits(line + piece):
            lines.append(line)
            line = ""
        *cut, line = breaking.anywhere(line + piece, fits)
        lines += cut
    return [*lines, line]
