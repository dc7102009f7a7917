"""What a frame does with Google, one flow each: up to its eve, its beginning, and its end."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from kiosk.core import commands as c
from kiosk.core import picking, signin
from kiosk.core.access import KEEP_ALIVE
from kiosk.core.commands import Command
from kiosk.core.events import Verb
from kiosk.demo import routes
from tests.faults.driver import Rig

STORED = 3
PICKED = 6
"""The second pick holds the first one's three and three more."""

Act = Callable[[Rig], None]
Look = Callable[[Rig], object]


@frozen
class Flow:
    """``before``: healthy, until all but the flow is done. ``begin``: under the fault. ``after``: what a person does
    when the fault is over. ``done``: the flow has reached its end."""

    name: str
    kinds: tuple[type[Command], ...]
    """The commands that meet the fault."""
    routes: tuple[str, ...]
    before: Act
    begin: Act
    done: Look
    waits: Look
    """While the fault lasts the frame is still in this flow."""
    after: Act = lambda rig: None
    asks_again: bool = False
    """A person began it and looks at it: after a refusal they ask again."""


def _signed_out(rig: Rig) -> None:
    """By the person, at Google; nobody has asked for a new sign-in yet."""
    rig.show(STORED)
    rig.sign_out_at_google()
    rig.ask(Verb.CANCEL)
    rig.run(1)
    assert rig.status()["state"] == "showing"


def _code_shown(rig: Rig) -> None:
    _signed_out(rig)
    rig.ask(Verb.SIGN_IN)
    rig.until(lambda: rig.status()["user_code"], 60)


def _token_expired(rig: Rig) -> None:
    rig.show(STORED)
    rig.clock.advance(3600)
    rig.glass.forgive()
    rig.run(2)


def choosing(rig: Rig) -> None:
    """A pick over the running show, up to its code."""
    rig.ask(Verb.PICK)
    rig.until(lambda: rig.status()["picker_uri"], 600)


def start_pick(rig: Rig) -> None:
    """The same, up to Done."""
    choosing(rig)
    rig.pick(PICKED)


def all_stored(rig: Rig) -> bool:
    """The pick has ended, here and at Google."""
    return rig.state.counts.stored == PICKED and not rig.google.sessions


def _choosing(rig: Rig) -> None:
    rig.show(STORED)
    rig.ask(Verb.PICK)
    rig.until(lambda: rig.status()["picker_uri"], 60)


def _a_minute_before_keep_alive(rig: Rig) -> None:
    rig.show(STORED)
    rig.clock.advance(rig.state.access.keep_alive_at - 60 - rig.now)
    rig.glass.forgive()
    rig.run(2)


def _nothing(rig: Rig) -> None:
    """The flow begins by itself."""


def _pick(rig: Rig) -> None:
    rig.pick(PICKED)


def _sign_out(rig: Rig) -> None:
    """From here on no picture is promised: the person wants them gone."""
    rig.glass.showing = False
    rig.ask(Verb.SIGN_OUT)


def _ask_pick(rig: Rig) -> None:
    rig.ask(Verb.PICK)


def _picked(rig: Rig) -> object:
    all_here = rig.state.counts.stored == PICKED and rig.status()["state"] == "showing"
    return all_here and not rig.google.sessions and not rig.state.picking.deletions


def _has_code(rig: Rig) -> object:
    return rig.status()["picker_uri"]


def _in(phase: type) -> Look:
    return lambda rig: isinstance(rig.state.picking.phase, phase)


def _approve_if_asked(rig: Rig) -> None:
    if rig.status()["user_code"]:
        rig.approve()


FLOWS = (
    Flow(
        "code",
        (c.RequestDeviceCode,),
        (routes.DEVICE_CODE,),
        before=_signed_out,
        begin=lambda rig: rig.ask(Verb.SIGN_IN),
        asks_again=True,
        done=lambda rig: rig.status()["user_code"],
        waits=lambda rig: isinstance(rig.state.signin, signin.Requesting),
    ),
    Flow(
        "sign-in",
        (c.PollToken,),
        (routes.TOKEN,),
        before=_code_shown,
        begin=_nothing,
        after=_approve_if_asked,
        asks_again=True,
        done=_has_code,
        waits=lambda rig: isinstance(rig.state.signin, signin.Waiting),
    ),
    Flow(
        "refresh",
        (c.RefreshAccessToken,),
        (routes.TOKEN,),
        before=_token_expired,
        begin=_ask_pick,
        done=_has_code,
        waits=_in(picking.Creating),
    ),
    Flow(
        "create",
        (c.CreatePickingSession,),
        (routes.SESSIONS_CREATE,),
        before=lambda rig: rig.show(STORED),
        begin=_ask_pick,
        done=_has_code,
        waits=_in(picking.Creating),
    ),
    Flow(
        "poll",
        (c.GetPickingSession,),
        (routes.SESSIONS_GET,),
        before=_choosing,
        begin=_pick,
        done=_picked,
        waits=_in(picking.Choosing),
    ),
    Flow(
        "list",
        (c.ListMediaItems,),
        (routes.MEDIA_ITEMS_LIST,),
        before=_choosing,
        begin=_pick,
        done=_picked,
        waits=_in(picking.Listing),
    ),
    Flow(
        "download",
        (c.FetchRendition,),
        (routes.MEDIA,),
        before=_choosing,
        begin=_pick,
        done=_picked,
        waits=_in(picking.Fetching),
    ),
    Flow(
        "delete",
        (c.DeletePickingSession,),
        (routes.SESSIONS_DELETE,),
        before=_choosing,
        begin=_pick,
        done=_picked,
        waits=lambda rig: rig.state.picking.deletions and rig.state.counts.stored == PICKED,
    ),
    Flow(
        "revoke",
        (c.Revoke,),
        (routes.REVOKE,),
        before=lambda rig: rig.show(STORED),
        begin=_sign_out,
        done=lambda rig: rig.status()["user_code"] and rig.state.counts.stored == 0,
        waits=lambda rig: False,
    ),
    Flow(
        "slideshow",
        (c.RefreshAccessToken,),
        (routes.TOKEN,),
        before=_a_minute_before_keep_alive,
        begin=_nothing,
        done=lambda rig: (
            rig.state.access.keep_alive_at > rig.now + KEEP_ALIVE / 2 and not rig.state.access.offline
        ),
        waits=lambda rig: rig.state.access.offline,
    ),
)
