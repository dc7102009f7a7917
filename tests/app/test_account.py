"""Both roads into the account, and the way out, as processes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from kiosk.control import ControlVerb
from kiosk.demo import DemoGoogle, routes
from tests.app.frame import PATIENCE, Frame


def browse(frame: Frame, *words: str) -> tuple[subprocess.Popen[str], str]:
    """`kiosk sign-in`, and the address that it prints."""
    child = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "sign-in", "--config", str(frame.config), *words],
        env=frame.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    for line in child.stdout:
        if found := re.search(r"https?://\S+/auth\?\S+", line):
            return child, found[0]
    raise AssertionError("no address was printed")


def test_a_desktop_client_leads_the_frame_to_the_second_road(desktop: Frame) -> None:
    desktop.start()
    status = desktop.until(lambda status: status["sign_in"] == "second_road")
    assert status["title"] == "Sign in from a computer"


@pytest.mark.parametrize("by", ["loopback", "pasted"])
def test_the_second_road_signs_the_running_kiosk_in(desktop: Frame, by: str) -> None:
    google = desktop.google
    assert google is not None
    desktop.start()
    desktop.until(lambda status: status["sign_in"] == "second_road")
    child, address = browse(desktop)
    redirect = google.person.authorize(address)
    if by == "loopback":
        with urlopen(redirect) as page:
            assert b"close this page" in page.read()
        out, _ = child.communicate(timeout=PATIENCE)
    else:
        out, _ = child.communicate(redirect + "\n", timeout=PATIENCE)
    assert child.returncode == 0, out
    desktop.pick(3)
    desktop.until(lambda status: status["stored"] == 3 and not google.sessions)


def test_the_second_road_works_while_no_kiosk_runs(desktop: Frame) -> None:
    google = desktop.google
    assert google is not None
    child, address = browse(desktop)
    out, _ = child.communicate(google.person.authorize(address) + "\n", timeout=PATIENCE)
    assert child.returncode == 0, out
    assert (desktop.home / "state" / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert not google.sessions
    desktop.start()
    desktop.until(lambda status: status["picker_uri"])


def test_a_forged_redirect_is_not_taken(desktop: Frame) -> None:
    google = desktop.google
    assert google is not None
    child, address = browse(desktop)
    redirect = google.person.authorize(address)
    forged = re.sub(r"state=[^&]+", "state=forged", redirect)
    out, _ = child.communicate(f"{forged}\n{redirect}\n", timeout=PATIENCE)
    assert "does not belong to this sign-in" in out
    assert child.returncode == 0, out


def test_the_device_flow_works_while_no_kiosk_runs(frame: Frame, google: DemoGoogle) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "sign-in", "--config", str(frame.config)],
        env=frame.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    google.wait_for(lambda: google.user_codes)
    google.person.approve(google.user_codes[0])
    out, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, out
    assert google.user_codes[0] in out
    assert not google.sessions
    frame.start()
    frame.until(lambda status: status["picker_uri"])
    asked = json.loads(google.of_route(routes.DEVICE_CODE)[0].form["state"])
    assert google.of_route(routes.SESSIONS_CREATE)[0].query["requestId"] == asked["requestId"]


def test_a_refused_scope_is_explained_on_the_screen(frame: Frame, google: DemoGoogle) -> None:
    google.change(accept_device_scope=False)
    frame.start()
    status = frame.until(lambda status: status["state"] == "trouble")
    assert status["title"] == "A Desktop client is needed"


def test_without_a_client_the_screen_says_what_is_missing(tmp_path: Path) -> None:
    frame = Frame(tmp_path / "bare")
    frame.start()
    try:
        status = frame.until(lambda status: status["state"] == "trouble")
        assert status["title"] == "This frame needs a Google client"
    finally:
        frame.close()


def test_a_client_written_into_the_config_file_is_taken_up_by_itself(
    tmp_path: Path, google: DemoGoogle
) -> None:
    frame = Frame(tmp_path / "late")
    frame.start()
    try:
        frame.until(lambda status: status["state"] == "trouble")
        configured = Frame(tmp_path / "late", google)
        configured.child = frame.child
        configured.until(lambda status: status["user_code"])
    finally:
        frame.close()


@pytest.mark.parametrize("running", [True, False])
def test_sign_out_leaves_nothing_behind(frame: Frame, google: DemoGoogle, running: bool) -> None:
    frame.start()
    frame.show(3)
    frame.ask(ControlVerb.PICK)
    frame.until(lambda status: status["picker_uri"])
    if not running:
        frame.stop()
    done = frame.run("sign-out", "--yes")
    assert done.returncode == 0, done.stderr
    assert "whole Cloud project" in done.stdout
    assert not google.sessions
    assert not google.refresh_tokens
    pictures = [path for path in (frame.home / "cache").rglob("*") if path.is_file()]
    assert not pictures
    assert not (frame.home / "state" / "credentials.json").exists()


def test_sign_out_asks_before_it_acts(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.show(2)
    done = frame.run("sign-out", typed="no\n")
    assert done.returncode == 1
    assert len(google.refresh_tokens) == 1
    assert frame.until(lambda _: True)["stored"] == 2


def test_a_wiped_frame_offers_a_new_sign_in(make_frame: Callable[..., Frame], google: DemoGoogle) -> None:
    frame = make_frame()
    frame.start()
    frame.show(2)
    frame.ask(ControlVerb.SIGN_OUT)
    frame.until(lambda status: status["user_code"] and status["stored"] == 0)
    frame.sign_in()
