"""[update] source: nothing, a folder or an address."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.config import load
from kiosk.errors import ConfigError


def source(tmp_path: Path, line: str) -> str:
    file = tmp_path / "config.toml"
    file.write_text(f"[update]\nsource = {line}\n")
    return load(file, {}).config.update.source


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ('""', ""),
        ('"/media/stick"', "/media/stick"),
        ('" https://example.com/frame/ "', "https://example.com/frame"),
        ('"http://127.0.0.1:8000/r"', "http://127.0.0.1:8000/r"),
    ],
)
def test_it_is_nothing_a_folder_or_an_address(tmp_path: Path, line: str, read: str) -> None:
    assert source(tmp_path, line) == read


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('"releases"', "it is neither an address nor a path from the root"),
        ('"http://example.com/r"', "plain http to example.com"),
        ('"ftp://example.com/r"', "ftp is not http or https"),
        ('"https://example.com/r?x"', "a query or a fragment has no place in it"),
        ("7", "it is a whole number, not text in quotes"),
    ],
)
def test_anything_else_is_a_mistake(tmp_path: Path, line: str, wrong: str) -> None:
    with pytest.raises(ConfigError) as caught:
        source(tmp_path, line)
    assert wrong in str(caught.value)
