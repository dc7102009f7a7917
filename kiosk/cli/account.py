"""``kiosk sign-in`` and ``kiosk sign-out``. One process writes credentials: the running kiosk, else this one."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.app.headless import headless
from kiosk.cli.exits import Exit
from kiosk.cli.redirect import RedirectListener
from kiosk.cli.talk import socket_of
from kiosk.config import Loaded, load
from kiosk.control import ControlVerb, NotRunning, ask
from kiosk.core import access, signin
from kiosk.core.events import Asked, Verb
from kiosk.core.model import Secret
from kiosk.core.state import State
from kiosk.errors import ConfigError, Problem, Refused, StorageError
from kiosk.system import paths

if TYPE_CHECKING:
    from kiosk.cli import Call

LOOK = 1.0
"""Seconds between looks at the running kiosk's status while a person is at work with their phone."""
EXCHANGE_SECONDS = 60.0


def sign_in(call: Call) -> int:
    """By the device flow; for a Desktop client, or with --browser, by authorization code with PKCE."""
    loaded = load(call.config_path, call.env)
    if not loaded.config.google.client_id:
        where = f"{loaded.place}: [google] client_id"
        raise ConfigError((Problem(where, "it is missing", "the client id from Google's console"),))
    try:
        socket_path = socket_of(call)
    except NotRunning:
        return _alone(call, loaded)
    return _through(socket_path, call, loaded)


def _alone(call: Call, loaded: Loaded) -> int:
    told = _Told()
    with headless(loaded, call.env) as frame:
        frame.run_until(lambda state: state.opened)
        if not call.args.browser:
            frame.ask(Asked(verb=Verb.SIGN_IN))
            state = frame.run_until(lambda state: told.tell(_facts(state)) or _over(state))
            if isinstance(state.signin, signin.Blocked | signin.Declined):
                raise Refused(state.signin.reason, _why(state))
            if access.signed_in(state.access):
                frame.run_until(lambda _: frame.saved)
                return _signed_in()
        code, verifier, redirect_uri = _ask_browser(loaded)
        frame.ask(Asked(verb=Verb.SIGN_IN, code=code, verifier=verifier, redirect_uri=redirect_uri))
        state = frame.run_until(lambda state: state.exchange is None)
        if not access.signed_in(state.access):
            print(f"kiosk: {_why(state)}", file=sys.stderr)
            return Exit.FAILED
        frame.run_until(lambda _: frame.saved)
    return _signed_in()


def _over(state: State) -> bool:
    return access.signed_in(state.access) or isinstance(
        state.signin, signin.SecondRoad | signin.Blocked | signin.Declined
    )


def _why(state: State) -> str:
    return state.last_error.text if state.last_error else "Google refused to say why"


def _facts(state: State) -> dict[str, Any]:
    """As ``kiosk status`` would give them."""
    facts: dict[str, Any] = {"last_error": state.last_error.text if state.last_error else None}
    if isinstance(state.signin, signin.Waiting):
        code = state.signin.attempt.code
        facts |= {"user_code": code.user_code, "verification_url": code.verification_url}
    return facts


def _through(socket_path: Path, call: Call, loaded: Loaded) -> int:
    """The running kiosk signs in; here are only its words and, on the second road, the browser."""
    status = ask(socket_path, ControlVerb.STATUS)
    if not (call.args.browser or status["second_road"]):
        ask(socket_path, ControlVerb.SIGN_IN)
        told = _Told(status["last_error"])
        status = _watch(socket_path, lambda status: told.tell(status) or _decided(status))
        if status["signed_in"]:
            return _signed_in()
        if not status["second_road"]:
            print(f"kiosk: {status['title'] or status['last_error']}", file=sys.stderr)
            return Exit.FAILED
    code, verifier, redirect_uri = _ask_browser(loaded)
    before = status["last_error_at"]
    ask(
        socket_path,
        ControlVerb.SIGN_IN,
        code=code.reveal,
        verifier=verifier.reveal,
        redirect_uri=redirect_uri,
    )
    until = time.monotonic() + EXCHANGE_SECONDS
    status = _watch(
        socket_path,
        lambda status: status["signed_in"] or status["last_error_at"] != before or time.monotonic() > until,
    )
    if status["signed_in"]:
        return _signed_in()
    print(f"kiosk: {status['last_error']}", file=sys.stderr)
    return Exit.FAILED


def _decided(status: dict[str, Any]) -> bool:
    return bool(
        status["signed_in"] or status["second_road"] or status["state"] not in ("signing_in", "starting")
    )


def _watch(socket_path: Path, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    while not done(status := ask(socket_path, ControlVerb.STATUS)):
        time.sleep(LOOK)
    return status


class _Told:
    """Says each code once, and each trouble on the way to it: the wait for a network has no end of its own."""

    def __init__(self, known_trouble: str | None = None) -> None:
        self._code: str | None = None
        self._trouble = known_trouble

    def tell(self, facts: dict[str, Any]) -> bool:
        code, trouble = facts.get("user_code"), facts["last_error"]
        if code and code != self._code:
            self._code = code
            print(f"Open {facts['verification_url']} and type the code {code}", flush=True)
        if trouble and trouble != self._trouble:
            self._trouble = trouble
            print(f"kiosk: {trouble}; trying again (Ctrl+C ends it)", file=sys.stderr, flush=True)
        return False


def _signed_in() -> int:
    print("Signed in.")
    return Exit.OK


def _ask_browser(loaded: Loaded) -> tuple[Secret, Secret, str]:
    """The second road's conversation: the address out, the code in, by loopback or pasted (RFC 8252 section 7.3)."""
    from kiosk.google import Endpoints, pkce

    google = loaded.config.google
    verifier, state = pkce.verifier(os.urandom(32)), pkce.state(os.urandom(32))
    with RedirectListener() as listener:
        endpoints = Endpoints(auth_url=google.auth_url)
        url = pkce.authorization_url(endpoints, google.client_id, listener.redirect_uri, verifier, state)
        print(
            "Open this address in a browser and allow access to the photos that you pick:\n\n"
            f"  {url}\n\n"
            "If the browser runs on another machine, it ends on a page that does not open: copy that page's\n"
            "address from the address bar, paste it here and press Enter.",
            flush=True,
        )
        while True:
            address = _redirect(listener)
            try:
                code = pkce.code_from_redirect(address, state)
            except Refused as refused:
                if refused.reason.value != "other":
                    raise
                print(f"{refused}", file=sys.stderr, flush=True)
            else:
                return code, verifier, listener.redirect_uri


def _redirect(listener: RedirectListener) -> str:
    """Whichever comes first: the browser at our loopback address, or a pasted line."""
    watch_stdin = True
    while True:
        inputs: list[Any] = [listener.ready, *([sys.stdin] if watch_stdin else [])]
        readable, _, _ = select.select(inputs, [], [])
        if listener.ready in readable:
            return listener.taken()
        line = sys.stdin.readline()
        if line.strip():
            return line.strip()
        watch_stdin = bool(line)  # at the end of the input only the browser is left


def sign_out(call: Call) -> int:
    """Picking sessions deleted, access revoked, credentials, catalog and pictures erased; asks first."""
    print(
        "This deletes open picks, withdraws this frame's access to Google Photos and erases all its pictures.\n"
        "Google withdraws the access of the whole Cloud project: every frame of yours with the same client is\n"
        "signed out as well."
    )
    if not call.args.yes and not _sure():
        print("Nothing was changed.")
        return Exit.FAILED
    try:
        socket_path = socket_of(call)
    except NotRunning:
        error = _sign_out_alone(call)
    else:
        before = ask(socket_path, ControlVerb.STATUS)["last_error_at"]
        ask(socket_path, ControlVerb.SIGN_OUT)
        status = _watch(socket_path, lambda status: status["title"] != "Disconnecting")
        error = status["last_error"] if status["last_error_at"] != before else None
    if error:
        print(f"Erased here, but not everything was done at Google: {error}", file=sys.stderr)
        print("Withdraw the access yourself at https://myaccount.google.com/permissions", file=sys.stderr)
        return Exit.UNAVAILABLE
    print("Disconnected and erased.")
    return Exit.OK


def _sign_out_alone(call: Call) -> str | None:
    loaded = load(call.config_path, call.env)
    storage = loaded.config.storage
    dirs = paths.find(call.env, state_dir=storage.state_dir, cache_dir=storage.cache_dir)
    if not any(path.is_dir() and any(path.iterdir()) for path in (dirs.state, dirs.cache)):
        # Another user's frame, most likely: to report "erased" would be a lie.
        raise StorageError(f"nothing is kept in {dirs.state} and {dirs.cache}; is it another user's frame?")
    with headless(loaded, call.env) as frame:
        frame.run_until(lambda state: state.opened)
        frame.ask(Asked(verb=Verb.SIGN_OUT))
        state = frame.run_until(lambda _: frame.wiped)
    return state.last_error.text if state.last_error else None


def _sure() -> bool:
    try:
        return input("Type yes to go on: ").strip().lower() == "yes"
    except EOFError:
        return False
