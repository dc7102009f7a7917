"""State: the product of the parts. Frozen; rebound by the main thread alone."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from kiosk.core.access import Access
from kiosk.core.downloads import Downloads
from kiosk.core.model import NEVER, CommandId, Counts, Deadline, PickId
from kiosk.core.picking import Picking
from kiosk.core.settings import Settings
from kiosk.core.signin import Exchange, Off, SignIn
from kiosk.core.slideshow import Show
from kiosk.core.writes import Writes


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


@frozen
class State:
    settings: Settings
    opened: bool = False
    """The catalog has been read."""
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
    show: Show = Show()
    counts: Counts = Counts()
    writes: Writes = Writes()
    room_at: Deadline = NEVER
    """When to look whether the card still has the room that config.toml asks for."""
    announced: PickId | None = None
    """The pick whose first picture has been brought forward."""
    attempt_kept: bool = False
    """A pending attempt is on the card and is to be forgotten once its picking session exists."""
    leaving: Leaving | None = None
    confirm_until: Deadline | None = None
    """Until then a second Shift+D disconnects."""
    last_error: LastError | None = None
    next_id: int = 1
