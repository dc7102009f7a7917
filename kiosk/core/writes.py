"""What must reach the card in the end, although it was full or read-only when it was first written.

Rules:
- A write that failed is asked for again, seldom; the card may be read-only for days.
- A later write of the same subject makes an earlier one void: the card never goes back to an older truth.
"""

from __future__ import annotations

from attrs import evolve, frozen

from kiosk.core.commands import (
    Command,
    ForgetPick,
    HideItems,
    ReplacePicks,
    SaveAttempt,
    SaveCredentials,
    SavePick,
    SetAside,
)
from kiosk.core.events import Event, Failed
from kiosk.core.model import NEVER, Deadline
from kiosk.core.turn import Turn

FIRST_RETRY = 10.0
LONGEST_RETRY = 600.0


@frozen
class Writes:
    sent: tuple[Command, ...] = ()
    """Under way, in the order in which the card gets them."""
    kept: tuple[Command, ...] = ()
    """Failed, to be written again."""
    at: Deadline = NEVER
    failures: int = 0


def note(part: Writes, commands: tuple[Command, ...]) -> Writes:
    """These are on their way to the rooms."""
    for command in commands:
        subject = _subject(command)
        if subject is not None:
            kept = tuple(each for each in part.kept if _subject(each) != subject)
            part = evolve(part, sent=(*part.sent, command), kept=kept)
    return part


def handle(part: Writes, event: Event, turn: Turn) -> Writes:
    command = next((each for each in part.sent if each.id == event.answers), None)
    if command is None:
        return part
    part = evolve(part, sent=tuple(each for each in part.sent if each is not command))
    if not isinstance(event, Failed):
        return part if part.kept else evolve(part, failures=0)
    if any(_subject(each) == _subject(command) for each in part.sent):
        return part
    at = part.at if part.kept else turn.backoff(part.failures, FIRST_RETRY, LONGEST_RETRY)
    return evolve(part, kept=(*part.kept, command), at=at, failures=part.failures + 1)


def tick(part: Writes, turn: Turn) -> Writes:
    if not part.kept or not turn.due(part.at):
        return part
    for command in part.kept:
        turn.issue(command)
    return evolve(part, kept=(), at=NEVER)


def deadline(part: Writes) -> Deadline:
    return part.at if part.kept else NEVER


def _subject(command: Command) -> object:
    """What a later write of the same subject replaces; None for what nobody misses."""
    match command:
        case SaveCredentials() | SaveAttempt():
            return type(command)
        case SavePick(session_id=session_id) | ForgetPick(session_id=session_id):
            return session_id
        case HideItems(item_ids=ids) | SetAside(item_ids=ids):
            return ids
        case ReplacePicks(pick_id=pick_id):
            return pick_id
    return None
