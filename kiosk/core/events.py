"""Everything that can happen, one value each. An answer names the command that it answers."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from kiosk.core.commands import Command
from kiosk.core.focus import Measure
from kiosk.core.model import (
    Attempt,
    CommandId,
    Counts,
    Credentials,
    DeviceCode,
    Grant,
    Group,
    MachineFacts,
    MediaItem,
    MediaItemId,
    MediaPage,
    OpenPick,
    PickId,
    PickingSession,
    PickingSessionId,
    PickRequest,
    Rendition,
    Secret,
    Size,
    Slide,
    StoredItem,
)
from kiosk.errors import KioskError


@frozen(kw_only=True)
class Event:
    answers: CommandId = CommandId(0)


@frozen(kw_only=True)
class Failed(Event):
    """A worker could not do it; the error says who can act (errors.py)."""

    command: Command
    error: KioskError


# From Google. ---------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class DeviceCodeIssued(Event):
    code: DeviceCode


@frozen(kw_only=True)
class Granted(Event):
    grant: Grant


@frozen(kw_only=True)
class Revoked(Event):
    pass


@frozen(kw_only=True)
class PickingSessionReady(Event):
    picking_session: PickingSession


@frozen(kw_only=True)
class MediaItemsListed(Event):
    page: MediaPage


@frozen(kw_only=True)
class PickingSessionDeleted(Event):
    session_id: PickingSessionId


@frozen(kw_only=True)
class RenditionFetched(Event):
    item: MediaItem
    pick_id: PickId
    rendition: Rendition
    """Its file is in place, but it is in no catalog yet."""


# From the card. -------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class CatalogOpened(Event):
    counts: Counts
    credentials: Credentials | None
    attempt: Attempt | None
    open_picks: tuple[OpenPick, ...]
    drawn: tuple[Group, ...]
    """The first slides of the order; empty when nothing is stored."""
    pick_requests: tuple[PickRequest, ...] = ()
    """Picking sessions that may exist although their ids never reached the card, the oldest first."""
    rebuilt: bool = False
    """The catalog was damaged, set aside and rebuilt from the files."""


@frozen(kw_only=True)
class Saved(Event):
    counts: Counts


@frozen(kw_only=True)
class PickSaved(Event):
    pick_id: PickId
    session_id: PickingSessionId


@frozen(kw_only=True)
class ItemsAdded(Event):
    """``wanted`` have no rendition yet and are not hidden; in the order of the list."""

    pick_id: PickId
    wanted: tuple[MediaItem, ...]
    counts: Counts


@frozen(kw_only=True)
class RenditionStored(Event):
    pick_id: PickId
    item: StoredItem
    counts: Counts
    removed: tuple[MediaItemId, ...] = ()
    """Items that left the catalog in the same transaction (``mode = "replace"``)."""


@frozen(kw_only=True)
class Evicted(Event):
    item_ids: tuple[MediaItemId, ...]
    counts: Counts


@frozen(kw_only=True)
class SlidesDrawn(Event):
    drawn: tuple[Group, ...]


@frozen(kw_only=True)
class Hidden(Event):
    item_ids: tuple[MediaItemId, ...]
    counts: Counts


@frozen(kw_only=True)
class Wiped(Event):
    pass


# From the screen. -----------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class SlidePrepared(Event):
    slide: Slide


@frozen(kw_only=True)
class Measured(Event):
    """A picture that was stored without its measure has one now; may come after its slide."""

    item_id: MediaItemId
    measure: Measure


@frozen(kw_only=True)
class ThumbPrepared(Event):
    """The painter has a thumbnail, by the name of the command that this answers."""


@frozen(kw_only=True)
class ScreenResized(Event):
    screen: Size
    moves: bool = True
    """Whether this screen can draw a picture in motion; where it cannot, pictures hang still."""


@frozen(kw_only=True)
class ScreenLost(Event):
    """No display is there any more, or none yet. ScreenResized says that one is."""


@frozen(kw_only=True)
class PanelSet(Event):
    """The panel is lit, or dark."""

    on: bool
    methods: tuple[str, ...] = ()
    """What did it; empty where nothing had to be done."""


@frozen(kw_only=True)
class LightSet(Event):
    """The panel gives the light that was asked for."""


@frozen(kw_only=True)
class LightRead(Event):
    """How bright the room is; None: the sensor does not say."""

    lux: float | None


class Verb(Enum):
    """What a person or an installer asks for: by key, by the control socket."""

    NEXT = "next"
    PREVIOUS = "previous"
    PAUSE = "pause"
    RESUME = "resume"
    PICK = "pick"
    CANCEL = "cancel"
    HIDE = "hide"
    QUIT = "quit"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    SLEEP = "sleep"
    WAKE = "wake"
    # By key alone, for whoever stands before the frame.
    PLAY_PAUSE = "play-pause"
    UP = "up"
    DOWN = "down"
    OK = "ok"
    """Opens the menu, and chooses in it: many a TV keeps its menu key to itself."""
    MENU = "menu"
    INFO = "info"


class Which(Enum):
    """Of a pair: the left or upper one, the right or lower one, or both."""

    FIRST = "first"
    SECOND = "second"
    BOTH = "both"


@frozen(kw_only=True)
class Asked(Event):
    """A verb. ``code``, ``verifier`` and ``redirect_uri`` come with SIGN_IN on the second road only."""

    verb: Verb
    code: Secret | None = None
    verifier: Secret | None = None
    redirect_uri: str = ""
    confirmed: bool = True
    """False for the key of SIGN_OUT: the first press asks, the second within ten seconds acts."""
    key: bool = False
    """It was a key: whoever pressed it sees the screen, and can answer what that asks."""
    which: Which | None = None
    """With HIDE, what of a pair. A key that does not say it is asked; nobody else is, and hides nothing."""


class Entry(Enum):
    """What can be chosen in the menu (kiosk/core/menu.py)."""

    PICK = "pick"
    STOP = "stop"
    HIDE = "hide"
    PAUSE = "pause"
    RESUME = "resume"
    SLEEP = "sleep"
    INFO = "info"
    DISCONNECT = "disconnect"
    CLOSE = "close"
    FIRST = "first"
    SECOND = "second"
    BOTH = "both"
    ERASE = "erase"
    BACK = "back"


class Gesture(Enum):
    """What a finger did, as the viewer sees it."""

    TAP = "tap"
    HOLD = "hold"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


@frozen(kw_only=True)
class Touched(Event):
    """A finger, or the mouse in its place. x, y: where it came down, in shares of the screen."""

    gesture: Gesture
    x: float = 0.5
    y: float = 0.5
    entry: Entry | None = None
    """The line of the menu under it."""


@frozen(kw_only=True)
class Stirred(Event):
    """A key or a finger went down: worth a look at the keyboard, whatever comes of it. Means nothing by itself."""


@frozen(kw_only=True)
class FactsFound(Event):
    facts: MachineFacts


@frozen(kw_only=True)
class DeadlineReached(Event):
    """Nothing happened, but ``next_deadline(state)`` has passed."""
