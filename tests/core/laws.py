"""What must hold after every step, whatever happens. Each law has a name; tests/core/test_laws.py breaks each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import define, evolve, field

from kiosk.core import (
    ahead,
    arrivals,
    compose,
    downloads,
    hours,
    machine,
    menu,
    picking,
    signin,
    sleeping,
    slideshow,
    words,
)
from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.labels import SANE
from kiosk.core.model import NEVER, PickingSessionId, RequestId
from kiosk.core.state import OpenMenu, State, Wish
from kiosk.errors import Reason, Refused, SlowDown

if TYPE_CHECKING:
    from tests.core.world import World

GRAIN = 1e-6
"""Seconds: what adding floats may cost."""
ONE_AT_A_TIME = (
    c.RequestDeviceCode,
    c.PollToken,
    c.RefreshAccessToken,
    c.CreatePickingSession,
    c.GetPickingSession,
    c.ListMediaItems,
    c.OpenCatalog,
    c.MakeRoom,
    c.DrawSlides,
    c.PrepareSlide,
    c.PrepareThumb,
)
MEDDLING = (e.Asked, e.Granted, e.ScreenResized, e.Wiped)
"""Events after which a second command of a kind may be under way while the answer to the first is still to come."""
UPSETTING = (e.RenditionStored, e.Evicted, e.Hidden)
"""The same, for what the show asks for."""
CODES_APART = signin.LEAST_BETWEEN_CODES
RETRIES_APART = signin.FIRST_RETRY
MOST_FETCHES = 4
PRESS_OK = {
    words.SIGN_IN_BADGE,
    words.NEW_CODE_BY_OK,
    words.PICK_PRESS_OK,
    words.PICK_CANCELLED_BODY,
    words.PICK_MISSING_AGAIN,
}
"""The menu then begins with *Choose photos*."""
MOST_UPCOMING = ahead.AHEAD + slideshow.REMEMBERED + 10


class Broken(AssertionError):
    """A law does not hold."""

    def __init__(self, law: str, why: str) -> None:
        super().__init__(f"{law}: {why}")
        self.law = law


@define
class Step:
    world: World
    before: State
    event: e.Event
    commands: tuple[c.Command, ...]

    @property
    def state(self) -> State:
        return self.world.state

    @property
    def now(self) -> float:
        return self.world.now.monotonic


@define
class Laws:
    """Remembers what the laws need, for one life of the frame between two power cuts."""

    code_pace: dict[str, float] = field(factory=dict)
    """Device code -> the interval that the frame has been told."""
    code_polled: dict[str, float] = field(factory=dict)
    pick_pace: dict[PickingSessionId, float] = field(factory=dict)
    pick_polled: dict[PickingSessionId, float] = field(factory=dict)
    meddled: Counter[type[c.Command]] = field(factory=Counter)
    bearers: set[str] = field(factory=set)
    may_ask_code_at: float = float("-inf")
    noted: set[RequestId] = field(factory=set)
    """The card has answered: it has these request ids, or has refused them."""

    def check(self, world: World, before: State, event: e.Event, commands: tuple[c.Command, ...]) -> None:
        step = Step(world, before, event, commands)
        self._remember(step)
        for law in LAWS:
            law(self, step)

    def _remember(self, step: Step) -> None:
        command = step.world.asked_by(step.event.answers)
        if isinstance(command, c.SavePickRequest):
            self.noted.add(command.request_id)
        if isinstance(step.event, e.CatalogOpened):
            self.noted |= {each.request_id for each in step.event.pick_requests}
        match step.event:
            case e.DeviceCodeIssued(code=code):
                self.code_pace[code.device_code.reveal] = max(code.interval, 1.0)
                self.code_polled[code.device_code.reveal] = step.now
                if isinstance(step.state.signin, signin.Waiting):
                    self.may_ask_code_at = step.now + CODES_APART
            case e.CatalogOpened(attempt=attempt) if attempt is not None:
                self.code_pace[attempt.code.device_code.reveal] = max(attempt.code.interval, 1.0)
                self.code_polled[attempt.code.device_code.reveal] = step.now
            case e.Failed(command=c.PollToken(device_code=code), error=SlowDown()):
                self.code_pace[code.reveal] += 5.0
            case e.Failed(command=c.ListMediaItems(session_id=session_id), error=Refused()):
                self.pick_pace.pop(session_id, None)  # back to choosing, with nothing known of the pace
            case e.Failed(command=c.RequestDeviceCode(), error=error, answers=answers):
                if (
                    not isinstance(step.before.signin, signin.Requesting)
                    or step.before.signin.command != answers
                ):
                    return
                refused_state = isinstance(error, Refused) and error.reason is Reason.STATE
                self.may_ask_code_at = step.now + (0.0 if refused_state else RETRIES_APART)
            case e.PickingSessionReady(picking_session=ready):
                if ready.poll_interval is not None:
                    self.pick_pace[ready.id] = max(ready.poll_interval, 1.0)
            case e.Granted(grant=grant):
                self.bearers.add(grant.access_token.reveal)
                self.may_ask_code_at = float("-inf")  # a person has just agreed
            case e.Asked():
                self.may_ask_code_at = float("-inf")
            case e.Wiped():
                self.may_ask_code_at = float("-inf")
                step.world.lost |= step.world.google.sessions.keys()


def never_blank(_: Laws, step: Step) -> None:
    """Once a picture was shown, one is on the screen as long as the card holds any."""
    if step.before.show.current is None or step.state.show.current is not None:
        return
    leaving = step.before.leaving or step.state.leaving
    if step.world.card.stored and not leaving:
        raise Broken("never_blank", f"{len(step.world.card.stored)} pictures and none on the screen")


def code_poll_pace(laws: Laws, step: Step) -> None:
    """RFC 8628 section 3.5, slow_down included."""
    for poll in step.commands:
        if isinstance(poll, c.PollToken):
            code = poll.device_code.reveal
            wait = step.now - laws.code_polled[code]
            if wait < laws.code_pace[code] + signin.POLL_MARGIN - GRAIN:
                raise Broken("code_poll_pace", f"after {wait} s of {laws.code_pace[code]}")
            laws.code_polled[code] = step.now


def pick_poll_pace(laws: Laws, step: Step) -> None:
    """Picking is polled at the server's pace, after a fault as well."""
    for poll in step.commands:
        if not isinstance(poll, c.GetPickingSession) or poll.renewed:
            continue
        session_id = poll.session_id
        wait = step.now - laws.pick_polled.get(session_id, float("-inf"))
        if wait < laws.pick_pace.get(session_id, 0.0) - GRAIN and isinstance(
            step.before.picking.phase, picking.Choosing
        ):
            raise Broken("pick_poll_pace", f"after {wait} s of {laws.pick_pace[session_id]}")
        laws.pick_polled[session_id] = step.now


def one_at_a_time(laws: Laws, step: Step) -> None:
    """One command of a kind under way, unless a person's meddling made the first one void."""
    out = Counter(type(command) for command in step.world.out.values())
    for kind in ONE_AT_A_TIME:
        show = kind in (c.DrawSlides, c.PrepareSlide)
        if isinstance(step.event, MEDDLING) or (show and isinstance(step.event, UPSETTING)):
            laws.meddled[kind] += 1
        if out[kind] > 1 + laws.meddled[kind]:
            raise Broken("one_at_a_time", f"{out[kind]} of {kind.__name__}")
        if not out[kind]:
            laws.meddled[kind] = 0


def few_fetches(_: Laws, step: Step) -> None:
    out = sum(isinstance(command, c.FetchRendition) for command in step.world.out.values())
    if out > MOST_FETCHES:
        raise Broken("few_fetches", f"{out} at once")


def sessions_known(_: Laws, step: Step) -> None:
    """A picking session that Google has is in the state, by its id or by its request id, so that it will be deleted:
    also one whose answer was lost."""
    if not step.state.opened:
        return
    part, world = step.state.picking, step.world
    known = {picking.session_of(part.phase), *(deletion.session_id for deletion in part.deletions)}
    asked = {doubt.request_id for doubt in part.doubts}
    if isinstance(part.phase, picking.Creating):
        asked.add(part.phase.request_id)
    forgotten = {choice.id for choice in world.google.sessions.values() if choice.request_id not in asked}
    forgotten -= known | world.lost
    if forgotten:
        raise Broken("sessions_known", f"{sorted(forgotten)} would stay at Google")


def request_first(laws: Laws, step: Step) -> None:
    """The card was told the request id, or refused it, before Google is asked to make a picking session."""
    for command in step.commands:
        if isinstance(command, c.CreatePickingSession) and command.request_id not in laws.noted:
            raise Broken("request_first", f"{command.request_id} is on no card yet")


def nothing_secret_kept(_: Laws, step: Step) -> None:
    """``keep_signed_in = false``: nothing of a sign-in is written, and none is held once its pick is over."""
    if step.state.settings.keep_signed_in:
        return
    for command in step.commands:
        written = isinstance(command, c.SaveCredentials) and command.credentials
        if written or (isinstance(command, c.SaveAttempt) and command.attempt):
            raise Broken("nothing_secret_kept", f"{type(command).__name__} goes to the card")
    part = step.state.picking
    resting = isinstance(part.phase, picking.Idle) and not (part.deletions or part.doubts)
    gate = step.state.access
    if (
        resting
        and downloads.idle(step.state.downloads)
        and not step.state.leaving
        and (gate.credentials or gate.token)
    ):
        raise Broken("nothing_secret_kept", "it is still in memory")


def codes_not_in_a_loop(laws: Laws, step: Step) -> None:
    """A minute between two codes unless somebody asked; a retry after a fault comes no sooner than back-off allows."""
    for command in step.commands:
        if isinstance(command, c.RequestDeviceCode):
            if step.now < laws.may_ask_code_at - GRAIN:
                raise Broken("codes_not_in_a_loop", f"{laws.may_ask_code_at - step.now} s too early")
            laws.may_ask_code_at = step.now


def bearers_granted(laws: Laws, step: Step) -> None:
    """No authorised command leaves without a live bearer that was granted; no repr shows it."""
    for command in step.commands:
        if not isinstance(command, c.Authorised):
            continue
        token = command.bearer
        if token is None or token.bearer.reveal not in laws.bearers or token.expires <= step.now:
            raise Broken("bearers_granted", f"{type(command).__name__} with {token}")
        if token.bearer.reveal in repr(command):
            raise Broken("bearers_granted", "a repr shows it")


def deadline_ahead(_: Laws, step: Step) -> None:
    """After a step nothing is overdue: a loop that waits for the next deadline does not spin."""
    if machine.next_deadline(step.state) <= step.now:
        raise Broken("deadline_ahead", f"overdue after {step.event}: {step.state}")


def nothing_grows(_: Laws, step: Step) -> None:
    """Every collection in the state has a bound that its own subject sets."""
    state = step.state
    part = state.downloads
    wants = [want.item.id for want in part.queue]
    wants += [want.item.id for _, want in (*part.fetching, *part.storing)]
    ids = [deletion.session_id for deletion in state.picking.deletions]
    waiting = [command.id for command in state.access.waiting]
    if len(set(wants)) < len(wants) or len(set(ids)) < len(ids) or len(set(waiting)) < len(waiting):
        raise Broken("nothing_grows", "something is there twice")
    requests = [*(doubt.request_id for doubt in state.picking.doubts), *dict(state.picking.made)]
    if len(set(requests)) < len(requests) or len(state.picking.made) > len(ids) + 1:
        raise Broken("nothing_grows", "a request id is there twice, or without its picking session")
    if len(waiting) > downloads.AT_ONCE + len(ids) + 2:
        raise Broken("nothing_grows", f"{len(waiting)} commands wait for an access token")
    if len(state.show.history) > slideshow.REMEMBERED or len(state.show.upcoming) > MOST_UPCOMING:
        raise Broken("nothing_grows", "the show remembers too much")


def pixels_accounted(_: Laws, step: Step) -> None:
    """The painter keeps the pixels of the slide shown and of those that are ready, no others and never too many."""
    show = step.state.show
    wanted = {slide.id for slide in (show.current, *show.ready) if slide}
    if step.world.painter != wanted:
        raise Broken("pixels_accounted", f"{step.world.painter} kept, {wanted} wanted")
    if len(step.world.painter) > 1 + step.state.settings.ahead:
        raise Broken("pixels_accounted", f"{len(step.world.painter)} slides are too many for the memory")


def thumbs_accounted(_: Laws, step: Step) -> None:
    """The painter keeps the thumbnails of the strip and no others, and never more than its row and one."""
    wanted = {thumb.id for thumb in step.state.arrivals.thumbs}
    if step.world.thumbs != wanted or len(wanted) > arrivals.MOST + 1:
        raise Broken("thumbs_accounted", f"{step.world.thumbs} kept, {wanted} wanted")


def marks_are_shown(_: Laws, step: Step) -> None:
    """The playlist advances when, and only when, a slide was really shown."""
    old, new = step.before.show.current, step.state.show.current
    marks = [command.item_ids for command in step.commands if isinstance(command, c.MarkShown)]
    shown = []
    refitted = (
        old is not None and new is not None and step.before.show.refitting and new.items[0] in old.items
    )
    if new is not None and new != old and not refitted:
        shown = [tuple(item.item_id for item in reversed(new.items))]
    if marks != shown:
        raise Broken("marks_are_shown", f"{marks} marked, {shown} shown")


def dark_in_sleep_hours(_: Laws, step: Step) -> None:
    """Within the hours the frame is dark, unless a person has woken it."""
    sleep, wanted, now = step.state.sleep, step.state.settings.sleep, step.world.now.utc
    if now < SANE or sleep.asleep or sleep.wish is Wish.WAKE:
        return
    # To a millisecond: the two clocks are rounded differently.
    moments = (now - timedelta(seconds=2 * sleeping.LATE), now)
    if all(hours.asleep(wanted.spans, moment, wanted.zone) for moment in moments):
        raise Broken("dark_in_sleep_hours", f"it is lit at {now}")


def picture_stays_under_the_menu(_: Laws, step: Step) -> None:
    """What somebody is asked about does not leave meanwhile. A fade that was under way ends, and none begins."""
    before, after = step.before, step.state
    if before.menu is None or after.menu is None or before.show.fading_since is not None:
        return
    old, new = before.show.current, after.show.current
    if after.show.fading_since is not None or (old and new and new.items[0] not in old.items):
        raise Broken("picture_stays_under_the_menu", f"{old} became {new}")


def ok_does_what_is_told(_: Laws, step: Step) -> None:
    """Where the screen says "press OK", the menu that this opens has what is meant."""
    scene = compose.compose(step.state, step.now)
    told = {scene.badge.text} if scene.badge else set()
    if scene.card:
        told |= {scene.card.body, scene.card.status, scene.card.footnote}
    found = menu.entries(evolve(step.state, menu=OpenMenu(NEVER)))
    if told & PRESS_OK and found[0] is not e.Entry.PICK:
        raise Broken("ok_does_what_is_told", f"{told & PRESS_OK}, and the menu has {found}")
    if words.PICK_KEPT in told and e.Entry.DISCONNECT not in found:
        raise Broken("ok_does_what_is_told", f"nothing to disconnect in {found}")


def nothing_decoded_in_the_dark(_: Laws, step: Step) -> None:
    if step.state.unseen and any(
        isinstance(command, (c.PrepareSlide, c.PrepareThumb)) for command in step.commands
    ):
        raise Broken("nothing_decoded_in_the_dark", f"after {step.event}")


LAWS: tuple[Callable[[Laws, Step], None], ...] = (
    never_blank,
    code_poll_pace,
    pick_poll_pace,
    one_at_a_time,
    few_fetches,
    sessions_known,
    request_first,
    nothing_secret_kept,
    codes_not_in_a_loop,
    bearers_granted,
    deadline_ahead,
    nothing_grows,
    pixels_accounted,
    thumbs_accounted,
    marks_are_shown,
    dark_in_sleep_hours,
    nothing_decoded_in_the_dark,
    picture_stays_under_the_menu,
    ok_does_what_is_told,
)
