"""`kiosk demo` as its reader runs it, on a machine without a display."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from PIL import Image

from kiosk.cli import _parser
from kiosk.cli.demo import run_words

WORDS = [sys.executable, "-m", "kiosk", "demo", "--size", "800x480"]
ENV = {"SDL_VIDEODRIVER": "dummy"}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A dozen plain photographs: the painted ones take their time."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(12):
        Image.new("RGB", (1200, 900), (20 * number, 90, 200)).save(folder / f"{number:02}.jpg")
    return folder


@pytest.fixture
def demo(photos: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*WORDS, "--photos", str(photos)], env={**os.environ, **ENV}, stdout=subprocess.PIPE, text=True
    ) as child:
        yield child
        child.terminate()
        assert child.stdout is not None
        child.stdout.read()


def printed(child: subprocess.Popen[str], pattern: str) -> str:
    assert child.stdout is not None
    for line in child.stdout:
        if found := re.search(pattern, line):
            return found[1]
    raise AssertionError(f"{pattern} was not printed")


@pytest.mark.timeout(150)
def test_auto_plays_one_round_and_leaves_screenshots(photos: Path, tmp_path: Path) -> None:
    shots = tmp_path / "shots"
    words = [*WORDS, "--photos", str(photos), "--auto", "--screenshots", str(shots)]
    done = subprocess.run(
        words, env={**os.environ, **ENV}, capture_output=True, text=True, timeout=140, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 pictures shown" in done.stdout
    sizes = {}
    for path in shots.iterdir():
        with Image.open(path) as image:
            sizes[path.name] = image.size
    assert sizes == dict.fromkeys(["sign-in.png", "picking.png", "slideshow.png", "panel.png"], (800, 480))


def test_without_a_display_the_screen_is_a_web_page(demo: subprocess.Popen[str], tmp_path: Path) -> None:
    mirror = printed(demo, r"no display here\. The frame's screen is at (http://127\.0\.0\.1:\d+/)")
    link = printed(demo, r"or open (\S+)$")
    with urlopen(mirror) as page:
        assert b"/screen.png" in page.read()
    with urlopen(mirror + "screen.png") as answer:
        (tmp_path / "screen.png").write_bytes(answer.read())
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", str(tmp_path / "screen.png")],
        check=True,
        capture_output=True,
        text=True,
    )
    assert read.stdout.strip() == link
    with urlopen(link) as page:
        assert b"Connect your frame" in page.read()
    with pytest.raises(HTTPError, match="404") as refused:
        urlopen(mirror + "../config.toml")
    refused.value.close()


def test_a_folder_without_pictures_is_refused_in_words(tmp_path: Path) -> None:
    done = subprocess.run([*WORDS, "--photos", str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no picture was found there" in done.stderr


@pytest.mark.parametrize("size", ["big", "800", "0x0", "800x", "800x480x2"])
def test_a_size_that_is_none_is_refused_in_words(photos: Path, size: str) -> None:
    words = [*WORDS[:-1], size, "--photos", str(photos)]
    done = subprocess.run(words, env={**os.environ, **ENV}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "WxH in pixels" in done.stderr


def test_without_a_display_no_key_is_promised(demo: subprocess.Popen[str]) -> None:
    assert demo.stdout is not None
    said = "".join(iter(demo.stdout.readline, "Ctrl+C ends the demo.\n"))
    assert "no display here" in said
    assert "Q ends" not in said


def test_on_the_network_its_kiosk_may_show_pages_of_that_one_host(tmp_path: Path) -> None:
    words = run_words(tmp_path / "config.toml", "100.64.3.4")[3:]
    args = _parser().parse_args(words)
    assert (args.config, args.allow_lan_pages) == (tmp_path / "config.toml", "100.64.3.4")
    assert _parser().parse_args(run_words(tmp_path / "config.toml", None)[3:]).allow_lan_pages is None
