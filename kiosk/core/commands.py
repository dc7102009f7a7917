"""Everything that can be asked of the rooms, one value each. Each carries the id that its answer must name.

A command with a ``bearer`` is sent by the machine only once an access token is at hand (core/access.py fills it in).
"""

from __future__ import annotations

from attrs import frozen

from kiosk.core.focus import Measure
from kiosk.core.model import (
    AccessToken,
    Attempt,
    Client,
    CommandId,
    Credentials,
    Group,
    MediaItem,
    MediaItemId,
    PickId,
    PickingSessionId,
    PickPhase,
    Rendition,
    RequestId,
    Secret,
    Size,
    Slide,
    StoredItem,
)
from kiosk.core.pairing import Pairing
from kiosk.core.settings import Order, Style


@frozen(kw_only=True)
class Command:
    id: CommandId = CommandId(0)


@frozen(kw_only=True)
class Authorised(Command):
    """Needs an access token."""

    bearer: AccessToken | None = None
    renewed: bool = False
    """The access token was already renewed once for this command: a second 401 ends it."""


# To the google thread: serial, one HTTP session. -----------------------------------------------------------------


@frozen(kw_only=True)
class RequestDeviceCode(Command):
    """RFC 8628 section 3.1, with Google's ``state`` unless ``request_id`` is None. -> DeviceCodeIssued"""

    client: Client
    request_id: RequestId | None
    display_name: str


@frozen(kw_only=True)
class PollToken(Command):
    """RFC 8628 section 3.4. -> Granted, or Failed with Pending, SlowDown, Refused, Gone ..."""

    client: Client
    device_code: Secret


@frozen(kw_only=True)
class ExchangeCode(Command):
    """Authorization code with PKCE (RFC 7636 section 4.5). -> Granted"""

    client: Client
    code: Secret
    verifier: Secret
    redirect_uri: str


@frozen(kw_only=True)
class RefreshAccessToken(Command):
    """RFC 6749 section 6. -> Granted (without a refresh token: the old one is kept)"""

    client: Client
    credentials: Credentials


@frozen(kw_only=True)
class Revoke(Command):
    """RFC 7009; at Google it ends the whole Cloud project's grant of that person. -> Revoked"""

    refresh_token: Secret


@frozen(kw_only=True)
class CreatePickingSession(Authorised):
    """sessions.create. -> PickingSessionReady"""

    request_id: RequestId
    max_items: int


@frozen(kw_only=True)
class GetPickingSession(Authorised):
    """sessions.get. -> PickingSessionReady"""

    session_id: PickingSessionId


@frozen(kw_only=True)
class ListMediaItems(Authorised):
    """mediaItems.list, one page. -> MediaItemsListed"""

    session_id: PickingSessionId
    page_token: str | None


@frozen(kw_only=True)
class DeletePickingSession(Authorised):
    """sessions.delete; NOT_FOUND counts as done. -> PickingSessionDeleted"""

    session_id: PickingSessionId


# To the download threads: one rendition each. -----------------------------------------------------------------------


@frozen(kw_only=True)
class FetchRendition(Authorised):
    """Fetch, check, normalise and fsync one rendition; it is in no catalog yet. -> RenditionFetched"""

    item: MediaItem
    pick_id: PickId
    box: Size
    """Ask Google for a picture that fits into this box, in pixels."""


# To the disk thread: catalog, credentials, eviction. Commands that queue up together share one transaction. -----------


@frozen(kw_only=True)
class OpenCatalog(Command):
    """-> CatalogOpened, with the first slides, so that the first picture waits for nothing else."""

    order: Order
    pairing: Pairing | None = None
    """How pictures pair; None: each hangs alone."""


@frozen(kw_only=True)
class SaveCredentials(Command):
    """Written atomically, 0600; None wipes them. -> Saved"""

    credentials: Credentials | None


@frozen(kw_only=True)
class SaveAttempt(Command):
    """The pending attempt to sign in; None forgets it. -> Saved"""

    attempt: Attempt | None


@frozen(kw_only=True)
class SavePick(Command):
    """A picking session was made or has moved on. -> PickSaved (with the pick's id)"""

    session_id: PickingSessionId
    phase: PickPhase
    expires_at: str | None
    """RFC 3339, as Google sent it; None where it did not."""


@frozen(kw_only=True)
class ForgetPick(Command):
    """The picking session is gone at Google: nothing is left to delete. The items stay. -> Saved"""

    session_id: PickingSessionId


@frozen(kw_only=True)
class SavePickRequest(Command):
    """Before CreatePickingSession is sent: whatever happens then, this request id finds its picking session again. Once
    more with ``abandoned``, when nobody waits for it any more. -> Saved"""

    request_id: RequestId
    abandoned: bool = False


@frozen(kw_only=True)
class ForgetPickRequest(Command):
    """Its picking session is on the card, is deleted, or was certainly never made. -> Saved"""

    request_id: RequestId


@frozen(kw_only=True)
class AddItems(Command):
    """One page of a pick. -> ItemsAdded, naming those that still want a rendition"""

    pick_id: PickId
    items: tuple[MediaItem, ...]


@frozen(kw_only=True)
class StoreRendition(Command):
    """Commit a fetched rendition to the catalog; with ``replace`` the earlier picks leave in the same transaction.
    -> RenditionStored"""

    pick_id: PickId
    rendition: Rendition
    replace: bool
    on_screen: tuple[MediaItemId, ...]


@frozen(kw_only=True)
class ReplacePicks(Command):
    """All of a pick that could be had was on the card already: the earlier picks leave, unless the card has no picture
    of this one. -> Evicted"""

    pick_id: PickId
    on_screen: tuple[MediaItemId, ...]


@frozen(kw_only=True)
class GiveUp(Command):
    """This item will not be fetched again in this pick; ``why`` is for the owner. -> Saved"""

    pick_id: PickId
    item_id: MediaItemId
    why: str


@frozen(kw_only=True)
class MakeRoom(Command):
    """Keep cache_max_mb and keep_free_mb; the oldest pick goes first, never ``pick_id`` nor what is on screen.
    -> Evicted, or Failed with DiskFull when nothing may go"""

    pick_id: PickId | None
    on_screen: tuple[MediaItemId, ...]


@frozen(kw_only=True)
class DrawSlides(Command):
    """The next slides of the order. -> SlidesDrawn"""

    order: Order
    after: StoredItem | None
    """The item that they follow."""
    avoid: tuple[MediaItemId, ...]
    """Drawn already but not yet shown."""
    count: int
    """Of slides, with one item or two."""
    pairing: Pairing | None = None
    """How pictures pair; None: each hangs alone."""
    recent: tuple[Group, ...] = ()
    """The last few slides before these, the oldest first: a partner may have been ahead of its place in the order."""


@frozen(kw_only=True)
class MarkShown(Command):
    """The shuffle's memory. Kept in memory by the disk thread and written at most once a minute. No answer."""

    item_ids: tuple[MediaItemId, ...]


@frozen(kw_only=True)
class SaveMeasure(Command):
    """What was measured on a picture that came without. Kept in memory like MarkShown's, and written with it.
    No answer."""

    item_id: MediaItemId
    measure: Measure


@frozen(kw_only=True)
class HideItems(Command):
    """Never show these again: files deleted, ids kept. -> Hidden"""

    item_ids: tuple[MediaItemId, ...]


@frozen(kw_only=True)
class SetAside(Command):
    """A rendition on the card cannot be read: out of the show, its file moved aside. -> Hidden"""

    item_ids: tuple[MediaItemId, ...]


@frozen(kw_only=True)
class WipeEverything(Command):
    """Credentials, catalog and renditions, as *Disconnect* promises. -> Wiped"""


# To the decode thread: a queue of one. ------------------------------------------------------------------------------


@frozen(kw_only=True)
class PrepareSlide(Command):
    """Read, scale and compose for the screen. -> SlidePrepared; Failed with Corrupt when a file is damaged"""

    slide: Slide
    screen: Size
    style: Style = Style()


@frozen(kw_only=True)
class PrepareThumb(Command):
    """A small square of the stored picture, ``side`` pixels, for the strip of what arrives; at most one at a time, and
    none while a slide is awaited. -> ThumbPrepared, or Failed with Corrupt"""

    item: StoredItem
    side: int


# To the panel thread: a tool may take ten seconds. -----------------------------------------------------------------


@frozen(kw_only=True)
class SetPanel(Command):
    """Turn the panel's light on or off, as far as this machine can. -> PanelSet, or Failed with DisplayError"""

    on: bool
    again: bool = False
    """It was turned off before: only if it is on again by now, or another panel hangs there."""


@frozen(kw_only=True)
class LookUpFacts(Command):
    """Version, addresses and free space, for the menu."""


@frozen(kw_only=True)
class SetLight(Command):
    """Let the panel give this share of the light that it had before anybody turned it down. -> LightSet, or Failed with
    DisplayError"""

    share: float
    afresh: bool = False
    """Nobody knows what the panel gives by now: it was off, or another one hangs there."""


@frozen(kw_only=True)
class ReadLight(Command):
    """How bright the room is. -> LightRead"""


# To the main thread itself. -----------------------------------------------------------------------------------------


@frozen(kw_only=True)
class DropSlide(Command):
    """Its pixels are no longer needed."""

    slide: Slide


@frozen(kw_only=True)
class DropThumb(Command):
    """The pixels of a thumbnail are no longer needed."""

    thumb: CommandId
    """The PrepareThumb that made it."""


@frozen(kw_only=True)
class Quit(Command):
    """Stop the loop."""


GoogleCommand = (
    RequestDeviceCode
    | PollToken
    | ExchangeCode
    | RefreshAccessToken
    | Revoke
    | CreatePickingSession
    | GetPickingSession
    | ListMediaItems
    | DeletePickingSession
)
DiskCommand = (
    OpenCatalog
    | SaveCredentials
    | SaveAttempt
    | SavePick
    | ForgetPick
    | SavePickRequest
    | ForgetPickRequest
    | AddItems
    | StoreRendition
    | ReplacePicks
    | GiveUp
    | MakeRoom
    | DrawSlides
    | MarkShown
    | SaveMeasure
    | HideItems
    | SetAside
    | WipeEverything
)
