"""What lies on the boot partition, as the whole kiosk shows it. Root's part is in tests/system."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from kiosk.app.build import settings_of
from kiosk.app.mistakes import card
from kiosk.config import load
from kiosk.config.boot import read_boot
from kiosk.config.overlay import as_json
from kiosk.core import words
from kiosk.doctor import boot_partition
from kiosk.errors import ConfigError, Problem
from tests.app.frame import Frame

FILE = Path("/boot/firmware/kiosk.toml")


def lay(frame: Frame, text: str, *, left: bool = False) -> dict[str, str]:
    """As root would have, at the boot; -> the environment of whoever looks."""
    place = frame.home / "overlay.json"
    overlay = read_boot(FILE, text.encode()).overlay
    place.write_text(as_json(evolve(overlay, secret_left=left)))
    return {"KIOSK_BOOT_OVERLAY": str(place)}


def test_its_mistakes_are_on_the_screen_with_its_name_and_its_line(frame: Frame) -> None:
    env = lay(frame, "[display]\nlanguage = 'de'\n[slideshow]\ndwell = 3\n")
    frame.start(env)
    status = frame.until(lambda status: status["title"])
    assert status["title"] == "The config file has a mistake"
    assert status["last_error"].startswith(f"{FILE}:4: [slideshow] dwell: unknown key")


def test_the_card_says_where_to_mend_each_mistake() -> None:
    config = Path("/etc/kiosk/config.toml")
    boot, own = Problem(f"{FILE}:4: [a] b", "x", "y"), Problem(f"{config}:7: [c] d", "x", "y")
    shown = card(ConfigError((boot, own)), config, FILE)
    assert shown.body == f"line 4: [a] b: x; allowed: y.\n{config}:7: [c] d: x; allowed: y."
    assert shown.footnote == words.mend_on_card("kiosk.toml")
    shown = card(ConfigError((own, boot)), config, FILE)
    assert shown.body == f"line 7: [c] d: x; allowed: y.\n{FILE}:4: [a] b: x; allowed: y."
    assert shown.footnote == words.mend_at(str(config))
    beside = Problem(f"{FILE.parent}/client_secret.json", "x", "y")
    assert card(ConfigError((beside,)), config, FILE).footnote == words.mend_on_card("client_secret.json")
    assert card(ConfigError((own,)), config).footnote == words.mend_at(str(config))


@pytest.mark.parametrize("left", [False, True])
def test_a_secret_that_could_not_be_taken_reaches_the_core_and_the_doctor(frame: Frame, left: bool) -> None:
    env = lay(frame, "[slideshow]\ndwell_seconds = 12\n", left=left)
    settings = settings_of(load(frame.config, env))
    assert settings.secret_left == (FILE.name if left else "")
    (check,) = boot_partition(load(frame.config, env))
    assert (f"a secret is still in {FILE}" in check.says) is left
    if not left:
        assert check.says == f"1 settings from {FILE}; they overrule {frame.config}: slideshow.dwell_seconds"
    assert boot_partition(load(frame.config, {})) == []
