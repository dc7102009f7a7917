"""One line of text, measured and drawn: its runs from left to right, each shaped by RAQM in one call."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageDraw, features

from kiosk.display import bidi
from kiosk.display.fonts import Face, load
from kiosk.display.runs import Hand, Run, runs
from kiosk.display.segments import belongs_to_the_letter_before
from kiosk.display.theme import Type

_OPENING = frozenset("「『（〈《【〔“‘")  # noqa: RUF001 -- full-width marks
_CLOSING = frozenset("」』）〉》】〕”’、。，．")  # noqa: RUF001


@lru_cache(maxsize=1)
def has_raqm() -> bool:
    """Whether Pillow can shape text: it loads libfribidi0 by name when it is first asked."""
    return bool(features.check("raqm"))


@lru_cache(maxsize=2048)
def measure(line: str, hand: Hand, style: Type, pixels: int) -> float:
    """The width of a line in pixels. After its last letter no tracking is added."""
    found = runs(line, hand)
    spaced = any(_is_tracked(run, style) for run in found)
    width = sum(_width(run, hand, style, pixels) for run in found)
    return width - (style.tracking * pixels if spaced else 0.0)


def draw(
    pen: ImageDraw.ImageDraw, at: tuple[float, int], line: str, hand: Hand, style: Type, pixels: int
) -> None:
    """White on the pen's mask, from this point of the base line to the right."""
    x, base = at
    for run in bidi.visual(runs(line, hand)):
        if _is_tracked(run, style):
            for cluster in _clusters(run.text):
                _draw(pen, (x, base), Run(run.face, cluster, run.level), hand, style, pixels)
                x += _cluster_width(run.face, cluster, hand, style, pixels) + style.tracking * pixels
        else:
            _draw(pen, (x, base), run, hand, style, pixels)
            x += _width(run, hand, style, pixels)


def _draw(
    pen: ImageDraw.ImageDraw, at: tuple[float, int], run: Run, hand: Hand, style: Type, pixels: int
) -> None:
    font, shaping = load(run.face, pixels), _shaping(run, hand, style)
    pen.text(at, _drawn(run), fill=255, font=font, anchor="ls", **shaping)  # type: ignore[arg-type]


def _width(run: Run, hand: Hand, style: Type, pixels: int) -> float:
    if not _is_tracked(run, style):
        return float(load(run.face, pixels).getlength(_drawn(run), **_shaping(run, hand, style)))  # type: ignore[arg-type]
    clusters = _clusters(run.text)
    widths = sum(_cluster_width(run.face, cluster, hand, style, pixels) for cluster in clusters)
    return widths + style.tracking * pixels * len(clusters)


@lru_cache(maxsize=256)
def _cluster_width(face: Face, cluster: str, hand: Hand, style: Type, pixels: int) -> float:
    return float(load(face, pixels).getlength(cluster, **_shaping(Run(face, cluster, 0), hand, style)))  # type: ignore[arg-type]


def _is_tracked(run: Run, style: Type) -> bool:
    return bool(style.tracking) and not run.rtl


def _shaping(run: Run, hand: Hand, style: Type) -> dict[str, object]:
    if not has_raqm():
        return {}
    direction = "rtl" if run.rtl else "ltr"
    wanted = [*style.features, *(f"halt[{at}:{at + 1}]" for at in _halved(run.text))]
    return {"direction": direction, "features": wanted, "language": hand.tag.replace("_", "-")}


def _halved(text: str) -> list[int]:
    """Full-width marks that give up their blank half because another one follows or precedes (JIS X 4051, 4.7)."""
    return [
        at
        for at, letter in enumerate(text)
        if (letter in _CLOSING and text[at + 1 : at + 2] in _OPENING | _CLOSING)
        or (letter in _OPENING and at and text[at - 1] in _OPENING)
    ]


def _drawn(run: Run) -> str:
    """Without RAQM nobody reads joiners and variation selectors, so nobody may draw them either."""
    if has_raqm():
        return run.text
    return "".join(
        letter for letter in run.text if letter not in "\u200c\u200d" and not "\ufe00" <= letter <= "\ufe0f"
    )


def _clusters(text: str) -> list[str]:
    """Letters with the marks that belong to them."""
    clusters: list[str] = []
    for letter in text:
        if clusters and belongs_to_the_letter_before(letter):
            clusters[-1] += letter
        else:
            clusters.append(letter)
    return clusters
