"""The nouns. Frozen values with their ids and units as types; nothing here does anything.

Vocabulary: RFC 8628 (device code, user code, interval), Google's reference (media item, base URL, picking session) and
docs/architecture.md (rendition, pick, slide). A *deadline* is monotonic seconds, an ``*_at`` is aware UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import NewType

from attrs import field, frozen

from kiosk.core.focus import Measure

CommandId = NewType("CommandId", int)
"""Which command an event answers; 0 answers nothing."""
MediaItemId = NewType("MediaItemId", str)
PickingSessionId = NewType("PickingSessionId", str)
RequestId = NewType("RequestId", str)
"""A UUID of version 4, text, 8-4-4-4-12 (sessions.create, ``requestId``)."""
PickId = NewType("PickId", int)
SlideId = NewType("SlideId", int)
"""Counts the turns on the screen since the start: two turns of one picture have two ids."""
Seconds = NewType("Seconds", float)
Deadline = NewType("Deadline", float)
"""Monotonic seconds."""

NEVER = Deadline(float("inf"))


@frozen
class Moment:
    """Now, on both clocks. Wall-clock time only for what outlives a boot: a Raspberry Pi starts years wrong."""

    monotonic: float
    utc: datetime

    def after(self, seconds: float) -> Deadline:
        """The deadline this many seconds from now."""
        return Deadline(self.monotonic + seconds)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

PICKER_SCOPE = "https://www.googleapis.com/auth/photospicker.mediaitems.readonly"
"""The one scope asked for (Picker API, sessions.create)."""


@frozen
class Size:
    """Pixels."""

    width: int
    height: int


@frozen
class Rect:
    """Pixels; the origin is the top left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


@frozen
class Secret:
    """Text that no ``repr``, log or status may show."""

    reveal: str = field(repr=False)

    def __str__(self) -> str:
        return "***"


@frozen
class Client:
    """An OAuth client of a Google Cloud project. An empty ``client_id`` means: not configured."""

    client_id: str = ""
    client_secret: Secret = Secret("")


@frozen
class Credentials:
    """What outlives a restart: the refresh token and what it is good for. The access token never reaches the card."""

    refresh_token: Secret
    client_id: str
    scopes: tuple[str, ...]


@frozen
class AccessToken:
    """A bearer for Google's APIs (RFC 6749 section 1.4), good until the deadline, which has a margin taken off."""

    bearer: Secret
    expires: Deadline


@frozen
class DeviceCode:
    """The answer to a device authorization request (RFC 8628 section 3.2). Times in seconds."""

    device_code: Secret
    user_code: str
    verification_url: str
    verification_url_complete: str | None
    interval: Seconds
    expires_in: Seconds


@frozen
class Attempt:
    """One try to sign in, as it is kept over a restart: the code and the request id that the pick must use again."""

    request_id: RequestId
    code: DeviceCode
    issued_at: datetime
    expires_at: datetime


@frozen
class Grant:
    """A successful answer of the token endpoint. ``expires_in`` in seconds; no refresh token on a repeat consent."""

    access_token: Secret
    expires_in: Seconds
    refresh_token: Secret | None
    scopes: tuple[str, ...]


@frozen
class PickingSession:
    """Google's PickingSession (Picker API, sessions). Durations in seconds, None once ``media_items_set``."""

    id: PickingSessionId
    picker_uri: str
    media_items_set: bool
    poll_interval: Seconds | None
    timeout_in: Seconds | None
    expires_at: datetime | None


class Kind(Enum):
    """PickedMediaItem.type; an unknown value is treated as a photograph and judged by its bytes."""

    PHOTO = "photo"
    VIDEO = "video"


@frozen
class MediaItem:
    """Google's PickedMediaItem. Size in pixels of the original, None where the metadata is missing."""

    id: MediaItemId
    kind: Kind
    base_url: str = field(repr=False)
    """Good for 60 minutes, with the bearer and a size suffix. Never stored, never logged."""
    mime_type: str
    filename: str
    size: Size | None
    captured_at: datetime | None
    camera: str = ""
    """Make and model as Google names them; empty where unknown."""


@frozen
class MediaPage:
    """One page of mediaItems.list; only the absence of a page token ends the list."""

    items: tuple[MediaItem, ...]
    next_page_token: str | None


@frozen
class Rendition:
    """The bytes of an item at one size, on disk: upright, sRGB, decoded once to the end."""

    item_id: MediaItemId
    name: str
    """File name inside the renditions directory."""
    size: Size
    bytes: int
    digest: str
    """SHA-256 of the file, hex."""
    captured_at: datetime | None
    """As Google says; where it says nothing, as the picture's own EXIF does."""
    measure: Measure | None = None


@frozen
class StoredItem:
    """An item as the show needs it: what to draw, and the minute that it was captured in."""

    item_id: MediaItemId
    name: str
    size: Size
    minute: int | None
    """Minutes since the epoch of the capture, None where unknown."""
    camera: str = ""
    added: int | None = None
    """Minutes since the epoch at which it came onto the card, None where unknown."""
    measure: Measure | None = None
    """None: not measured yet."""


Group = tuple[StoredItem, ...]
"""What shares one slide: one item, or a pair of them."""


@frozen
class Slide:
    """One turn on the screen: one rendition, or (with pairs) two."""

    id: SlideId
    items: tuple[StoredItem, ...]


class PickPhase(Enum):
    """How far a pick has come, as it is kept over a restart."""

    PICKING = "picking"
    """The person is choosing: poll."""
    FETCHING = "fetching"
    """Finished by the person: list and download."""
    ENDED = "ended"
    """Everything is stored or given up: only the deletion at Google is left."""


@frozen
class OpenPick:
    """A pick whose picking session still lives at Google."""

    pick_id: PickId
    session_id: PickingSessionId
    phase: PickPhase
    expires_at: datetime | None


@frozen
class PickRequest:
    """A picking session that was asked for and whose id is not on the card yet: Google may have it."""

    request_id: RequestId
    abandoned: bool = False
    """Nobody waits for it any more: it is only to be deleted."""


@frozen
class GivenUp:
    """An item that is not shown, and why. filename: as Google names it; may be empty."""

    item_id: MediaItemId
    filename: str
    why: str


@frozen
class MachineFacts:
    """What the menu tells of the machine. name: its host name, as others find it in the network.

    addresses: those that others reach it by. free: bytes on the card that holds the pictures; None: not known.
    """

    version: str
    name: str = ""
    addresses: tuple[str, ...] = ()
    free: int | None = None


@frozen
class Counts:
    """The catalog in numbers: items known and not hidden, renditions stored, given up, hidden."""

    items: int = 0
    stored: int = 0
    failed: int = 0
    hidden: int = 0
    set_aside: tuple[GivenUp, ...] = ()
    """The newest few of the failed ones by name, the newest first."""
