"""The real kiosk on both roads, from the first code to the disconnect, with marked secrets, watched from outside: every
output, every file, every address, what /proc shows of it and of its children.

Once the secrets look like Google's, once like nothing in particular: then only what is never written stays unseen.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from kiosk.cli import main
from kiosk.control import ControlVerb
from kiosk.demo import DemoGoogle, DemoSettings, plain_library, routes
from tests.app.frame import PATIENCE, Frame
from tests.app.test_account import browse
from tests.secrets.echo import sent
from tests.secrets.hunt import Hunt, Onlooker

PENDING = ["device code in force"]
ALLOWED = {
    "config.toml": ["client secret"],
    "credentials.json": ["refresh token in force"],
    "catalog.sqlite3": ["device code in force", "picking session"],
    "catalog.sqlite3-wal": ["device code in force", "picking session"],
}
SHAPES = pytest.mark.parametrize(
    "shapeless",
    [
        pytest.param(True, id="of no shape"),
        pytest.param(False, id="of Google's shape", marks=pytest.mark.slow),
    ],
)
GIVEN = {
    "PATH",
    "HOME",
    "LANG",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_ARENA_MAX",
    "LC_CTYPE",
    "OPENBLAS_NUM_THREADS",
}
"""What a child of the kiosk may find in its environment."""


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Callable[..., Frame]]:
    """A frame and its Google, with secrets to choose the looks of."""
    opened: list[Frame | DemoGoogle] = []

    def move_in(*, shapeless: bool, kind: str = "tv") -> Frame:
        settings = DemoSettings(
            device_interval=1.0,
            poll_interval="1s",
            client_type="desktop" if kind == "desktop" else "tv",
            client_secret="cl13nt-w0rd" if shapeless else "GOCSPX-marked-client-secret",
            shapeless_secrets=shapeless,
            rotate_refresh_tokens=True,
        )
        google = DemoGoogle(plain_library(12), settings).start()
        frame = Frame(tmp_path / "frame", google)
        opened.extend((google, frame))
        return frame

    yield move_in
    for each in reversed(opened):
        each.close() if isinstance(each, Frame) else each.stop()


def google_of(frame: Frame) -> DemoGoogle:
    assert frame.google is not None
    return frame.google


def journal(frame: Frame) -> dict[str, str]:
    """The log's lines are made for journald then."""
    frame.log.touch()
    status = frame.log.stat()
    return {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}


def hunt_for(google: DemoGoogle) -> Hunt:
    """All that was ever secret between the two."""
    hunt = Hunt()
    for kind, secret in google.secrets:
        hunt.add(kind, secret)
    for secret in google.refresh_tokens:
        hunt.add("refresh token in force", secret)
    for request in google.of_route(routes.TOKEN):
        hunt.add("code verifier", request.form.get("code_verifier"))
    hunt.add("client secret", google.settings.client_secret)
    return hunt


def search_addresses(hunt: Hunt, google: DemoGoogle) -> None:
    """And each secret goes to the one endpoint that it is for."""
    for request in google.requests:
        place = f"an address of {request.route}"
        # The person's browser brings its form to the demo's own pages; the base URL is the address of a picture.
        hunt.search(place, json.dumps([request.path, dict(request.query)]), ["base URL"])
        assert "referer" not in request.headers
        assert "cookie" not in request.headers
        if request.route in (routes.TOKEN, routes.REVOKE, routes.DEVICE_CODE):
            assert request.bearer is None
        elif request.route not in routes.FOR_PEOPLE:
            assert sent(request) == [*filter(None, [request.bearer])]


def search_run(hunt: Hunt, frame: Frame, onlooker: Onlooker) -> None:
    for what, content in onlooker.seen:
        hunt.search(f"/proc: {what}", content)
    assert {what for what, _ in onlooker.seen} >= {"cmdline", "comm", "environ", "status", "comm of a thread"}
    for child, environment in onlooker.environments.items():
        names = {line.partition(b"=")[0].decode() for line in environment.split(b"\0") if line}
        assert names <= GIVEN, f"{child} was given {names - GIVEN}"


@SHAPES
@pytest.mark.timeout(120)
def test_the_device_road_leaves_no_secret_anywhere(household: Callable[..., Frame], shapeless: bool) -> None:
    frame = household(shapeless=shapeless)
    google = google_of(frame)
    frame.start(journal(frame))
    assert frame.child is not None
    said = []
    with Onlooker(frame.child.pid) as onlooker:
        frame.until(lambda status: status["user_code"])
        said += [frame.run("status").stdout, frame.run("status", "--json").stdout]
        frame.show(3)
        google.expire_access_tokens()
        frame.ask(ControlVerb.PICK)
        frame.pick(5)
        frame.until(lambda status: status["stored"] == 5 and not google.sessions)
        frame.child.send_signal(signal.SIGUSR1)
        shot = frame.home / "screen.png"
        frame.screenshot()
        for words in (("status",), ("status", "--json"), ("config",), ("doctor",), ("doctor", "--json")):
            done = frame.run(*words)
            said += [done.stdout, done.stderr]
        hunt = hunt_for(google)
        hunt.search_tree(frame.home, ALLOWED)
        frame.until(lambda _: "most recent call first" in frame.log.read_text())
    assert len([kind for kind, _ in google.secrets if kind == "refresh token"]) == 2, "none was rotated"
    assert re.search(r"Max core file size +[01] +[01] ", limits_of(frame))
    assert frame.stop() == 0
    assert hunt.search_tree(frame.home, ALLOWED) > 5
    assert shot.exists()
    hunt.search("what the commands said", "\n".join(said))
    search_run(hunt, frame, onlooker)
    search_addresses(hunt, google)
    assert hunt.found == []


def limits_of(frame: Frame) -> str:
    assert frame.child is not None
    return Path(f"/proc/{frame.child.pid}/limits").read_text()


@SHAPES
@pytest.mark.parametrize(
    "running", [pytest.param(True, id="through"), pytest.param(False, id="alone", marks=pytest.mark.slow)]
)
@pytest.mark.timeout(120)
def test_the_second_road_leaves_no_secret_anywhere(
    household: Callable[..., Frame], shapeless: bool, running: bool
) -> None:
    frame = household(shapeless=shapeless, kind="desktop")
    google = google_of(frame)
    if running:
        frame.start(journal(frame))
        frame.until(lambda status: status["sign_in"] == "second_road")
    # A refused one first, then one that works: by loopback, as the browser does it.
    child, address = browse(frame)
    with Onlooker(child.pid) as onlooker:
        with urlopen(google.person.authorize(address)) as page:
            thanks = page.read().decode()
        out, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, out
    if not running:
        frame.start(journal(frame))
    frame.pick(2)
    frame.until(lambda status: status["stored"] == 2 and not google.sessions)
    frame.stop()
    hunt = hunt_for(google)
    assert {"authorization code", "code verifier"} <= set(hunt.secrets.values())
    # The page's own address has the code in it, by protocol; its text has not.
    hunt.search("what sign-in said, after the address", out + thanks)
    hunt.search("the address", address)
    hunt.search_tree(frame.home, ALLOWED)
    search_run(hunt, frame, onlooker)
    search_addresses(hunt, google)
    assert hunt.found == []


CRASH = """
import sys
from kiosk.cli import main
from kiosk.google import picker_wire

def crash(answer):
    raise RuntimeError(f"a fault of our own, with {' and '.join(answer.secrets)} in its text")

picker_wire.decipher_media_page = crash
sys.exit(main(sys.argv[1:]))
"""


@SHAPES
@pytest.mark.timeout(120)
def test_a_fault_of_our_own_is_logged_with_its_traceback_and_without_the_secret_in_it(
    household: Callable[..., Frame], shapeless: bool
) -> None:
    frame = household(shapeless=shapeless)
    google = google_of(frame)
    with frame.log.open("ab") as log:
        frame.child = subprocess.Popen(
            [sys.executable, "-c", CRASH, "run", "--config", str(frame.config)],
            env=frame.env | journal(frame),
            stdout=log,
            stderr=log,
        )
    frame.sign_in()
    frame.pick(2)
    frame.until(lambda status: "RuntimeError" in (status["last_error"] or ""))
    frame.stop()
    logged = frame.log.read_text()
    assert "RuntimeError: a fault of our own, with *** in its text" in logged
    hunt = hunt_for(google)
    hunt.search_tree(frame.home, ALLOWED)
    assert hunt.found == []


@pytest.mark.parametrize(
    "line",
    [
        'client_secret = ["{}"]',
        "client_secret = {}",
        'client_sekret = "{}"',
        'token_url = "{}"',
        'client_secret = "{}"\nclient_secret = "twice"',
        'client_secret = "{}"\nclient_secrets_file = "both"',
        '[slideshow]\norder = "{}"',
        '[display]\nwidth = "{}"',
    ],
)
def test_a_slip_over_the_client_secret_is_told_without_it(
    tmp_path: Path, line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    mark = "GOCSPX-Marked3cret"
    config.write_text(f"[google]\nclient_id = 'x'\n{line.format(mark)}\n")
    for words in (["config"], ["sign-in"], ["sign-out", "--yes"]):
        assert main([*words, "--config", str(config)]) == 78
    hunt = Hunt({mark: "client secret"})
    hunt.search("what the commands said", "".join(capfd.readouterr()))
    assert hunt.found == []
