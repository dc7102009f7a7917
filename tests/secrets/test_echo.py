"""Each flow with a server that says its secrets back, in each place of an answer: none of it reaches a log, the screen,
the status or a file, and none of it travels on to another host.

The secrets are of no known shape, so that nothing masks them by their looks.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import attrs
import pytest

from tests.conftest import RUN_ALL
from tests.faults.driver import SETTINGS, Rig
from tests.faults.flows import FLOWS, Flow
from tests.secrets.echo import WAYS, Echo, sent
from tests.secrets.hunt import Hunt

SHAPELESS = attrs.evolve(
    SETTINGS, shapeless_secrets=True, rotate_refresh_tokens=True, client_secret="cl13nt-w0rd-of-honour"
)
EVERY = [(way, flow) for way in WAYS for flow in FLOWS]
SEED = 3


def sample() -> list[tuple[str, Flow]]:
    """Each way once and each flow once at least."""
    dice = random.Random(SEED)
    flows = dice.sample(FLOWS, len(FLOWS))
    return [(way, flows[number % len(flows)]) for number, way in enumerate(WAYS)]


@pytest.mark.parametrize(
    ("way", "flow"),
    [pytest.param(way, flow, id=f"{way} - {flow.name}") for way, flow in (EVERY if RUN_ALL else sample())],
)
def test_no_secret_that_a_server_says_back_goes_anywhere(
    way: str, flow: Flow, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "kiosk")
    rig = Rig(tmp_path / "frame", settings=SHAPELESS)
    try:
        flow.before(rig)
        elsewhere = rig.url.replace("127.0.0.1", "localhost")
        Echo(way, elsewhere).arm(rig.google.faults, flow.routes)
        flow.begin(rig)
        seen = [told(rig)]
        for _ in range(6):
            rig.run(20)
            seen.append(told(rig))
        assert any(request.route in flow.routes and sent(request) for request in rig.google.requests) or (
            flow.name == "code"  # asks without a secret
        )
        hunt = hunt_for(rig)
        hunt.search("the log", caplog.text)
        hunt.search("the status and the screen", "\n".join(seen))
        for request in rig.google.requests:
            place = f"the address of {request.route}"
            assert "referer" not in request.headers
            if request.headers["host"].startswith("localhost"):
                # Where the redirect leads. What stands in the address is what the server itself wrote there.
                assert flow.name == "download"
                assert not sent(request)
            else:
                hunt.search(place, json.dumps([request.path, dict(request.query)]), ["base URL"])
    finally:
        rig.close()
    hunt.search_tree(tmp_path, ALLOWED)
    assert hunt.found == []


ALLOWED = {
    "credentials.json": ["refresh token in force"],
    "catalog.sqlite3": ["device code in force"],
    "catalog.sqlite3-wal": ["device code in force"],
}


def told(rig: Rig) -> str:
    """What a person, a program and systemd get to know."""
    return json.dumps(rig.status()) + repr(rig.glass.scene) + repr(rig.state)


def hunt_for(rig: Rig) -> Hunt:
    hunt = Hunt()
    for kind, secret in rig.google.secrets:
        hunt.add(kind, secret)
    hunt.add("client secret", rig.google.settings.client_secret)
    newest = [secret for kind, secret in rig.google.secrets if kind == "refresh token"][-1:]
    for secret in newest:  # kept although Google may have ended it: nobody has told the frame to forget it
        hunt.add("refresh token in force", secret)
    attempt = getattr(rig.state.signin, "attempt", None)
    if attempt is not None:
        hunt.add("device code in force", attempt.code.device_code.reveal)
    return hunt
