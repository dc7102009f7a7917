"""config.example.toml and `kiosk config`, both held against the code."""

from __future__ import annotations

import json
import re
import runpy
import tomllib
from pathlib import Path

import pytest

import kiosk.config
from kiosk.config import Config, load, rows, table
from kiosk.config.example import example
from kiosk.config.schema import settings

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def blocks() -> dict[str, str]:
    """``section.key`` -> the comment above it and the line itself, read from the file without the code's help."""
    found: dict[str, str] = {}
    section = ""
    for paragraph in EXAMPLE.read_text().split("\n\n"):
        if header := re.fullmatch(r"\[(\w+)\]", paragraph.strip()):
            section = header[1]
        elif key := re.search(r"^#(\w+) = .*$", paragraph, re.MULTILINE):
            found[f"{section}.{key[1]}"] = paragraph
    return found


def uncommented() -> str:
    return re.sub(r"^#(?=\w+ = )", "", EXAMPLE.read_text(), flags=re.MULTILINE)


def test_the_example_is_the_one_that_the_code_writes() -> None:
    assert EXAMPLE.read_text() == example()


def test_the_module_prints_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    module = Path(kiosk.config.__file__).with_name("example.py")
    runpy.run_path(str(module), run_name="__main__")
    assert capsys.readouterr().out == EXAMPLE.read_text()


def test_the_example_documents_every_key_and_no_other() -> None:
    assert set(blocks()) == set(settings())


@pytest.mark.parametrize("key", sorted(settings()))
def test_a_key_stands_with_its_unit_its_range_and_its_default(key: str) -> None:
    setting, block = settings()[key], blocks()[key]
    assert f"# Unit: {setting.unit}." in block
    assert f"# Allowed: {setting.allowed}." in block
    stated = re.search(r"Default: (.*)\.$", block, re.MULTILINE)
    given = re.search(r"^#\w+ = (.*)$", block, re.MULTILINE)
    assert stated is not None
    assert given is not None
    assert tomllib.loads(f"a = {stated[1]}") == tomllib.loads(f"a = {given[1]}") == {"a": setting.default}


def test_the_example_as_it_is_gives_the_defaults() -> None:
    assert load(EXAMPLE, {}).config == Config()


def test_the_example_with_every_key_in_force_gives_the_defaults_as_well(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(uncommented())
    loaded = load(path, {})
    assert loaded.config == Config()
    assert "default" not in loaded.origins.values()


def test_the_core_and_the_configuration_have_the_same_defaults() -> None:
    from kiosk.core.settings import Settings

    config, core = Config(), Settings()
    assert (config.google.client, config.google.display_name) == (core.client, core.display_name)
    assert (config.picking.mode, config.picking.max_items) == (core.mode, core.max_items)
    assert (config.slideshow.dwell_seconds, config.slideshow.transition_seconds) == (
        core.dwell,
        core.transition,
    )
    assert config.slideshow.order is core.order


def test_the_effective_values_are_shown_with_their_origin_and_the_secret_masked(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        "[google]\nclient_id = 'id'\nclient_secret = 'top-secret'\n"
        "[display]\nrotation = 90\nfullscreen = false\n[storage]\nstate_dir = '/s'\n"
    )
    loaded = load(path, {})
    shown = {row.key: (row.value, row.origin) for row in rows(loaded)}
    assert list(shown) == list(settings())
    assert shown["google.client_id"] == ('"id"', f"{path}:2")
    assert shown["google.client_secret"] == ('"***"', f"{path}:3")
    assert shown["display.rotation"] == ("90", f"{path}:5")
    assert shown["display.fullscreen"] == ("false", f"{path}:6")
    assert shown["storage.state_dir"] == ('"/s"', f"{path}:8")
    assert shown["storage.cache_dir"] == ('""', "default")
    assert shown["slideshow.order"] == ('"shuffle"', "default")
    assert "top-secret" not in table(loaded)


def test_the_printed_configuration_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[slideshow]\ndwell_seconds = 7\n")
    loaded = load(path, {})
    printed = tmp_path / "printed.toml"
    printed.write_text(table(loaded))
    assert str(path) in table(loaded)
    assert load(printed, {}).config == loaded.config


def test_without_a_file_the_print_says_where_it_would_be(tmp_path: Path) -> None:
    text = table(load(None, {"HOME": str(tmp_path)}))
    assert str(tmp_path / ".config/kiosk/config.toml") in text
    assert 'client_secret = ""' in text


def test_a_masked_secret_is_not_taken_for_a_default(tmp_path: Path) -> None:
    secrets = tmp_path / "s.json"
    secrets.write_text(json.dumps({"installed": {"client_id": "a", "client_secret": "top-secret"}}))
    path = tmp_path / "config.toml"
    path.write_text("[google]\nclient_secrets_file = 's.json'\n")
    shown = {row.key: (row.value, row.origin) for row in rows(load(path, {}))}
    assert shown["google.client_secret"] == ('"***"', str(secrets))
