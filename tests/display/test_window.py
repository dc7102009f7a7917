from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest

from kiosk.config import Renderer, Rotation
from kiosk.core.events import Asked, ScreenResized, Verb
from kiosk.core.model import Size
from kiosk.display import drivers
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.textures import TextureCanvas
from kiosk.display.window import Screen, open_screen
from kiosk.errors import DisplayError


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    screen = open_screen(Size(80, 48))
    yield screen
    screen.close()


def press(key: int, modifiers: int = 0) -> None:
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, mod=modifiers))


def verbs(screen: Screen, *, paused: bool = False) -> list[Verb]:
    return [event.verb for event in screen.events(paused=paused) if isinstance(event, Asked)]


@pytest.mark.parametrize(
    ("key", "modifiers", "verb"),
    [
        (pygame.K_RIGHT, 0, Verb.NEXT),
        (pygame.K_LEFT, 0, Verb.PREVIOUS),
        (pygame.K_SPACE, 0, Verb.PAUSE),
        (pygame.K_p, 0, Verb.PICK),
        (pygame.K_p, pygame.KMOD_CAPS, Verb.PICK),
        (pygame.K_ESCAPE, 0, Verb.CANCEL),
        (pygame.K_h, 0, Verb.HIDE),
        (pygame.K_q, 0, Verb.QUIT),
        (pygame.K_s, 0, Verb.SLEEP),
        (pygame.K_RETURN, 0, Verb.OK),
        (pygame.K_KP_ENTER, 0, Verb.OK),
        (pygame.K_UP, 0, Verb.UP),
        (pygame.K_m, 0, Verb.MENU),
        (pygame.K_AC_BACK, 0, Verb.CANCEL),
        (pygame.K_POWER, 0, Verb.SLEEP),
        (pygame.K_d, pygame.KMOD_LSHIFT, Verb.SIGN_OUT),
        (pygame.K_d, pygame.KMOD_RSHIFT, Verb.SIGN_OUT),
    ],
)
def test_a_key_is_a_verb(screen: Screen, key: int, modifiers: int, verb: Verb) -> None:
    press(key, modifiers)
    assert verbs(screen) == [verb]
    assert verbs(screen) == []


def test_only_the_key_that_erases_everything_wants_to_be_pressed_twice(screen: Screen) -> None:
    press(pygame.K_d, pygame.KMOD_LSHIFT)
    press(pygame.K_h)
    assert [event.confirmed for event in screen.events(paused=False) if isinstance(event, Asked)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [
        (pygame.K_d, 0),
        (pygame.K_d, pygame.KMOD_CAPS),
        (pygame.K_q, pygame.KMOD_LCTRL),
        (pygame.K_h, pygame.KMOD_LALT),
        (pygame.K_z, 0),
    ],
)
def test_other_keys_mean_nothing(screen: Screen, key: int, modifiers: int) -> None:
    press(key, modifiers)
    assert screen.events(paused=False) == []


def test_the_space_bar_goes_on_when_paused(screen: Screen) -> None:
    press(pygame.K_SPACE)
    assert verbs(screen, paused=True) == [Verb.RESUME]


def test_keys_come_in_the_order_in_which_they_were_pressed(screen: Screen) -> None:
    for key in (pygame.K_RIGHT, pygame.K_LEFT, pygame.K_RIGHT):
        press(key)
    assert verbs(screen) == [Verb.NEXT, Verb.PREVIOUS, Verb.NEXT]


@pytest.mark.parametrize("kind", [pygame.QUIT, pygame.WINDOWCLOSE])
def test_closing_the_window_asks_to_quit(screen: Screen, kind: int) -> None:
    pygame.event.post(pygame.event.Event(kind))
    assert verbs(screen) == [Verb.QUIT]


def test_opening_is_no_news(screen: Screen) -> None:
    assert screen.events(paused=False) == []


def test_an_uncovered_window_is_stale(screen: Screen) -> None:
    before = screen.canvas.generation
    pygame.event.post(pygame.event.Event(pygame.WINDOWEXPOSED))
    assert screen.events(paused=False) == []
    assert screen.canvas.generation > before


@pytest.mark.parametrize("renderer", [Renderer.SURFACE, Renderer.TEXTURE])
def test_a_new_size_of_the_window_is_reported_once_as_the_viewer_sees_it(
    monkeypatch: pytest.MonkeyPatch, renderer: Renderer
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    screen = open_screen(Size(80, 48), Rotation.QUARTER, renderer)
    try:
        assert screen.canvas.size == Size(48, 80)
        if isinstance(screen.canvas, TextureCanvas):
            assert screen.canvas._window is not None
            screen.canvas._window.size = (100, 60)
        else:
            pygame.display.set_mode((100, 60), pygame.RESIZABLE)
            pygame.event.post(pygame.event.Event(pygame.VIDEORESIZE, size=(100, 60), w=100, h=60))
        assert ScreenResized(screen=Size(60, 100), moves=False) in screen.events(paused=False)
        assert screen.events(paused=False) == []
        assert screen.canvas.size == Size(60, 100)
    finally:
        screen.close()


def test_auto_takes_surfaces_where_no_gpu_draws(screen: Screen) -> None:
    assert isinstance(screen.canvas, SurfaceCanvas)
    assert screen.driver == "dummy"


def test_textures_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    screen = open_screen(Size(16, 9), renderer=Renderer.TEXTURE)
    assert isinstance(screen.canvas, TextureCanvas)
    assert screen.canvas.driver == "software"
    screen.close()
    screen.close()


def test_the_cursor_is_hidden(screen: Screen) -> None:
    assert screen.canvas.size == Size(80, 48)
    assert pygame.mouse.get_visible() is False


def test_without_a_display_every_driver_gives_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    with pytest.raises(DisplayError) as caught:
        drivers.start_video({}, real=("x11", "wayland", "nonesuch"))
    text = str(caught.value)
    assert "x11: DISPLAY is not set" in text
    assert "wayland: WAYLAND_DISPLAY is not set" in text
    assert "nonesuch: nonesuch not available" in text


def test_a_driver_without_a_screen_is_taken_only_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not {"dummy", "offscreen"} & set(drivers.REAL)
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    assert drivers.start_video({"SDL_VIDEODRIVER": "nonesuch,dummy"}) == "dummy"
    pygame.display.quit()


def test_the_environment_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    drivers.start_video({"SDL_VIDEODRIVER": "dummy"})
    pygame.display.quit()
    import os

    assert "SDL_VIDEODRIVER" not in os.environ


def test_a_display_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
    monkeypatch.setenv("DISPLAY", ":9999")
    with pytest.raises(DisplayError, match=r"x11: .+"):
        open_screen(Size(80, 48))


def connectors(root: Path, **status: str) -> Path:
    for name, word in status.items():
        folder = root / name.replace("_", "-")
        folder.mkdir(parents=True)
        (folder / "status").write_text(word + "\n")
    return root


@pytest.mark.parametrize(
    ("status", "card"),
    [
        ({}, None),
        ({"card0_HDMI_A_1": "connected"}, 0),
        ({"card0_HDMI_A_1": "disconnected", "card1_DSI_1": "connected"}, 1),
        ({"card10_HDMI_A_1": "connected", "card10_HDMI_A_2": "connected"}, 10),
        ({"card0_HDMI_A_1": "connected", "card1_DSI_1": "connected"}, None),
    ],
)
def test_the_card_with_the_panel_is_found(tmp_path: Path, status: dict[str, str], card: int | None) -> None:
    assert drivers.connected_card(connectors(tmp_path, **status)) == card


def test_a_render_node_means_a_gpu(tmp_path: Path) -> None:
    assert drivers.has_gpu(tmp_path) is False
    (tmp_path / "card0").touch()
    assert drivers.has_gpu(tmp_path) is False
    (tmp_path / "renderD128").touch()
    assert drivers.has_gpu(tmp_path) is True


def inputs(root: Path, *keys: str) -> Path:
    for number, bitmap in enumerate(keys):
        folder = root / f"event{number}" / "device" / "capabilities"
        folder.mkdir(parents=True)
        (folder / "key").write_text(bitmap + "\n")
    return root


# As a 64-bit kernel prints them: the power button of a Pi 5, a USB keyboard, a mouse; a touch screen.
POWER = "10000000000000 0"
KEYBOARD = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
MOUSE = "1f0000 0 0 0 0"
TOUCH = "400 0 0 0 0 0"
ARROWS_ONLY = f"{1 << (106 - 64):x} 0"


@pytest.mark.parametrize(
    ("driver", "keys", "expected"),
    [
        ("x11", (), True),
        ("wayland", (), True),
        ("kmsdrm", (), False),
        ("kmsdrm", (POWER,), False),
        ("kmsdrm", (MOUSE,), False),
        ("kmsdrm", (POWER, KEYBOARD), True),
        ("kmsdrm", (ARROWS_ONLY,), True),
        ("kmsdrm", (TOUCH,), True),
        ("dummy", (), False),
    ],
)
def test_only_what_has_arrow_keys_or_takes_fingers_can_hurry_the_frame(
    tmp_path: Path, driver: str, keys: tuple[str, ...], expected: bool
) -> None:
    assert drivers.has_input_devices(driver, inputs(tmp_path, *keys)) is expected


def test_a_device_that_cannot_be_read_ends_nothing(tmp_path: Path) -> None:
    """As one that is unplugged between the listing and the reading; a folder refuses to be read just as well."""
    (tmp_path / "event0" / "device" / "capabilities" / "key").mkdir(parents=True)
    assert drivers.has_input_devices("kmsdrm", tmp_path) is False
