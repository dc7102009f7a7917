"""Everything that can be wrong between a frame and Google, and how each flow of a frame must end under it.

A trouble is armed on the requests of one flow and lasts until ``Rig.calm``. What it must lead to stands beside it, by
docs/architecture.md, "Errors say who acts"; where nothing stands, the frame waits and heals by itself.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, field, frozen

from kiosk.demo import faults, routes
from kiosk.demo.answers import Answer, json_answer
from kiosk.demo.faults import Fault
from tests.faults import tls
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
        ground.rig.google.faults.add(JsonOnly(change), on=on or ground.flow.routes)

    return arm


@frozen
class JsonOnly(Fault):
    change: Callable[[Any], Any]

    def alter(self, answer: Answer) -> Answer:
        if "json" not in answer.content_type or not answer.body:
            return answer
        return evolve(answer, body=json.dumps(self.change(json.loads(answer.body))).encode())


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


def _in_a_row(on: Ground) -> None:
    for status in (500, 502, 503):
        on.rig.google.faults.add(faults.server_error(status), times=1, on=on.flow.routes)


@frozen(eq=False)
class EndlessPages(Fault):
    """The first page again and again, each time with another page token, or always the same one."""

    page_token: Callable[[int], str]
    sent: list[dict[str, Any]] = field(factory=list)

    def instead(self) -> Answer | None:
        return json_answer(self._next(self.sent[0])) if self.sent else None

    def alter(self, answer: Answer) -> Answer:
        return evolve(answer, body=json.dumps(self._next(json.loads(answer.body))).encode())

    def _next(self, page: dict[str, Any]) -> dict[str, Any]:
        self.sent.append(page | {"nextPageToken": self.page_token(len(self.sent))})
        return self.sent[-1]


# What to change in an answer. -----------------------------------------------------------------------------------------


def _wrong_types(body: Any) -> Any:
    """Text becomes a list, numbers become objects, objects and lists become a number, one level down."""
    if not isinstance(body, dict):
        return 7
    return {
        key: [value] if isinstance(value, str) else {} if isinstance(value, int) else 3
        for key, value in body.items()
    }


def _items(**fields: Any) -> Callable[[Any], Any]:
    """These fields of every media item."""

    def change(body: Any) -> Any:
        return body | {"mediaItems": [item | fields for item in body.get("mediaItems", [])]}

    return change


def _sizes(width: object, height: object) -> Callable[[Any], Any]:
    def change(body: Any) -> Any:
        for item in body.get("mediaItems", []):
            item["mediaFile"]["mediaFileMetadata"] |= {"width": width, "height": height}
        return body

    return change


def _base_urls(url: str) -> Callable[[Any], Any]:
    def change(body: Any) -> Any:
        for item in body.get("mediaItems", []):
            item["mediaFile"]["baseUrl"] = url
        return body

    return change


def _merged(**fields: Any) -> Callable[[Any], Any]:
    return lambda body: body | fields if isinstance(body, dict) and "error" not in body else body


_DEEP = b"[" * 200_000 + b"]" * 200_000
_LARGE = b'{"a":"' + b"x" * (20 * 1024 * 1024) + b'"}'

JSON_FLOWS = ("code", "sign-in", "refresh", "create", "poll", "list", "delete", "revoke", "slideshow")
HOUR = 3600.0
"""The life of a base URL."""
W, U, OUT, S = Ending.WAITS, Ending.UNHARMED, Ending.SIGNED_OUT, Ending.SAID
E, K, B = Ending.ENDED, Ending.SKIPPED, Ending.BELIEVED
REFUSED_OAUTH = {"code": S, "sign-in": S, "refresh": S, "slideshow": U}
"""A refusal that names no known error: the owner's business, and tried again seldom. A keep-alive has time."""
NO_OAUTH_ERROR = {"sign-in": S, "delete": U}
"""The poll's answer has the status 428, which with another body is a refusal; a deletion needs no body."""
TINY = {"delete": U}
"""A body of two bytes is hard to spoil."""

TROUBLES = (
    # Nothing comes back.
    Trouble("refused", _refused),
    Trouble("no such name", sent_to("https://google.invalid")),
    Trouble("reset before acting", served(faults.Reset())),
    Trouble("reset after acting", served(faults.Reset(acted=True))),
    Trouble("reset after a byte", served(faults.Reset(after=1))),
    Trouble("cut off under a true length", served(faults.Truncate(after=1))),
    Trouble("silence before the answer", served(faults.Stall), slow=True, hangs=True),
    Trouble("silence within the answer", served(lambda: faults.Stall(after=1)), slow=True, hangs=True),
    Trouble("one byte after the other", served(faults.Drip(chunk=1, pause=0.2)), TINY, slow=True, hangs=True),
    Trouble("not HTTP", served(faults.Raw(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"))),
    # Somebody else answers.
    Trouble("certificate signed by itself", _tls(trusted=False)),
    Trouble("certificate of another host", _tls(host="other.example")),
    Trouble("certificate of tomorrow", _tls(begins=2)),
    Trouble("captive portal", served(faults.html_page())),
    Trouble("redirect to another host", served(faults.redirected("https://elsewhere.invalid/x"))),
    Trouble("redirect to plain http", served(faults.redirected("http://photos.example/x")), {"download": K}),
    # Google answers, badly.
    Trouble("wrong type", served(faults.Retype("text/plain")), usual=U),
    Trouble("typed as a page", served(faults.Retype("text/html")), {"download": W}, usual=U),
    Trouble(
        "403 and a tile",
        served(faults.forbidden_tile()),
        REFUSED_OAUTH | {"create": S, "poll": E, "list": E, "download": K, "delete": B},
    ),
    Trouble("401 once", _unauthorised(1), REFUSED_OAUTH, usual=U),
    Trouble("401 for ever", _unauthorised(None), REFUSED_OAUTH | {"download": K}, usual=OUT),
    Trouble("429", served(faults.too_many_requests())),
    Trouble("429 for two minutes", served(faults.too_many_requests("120"))),
    Trouble("500, 502, 503 in a row", _in_a_row, usual=U),
    Trouble("503 for ever", served(faults.server_error(503))),
    Trouble("503 for two minutes", served(faults.server_error(503, "120"))),
    # JSON of another world.
    Trouble("JSON of wrong types", changed(_wrong_types), NO_OAUTH_ERROR, only=JSON_FLOWS),
    Trouble("JSON that is a list", served(faults.Body(b"[1, 2]")), NO_OAUTH_ERROR, only=JSON_FLOWS),
    Trouble(
        "JSON cut short", served(faults.Body(b'{"id": "x", "mediaItems": [')), NO_OAUTH_ERROR, only=JSON_FLOWS
    ),
    Trouble("JSON of 20 MB", served(faults.Body(_LARGE)), only=JSON_FLOWS, slow=True),
    Trouble("JSON 200,000 deep", served(faults.Body(_DEEP)), NO_OAUTH_ERROR, only=JSON_FLOWS),
    # Lists of another world.
    Trouble(
        "page tokens without an end",
        served(lambda: EndlessPages(lambda number: f"t{number}")),
        usual=U,
        only=("list",),
        most=500,
    ),
    Trouble(
        "one page token again and again", served(lambda: EndlessPages(lambda _: "t")), usual=U, only=("list",)
    ),
    Trouble("unknown enum", changed(_items(type="HOLOGRAM")), usual=U, only=("list",)),
    Trouble(
        "captured in the year 1", changed(_items(createTime="0001-01-01T00:00:00Z")), usual=U, only=("list",)
    ),
    Trouble(
        "captured in the year 9999",
        changed(_items(createTime="9999-12-31T23:59:59Z")),
        usual=U,
        only=("list",),
    ),
    Trouble("huge sizes", changed(_sizes(10**30, "9" * 40)), usual=U, only=("list",)),
    Trouble("negative sizes", changed(_sizes(-160, "-120")), usual=U, only=("list",)),
    Trouble(
        "base URLs of plain http", changed(_base_urls("http://photos.example/x")), usual=E, only=("list",)
    ),
    Trouble(
        "base URLs that lead nowhere",
        changed(_base_urls("https://photos.invalid/x"), routes.MEDIA_ITEMS_LIST),
        only=("download",),
        heals_within=HOUR,
    ),
    # Addresses and times of another world.
    Trouble(
        "picker URI of plain http",
        changed(_merged(pickerUri="http://photos.example/x")),
        usual=S,
        only=("create",),
    ),
    Trouble(
        "picker URI that is a script",
        changed(_merged(pickerUri="javascript:alert(1)")),
        usual=S,
        only=("create",),
    ),
    Trouble(
        "picker URI of plain http at a poll",
        changed(_merged(pickerUri="http://photos.example/x")),
        only=("poll",),
    ),
    Trouble(
        "verification URL of plain http",
        changed(_merged(verification_url="http://g.example/x")),
        usual=S,
        only=("code",),
    ),
    Trouble(
        "expires in the year 1",
        changed(_merged(expireTime="0001-01-01T00:00:00Z")),
        usual=U,
        only=("create", "poll"),
    ),
    Trouble(
        "expires in the year 9999",
        changed(_merged(expireTime="9999-12-31T23:59:59Z")),
        usual=U,
        only=("create", "poll"),
    ),
    Trouble(
        "times below nothing",
        changed(
            _merged(pollingConfig={"pollInterval": "-5s", "timeoutIn": "-1s"}, interval=-5, expires_in=-1)
        ),
        usual=U,
        only=("code", "refresh", "poll"),
    ),
    Trouble(
        "times of a million years",
        changed(
            _merged(
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
