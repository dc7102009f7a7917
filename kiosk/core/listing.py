"""Reading what was picked, page by page, into the catalog (Picker API, mediaItems.list).

Rules:
- Only the absence of a page token ends a list; a repeated page token and an endless list end it too.
- A page that the card does not take starts the list anew, later.
"""

from __future__ import annotations

from attrs import evolve

from kiosk.core.commands import AddItems, ListMediaItems
from kiosk.core.events import Failed, ItemsAdded
from kiosk.core.model import Deadline, MediaPage
from kiosk.core.phases import Listing
from kiosk.core.turn import Turn

FIRST_RETRY = 2.0
LONGEST_RETRY = 120.0
MOST_PAGES = 500


def tick(phase: Listing, turn: Turn) -> Listing:
    if not waits(phase) or not turn.due(phase.at):
        return phase
    page = ListMediaItems(session_id=phase.session_id, page_token=phase.page_token)
    return evolve(phase, command=turn.issue(page))


def waits(phase: Listing) -> bool:
    """For its time only."""
    return phase.command is None and not phase.complete and phase.pick_id is not None


def read(phase: Listing, page: MediaPage, turn: Turn) -> Listing:
    """One page: into the catalog with what is new on it."""
    assert phase.pick_id is not None  # noqa: S101  tick lists only once the pick has its id
    items = tuple({item.id: item for item in page.items if item.id not in phase.listed}.values())
    adding = phase.adding
    if items:
        adding = (*adding, turn.issue(AddItems(pick_id=phase.pick_id, items=items)))
    token = page.next_page_token
    seen = phase.seen | {token} if token else phase.seen
    repeated = token is not None and token in phase.seen
    return evolve(
        phase,
        command=None,
        at=Deadline(turn.now.monotonic),
        page_token=token,
        seen=seen,
        listed=phase.listed | {item.id for item in items},
        adding=adding,
        complete=token is None or repeated or len(seen) >= MOST_PAGES,
    )


def added(phase: Listing, event: ItemsAdded | Failed, turn: Turn) -> Listing:
    """The card's answer to one page."""
    if event.answers not in phase.adding:
        return phase
    if isinstance(event, ItemsAdded):
        adding = tuple(command for command in phase.adding if command != event.answers)
        return evolve(phase, adding=adding, failures=0)
    retry = turn.backoff(phase.failures, FIRST_RETRY, LONGEST_RETRY)
    return Listing(phase.session_id, phase.pick_id, at=retry, failures=phase.failures + 1, again=phase.again)
