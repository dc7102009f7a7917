"""What the screen says, as a value: pixels follow from it and nothing else."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from kiosk.core.model import SlideId
from kiosk.core.settings import Transition


class Look(Enum):
    """How a card is laid out; each carries one idea."""

    MESSAGE = "message"
    """A title and a few lines, in the middle: starting, trouble without an address."""
    CODE = "code"
    """A QR beside the words: sign-in, picking, trouble with an address."""
    PROGRESS = "progress"
    """A bar and a count: listing and downloading."""


@frozen
class Card:
    """One idea on the screen. Texts are in the viewer's language and fit any box: the painter wraps and shrinks."""

    look: Look
    title: str
    body: str = ""
    """What to do, in one or two sentences."""
    qr: str | None = None
    """The address in the QR."""
    address: str | None = None
    """The address as text, never altered; room for 40 wide characters."""
    code: str | None = None
    """The user code, never re-cased or regrouped; room for 15 wide characters."""
    status: str = ""
    """A quiet line that changes: minutes left, waiting."""
    footnote: str = ""
    """What is kept on this device and how to erase it; where the config file is."""
    done: int = 0
    total: int = 0
    """For PROGRESS; total 0 means: not known yet."""


class Mark(Enum):
    """The quiet badge in the corner."""

    SIGN_IN = "sign_in"
    OFFLINE = "offline"
    CARD_FULL = "card_full"
    PAUSED = "paused"
    WORKING = "working"


@frozen
class Badge:
    mark: Mark
    text: str


@frozen
class Scene:
    """The whole screen.

    current: the slide shown, None when no photograph is there. incoming with ``progress`` in [0, 1): the transition,
    drawn as ``kind``. motion, incoming_motion: how far the view of each has moved, 0 to 1.
    card: over everything when ``current`` is None, in a panel over the slideshow otherwise.
    """

    current: SlideId | None = None
    incoming: SlideId | None = None
    progress: float = 0.0
    kind: Transition = Transition.CROSSFADE
    motion: float = 0.0
    incoming_motion: float = 0.0
    card: Card | None = None
    badge: Badge | None = None
