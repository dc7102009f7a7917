"""State: the product of the parts. Frozen; rebound by the main thread alone."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import frozen

from kiosk.core.access import Access
from kiosk.core.arrivals import Arrivals
from kiosk.core.downloads import Downloads
from kiosk.core.events import Entry
from kiosk.core.model import NEVER, CommandId, Counts, Deadline, MachineFacts, Moment, PickId
from kiosk.core.picking import Picking
from kiosk.core.settings import Settings
from kiosk.core.shade import DAY, Shade
from kiosk.core.signin import Exchange, Off, SignIn
from kiosk.core.slideshow import Show
from kiosk.core.writes import Writes
from kiosk.errors import KioskError


@frozen
class LastError:
    """The last thing that went wrong, for ``kiosk status``. Never holds a secret."""

    text: str
    at: datetime


@frozen
class Leaving:
    """*Disconnect*: delete the picking sessions, revoke, wipe; each step has a time limit, so that it always ends."""

    until: Deadline
    awaits: frozenset[CommandId] = frozenset()
    """Downloads that were under way."""
    trouble: str | None = None
    """What Google did not do."""
    revoke: CommandId | None = None
    wipe: CommandId | None = None


class Wish(Enum):
    """What somebody wants, whatever the hours say."""

    SLEEP = "sleep"
    WAKE = "wake"


@frozen
class Sleep:
    """Whether the frame is dark, and why (kiosk/core/sleeping.py)."""

    asleep: bool = False
    by_hours: bool = False
    """What the sleep hours said when the clock was last looked at."""
    unsure: bool = False
    """There are sleep hours, but the clock is wrong."""
    change_at: datetime | None = None
    """When the hours next say otherwise."""
    wish: Wish | None = None
    until: Deadline = NEVER
    """When the wish ends, unless the hours end it before."""
    looked: Moment | None = None
    look_at: Deadline = Deadline(0.0)
    panel: CommandId | None = None
    """The SetPanel that is under way."""
    off: bool = False
    """The panel was turned off: what is painted now would be lost, or light it."""
    methods: tuple[str, ...] = ()
    """By what."""
    resized: bool = False
    """The screen has had another size since the frame fell asleep."""


class Page(Enum):
    """What the menu asks or tells."""

    MAIN = "main"
    WHICH = "which"
    """Which of a pair is to be hidden."""
    DISCONNECT = "disconnect"
    """Whether it is meant."""
    INFO = "info"


@frozen
class OpenMenu:
    """The menu while it is open (kiosk/core/menu.py). at: the entry that OK would choose."""

    until: Deadline
    page: Page = Page.MAIN
    at: Entry | None = None
    """None, or one that is not there any more: the first."""
    asking: CommandId | None = None
    """The LookUpFacts that is under way ..."""
    facts: MachineFacts | None = None
    """... and what came of it."""


@frozen
class Dimming:
    """How bright and warm the screen is, and why (kiosk/core/light.py)."""

    shade: Shade | None = None
    """On the screen; None: nothing yet."""
    target: Shade = DAY
    """Where it goes, a step at a time."""
    step_at: Deadline = Deadline(0.0)
    """When it may take the next one."""
    sun: float | None = None
    """Darkness by the sun, 0 to 1; None: no place, or no right clock."""
    looked: Moment | None = None
    look_at: Deadline = Deadline(0.0)
    room: float | None = None
    """Darkness by the sensor; None: it says nothing."""
    readings: tuple[float, ...] = ()
    """The last ones, in lux."""
    misses: int = 0
    """Readings without a word, in a row."""
    reading: CommandId | None = None
    """The ReadLight that is under way."""
    read_at: Deadline = Deadline(0.0)
    lit_until: Deadline = NEVER
    """Somebody stands before it; NEVER: nobody is known to."""
    panel: CommandId | None = None
    """The SetLight that is under way."""
    asked: int | None = None
    """Steps that the panel was last told of."""
    refused: bool = False
    """The panel does not do it, so the picture is dimmed."""


@frozen
class State:
    settings: Settings
    opened: bool = False
    """The catalog has been read."""
    unopened: KioskError | None = None
    """Why it could not be read."""
    open_at: Deadline = NEVER
    """When to try again to read it."""
    access: Access = Access()
    signin: SignIn = Off()
    exchange: Exchange | None = None
    sign_ins: int = 0
    """How often somebody has signed in since the start: tells a new sign-in from an old one."""
    disconnects: int = 0
    """How often this frame was erased since the start: the same for *Disconnect* ..."""
    disconnect_error: str | None = None
    """... and what Google did not do at the last one."""
    picking: Picking = Picking()
    downloads: Downloads = Downloads()
    arrivals: Arrivals = Arrivals()
    show: Show = Show()
    counts: Counts = Counts()
    writes: Writes = Writes()
    room_at: Deadline = NEVER
    """When to look whether the card still has the room that config.toml asks for."""
    announced: PickId | None = None
    """The pick whose first picture has been brought forward."""
    attempt_kept: bool = False
    """A pending attempt is on the card and is to be forgotten once its picking session exists."""
    sleep: Sleep = Sleep()
    light: Dimming = Dimming()
    blind: bool = False
    """No display is there: nothing is decoded or painted."""
    leaving: Leaving | None = None
    confirm_until: Deadline | None = None
    """Until then a second Shift+D disconnects."""
    menu: OpenMenu | None = None
    hint_until: Deadline = NEVER
    """Until then the screen says how it is touched."""
    last_error: LastError | None = None
    next_id: int = 1

    @property
    def unseen(self) -> bool:
        """Nobody can see anything: the frame is dark, or it has no display."""
        return self.blind or self.sleep.asleep
