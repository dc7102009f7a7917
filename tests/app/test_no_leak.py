"""What may stay behind when something is cut off: nothing at Google, nothing secret on the card, no picture after the
wipe. The real kiosk, killed and restarted."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kiosk.control import ControlVerb
from kiosk.demo import DemoGoogle, faults, routes
from tests.app.frame import PATIENCE, Frame


def kill(frame: Frame) -> None:
    assert frame.child is not None
    frame.child.kill()
    frame.child.wait()


def abandoned(frame: Frame) -> bool:
    """Whether the card knows that nobody waits for the picking session any more: a kill may come before that."""
    with TemporaryDirectory() as folder:
        # A copy, as after a power cut: the frame lets nobody else open its own.
        for path in (frame.home / "state").glob("catalog.sqlite3*"):
            shutil.copy(path, folder)
        with closing(sqlite3.connect(Path(folder) / "catalog.sqlite3")) as catalog:
            return catalog.execute("SELECT count(*) FROM pick_requests WHERE abandoned").fetchone()[0] == 1


def creations(google: DemoGoogle) -> list[str]:
    return [request.query["requestId"] for request in google.of_route(routes.SESSIONS_CREATE)]


def on_the_card(frame: Frame) -> dict[Path, bytes]:
    folders = (frame.home / "state", frame.home / "cache", frame.home / "run")
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def told_secrets(frame: Frame, google: DemoGoogle) -> set[tuple[str, str]]:
    """(kind of secret, file) wherever the card or the log holds one that Google has handed out."""
    files = on_the_card(frame) | {frame.log: frame.log.read_bytes()}
    return {
        (kind, path.name)
        for kind, secret in google.secrets
        for path, content in files.items()
        if secret.encode() in content
    }


# Picking sessions. ----------------------------------------------------------------------------------------------------


def test_a_kill_before_the_answer_to_a_creation_goes_on_in_the_same_picking_session(
    frame: Frame, google: DemoGoogle
) -> None:
    frame.start()
    frame.show(2)
    google.faults.add(faults.Stall(after=0), on=routes.SESSIONS_CREATE)
    frame.ask(ControlVerb.PICK)
    google.wait_for(lambda: google.sessions and google.faults.stalled, PATIENCE)
    (session,) = google.sessions
    kill(frame)
    google.faults.clear()
    frame.start()
    status = frame.until(lambda status: status["picker_uri"])
    assert google.sessions == (session,)
    assert status["picker_uri"].endswith(session)
    first, *later = creations(google)[1:]
    assert later
    assert set(later) == {first}
    frame.pick(3)
    frame.until(lambda status: status["stored"] >= 3 and not google.sessions)


def test_a_cancel_after_a_lost_answer_leaves_no_picking_session_even_over_a_kill(
    frame: Frame, google: DemoGoogle
) -> None:
    frame.start()
    frame.show(1)
    google.faults.add(faults.Reset(acted=True), on=routes.SESSIONS_CREATE)
    frame.ask(ControlVerb.PICK)
    google.wait_for(lambda: google.sessions, PATIENCE)
    frame.until(lambda status: status["last_error"])
    frame.ask(ControlVerb.CANCEL)
    assert frame.until(lambda status: status["title"] is None)["open_picking_sessions"] == 1
    frame.until(lambda _: abandoned(frame))
    kill(frame)
    google.faults.clear()
    frame.start()
    status = frame.until(lambda status: status["slide"] and not google.sessions)
    assert status["title"] is None
    frame.until(lambda status: status["open_picking_sessions"] == 0)


def test_a_sign_out_while_no_kiosk_runs_deletes_what_was_just_being_made(
    frame: Frame, google: DemoGoogle
) -> None:
    frame.start()
    frame.show(1)
    google.faults.add(faults.Stall(after=0), on=routes.SESSIONS_CREATE)
    frame.ask(ControlVerb.PICK)
    google.wait_for(lambda: google.sessions and google.faults.stalled, PATIENCE)
    kill(frame)
    google.faults.clear()
    done = frame.run("sign-out", "--yes")
    assert done.returncode == 0, done.stderr
    assert not google.sessions
    assert not google.refresh_tokens


# keep_signed_in = false. ----------------------------------------------------------------------------------------------


@pytest.fixture
def forgetful(frame: Frame) -> Frame:
    frame.keys["google__keep_signed_in"] = "false"
    frame.write_config()
    return frame


def test_a_frame_that_keeps_no_sign_in_has_no_secret_on_its_card_at_any_time(
    forgetful: Frame, google: DemoGoogle
) -> None:
    forgetful.start()
    forgetful.until(lambda status: status["user_code"])
    assert not told_secrets(forgetful, google)
    forgetful.sign_in()
    assert not told_secrets(forgetful, google)
    forgetful.pick(3)
    forgetful.until(lambda status: status["stored"] == 3 and not google.sessions and not status["signed_in"])
    forgetful.until(lambda status: status["slide"] and status["title"] is None)
    assert not told_secrets(forgetful, google)
    assert google.refresh_tokens, "nothing was revoked: that would sign out every frame of the project"
    forgetful.ask(ControlVerb.PICK)
    again = forgetful.until(lambda status: status["user_code"])
    assert again["user_code"] != google.user_codes[0]
    forgetful.sign_in()
    forgetful.pick(5)
    forgetful.until(
        lambda status: status["sign_ins"] == 2 and not google.sessions and not status["signed_in"]
    )
    assert not told_secrets(forgetful, google)


def test_a_kill_in_mid_pick_of_a_frame_that_keeps_no_sign_in_goes_on_after_the_next_one(
    forgetful: Frame, google: DemoGoogle
) -> None:
    google.change(latency=0.15)
    forgetful.start()
    forgetful.sign_in()
    forgetful.pick(30)
    forgetful.until(lambda status: status["stored"] >= 3)
    kill(forgetful)
    google.change(latency=0.0)
    forgetful.start()
    status = forgetful.until(lambda status: status["slide"])
    assert not status["signed_in"]
    assert status["title"] is None
    forgetful.ask(ControlVerb.PICK)
    google.person.approve(forgetful.until(lambda status: status["user_code"])["user_code"])
    forgetful.until(lambda status: status["stored"] == 30 and not google.sessions)
    assert forgetful.until(lambda status: not status["signed_in"])["failed"] == 0


def test_switching_to_keeping_none_wipes_the_sign_in_that_was_kept(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.show(1)
    assert frame.stop() == 0
    assert ("refresh token", "credentials.json") in told_secrets(frame, google)
    frame.keys["google__keep_signed_in"] = "false"
    frame.write_config()
    frame.start()
    frame.until(lambda status: status["slide"] and not status["signed_in"])
    assert frame.stop() == 0
    assert not told_secrets(frame, google)
    assert not list((frame.home / "state").glob("credentials*"))


def test_a_sign_in_that_nothing_would_be_left_of_is_refused_while_no_kiosk_runs(
    forgetful: Frame, google: DemoGoogle
) -> None:
    done = forgetful.run("sign-in")
    assert done.returncode == 1
    assert "keep_signed_in is false" in done.stderr
    assert not google.user_codes


# Disconnect. ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_download_that_outlasts_a_disconnect_lands_on_no_card(frame: Frame, google: DemoGoogle) -> None:
    frame.start()
    frame.sign_in()
    google.faults.add(faults.Stall(after=100), on=routes.MEDIA)
    frame.pick(4)
    google.wait_for(lambda: google.faults.stalled == 4, PATIENCE)
    frame.ask(ControlVerb.SIGN_OUT)
    frame.until(lambda status: status["disconnects"] == 1)
    google.faults.clear()
    frame.until(lambda status: status["last_error"] and "wiped" in status["last_error"])
    google.wait_for(lambda: not google.faults.stalled, PATIENCE)
    assert frame.stop() == 0
    assert not [path for path in on_the_card(frame) if "cache" in path.parts]
    frame.start()
    assert frame.until(lambda status: status["user_code"])["stored"] == 0
