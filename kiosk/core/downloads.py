"""What to fetch next, what failed, when to try again.

Rules (Google Photos best practices, "Retrying failed requests", and docs/google-api.md 5.3):
- A few at a time; a fault that is nobody's holds all of them back, because it will hit the next one as well.
- Base URLs die after 60 minutes: none older than 50 is used, and a refused one asks for a new list.
- Unreadable bytes are fetched once more, then set aside. Nothing is tried for ever.
- A full card stops the downloads with a note, and never the show.
"""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core.commands import FetchRendition, GiveUp, MakeRoom, StoreRendition
from kiosk.core.events import Event, Evicted, Failed, ItemsAdded, RenditionFetched, RenditionStored
from kiosk.core.layout import rendition_box
from kiosk.core.model import NEVER, CommandId, Deadline, MediaItem, MediaItemId, PickId
from kiosk.core.settings import PickMode
from kiosk.core.turn import Turn
from kiosk.errors import (
    Busy,
    DiskFull,
    Gone,
    KioskError,
    SignInRequired,
    StorageError,
    Unreachable,
    Unreadable,
)

AT_ONCE = 4
FIRST_RETRY = 1.0
LONGEST_RETRY = 300.0
BASE_URL_LIFE = 50 * 60.0
"""Seconds; Google's 60 minutes less a margin for the slowest download."""
MOST_TRIES = 6
"""Of one item, for faults that name this item and not the network."""
UNREADABLE_TRIES = 2
GONE_PAUSES = (0.0, 60.0, 300.0)
"""Seconds before each new list after a base URL was refused: first it is its age, then it may be a passing fault."""
ROOM_RETRY = 60.0
ROOM_TRIES = 30
"""Half an hour of a full card, then the rest of the pick is given up so that its picking session can be deleted."""
NO_ADDRESS = "Google sent no address for it, or one that is neither https nor on this machine"


@frozen
class Want:
    """An item that still needs a rendition, and what went wrong with it so far."""

    item: MediaItem
    listed_at: Deadline
    unreadable: int = 0
    gone: int = 0
    failed: int = 0


@frozen
class Downloads:
    pick_id: PickId | None = None
    queue: tuple[Want, ...] = ()
    fetching: tuple[tuple[CommandId, Want], ...] = ()
    storing: tuple[tuple[CommandId, Want], ...] = ()
    total: int = 0
    stored: int = 0
    failed: int = 0
    held_until: Deadline = Deadline(0.0)
    failures: int = 0
    offline: KioskError | None = None
    list_again: Deadline | None = None
    """Since when the base URLs are known to be too old: the machine asks picking for a new list."""
    list_at: Deadline = Deadline(0.0)
    """When to ask for it."""
    relisting: bool = False
    full: StorageError | None = None
    making_room: CommandId | None = None
    room_at: Deadline = NEVER
    room_tries: int = 0
    replaced: bool = False
    """``mode = "replace"`` has taken effect for this pick."""
    signed_out: bool = False
    void: frozenset[CommandId] = frozenset()
    """Downloads of an earlier pick that still occupy a thread; their answers change nothing."""


def idle(part: Downloads) -> bool:
    """Everything that was wanted is stored or given up."""
    return not (part.queue or part.fetching or part.storing)


def under_way(part: Downloads) -> frozenset[CommandId]:
    """The downloads that occupy a thread or wait for an access token."""
    return part.void | {command for command, _ in part.fetching}


def handle(part: Downloads, event: Event, turn: Turn, on_screen: tuple[MediaItemId, ...]) -> Downloads:
    if event.answers in part.void:
        return evolve(part, void=part.void - {event.answers})
    match event:
        case ItemsAdded():
            return _added(part, event, turn)
        case RenditionFetched():
            return _fetched(part, event, turn, on_screen)
        case RenditionStored():
            return _stored(part, event)
        case Evicted() if event.answers == part.making_room:
            return evolve(part, making_room=None, full=None, room_at=NEVER)
        case Failed() if event.answers == part.making_room:
            return _no_room(part, event.error, turn)
        case Failed(command=FetchRendition()):
            return _fetch_failed(part, event, turn)
        case Failed(command=StoreRendition()):
            return _store_failed(part, event, turn)
    return part


def tick(part: Downloads, turn: Turn, on_screen: tuple[MediaItemId, ...]) -> Downloads:
    if part.full is not None:
        if part.making_room is not None or not turn.due(part.room_at):
            return part
        if part.room_tries >= ROOM_TRIES:
            return give_up_all(part, str(part.full), turn)
        make_room = turn.issue(MakeRoom(pick_id=part.pick_id, on_screen=on_screen))
        return evolve(part, making_room=make_room, room_at=NEVER, room_tries=part.room_tries + 1)
    if (
        part.signed_out
        or part.list_again is not None
        or part.pick_id is None
        or not turn.due(part.held_until)
    ):
        return part
    fetching, queue = list(part.fetching), list(part.queue)
    while queue and len(fetching) + len(part.void) < _at_once(part):
        want = queue[0]
        if turn.now.monotonic >= want.listed_at + BASE_URL_LIFE:
            return evolve(part, fetching=tuple(fetching), queue=tuple(queue), list_again=_now(turn))
        queue.pop(0)
        box = rendition_box(want.item.size, turn.settings.screen)
        command = FetchRendition(item=want.item, pick_id=part.pick_id, box=box)
        fetching.append((turn.issue(command), want))
    return evolve(part, fetching=tuple(fetching), queue=tuple(queue))


def deadline(part: Downloads) -> Deadline:
    if part.full is not None:
        return part.room_at
    if part.list_again is not None and not part.relisting:
        return NEVER if part.signed_out else part.list_at
    if (
        part.queue
        and not part.signed_out
        and part.list_again is None
        and len(under_way(part)) < _at_once(part)
    ):
        return part.held_until
    return NEVER


def _at_once(part: Downloads) -> int:
    """A card that took nothing although room was made is tried with one picture, not with four."""
    return AT_ONCE if part.room_tries < 2 else 1


def _added(part: Downloads, event: ItemsAdded, turn: Turn) -> Downloads:
    """A page of the list is in the catalog; listed again, it brings fresh base URLs for what is still wanted."""
    if part.pick_id != event.pick_id:
        part = Downloads(pick_id=event.pick_id, void=under_way(part))
    listed_at = _now(turn)
    listed = {item.id: item for item in event.wanted if item.base_url}
    # A download under way that turns out to have an old base URL must find the new one when it comes back.
    part = evolve(
        part,
        fetching=_renewed(part.fetching, listed, listed_at),
        storing=_renewed(part.storing, listed, listed_at),
    )
    part = _unaddressed(part, event.wanted, turn)
    known = {want.item.id: want for want in part.queue}
    busy = {want.item.id for _, want in (*part.fetching, *part.storing)}
    fresh = [item for item in event.wanted if item.base_url and item.id not in busy]
    renewed = {
        item.id: evolve(known[item.id], item=item, listed_at=listed_at)
        if item.id in known
        else Want(item, listed_at)
        for item in fresh
    }
    queue = tuple(renewed.pop(want.item.id, want) for want in part.queue)
    return evolve(part, queue=(*queue, *renewed.values()), total=part.total + len(renewed))


def _unaddressed(part: Downloads, wanted: tuple[MediaItem, ...], turn: Turn) -> Downloads:
    """Google sent no address for these that may be asked: they are given up, and the others go on."""
    under_way = {want.item.id for _, want in (*part.fetching, *part.storing)}
    queued = {want.item.id for want in part.queue}
    lost = [item for item in wanted if not item.base_url and item.id not in under_way]
    for item in lost:
        part = _give_up(part, Want(item, _now(turn)), NO_ADDRESS, turn)
    gone = {item.id for item in lost}
    queue = tuple(want for want in part.queue if want.item.id not in gone)
    return evolve(part, queue=queue, total=part.total + len(gone - queued))


def relisted(part: Downloads, turn: Turn) -> Downloads:
    """The new list is complete: what it no longer holds cannot be fetched."""
    since, part = part.list_again, evolve(part, list_again=None, list_at=Deadline(0.0), relisting=False)
    assert since is not None  # noqa: S101  otherwise nobody asked for a new list
    lost = tuple(want for want in part.queue if want.listed_at < since)
    for want in lost:
        part = _give_up(part, want, "it is no longer in the picking session", turn)
    return evolve(part, queue=tuple(want for want in part.queue if want not in lost))


def _renewed(
    pairs: tuple[tuple[CommandId, Want], ...], listed: dict[MediaItemId, MediaItem], listed_at: Deadline
) -> tuple[tuple[CommandId, Want], ...]:
    return tuple(
        (command, evolve(want, item=listed[want.item.id], listed_at=listed_at))
        if want.item.id in listed
        else (command, want)
        for command, want in pairs
    )


def _now(turn: Turn) -> Deadline:
    return Deadline(turn.now.monotonic)


def _take(
    pairs: tuple[tuple[CommandId, Want], ...], command: CommandId
) -> tuple[Want | None, tuple[tuple[CommandId, Want], ...]]:
    want = next((want for known, want in pairs if known == command), None)
    return want, tuple(pair for pair in pairs if pair[0] != command)


def _fetched(
    part: Downloads, event: RenditionFetched, turn: Turn, on_screen: tuple[MediaItemId, ...]
) -> Downloads:
    want, fetching = _take(part.fetching, event.answers)
    if want is None:
        return part
    replace = turn.settings.mode is PickMode.REPLACE and not part.replaced
    store = StoreRendition(
        pick_id=event.pick_id, rendition=event.rendition, replace=replace, on_screen=on_screen
    )
    storing = (*part.storing, (turn.issue(store), want))
    return evolve(part, fetching=fetching, storing=storing, failures=0, offline=None)


def _stored(part: Downloads, event: RenditionStored) -> Downloads:
    want, storing = _take(part.storing, event.answers)
    if want is None:
        return part
    return evolve(part, storing=storing, stored=part.stored + 1, replaced=True, room_tries=0)


def _fetch_failed(part: Downloads, event: Failed, turn: Turn) -> Downloads:
    want, fetching = _take(part.fetching, event.answers)
    if want is None:
        return part
    part, error = evolve(part, fetching=fetching), event.error
    match error:
        case Unreadable():
            want = evolve(want, unreadable=want.unreadable + 1)
            return _again(part, want, want.unreadable < UNREADABLE_TRIES, error, turn)
        case Gone() if isinstance(event.command, FetchRendition) and event.command.item != want.item:
            return evolve(part, queue=(want, *part.queue))  # listed again meanwhile
        case Gone():
            want = evolve(want, gone=want.gone + 1)
            may = want.gone <= len(GONE_PAUSES)
            if may and part.list_again is None:
                list_at = turn.now.after(GONE_PAUSES[want.gone - 1])
                part = evolve(part, list_again=_now(turn), list_at=list_at)
            return _again(part, want, may, error, turn)
        case SignInRequired():
            return evolve(part, queue=(want, *part.queue), signed_out=True)
        case StorageError():
            return _full(part, want, error, turn)
        case Unreachable() | Busy():
            return _hold(evolve(part, queue=(want, *part.queue)), error, turn)
    want = evolve(want, failed=want.failed + 1)
    return _again(_hold(part, error, turn), want, want.failed < MOST_TRIES, error, turn)


def _hold(part: Downloads, error: KioskError, turn: Turn) -> Downloads:
    """Nobody's fault: all wait, the longer the more often it happens in a row."""
    if not turn.due(part.held_until):
        return part
    until = turn.retry(error, part.failures, FIRST_RETRY, LONGEST_RETRY)
    return evolve(part, held_until=until, failures=part.failures + 1, offline=error)


def _again(part: Downloads, want: Want, may: bool, error: KioskError, turn: Turn) -> Downloads:
    if may:
        return evolve(part, queue=(*part.queue, want))
    return _give_up(part, want, str(error), turn)


def _give_up(part: Downloads, want: Want, why: str, turn: Turn) -> Downloads:
    assert part.pick_id is not None  # noqa: S101  nothing is wanted before there is a pick
    turn.issue(GiveUp(pick_id=part.pick_id, item_id=want.item.id, why=why))
    return evolve(part, failed=part.failed + 1)


def give_up_all(part: Downloads, why: str, turn: Turn) -> Downloads:
    for want in part.queue:
        part = _give_up(part, want, why, turn)
    return evolve(part, queue=(), full=None, room_at=NEVER, list_again=None, relisting=False)


def _store_failed(part: Downloads, event: Failed, turn: Turn) -> Downloads:
    """The file is fetched again later: what is not in the catalog does not count as stored."""
    want, storing = _take(part.storing, event.answers)
    if want is None:
        return part
    part = evolve(part, storing=storing)
    if isinstance(event.error, StorageError):
        return _full(part, want, event.error, turn)
    want = evolve(want, failed=want.failed + 1)
    return _again(part, want, want.failed < MOST_TRIES, event.error, turn)


def _full(part: Downloads, want: Want, error: StorageError, turn: Turn) -> Downloads:
    """Room is made at once, but only once: a card that stays full or read-only must not cost the network."""
    room_at = turn.now.after(ROOM_RETRY if part.room_tries else 0)
    return evolve(part, queue=(want, *part.queue), full=error, room_at=room_at)


def _no_room(part: Downloads, error: KioskError, turn: Turn) -> Downloads:
    full = error if isinstance(error, StorageError) else DiskFull(str(error))
    return evolve(part, making_room=None, full=full, room_at=turn.now.after(ROOM_RETRY))
