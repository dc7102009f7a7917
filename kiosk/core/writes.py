"""What must reach the card in the end, although it was full or read-only when it was first written.

Rules:
- A write that failed is asked for again, seldom: the card may be read-only for days. Less seldom while it is full: who
  has made room waits for the frame to go on.
- A later write of the same subject makes an earlier one void: the card never goes back to an older truth.
"""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core.commands import (
    AddItems,
    Command,
    ForgetPick,
    ForgetPickRequest,
    HideItems,
    ReplacePicks,
    SaveAttempt,
    SaveCredentials,
    SavePick,
    SavePickRequest,
    SetAside,
)
from kiosk.core.events import Event, Evicted, Failed, Hidden, ItemsAdded, PickSaved, RenditionStored, Saved
from kiosk.core.model import NEVER, Deadline
from kiosk.core.turn import Turn
from kiosk.errors import DiskFull, StorageError, Unwritable

FIRST_RETRY = 10.0
LONGEST_RETRY = 600.0
LONGEST_WHILE_FULL = 120.0
_WRITTEN = (Saved, PickSaved, ItemsAdded, RenditionStored, Evicted, Hidden)
"""Answers to what has reached the card."""


@frozen
class Writes:
    sent: tuple[Command, ...] = ()
    """Under way, in the order in which the card gets them."""
    kept: tuple[Command, ...] = ()
    """Failed, to be written again."""
    at: Deadline = NEVER
    failures: int = 0
    trouble: StorageError | None = None
    """What the card said to the last thing that must reach it; the screen tells it until a write succeeds."""


def note(part: Writes, commands: tuple[Command, ...]) -> Writes:
    """These are on their way to the rooms."""
    for command in commands:
        subject = _subject(command)
        if subject is not None:
            kept = tuple(each for each in part.kept if _subject(each) != subject)
            part = evolve(part, sent=(*part.sent, command), kept=kept)
    return part


def handle(part: Writes, event: Event, turn: Turn) -> Writes:
    part = evolve(part, trouble=_trouble(part, event))
    command = next((each for each in part.sent if each.id == event.answers), None)
    if command is None:
        return part
    part = evolve(part, sent=tuple(each for each in part.sent if each is not command))
    if not isinstance(event, Failed):
        return part if part.kept else evolve(part, failures=0)
    if any(_subject(each) == _subject(command) for each in part.sent):
        return part
    longest = LONGEST_WHILE_FULL if isinstance(event.error, DiskFull) else LONGEST_RETRY
    at = part.at if part.kept else turn.backoff(part.failures, FIRST_RETRY, longest)
    return evolve(part, kept=(*part.kept, command), at=at, failures=part.failures + 1)


def tick(part: Writes, turn: Turn) -> Writes:
    if not part.kept or not turn.due(part.at):
        return part
    for command in part.kept:
        turn.issue(command)
    return evolve(part, kept=(), at=NEVER)


def deadline(part: Writes) -> Deadline:
    return part.at if part.kept else NEVER


def _trouble(part: Writes, event: Event) -> StorageError | None:
    if isinstance(event, _WRITTEN):
        return None
    if not isinstance(event, Failed) or not isinstance(event.error, (DiskFull, Unwritable)):
        return part.trouble
    # A page of a pick is asked for again by picking.py; what nobody misses is no trouble.
    missed = isinstance(event.command, AddItems) or _subject(event.command) is not None
    return event.error if missed else part.trouble


def _subject(command: Command) -> object:
    """What a later write of the same subject replaces; None for what nobody misses."""
    match command:
        case SaveCredentials() | SaveAttempt():
            return type(command)
        case SavePick(session_id=session_id) | ForgetPick(session_id=session_id):
            return session_id
        case SavePickRequest(request_id=request_id) | ForgetPickRequest(request_id=request_id):
            return request_id
        case HideItems(item_ids=ids) | SetAside(item_ids=ids):
            return ids
        case ReplacePicks(pick_id=pick_id):
            return pick_id
    return None
