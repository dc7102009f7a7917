"""What the screen says, as a value: pixels follow from it and nothing else."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import frozen

from kiosk.core.events import Entry
from kiosk.core.model import CommandId, SlideId
from kiosk.core.settings import Transition
from kiosk.core.shade import WHITE, Colour


class Look(Enum):
    """How a card is laid out; each carries one idea."""

    MESSAGE = "message"
    """A title and a few lines, in the middle: starting, trouble without an address."""
    CODE = "code"
    """A QR beside the words: sign-in, picking, trouble with an address."""
    PROGRESS = "progress"
    """A bar and a count: listing and downloading."""


class Illustration(Enum):
    """What a card shows before anybody has read it."""

    FRAME = "frame"
    """A frame with nothing in it: starting, nothing chosen."""
    PHONE = "phone"
    """The way to a code."""
    PHOTOS = "photos"
    """Photographs that arrive."""
    OFFLINE = "offline"
    BUSY = "busy"
    TIME = "time"
    """Time ran out."""
    LOST = "lost"
    """An answer or a photograph that did not arrive."""
    ACCOUNT = "account"
    """Google refuses this person, or was told No."""
    BOX = "box"
    """A box that was not ticked."""
    KEY = "key"
    """The owner has to mend the client."""
    COMPUTER = "computer"
    CARD_FULL = "card_full"
    CARD_LOCKED = "card_locked"
    CARD_BROKEN = "card_broken"
    CONFIG = "config"
    """A mistake in the config file."""
    PAIR = "pair"
    """Two photographs beside each other."""
    UNPLUGGED = "unplugged"
    """Disconnect."""


@frozen
class Card:
    """One idea on the screen. Texts are in the viewer's language and fit any box: the painter wraps and shrinks."""

    look: Look
    title: str
    body: str = ""
    """What to do, in one or two sentences."""
    hint: str = ""
    """One more sentence for those who need it; quieter than the body."""
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
    illustration: Illustration | None = None


class Mark(Enum):
    """The quiet badge in the corner."""

    SIGN_IN = "sign_in"
    OFFLINE = "offline"
    CARD_FULL = "card_full"
    SECRET = "secret"
    PAUSED = "paused"
    WORKING = "working"
    TOUCH = "touch"
    """How the frame is touched."""


@frozen
class Badge:
    mark: Mark
    text: str


@frozen
class Label:
    """What stands at the foot of one picture, in one line. With nothing in it there is none."""

    mark: str = ""
    """New here, or of this day in another year."""
    taken: datetime | None = None
    """Aware, in the frame's zone; the day is what is said of it."""
    camera: str = ""
    """A name: no language changes it."""

    def __bool__(self) -> bool:
        return bool(self.mark or self.taken or self.camera)


@frozen
class Strip:
    """What is arriving, at the foot of the screen: a title, a count, a bar and the newest thumbnails."""

    title: str
    """Empty while ``status`` needs the room."""
    status: str
    """How many of how many, or what is wrong."""
    share: float
    """Of the bar that is filled, 0 to 1."""
    places: int
    """How many thumbnails there will be; the row holds them as far as the screen is wide enough."""
    thumbs: tuple[CommandId, ...] = ()
    """By the commands that made them, the newest last."""
    arrival: float = 1.0
    """How far the newest one has come to its place, 0 to 1."""
    opacity: float = 1.0


@frozen
class Choice:
    """A line of the menu that can be chosen."""

    entry: Entry
    text: str


@frozen
class Fact:
    """A line of the menu that tells something. lines: each on a line of its own; what is under it, if anything."""

    name: str
    lines: tuple[str, ...]
    at: datetime | None = None
    """When it was, aware, in the frame's zone."""


@frozen
class Menu:
    """A page of the menu, in the middle of the screen, over everything: title, body, facts, choices, footnote."""

    choices: tuple[Choice, ...]
    focus: Entry | None
    """The choice that the next OK means."""
    title: str = ""
    body: str = ""
    facts: tuple[Fact, ...] = ()
    footnote: str = ""


@frozen
class Scene:
    """The whole screen.

    current: the slide shown, None when no photograph is there. incoming with ``progress`` in [0, 1): the transition,
    drawn as ``kind``. motion, incoming_motion: how far the view of each has moved, 0 to 1.
    card: over everything when ``current`` is None, in a panel over the slideshow otherwise.
    labels, incoming_labels: of each picture of the slide, the left or upper one first; none where nobody has anything
    to say. clock: the minute, aware, in the frame's zone. strip: over the picture; nothing else is at the foot then.
    """

    current: SlideId | None = None
    incoming: SlideId | None = None
    progress: float = 0.0
    kind: Transition = Transition.CROSSFADE
    backwards: bool = False
    """The incoming one was there before: what moves across the screen moves the other way."""
    motion: float = 0.0
    incoming_motion: float = 0.0
    card: Card | None = None
    menu: Menu | None = None
    """Instead of the card, which is there again when it closes."""
    badge: Badge | None = None
    strip: Strip | None = None
    labels: tuple[Label, ...] = ()
    incoming_labels: tuple[Label, ...] = ()
    clock: datetime | None = None
    light: Colour = WHITE
    """The light around the frame: all of it is multiplied with this."""
    dark: bool = False
    """Asleep: black, and nothing else."""
