"""The README and the code say the same, both ways."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path

import pygame
import pytest

from kiosk.app.status import status
from kiosk.cli import _parser
from kiosk.cli.exits import Exit
from kiosk.config.schema import settings
from kiosk.core import disconnect, machine, words
from kiosk.core.events import Verb
from kiosk.core.model import Moment
from kiosk.core.settings import Settings
from kiosk.display import keys
from kiosk.system import inputs
from tests.docs.pages import README, ROOT, blocks, prose, rows, section, spans


def _commands() -> dict[str, argparse.ArgumentParser]:
    parser = _parser()
    (found,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(found.choices)


def _named(text: str) -> set[str]:
    """The commands that ``kiosk WORD`` in a piece of code names."""
    return set(re.findall(r"(?:^|[\s/])kiosk ([a-z][a-z-]*)", text, re.MULTILINE))


def test_each_command_has_a_row_and_each_row_is_a_command() -> None:
    told = [spans(row[0])[0].removeprefix("kiosk ") for row in rows(README, "Commands")]
    assert sorted(told) == sorted(_commands())


def test_each_option_of_a_command_stands_in_its_row_and_the_reverse() -> None:
    table = {spans(row[0])[0].removeprefix("kiosk "): row[1] for row in rows(README, "Commands")}
    for name, parser in _commands().items():
        shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]
        options = {option for action in shown for option in action.option_strings if option.startswith("--")}
        told = {option for span in spans(table[name]) for option in re.findall(r"--[a-z-]+", span)}
        assert told == options - {"--help", "--config"}, name


def test_what_goes_with_every_command_is_said_once() -> None:
    assert all("--config" in parser._option_string_actions for parser in _commands().values())
    assert "`--config FILE`" in section(README, "Commands")


def test_no_command_is_named_that_does_not_exist() -> None:
    code = "\n".join((re.sub(r"#.*", "", blocks(README)), *spans(prose(README))))
    named = _named(code)
    assert {"run", "doctor", "sign-in"} <= named
    assert named <= _commands().keys()


def test_each_exit_code_has_a_row_and_each_row_is_an_exit_code() -> None:
    assert [int(row[0]) for row in rows(README, "Exit codes")] == [code.value for code in Exit]


def test_each_key_does_what_its_row_says_and_each_verb_key_has_a_row() -> None:
    told = {}
    for names, verbs in rows(README, "Keys"):
        for each in spans(names):
            *shift, name = each.split("+")
            code = getattr(pygame, f"K_{name.lower() if len(name) == 1 else name.upper()}")
            told[code] = Verb(spans(verbs)[0])
            assert keys.verb(code, pygame.KMOD_SHIFT if shift else pygame.KMOD_NONE) is told[code]
    assert told.keys() == keys.KEYS.keys() | {pygame.K_d}
    # These have keys of remote controls alone, or none.
    assert set(told.values()) == set(Verb) - {Verb.SIGN_IN, Verb.PAUSE, Verb.RESUME, Verb.WAKE}


def test_each_key_that_the_frame_reads_by_itself_stands_with_the_buttons() -> None:
    page = ROOT / "docs/appliance.md"
    told = spans(section(page, "Buttons, remote controls and fingers"))
    read = re.findall(r"# KEY_(\w+)", Path(inputs.__file__).read_text(encoding="utf-8"))
    assert len(read) == len(inputs.KEYS)
    assert [name for name in read if name not in told and name != "WAKEUP"] == []
    assert f"keycode={inputs.BUTTON}," in page.read_text(encoding="utf-8")


def test_the_time_to_confirm_a_disconnect_is_as_said() -> None:
    assert disconnect.CONFIRM_SECONDS == 10.0
    assert "within ten seconds" in section(README, "Keys")


def test_status_promises_the_keys_that_it_tells() -> None:
    now = Moment(0.0, datetime(2026, 1, 1, tzinfo=UTC))
    state, _ = machine.start(Settings(), now)
    told = [key for row in rows(README, "What `kiosk status --json` tells") for key in spans(row[0])]
    assert sorted(told) == sorted(status(state, now=0.0, flips=0, uptime_seconds=0.0))


def test_each_word_that_state_can_have_is_told() -> None:
    (row,) = (row for row in rows(README, "What `kiosk status --json` tells") if row[0] == "`state`")
    # As the issue of this project lists them.
    wanted = {"signing_in", "picking", "listing", "downloading", "showing", "asleep", "trouble", "starting"}
    assert set(spans(row[1])) == wanted


def test_each_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    code = "\n".join((blocks(README), *spans(prose(README))))
    named = set(re.findall(r"^(?:sudo )?make ([a-z-]+)", code, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets


@pytest.mark.parametrize("page", [README, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_each_configuration_key_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`\[([a-z]+)\] ([a-z_]+)`", page.read_text(encoding="utf-8"))
    assert named
    assert {f"{section}.{key}" for section, key in named} <= settings().keys()


def test_each_headline_in_the_troubleshooting_is_one_that_the_screen_shows() -> None:
    told = [row[0] for row in rows(README, "Troubleshooting")]
    quoted = {text for cell in told for text in re.findall(r'"([^"]+)"', cell)}
    sentences = [value for value in vars(words).values() if isinstance(value, str)]
    sentences += [text for pair in words.REASONS.values() for text in pair]
    assert len(quoted) > 5
    assert {text for text in quoted if not any(text in sentence for sentence in sentences)} == set()
