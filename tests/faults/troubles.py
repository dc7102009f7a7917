"""Everything that can be wrong between a frame and Google, and how each flow of a frame must end under it.

A trouble is armed on the requests of one flow and lasts until ``Rig.calm``. What it must lead to stands beside it, by
docs/architecture.md, "Errors say who acts"; where nothing stands, the frame waits and heals by itself.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen

from kiosk.demo import faults, routes
from kiosk.demo.faults import Fault
from tests.faults import changes, tls
from tests.faults.driver import Rig
from tests.faults.flows import FLOWS, Flow
from tests.google.conftest import ScriptedServer


class Ending(Enum):
    """What the architecture promises under a fault."""

    WAITS = "waits"
    """Nobody's fault: tried again with back-off; when the fault ends, the flow does too, by itself."""
    UNHARMED = "unharmed"
    """The flow goes through as if there were nothing."""
    SIGNED_OUT = "signed out"
    """The person must sign in: a badge, and no request more."""
    SAID = "said"
    """Somebody must act, and a sentence says so; tried again seldom, so that it heals by itself, or when asked."""
    ENDED = "ended"
    """This pick is over, which is said; its picking session is deleted, and the next pick works."""
    SKIPPED = "skipped"
    """What cannot be had is given up; the rest of the pick goes on, its session is deleted, the next pick works."""
    BELIEVED = "believed"
    """A picking session that cannot be asked for counts as gone: nothing more is asked, the next pick works."""
    WIPED = "wiped"
    """Disconnect ends in any case."""


@frozen
class Ground:
    """What a trouble may stand on: a folder, the environment, and what must be closed at the end."""

    rig: Rig
    flow: Flow
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    stack: ExitStack


@frozen
class Trouble:
    name: str
    arm: Callable[[Ground], None]
    endings: Mapping[str, Ending] = field(factory=dict)
    """By the name of the flow."""
    usual: Ending = Ending.WAITS
    only: tuple[str, ...] = ()
    """The flows that it can hit; empty: every one."""
    slow: bool = False
    """Each request costs real time until it is given up."""
    hangs: bool = False
    """It is so slow that slides come while a request is still under way."""
    most: int | None = None
    """Requests that it may cost, where that is more than back-off allows."""
    heals_within: float = 600.0
    """Simulated seconds after the fault, where the frame waits."""

    def ending(self, flow: Flow) -> Ending:
        return Ending.WIPED if flow.name == "revoke" else self.endings.get(flow.name, self.usual)

    def hits(self, flow: Flow) -> bool:
        return not self.only or flow.name in self.only


# How to arm one. ------------------------------------------------------------------------------------------------------


def served(*made: Fault | Callable[[], Fault], times: int | None = None) -> Callable[[Ground], None]:
    """Faults of the demo Google on the flow's routes, one after the other."""

    def arm(on: Ground) -> None:
        for fault in made:
            on.rig.google.faults.add(
                fault if isinstance(fault, Fault) else fault(), times=times, on=on.flow.routes
            )

    return arm


def changed(change: Callable[[Any], Any], *on: str) -> Callable[[Ground], None]:
    """The true JSON, changed, wherever the answer is JSON; on the flow's routes, or on these."""

    def arm(ground: Ground) -> None:
        ground.rig.google.faults.add(changes.JsonOnly(change), on=on or ground.flow.routes)

    return arm


def sent_to(url: str) -> Callable[[Ground], None]:
    return lambda on: on.rig.signpost.turn(on.flow.kinds, url)


def _refused(on: Ground) -> None:
    """A port that is taken and on which nobody listens."""
    taken = on.stack.enter_context(socket.socket())
    taken.bind(("127.0.0.1", 0))
    on.rig.signpost.turn(on.flow.kinds, f"http://127.0.0.1:{taken.getsockname()[1]}")


def _tls(*, host: str = "127.0.0.1", begins: int = -1, trusted: bool = True) -> Callable[[Ground], None]:
    def arm(on: Ground) -> None:
        path = tls.certificate(on.folder, host, begins)
        if trusted:
            on.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
        server = ScriptedServer(tls=tls.context(path))
        on.stack.callback(server.stop)
        server.say()
        on.rig.signpost.turn(on.flow.kinds, server.url)

    return arm


def _unauthorised(times: int | None) -> Callable[[Ground], None]:
    def arm(on: Ground) -> None:
        media = on.flow.routes == (routes.MEDIA,)
        fault = faults.forbidden_tile(401) if media else faults.rpc_fault("UNAUTHENTICATED")
        on.rig.google.faults.add(fault, times=times, on=on.flow.routes)

    return arm


def _unknown_error(on: Ground) -> None:
    if on.flow.routes == (routes.MEDIA,):
        fault = faults.forbidden_tile(400)
    elif on.flow.routes[0] in (routes.DEVICE_CODE, routes.TOKEN, routes.REVOKE):
        fault = faults.oauth_fault(400, "hologram")
    else:
        body = {"error": {"code": 400, "status": "HOLOGRAM", "message": "Hologram."}}
        fault = faults.Status(400, json.dumps(body).encode(), "application/json")
    on.rig.google.faults.add(fault, on=on.flow.routes)


def _busy_until_a_date() -> Fault:
    """RFC 9110 section 10.2.3: two minutes after the Date of the answer."""
    return faults.too_many_requests(format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True))


def _sized(length: int) -> Fault:
    """An answer that begins well, under a Content-Length that is a lie."""
    return faults.Raw(
        f'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{{"x":'.encode()
    )


def _in_a_row(on: Ground) -> None:
    for status in (500, 502, 503):
        on.rig.google.faults.add(faults.server_error(status), times=1, on=on.flow.routes)


_DEEP = b"[" * 200_000 + b"]" * 200_000
_LARGE = b'{"a":"' + b"x" * (20 * 1024 * 1024) + b'"}'

JSON_FLOWS = ("code", "sign-in", "refresh", "create", "poll", "list", "delete", "revoke", "slideshow")
HOUR = 3600.0
"""The life of a base URL."""
W, U, OUT, S = Ending.WAITS, Ending.UNHARMED, Ending.SIGNED_OUT, Ending.SAID
E, K, B = Ending.ENDED, Ending.SKIPPED, Ending.BELIEVED
REFUSED_OAUTH = {"code": S, "sign-in": S, "refresh": S, "slideshow": U}
"""A refusal that names no known error: the owner's business, and tried again seldom. A keep-alive has time."""
TINY = {"delete": U}
"""A deletion's answer says no more than that it is one; and two bytes are hard to spoil."""

TROUBLES = (
    # Nothing comes back.
    Trouble("refused", _refused),
    Trouble("no such name", sent_to("https://google.invalid")),
    Trouble("reset before acting", served(faults.Reset())),
    Trouble("reset after acting", served(faults.Reset(acted=True))),
    Trouble("reset after a byte", served(faults.Reset(after=1))),
    Trouble("reset before the last byte", served(faults.Reset(after=-1))),
    Trouble("cut off under a true length", served(faults.Truncate(after=1))),
    Trouble("cut off before the last byte", served(faults.Truncate(after=-1))),
    Trouble("an end within the first line", served(faults.Raw(b"HTTP/1.1 20"))),
    Trouble("a length of a petabyte", served(_sized(10**15)), {"download": K}),
    Trouble("a length below nothing", served(_sized(-5)), {"download": K}),
    Trouble("silence before the answer", served(faults.Stall), slow=True, hangs=True),
    Trouble("silence within the answer", served(lambda: faults.Stall(after=1)), slow=True, hangs=True),
    Trouble("one byte after the other", served(faults.Drip(chunk=1, pause=0.2)), TINY, slow=True, hangs=True),
    Trouble("not HTTP", served(faults.Raw(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"))),
    # Somebody else answers.
    Trouble("certificate signed by itself", _tls(trusted=False)),
    Trouble("certificate of another host", _tls(host="other.example")),
    Trouble("certificate of tomorrow", _tls(begins=2)),
    Trouble("certificate of last year", _tls(begins=-365)),
    Trouble("captive portal", served(faults.html_page())),
    Trouble("redirect to another host", served(faults.redirected("https://elsewhere.invalid/x"))),
    Trouble("redirect to plain http", served(faults.redirected("http://photos.example/x")), {"download": K}),
    # Google answers, badly.
    Trouble("wrong type", served(faults.Retype("text/plain")), usual=U),
    Trouble("typed as a page", served(faults.Retype("text/html")), {"download": W}, usual=U),
    Trouble(
        "403 and a tile",
        served(faults.forbidden_tile()),
        {"create": S, "download": K},
    ),
    Trouble("401 once", _unauthorised(1), REFUSED_OAUTH, usual=U),
    Trouble("401 for ever", _unauthorised(None), REFUSED_OAUTH | {"download": K}, usual=OUT),
    Trouble("429", served(faults.too_many_requests())),
    Trouble("429 for two minutes", served(faults.too_many_requests("120"))),
    Trouble("429 until a date", served(_busy_until_a_date)),
    Trouble("400 of an unknown kind", _unknown_error, REFUSED_OAUTH | {"list": E, "download": K}),
    Trouble("500, 502, 503 in a row", _in_a_row, usual=U),
    Trouble("503 for ever", served(faults.server_error(503))),
    Trouble("503 for two minutes", served(faults.server_error(503, "120"))),
    # JSON of another world.
    Trouble("JSON of wrong types", changed(changes.wrong_types), TINY, only=JSON_FLOWS),
    Trouble("JSON in place of a picture", served(faults.Body(b'{"a": 1}')), usual=K, only=("download",)),
    Trouble("half a picture", served(changes.HalfABody()), usual=K, only=("download",)),
    Trouble("JSON that is a list", served(faults.Body(b"[1, 2]")), TINY, only=JSON_FLOWS),
    Trouble("JSON cut short", served(faults.Body(b'{"id": "x", "mediaItems": [')), only=JSON_FLOWS),
    Trouble("JSON of 20 MB", served(faults.Body(_LARGE)), only=JSON_FLOWS, slow=True),
    Trouble("JSON 200,000 deep", served(faults.Body(_DEEP)), only=JSON_FLOWS),
    # Lists of another world.
    Trouble(
        "page tokens without an end",
        served(lambda: changes.EndlessPages(lambda number: f"t{number}")),
        usual=U,
        only=("list",),
        most=500,
    ),
    Trouble(
        "one page token again and again",
        served(lambda: changes.EndlessPages(lambda _: "t")),
        usual=U,
        only=("list",),
    ),
    Trouble("unknown enum", changed(changes.items(type="HOLOGRAM")), usual=U, only=("list",)),
    Trouble(
        "captured in the year 1",
        changed(changes.items(createTime="0001-01-01T00:00:00Z")),
        usual=U,
        only=("list",),
    ),
    Trouble(
        "captured in the year 9999",
        changed(changes.items(createTime="9999-12-31T23:59:59Z")),
        usual=U,
        only=("list",),
    ),
    Trouble("huge sizes", changed(changes.sizes(10**30, "9" * 40)), usual=U, only=("list",)),
    Trouble("negative sizes", changed(changes.sizes(-160, "-120")), usual=U, only=("list",)),
    Trouble(
        "base URLs of plain http",
        changed(changes.base_urls("http://photos.example/x")),
        usual=E,
        only=("list",),
    ),
    Trouble(
        "base URLs that lead nowhere",
        changed(changes.base_urls("https://photos.invalid/x"), routes.MEDIA_ITEMS_LIST),
        only=("download",),
        heals_within=HOUR,
    ),
    # Addresses and times of another world.
    Trouble(
        "picker URI of plain http",
        changed(changes.merged(pickerUri="http://photos.example/x")),
        usual=S,
        only=("create",),
    ),
    Trouble(
        "picker URI that is a script",
        changed(changes.merged(pickerUri="javascript:alert(1)")),
        usual=S,
        only=("create",),
    ),
    Trouble(
        "picker URI of plain http at a poll",
        changed(changes.merged(pickerUri="http://photos.example/x")),
        only=("poll",),
    ),
    Trouble(
        "verification URL of plain http",
        changed(changes.merged(verification_url="http://g.example/x")),
        usual=S,
        only=("code",),
    ),
    Trouble(
        "expires in the year 1",
        changed(changes.merged(expireTime="0001-01-01T00:00:00Z")),
        usual=U,
        only=("create", "poll"),
    ),
    Trouble(
        "expires in the year 9999",
        changed(changes.merged(expireTime="9999-12-31T23:59:59Z")),
        usual=U,
        only=("create", "poll"),
    ),
    Trouble(
        "times below nothing",
        changed(
            changes.merged(
                pollingConfig={"pollInterval": "-5s", "timeoutIn": "-1s"}, interval=-5, expires_in=-1
            )
        ),
        usual=U,
        only=("code", "refresh", "poll"),
    ),
    Trouble(
        "times of a million years",
        changed(
            changes.merged(
                pollingConfig={"pollInterval": "9e99s", "timeoutIn": 10**400},
                interval=10**400,
                expires_in=10**400,
            )
        ),
        usual=U,
        only=("code", "refresh", "create", "poll"),
    ),
)

PAIRS = tuple((trouble, flow) for trouble in TROUBLES for flow in FLOWS if trouble.hits(flow))
