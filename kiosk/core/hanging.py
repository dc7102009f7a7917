"""How a picture hangs on the screen: what of it is kept, where that goes, and how the view moves over it.

A *share* is a part of a length, 0 to 1. The *canvas* is the image that the decode thread makes of one slide: the screen
itself, or somewhat more where the view moves. Crops and views follow the *focus*, which is measured on the rendition
(kiosk/storage/measure.py). Heads that were found are kept whole, or the picture is not cropped and does not move.
"""

from __future__ import annotations

from math import ceil

from attrs import evolve, frozen

from kiosk.core.focus import CENTRE, WHOLE, Box, Focus
from kiosk.core.layout import PANORAMA, fit
from kiosk.core.model import Rect, Size
from kiosk.core.settings import Motion, Style, Surround, Transition

KEPT_LEAST = 0.62
"""The least share of a picture that a crop may leave. 3:2 and 4:3 fill a screen of 16:9 (0.84, 0.75), a square and
anything upright do not."""
SEEN_LEAST = 0.8
"""The least share of what matters that a crop may leave, along the side that is cut."""
ZOOM = 1.08
"""How much closer gentle motion comes at its closest: seen when one looks for it, and no loss of sharpness."""
PAN_SPEED = 0.03
"""Lengths of the screen in a second: a panorama drifts by, it does not race."""
LONGEST_TEXTURE = 4096
"""Pixels: what the GPU of a Raspberry Pi 4 and 5 can hold."""
MAT_SHARE = 0.085
"""The narrowest part of a mat board, as a share of the screen's shorter side."""
MAT_FOOT = 1.18
"""The board below the picture to the board above it: a picture in the very middle looks as if it had slipped."""
MAT_BETWEEN = 0.7
"""The board between a pair to the board around it: the two belong together."""
PAIR_GAP = 0.012
"""What stays free between a pair without a board, as a share of the screen's shorter side."""


@frozen
class Hung:
    """Where a picture hangs.

    canvas: pixels of the image to make. place: where the picture goes on it. part: what of the picture is kept.
    first, last: the views between which the screen moves; equal where nothing does.
    """

    canvas: Size
    place: Rect
    part: Box = WHOLE
    first: Box = WHOLE
    last: Box = WHOLE


def still(style: Style) -> Style:
    """The same without any movement: for ``reduced_motion``, and for screens that cannot draw it smoothly."""
    return evolve(style, motion=Motion.NONE, travel=0.0)


def calm(kind: Transition) -> Transition:
    """The transition that takes this one's place under ``reduced_motion``: nothing moves across the screen."""
    return Transition.CROSSFADE if kind in (Transition.PUSH, Transition.WIPE) else kind


def moving(style: Style, seconds: float) -> Style:
    """Gentle motion for pictures that are seen for so long. A mat board hangs still, whatever was asked for."""
    if style.surround is Surround.MAT or style.motion is Motion.NONE:
        return still(style)
    return evolve(style, travel=PAN_SPEED * seconds)


def wants_focus(picture: Size, screen: Size, style: Style) -> bool:
    """Whether where this picture hangs depends on what matters in it."""
    if style.motion is Motion.GENTLE:
        return True
    return style.surround is Surround.FILL and _kept(picture, screen) < 1.0


def hang(picture: Size, screen: Size, style: Style, focus: Focus = CENTRE) -> Hung:
    """Where a picture of this size hangs."""
    if style.surround is Surround.MAT:
        return Hung(screen, _opening(picture, screen))
    if style.motion is Motion.GENTLE and (panned := _panned(picture, screen, style, focus)) is not None:
        return panned
    canvas = _canvas(screen) if style.motion is Motion.GENTLE else screen
    hung = Hung(canvas, fit(picture, canvas))
    if style.surround is Surround.FILL and (part := crop(picture, screen, focus)) is not None:
        hung = Hung(canvas, Rect(0, 0, canvas.width, canvas.height), part)
    return _zoomed(hung, screen, focus) if style.motion is Motion.GENTLE else hung


def halves(screen: Size) -> tuple[Rect, Rect]:
    """The two parts of the screen that a pair shares: left and right, on a tall screen upper and lower. They meet."""
    if screen.width >= screen.height:
        middle = screen.width // 2
        return Rect(0, 0, middle, screen.height), Rect(middle, 0, screen.width - middle, screen.height)
    middle = screen.height // 2
    return Rect(0, 0, screen.width, middle), Rect(0, middle, screen.width, screen.height - middle)


def hang_pair(
    pictures: tuple[Size, Size], screen: Size, style: Style, focuses: tuple[Focus, Focus] = (CENTRE, CENTRE)
) -> tuple[Hung, Hung]:
    """Where two pictures hang that share the screen, each inside its half; ``halves`` says which is first.

    Side by side they are equally high, one above the other equally wide. A pair hangs still.
    """
    one, other = _rooms(screen, style)
    if style.surround is Surround.FILL:
        first, second = (
            crop(picture, Size(room.width, room.height), focus)
            for picture, room, focus in zip(pictures, (one, other), focuses, strict=True)
        )
        if first is not None and second is not None:
            return Hung(screen, one, first), Hung(screen, other, second)
    beside = screen.width >= screen.height
    fitted = [
        fit(picture, Size(room.width, room.height))
        for picture, room in zip(pictures, (one, other), strict=True)
    ]
    alike = min(place.height if beside else place.width for place in fitted)
    sizes = (_alike(pictures[0], alike, one, beside), _alike(pictures[1], alike, other, beside))
    if beside:
        x, from_right = _spread((one.x, one.width, sizes[0].width), (other.x, other.width, sizes[1].width))
        places = [(x, one.y + (one.height - alike) // 2), (from_right, other.y + (other.height - alike) // 2)]
    else:
        y, from_foot = _spread((one.y, one.height, sizes[0].height), (other.y, other.height, sizes[1].height))
        places = [(one.x + (one.width - alike) // 2, y), (other.x + (other.width - alike) // 2, from_foot)]
    first_hung, second_hung = (
        Hung(screen, Rect(*place, size.width, size.height)) for place, size in zip(places, sizes, strict=True)
    )
    return first_hung, second_hung


def _alike(picture: Size, alike: int, room: Rect, beside: bool) -> Size:
    """The picture at the height (beside each other) or width (one above the other) that both have."""
    if beside:
        return Size(min(room.width, max(1, round(alike * picture.width / picture.height))), alike)
    return Size(alike, min(room.height, max(1, round(alike * picture.height / picture.width))))


def _spread(one: tuple[int, int, int], other: tuple[int, int, int]) -> tuple[int, int]:
    """Where two lengths begin in their rooms (begin, length of the room, length): what is free before, between and
    after them is alike, as far as each stays in its room."""
    gap = other[0] - one[0] - one[1]
    end = other[0] + other[1]
    free = (end - one[0] - gap - one[2] - other[2]) // 3
    return min(one[0] + free, one[0] + one[1] - one[2]), max(end - free - other[2], other[0])


def _rooms(screen: Size, style: Style) -> tuple[Rect, Rect]:
    """What a pair may cover of each half: all of it but the gap, or what the board leaves."""
    shorter = min(screen.width, screen.height)
    mat = style.surround is Surround.MAT
    board = max(1, round(shorter * MAT_SHARE)) if mat else 0
    foot = round(board * MAT_FOOT)
    gap = max(2, round(board * MAT_BETWEEN if mat else shorter * PAIR_GAP))
    if screen.width >= screen.height:
        width = max(1, (screen.width - 2 * board - gap) // 2)
        height = max(1, screen.height - board - foot)
        return Rect(board, board, width, height), Rect(screen.width - board - width, board, width, height)
    width = max(1, screen.width - 2 * board)
    height = max(1, (screen.height - board - foot - gap) // 2)
    return Rect(board, board, width, height), Rect(board, screen.height - foot - height, width, height)


def crop(picture: Size, screen: Size, focus: Focus) -> Box | None:
    """What to keep of a picture that fills the screen; None where that would cost too much of it."""
    if _kept(picture, screen) < KEPT_LEAST:
        return None
    across = min(1.0, screen.width * picture.height / (screen.height * picture.width))
    down = min(1.0, screen.height * picture.width / (screen.width * picture.height))
    left, seen_across = _window(
        across, focus.x, focus.box.left, focus.box.right, _along(focus.heads, wide=True)
    )
    top, seen_down = _window(down, focus.y, focus.box.top, focus.box.bottom, _along(focus.heads, wide=False))
    if min(seen_across, seen_down) < SEEN_LEAST:
        return None
    return Box(left, top, left + across, top + down)


def _kept(picture: Size, screen: Size) -> float:
    """The share of the picture that covering the screen leaves."""
    one, other = picture.width * screen.height, picture.height * screen.width
    return min(one, other) / max(one, other)


_Span = tuple[float, float]
"""From, to: shares along one side."""


def _along(box: Box | None, *, wide: bool) -> _Span | None:
    if box is None:
        return None
    return (box.left, box.right) if wide else (box.top, box.bottom)


def _window(
    length: float, heart: float, low: float, high: float, heads: _Span | None = None
) -> tuple[float, float]:
    """Where a window of this length begins along one side, and the share of ``low`` to ``high`` that it shows: nothing
    where it is too short for the heads."""
    middle = (low + high) / 2 if high - low <= length else heart
    begin = min(max(middle - length / 2, 0.0), 1.0 - length)
    if heads is not None:
        if heads[1] - heads[0] > length:
            return begin, 0.0
        begin = _holding(begin, length, heads)
    seen = min(high, begin + length) - max(low, begin)
    return begin, seen / (high - low) if high > low else 1.0


def _holding(begin: float, length: float, span: _Span) -> float:
    """The nearest begin at which a window of this length holds a span that is no longer than itself."""
    return min(max(begin, span[1] - length), span[0])


def _opening(picture: Size, screen: Size) -> Rect:
    """The picture inside the board, a little above the middle."""
    board = max(1, round(min(screen.width, screen.height) * MAT_SHARE))
    foot = round(board * MAT_FOOT)
    room = Size(max(1, screen.width - 2 * board), max(1, screen.height - board - foot))
    place = fit(picture, room)
    spare = screen.height - place.height
    lift = min(foot - board, spare) // 2
    return Rect((screen.width - place.width) // 2, max(0, spare // 2 - lift), place.width, place.height)


def _canvas(screen: Size) -> Size:
    zoom = min(ZOOM, max(1.0, LONGEST_TEXTURE / max(screen.width, screen.height)))
    return Size(ceil(screen.width * zoom), ceil(screen.height * zoom))


def _zoomed(hung: Hung, screen: Size, focus: Focus) -> Hung:
    """Between the whole canvas and a closer view of what matters; inwards for one picture, outwards for another."""
    width, height = screen.width / hung.canvas.width, screen.height / hung.canvas.height
    x, y = _on_canvas(hung, focus.x, focus.y)
    left = min(max(x - width / 2, 0.0), 1.0 - width)
    top = min(max(y - height / 2, 0.0), 1.0 - height)
    if focus.heads is not None:
        heads = _box_on_canvas(hung, focus.heads)
        if heads.width > width or heads.height > height:
            return hung
        left = _holding(left, width, (heads.left, heads.right))
        top = _holding(top, height, (heads.top, heads.bottom))
    close = Box(left, top, left + width, top + height)
    # By the picture itself, so that it moves as it did the last time, also after a resize.
    inwards = int((focus.x + focus.y) * 64) % 2 == 0
    return evolve(hung, first=WHOLE, last=close) if inwards else evolve(hung, first=close, last=WHOLE)


def _box_on_canvas(hung: Hung, box: Box) -> Box:
    return Box(*_on_canvas(hung, box.left, box.top), *_on_canvas(hung, box.right, box.bottom))


def _on_canvas(hung: Hung, x: float, y: float) -> tuple[float, float]:
    across = (x - hung.part.left) / hung.part.width
    down = (y - hung.part.top) / hung.part.height
    return (
        (hung.place.x + across * hung.place.width) / hung.canvas.width,
        (hung.place.y + down * hung.place.height) / hung.canvas.height,
    )


def _panned(picture: Size, screen: Size, style: Style, focus: Focus) -> Hung | None:
    """A panorama fills the screen and drifts by, as much of it as the time allows; None for any other picture.

    It ends at what matters, or at the end that is nearer to it.
    """
    longer, shorter = max(picture.width, picture.height), min(picture.width, picture.height)
    if longer < PANORAMA * shorter:
        return None
    wide = picture.width > picture.height
    along, across = (screen.width, screen.height) if wide else (screen.height, screen.width)
    length = round(across * longer / shorter)
    # The whole of it has to be longer than the screen, and enough of it has to come by.
    shown = min(length, LONGEST_TEXTURE, round(along * (1.0 + style.travel)))
    if length <= along or shown <= along or shown < KEPT_LEAST * length:
        return None
    heart, low, high = (
        (focus.x, focus.box.left, focus.box.right) if wide else (focus.y, focus.box.top, focus.box.bottom)
    )
    heads, kept = _along(focus.heads, wide=wide), shown / length
    begin, seen = _window(kept, heart, low, high, heads)
    view = along / shown
    ends = (0.0, 1.0 - view) if heart >= 0.5 else (1.0 - view, 0.0)
    if heads is not None:
        ends = _whole(ends, view, ((heads[0] - begin) / kept, (heads[1] - begin) / kept))
    # A view that heads hold back drifts over too little of a panorama; a group that fills one is shown at once.
    if not seen or abs(ends[1] - ends[0]) < (1.0 - view) / 2:
        return None
    if wide:
        canvas, part = Size(shown, across), Box(begin, 0.0, begin + shown / length, 1.0)
        first, last = (Box(end, 0.0, end + view, 1.0) for end in ends)
    else:
        canvas, part = Size(across, shown), Box(0.0, begin, 1.0, begin + shown / length)
        first, last = (Box(0.0, end, 1.0, end + view) for end in ends)
    return Hung(canvas, Rect(0, 0, canvas.width, canvas.height), part, first, last)


def _whole(ends: tuple[float, float], view: float, heads: _Span) -> tuple[float, float]:
    """Where the first and the last view begin that cut no head; both at one place where none can be."""
    if heads[1] - heads[0] > view:
        return (0.0, 0.0)
    first, last = (
        _holding(end, view, heads) if heads[0] < end + view and heads[1] > end else end for end in ends
    )
    return first, last
