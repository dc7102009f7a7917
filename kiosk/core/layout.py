"""Where things go: rectangles out of sizes, nothing else. Pixels; the origin is the top left corner.

A rotated screen has no place in here: every size is the logical one, as the viewer sees it.

How large a QR has to be. A phone's camera needs about 3 of its own pixels per module; at 3 m that is a module of
6.5 mm. On a 55-inch TV, 685 mm and 1080 pixels high, a pixel has 0.63 mm, so a module wants 10 pixels. An address of
100 characters makes 41 to 45 modules, and 8 of quiet zone (ISO/IEC 18004: 4 on each side): 490 to 530 pixels, half of
the height. A 10-inch panel of 800 x 480 is 130 mm high and a pixel has 0.27 mm: with all of its height a module has
2.4 mm, which reads from 1.2 m. Hence QR_SHARE of a large screen, and everything but the margins of a small one.
"""

from __future__ import annotations

from math import ceil

from attrs import evolve, frozen

from kiosk.core.model import Rect, Size

QUIET_ZONE = 4
"""Modules of white on each side of a QR symbol (ISO/IEC 18004, section 6.3.8)."""
QR_SHARE = 0.64
"""Height of the QR's plate on a large screen, as a share of the shorter side: quiet zone and all."""
SMALL = 600
"""A screen whose shorter side has fewer pixels than this is a small panel, looked at from near."""
PANORAMA = 2.2
"""Longer side to shorter side, from which a picture pans along its length and needs no room for motion besides."""
USUAL = 4 / 3
"""Most cameras' aspect: what an original of unknown size is taken for, upright or not."""


def fit(picture: Size, screen: Size) -> Rect:
    """The largest rectangle of the picture's shape inside the screen, centred. Nothing is cut off."""
    scale = min(screen.width / picture.width, screen.height / picture.height)
    return _centred(picture, screen, scale)


def cover(picture: Size, screen: Size) -> Rect:
    """The smallest rectangle of the picture's shape that leaves nothing of the screen free, centred; it may overlap."""
    scale = max(screen.width / picture.width, screen.height / picture.height)
    return _centred(picture, screen, scale)


def _centred(picture: Size, screen: Size, scale: float) -> Rect:
    # The side that decides the scale comes out exactly; the other is rounded, but never to nothing.
    width = max(1, round(picture.width * scale))
    height = max(1, round(picture.height * scale))
    return Rect((screen.width - width) // 2, (screen.height - height) // 2, width, height)


def rendition_box(original: Size | None, screen: Size, limit: int = 4096, room: float = 1.2) -> Size:
    """The box to ask Google for, so that the picture covers the screen in any layout.

    room: how much more than covering, for gentle motion; a panorama pans along its own length instead and gets none.
    limit: the longest side of a texture. Never above the original; its aspect is kept within a pixel.
    An original of unknown size gets a square box in which a picture of 4:3 covers the screen either way up.
    """
    if original is None:
        side = min(limit, ceil(max(screen.width, screen.height) * room * USUAL))
        return Size(side, side)
    longer, shorter = max(original.width, original.height), min(original.width, original.height)
    if longer >= PANORAMA * shorter:
        room = 1.0
    wanted = max(screen.width / original.width, screen.height / original.height) * room
    scale = min(wanted, limit / longer, 1.0)
    # ceil, so that rounding never leaves a pixel of the screen free; min, so that float dust adds none.
    return Size(
        min(original.width, limit, ceil(original.width * scale - 1e-9)),
        min(original.height, limit, max(1, ceil(original.height * scale - 1e-9))),
    )


def qr_scale(modules: int, pixels: int) -> int:
    """Whole pixels per module for a symbol of ``modules`` a side with its quiet zone in ``pixels``; 0: no room."""
    return pixels // (modules + 2 * QUIET_ZONE)


def inset(rect: Rect, by: int) -> Rect:
    """The rectangle without a border of ``by`` pixels."""
    return Rect(rect.x + by, rect.y + by, max(0, rect.width - 2 * by), max(0, rect.height - 2 * by))


def mirrored(rect: Rect, within: Rect) -> Rect:
    """The rectangle on the other side, for scripts that run from right to left."""
    return Rect(within.x + within.right - rect.right, rect.y, rect.width, rect.height)


@frozen
class Measures:
    """What every distance on a card follows from, in pixels."""

    unit: float
    """The spacing unit: a hundredth of the shorter side, a little more on a small panel. Type sizes follow it too."""
    margin: int
    """From the edge of the screen to words and QR."""
    gutter: int
    """Between words and QR."""
    padding: int
    """From the edge of a panel to what is in it."""
    radius: int
    """Rounded corners of panels and plates."""


def measures(screen: Size) -> Measures:
    """The distances for this screen."""
    shorter = min(screen.width, screen.height)
    small = shorter < SMALL
    # A small panel shows larger type for its size: half of the way to what a panel of SMALL pixels would show,
    # but never more than half as large again.
    unit = min((shorter + SMALL) / 2, 1.5 * shorter) / 100 if small else shorter / 100
    return Measures(
        unit=unit,
        margin=max(1, round(shorter * (0.05 if small else 0.09))),
        gutter=round(shorter * (0.05 if small else 0.1)),
        padding=round(shorter * (0.035 if small else 0.04)),
        radius=round(1.8 * unit),
    )


@frozen
class Places:
    """Where the parts of a card go.

    words: the column for the text. qr: the square plate, None where there is none or where it stands in the column,
    between the words (``stacked``), in which case ``plate`` is its side. centred: text in the middle of its column.
    """

    words: Rect
    qr: Rect | None
    plate: int
    centred: bool


def full_screen(screen: Size, *, with_qr: bool, top: int = 0) -> Places:
    """A card with the screen to itself. top: pixels that something else (the badge) takes at the upper edge.

    A wide screen has the words beside the QR; on a tall one the QR stands between the words.
    """
    gaps = measures(screen)
    area = inset(Rect(0, 0, screen.width, screen.height), gaps.margin)
    if top:
        area = Rect(area.x, area.y + top, area.width, max(1, area.height - top))
    if not with_qr:
        return Places(_middle(area, 0.78 if screen.width >= screen.height else 1.0), None, 0, centred=True)
    if screen.width < 1.2 * screen.height:
        return Places(area, None, round(min(area.width * 0.84, area.height * 0.48)), centred=True)
    shorter = min(screen.width, screen.height)
    side = area.height if shorter < SMALL else round(QR_SHARE * shorter)
    # The words keep 36 % of the width, whatever the shape.
    side = min(side, area.height, round(area.width * 0.64) - gaps.gutter)
    qr = Rect(area.right - side, area.y + (area.height - side) // 2, side, side)
    return Places(Rect(area.x, area.y, qr.x - gaps.gutter - area.x, area.height), qr, side, centred=False)


def _middle(area: Rect, share: float) -> Rect:
    width = round(area.width * share)
    return Rect(area.x + (area.width - width) // 2, area.y, width, area.height)


def panel(screen: Size, *, with_qr: bool) -> Rect:
    """The largest panel over the photographs: at the side of a wide screen, at the foot of a tall one.

    The card may need less height: :func:`settle` says where the panel goes then.
    """
    gaps = measures(screen)
    edge = max(1, gaps.margin // 2)
    if screen.width < screen.height:
        height = round(screen.height * (0.42 if with_qr else 0.3))
        return Rect(edge, screen.height - edge - height, screen.width - 2 * edge, height)
    # A picking address has to fit on two lines at the smallest type, and the larger part of the picture stays free.
    share = 0.62 if screen.height < SMALL else 0.58
    width = min(round(screen.height * share) + 2 * gaps.padding, screen.width - 2 * edge, screen.width // 2)
    return Rect(screen.width - edge - width, edge, width, screen.height - 2 * edge)


def in_panel(screen: Size, box: Rect, *, with_qr: bool) -> Places:
    """The parts of a card inside a panel ``box``: stacked at the side of a wide screen, else beside each other."""
    gaps = measures(screen)
    area = inset(box, gaps.padding)
    if not with_qr:
        return Places(area, None, 0, centred=False)
    if screen.width >= screen.height:
        # A QR as high as the column is wide would leave little for the words.
        return Places(area, None, area.width, centred=True)
    side = min(area.height, round(area.width * 0.53))
    qr = Rect(area.right - side, area.y + (area.height - side) // 2, side, side)
    return Places(Rect(area.x, area.y, qr.x - gaps.padding - area.x, area.height), qr, side, centred=False)


def snug(places: Places, modules: int) -> Places:
    """The plate no larger than whole pixels per module need; the words get what that leaves."""
    side = (modules + 2 * QUIET_ZONE) * qr_scale(modules, places.plate)
    if places.qr is None or not side:
        return evolve(places, plate=side or places.plate)
    spare = places.qr.width - side
    qr = Rect(places.qr.x + spare, places.qr.y + spare // 2, side, side)
    words = evolve(places.words, width=places.words.width + spare)
    return Places(words, qr, side, places.centred)


def settle(box: Rect, height: int) -> Rect:
    """The panel ``box`` cut down to what its card needs, at the foot of the screen: the picture keeps the rest."""
    height = min(height, box.height)
    return Rect(box.x, box.bottom - height, box.width, height)


def badge(screen: Size, pill: Size) -> Rect:
    """The upper left corner: a panel never comes there, and the eye that rests on the picture comes there last."""
    edge = max(1, measures(screen).margin // 2)
    return Rect(edge, edge, pill.width, pill.height)


THUMB = 10.0
"""Units: the side of a thumbnail. A tenth of the screen's shorter side, 7 cm on a 55-inch TV: a face can be told."""
_PAD = 2.2
"""Units: from the edge of the strip to what is in it."""


@frozen
class StripPlaces:
    """Where the parts of the strip go, from left to right.

    slots: the places of the thumbnails, the oldest first; none where the screen is too narrow.
    """

    plate: Rect
    words: Rect
    bar: Rect
    slots: tuple[Rect, ...]


def thumb_side(screen: Size) -> int:
    """The side of a thumbnail, pixels."""
    return max(1, round(THUMB * measures(screen).unit))


def strip_words(screen: Size, wanted: int) -> int:
    """The width of the strip's words, pixels, where ``wanted`` would be good: a tall screen gives them all it has."""
    room = _strip_room(screen)
    return room if screen.width < screen.height else min(wanted, room)


def strip(screen: Size, words: Size, places: int) -> StripPlaces:
    """The strip of what arrives, along the foot of the screen, in the middle.

    words: what they need, the bar below them not counted. A wide screen has the thumbnails beside them, a tall one
    below. places: how many thumbnails there will be.
    """
    unit, tall, side = measures(screen).unit, screen.width < screen.height, thumb_side(screen)
    pad, gap, gutter = round(_PAD * unit), round(1.2 * unit), round(3.0 * unit)
    bar = Size(words.width, max(3, round(0.7 * unit)))
    block = words.height + round(1.1 * unit) + bar.height
    free = _strip_room(screen) - (0 if tall else words.width + gutter)
    most = max(0, (free + gap) // (side + gap))
    count = min(places, most)
    if tall and count == most > 1:
        gap = (free - count * side) // (count - 1)  # from edge to edge, as the bar above it
    row = Size(count * (side + gap) - gap, side) if count else Size(-gutter, 0)
    below = round(2.0 * unit) if count else 0
    inner = (
        Size(words.width, block + below + row.height)
        if tall
        else Size(words.width + gutter + row.width, max(block, row.height))
    )
    plate = _at_the_foot(screen, Size(inner.width + 2 * pad, inner.height + 2 * pad))
    left, top = plate.x + pad, plate.y + pad
    start = top if tall else top + (inner.height - block) // 2
    first = left if tall else left + words.width + gutter
    above = top + block + below if tall else top + (inner.height - side) // 2
    return StripPlaces(
        plate=plate,
        words=Rect(left, start, words.width, words.height),
        bar=Rect(left, start + block - bar.height, bar.width, bar.height),
        slots=tuple(Rect(first + number * (side + gap), above, side, side) for number in range(count)),
    )


def _strip_room(screen: Size) -> int:
    gaps = measures(screen)
    return max(1, screen.width - 2 * (gaps.margin // 2) - 2 * round(_PAD * gaps.unit))


def _at_the_foot(screen: Size, plate: Size) -> Rect:
    edge = max(1, measures(screen).margin // 2)
    return Rect(
        (screen.width - plate.width) // 2, screen.height - edge - plate.height, plate.width, plate.height
    )
