"""State: the product of the parts. Frozen; rebound by the main thread alone."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import frozen

from kiosk.core.access import Access
from kiosk.core.arrivals import Arrivals
from kiosk.core.downloads import Downloads
from kiosk.core.model import NEVER, CommandId, Counts, Deadline, Moment, PickId
from kiosk.core.picking import Picking
from kiosk.core.settings import Settings
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
    leaving: Leaving | None = None
    confirm_until: Deadline | None = None
    """Until then a second Shift+D disconnects."""
    last_error: LastError | None = None
    next_id: int = 1
