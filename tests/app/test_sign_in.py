"""`kiosk sign-in` tells the truth: alone and through the running kiosk, on both roads."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from kiosk.control import ControlVerb
from kiosk.demo import DemoGoogle, faults, routes
from tests.app.frame import PATIENCE, Frame

both = pytest.mark.parametrize("running", [True, False], ids=["through", "alone"])

SignIn = subprocess.Popen[str]


@pytest.fixture
def sign_in() -> Iterator[Callable[..., SignIn]]:
    children: list[SignIn] = []

    def begin(frame: Frame, *words: str) -> SignIn:
        child = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "sign-in", "--config", str(frame.config), *words],
            env=frame.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        children.append(child)
        return child

    yield begin
    for child in children:
        if child.poll() is None:
            child.kill()
        child.communicate()


def printed(child: SignIn, pattern: str) -> str:
    said = []
    assert child.stdout is not None
    for line in child.stdout:
        said.append(line)
        if found := re.search(pattern, line):
            return found[1]
    raise AssertionError(f"{pattern} was not printed, but {said}")


def the_code(child: SignIn) -> str:
    return printed(child, r"type the code (\S+)")


def the_address(child: SignIn) -> str:
    return printed(child, r"(https?://\S+/auth\?\S+)")


def end(child: SignIn, typed: str | None = None) -> tuple[int, str]:
    out, _ = child.communicate(typed, timeout=PATIENCE)
    return child.returncode, out


def started(frame: Frame, running: bool) -> Frame:
    if running:
        frame.start()
        frame.until(lambda status: status["sign_in"] not in ("off", "asking"))
    return frame


@both
def test_a_person_who_says_no_ends_it_with_1(
    frame: Frame, google: DemoGoogle, sign_in: Callable[..., SignIn], running: bool
) -> None:
    child = sign_in(started(frame, running))
    google.person.deny(the_code(child))
    code, out = end(child)
    assert code == 1
    assert "Sign-in was cancelled" in out
    assert "trying" not in out
    assert "Signed in" not in out


@both
def test_a_box_that_was_not_ticked_ends_it_with_1(
    frame: Frame, google: DemoGoogle, sign_in: Callable[..., SignIn], running: bool
) -> None:
    child = sign_in(started(frame, running))
    google.person.approve(the_code(child), scopes=())
    code, out = end(child)
    assert code == 1
    assert "tick the box for Google Photos" in out
    assert "Signed in" not in out


@both
def test_a_refused_scope_ends_it_with_69_and_the_words_of_the_screen(
    frame: Frame, google: DemoGoogle, sign_in: Callable[..., SignIn], running: bool
) -> None:
    google.change(accept_device_scope=False)
    code, out = end(sign_in(started(frame, running)))
    assert code == 69
    assert "A Desktop client is needed" in out
    assert "trying" not in out


def test_a_code_that_expires_ends_it_with_1(
    frame: Frame, google: DemoGoogle, sign_in: Callable[..., SignIn]
) -> None:
    frame.start()
    frame.show(1)
    google.change(device_expires_in=2.0)
    child = sign_in(frame)
    the_code(child)
    code, out = end(child)
    assert code == 1
    assert "expired" in out
    assert "Signed in." not in out


def test_a_cancel_on_the_frame_ends_it_with_1(frame: Frame, sign_in: Callable[..., SignIn]) -> None:
    frame.start()
    frame.show(1)
    child = sign_in(frame)
    the_code(child)
    frame.ask(ControlVerb.CANCEL)
    code, out = end(child)
    assert code == 1
    assert "cancelled" in out


@both
def test_who_is_signed_in_hears_so_and_signs_in_anew(
    frame: Frame, google: DemoGoogle, sign_in: Callable[..., SignIn], running: bool
) -> None:
    frame.start()
    frame.show(1)
    if not running:
        frame.stop()
    child = sign_in(frame)
    assert printed(child, r"(signed in already)")
    google.person.approve(the_code(child))
    code, out = end(child)
    assert code == 0
    assert "Signed in." in out
    assert len(google.refresh_tokens) == 2


def test_a_revoked_sign_in_is_made_anew_while_no_kiosk_runs(
    frame: Frame, google: DemoGoogle, sign_in: Callable[..., SignIn]
) -> None:
    frame.start()
    frame.show(1)
    frame.stop()
    google.revoke_user()
    child = sign_in(frame)
    google.person.approve(the_code(child))
    assert end(child)[0] == 0
    frame.start()
    frame.until(lambda status: status["slide"])
    frame.ask(ControlVerb.PICK)
    frame.until(lambda status: status["picker_uri"])


@both
def test_a_failed_exchange_ends_it_with_1_and_its_error(
    desktop: Frame, sign_in: Callable[..., SignIn], running: bool
) -> None:
    google = desktop.google
    assert google is not None
    child = sign_in(started(desktop, running))
    redirect = google.person.authorize(the_address(child))
    google.faults.add(faults.oauth_fault(400, "invalid_grant", "Malformed auth code."), on=routes.TOKEN)
    code, out = end(child, redirect + "\n")
    assert code == 1
    assert "the authorization code is no longer good" in out
    assert "Signed in" not in out


@both
def test_a_box_left_unticked_in_the_browser_ends_it_with_1(
    desktop: Frame, sign_in: Callable[..., SignIn], running: bool
) -> None:
    google = desktop.google
    assert google is not None
    child = sign_in(started(desktop, running))
    code, out = end(child, google.person.authorize(the_address(child), scopes=()) + "\n")
    assert code == 1
    assert "tick the box for Google Photos" in out


@both
def test_a_person_who_says_no_in_the_browser_ends_it_with_1(
    desktop: Frame, sign_in: Callable[..., SignIn], running: bool
) -> None:
    google = desktop.google
    assert google is not None
    child = sign_in(started(desktop, running))
    code, out = end(child, google.person.refuse(the_address(child)) + "\n")
    assert code == 1
    assert "Sign-in was cancelled" in out


def test_a_sign_in_that_cannot_be_kept_ends_with_74(
    frame: Frame, google: DemoGoogle, sign_in: Callable[..., SignIn]
) -> None:
    (frame.home / "state" / "credentials.json.part").mkdir()
    child = sign_in(frame)
    google.person.approve(the_code(child))
    code, out = end(child)
    assert code == 74
    assert "cannot be kept" in out
    assert "Signed in." not in out


def test_a_card_that_cannot_be_read_ends_with_74(frame: Frame, sign_in: Callable[..., SignIn]) -> None:
    (frame.home / "cache" / "renditions").write_text("not a folder")
    code, out = end(sign_in(frame))
    assert code == 74
    assert "cannot be read" in out
