"""The real kiosk's screens are in the language that is asked for; what programs read stays English."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.app.frame import Frame

TITLE = "This frame needs a Google client"


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Callable[..., Image.Image]]:
    """What a frame without a client shows, which stays as it is. ``env``: its locale."""
    frames: list[Frame] = []

    def shown(env: dict[str, str], **keys: str) -> Image.Image:
        frame = Frame(tmp_path / str(len(frames)), **keys)
        frames.append(frame)
        # The path stands on this screen: all of them have the same.
        frame.config = frame.config.rename(tmp_path / "config.toml")
        frame.start(env)
        frame.until(lambda status: status["title"] == TITLE and status["flips"])
        image = frame.screenshot()
        assert frame.stop() == 0
        return image

    yield shown
    for frame in frames:
        frame.close()


def differ(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


def test_the_screen_is_in_the_language_of_the_locale_or_of_the_config_file(
    card: Callable[..., Image.Image],
) -> None:
    english = card({"LANG": "en_GB.UTF-8"})
    arabic = card({"LANG": "ar_EG.UTF-8"})
    assert differ(english, arabic)
    assert not differ(english, card({"LANG": "ar_EG.UTF-8"}, display__language='"en"'))
    assert not differ(arabic, card({"LANG": "C.UTF-8"}, display__language='"ar"'))
