"""`kiosk show` and `kiosk sheet`: the real slideshow over files, and all looks on one picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pygame
import pytest
from attrs import evolve
from PIL import Image

from kiosk.app.build import settings_of
from kiosk.app.preview import Preview
from kiosk.cli import main
from kiosk.config import load
from kiosk.core.model import Size
from kiosk.core.settings import Caption, MatStyle, Motion, Style, Surround, Transition
from kiosk.display import Painter, Screen, open_screen
from kiosk.display.sheet import CELL, STYLES, TRANSITIONS, contact_sheet
from kiosk.system.clock import ManualClock
from tests.screens import ASSETS, photograph

COLOURS = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 220)}
TURNS = 400
"""A limit, not a measure: each turn waits for something to happen."""


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    screen = open_screen(Size(64, 36))
    yield screen
    screen.close()


def pictures(folder: Path, *names: str) -> list[Path]:
    paths = []
    for name in names:
        paths.append(folder / f"{name}.png")
        Image.new("RGB", (640, 360), COLOURS[name]).save(paths[-1])
    return paths


Make = Callable[..., Preview]


@pytest.fixture
def preview(screen: Screen, tmp_path: Path) -> Iterator[Make]:
    made: list[Preview] = []

    def make(*files: Path, dwell: float = 1000.0) -> Preview:
        file = tmp_path / "config.toml"
        file.write_text(f"[slideshow]\ndwell_seconds = {dwell}\ntransition_seconds = 0\n")
        settings = settings_of(load(file, {}))
        rendered = tmp_path / "rendered"
        rendered.mkdir()
        one = Preview(files, settings, screen, Painter(screen.canvas, ASSETS), rendered, ManualClock())
        one._worker.start()
        made.append(one)
        return one

    yield make
    for one in made:
        assert one._worker.stop(10.0)


def seen(preview: Preview) -> str:
    """The name of the one colour on the screen; empty while there is none."""
    colour = preview._painter.read().getpixel((32, 18))
    assert isinstance(colour, tuple)
    return next(
        (
            name
            for name, known in COLOURS.items()
            if all(abs(a - b) < 8 for a, b in zip(known, colour, strict=True))
        ),
        "",
    )


def turn(preview: Preview) -> None:
    assert isinstance(preview._clock, ManualClock)
    preview._clock.advance(0.06)
    preview.turn()


def until(preview: Preview, name: str) -> None:
    for _ in range(TURNS):
        turn(preview)
        if seen(preview) == name:
            return
    raise AssertionError(f"{name} never came; {preview.show}")


def press(key: int) -> None:
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=key, mod=0))


def test_files_are_shown_in_their_order_round_and_round(preview: Make, tmp_path: Path) -> None:
    show = preview(*pictures(tmp_path, "red", "green", "blue"), dwell=0.3)
    order: list[str] = []
    for _ in range(TURNS):
        turn(show)
        now = seen(show)
        if now and (not order or order[-1] != now):
            order.append(now)
        if len(order) == 7:
            break
    assert order == ["red", "green", "blue", "red", "green", "blue", "red"]


def test_one_file_stays(preview: Make, tmp_path: Path) -> None:
    show = preview(*pictures(tmp_path, "green"))
    until(show, "green")
    flips = show._painter.flips
    for _ in range(3):
        turn(show)
    assert (seen(show), show._painter.flips) == ("green", flips)


def test_the_keys_do_what_they_do_on_the_frame(preview: Make, tmp_path: Path) -> None:
    show = preview(*pictures(tmp_path, "red", "green", "blue"))
    until(show, "red")
    press(pygame.K_SPACE)
    for _ in range(5):
        turn(show)
    assert seen(show) == "red"
    assert show.scene(show._clock.now()).badge is not None
    press(pygame.K_RIGHT)
    until(show, "green")
    press(pygame.K_LEFT)
    until(show, "red")
    press(pygame.K_h)
    until(show, "green")
    press(pygame.K_p)
    press(pygame.K_SPACE)
    press(pygame.K_RIGHT)
    until(show, "blue")
    press(pygame.K_RIGHT)
    until(show, "green")
    assert len(show._files) == 2
    press(pygame.K_q)
    while not show._quit:
        turn(show)


def test_neighbours_that_stand_upright_hang_in_a_pair_whatever_their_exif_says_of_it(
    preview: Make, tmp_path: Path
) -> None:
    red, green, blue = pictures(tmp_path, "red", "green", "blue")
    Image.new("RGB", (360, 640), COLOURS["red"]).save(red)
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (640, 360), COLOURS["green"]).save(green, exif=turned)
    show = preview(red, green, blue)
    until(show, "")
    for _ in range(TURNS):
        turn(show)
        if show.show.current is not None:
            break
    image = show._painter.read()
    for x, name in ((16, "red"), (48, "green")):
        pixel = image.getpixel((x, 18))
        assert isinstance(pixel, tuple)
        assert all(abs(a - b) < 8 for a, b in zip(pixel, COLOURS[name], strict=True))
    press(pygame.K_h)
    for _ in range(TURNS):
        turn(show)
        if show.show.question is not None:
            break
    assert show.scene(show._clock.now()).card is not None
    press(pygame.K_LEFT)
    until(show, "green")


def test_a_file_that_is_no_picture_is_named_and_left_out(
    preview: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff no picture")
    gone = tmp_path / "gone.jpg"
    show = preview(broken, gone, *pictures(tmp_path, "red"))
    until(show, "red")
    assert len(show._files) == 1
    told = capsys.readouterr().err
    assert "broken.jpg" in told
    assert "gone.jpg" in told


def test_a_new_size_of_the_window_is_followed(preview: Make, tmp_path: Path) -> None:
    from kiosk.core.events import ScreenResized

    show = preview(*pictures(tmp_path, "red"))
    until(show, "red")
    before = show.show.current
    show.inbox.put(ScreenResized(screen=Size(64, 36), moves=False))
    for _ in range(TURNS):
        turn(show)
        if show.show.current != before:
            break
    assert show.show.current != before
    assert seen(show) == "red"


def test_only_files_that_are_no_pictures_end_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    monkeypatch.setenv("KIOSK_CONFIG", str(tmp_path / "config.toml"))
    (tmp_path / "config.toml").write_text("[display]\nfullscreen = false\nwidth = 64\nheight = 36\n")
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    assert main(["show", str(text)]) == 1
    assert "none of these files is a picture" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_a_mistake_of_the_command_line(tmp_path: Path) -> None:
    for words in (["show"], ["sheet", str(tmp_path / "sheet.png")]):
        with pytest.raises(SystemExit) as caught:
            main([*words, str(tmp_path / "gone.jpg")])
        assert caught.value.code == 2


# The settings that a look follows from. -------------------------------------------------------------------------------


def look(tmp_path: Path, text: str) -> tuple[Transition, float, Style]:
    (tmp_path / "look.toml").write_text(text)
    settings = settings_of(load(tmp_path / "look.toml", {}))
    return settings.kind, settings.transition, settings.style


def test_the_look_is_what_the_config_file_says(tmp_path: Path) -> None:
    assert look(tmp_path, "") == (Transition.CROSSFADE, 1.0, Style())
    wanted = '[slideshow]\ntransition = "wipe"\n[picture]\nsurround = "mat"\nmat = "dark"\n'
    assert look(tmp_path, wanted) == (Transition.WIPE, 1.0, Style(Surround.MAT, MatStyle.DARK))
    assert look(tmp_path, '[slideshow]\ntransition = "none"\n')[:2] == (Transition.NONE, 0.0)
    gentle = look(tmp_path, '[slideshow]\nmotion = "gentle"\ndwell_seconds = 28\n')[2]
    assert gentle == Style(motion=Motion.GENTLE, travel=pytest.approx(0.9))


def test_reduced_motion_switches_every_movement_off(tmp_path: Path) -> None:
    text = '[slideshow]\nreduced_motion = true\nmotion = "gentle"\ntransition = "push"\n'
    assert look(tmp_path, text) == (Transition.CROSSFADE, 1.0, Style())


def test_words_on_the_picture_are_as_configured_and_in_the_zone_of_the_machine(tmp_path: Path) -> None:
    file = tmp_path / "look.toml"
    file.write_text('[picture]\ncaption = "date"\nclock = true\n')
    settings = settings_of(load(file, {}), {"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"})
    assert (settings.caption, settings.clock, settings.marks) == (Caption.DATE, True, False)
    summer = datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(settings.zone)
    assert summer.hour == 14
    assert settings.style.words
    file.write_text("")
    assert not settings_of(load(file, {})).style.words


def test_a_file_says_when_it_was_taken_and_with_what(preview: Make, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "NIKON CORPORATION", "NIKON D850"
    exif.get_ifd(0x8769)[0x9003] = "2019:05:12 14:03:00"
    Image.new("RGB", (80, 60), COLOURS["red"]).save(tmp_path / "red.jpg", exif=exif)
    show = preview(tmp_path / "red.jpg")
    show._settings = evolve(show._settings, caption=Caption.DATE_CAMERA, clock=True)
    until(show, "red")
    now = show._clock.now()
    scene = show.scene(now)
    assert [label.taken for label in scene.labels] == [datetime(2019, 5, 12, 14, 3, tzinfo=UTC)]
    assert [label.camera for label in scene.labels] == ["NIKON D850"]
    assert scene.clock is not None


# The sheet. -----------------------------------------------------------------------------------------------------------


def test_the_sheet_has_a_cell_for_each_surround_of_each_picture_and_for_each_transition(
    tmp_path: Path,
) -> None:
    upright = photograph(Size(300, 400), evening=False)
    pictures = [photograph(Size(600, 400), evening=True), upright, photograph(Size(800, 200), evening=True)]
    # The last row is that of the pair.
    sheet = contact_sheet([*pictures, photograph(Size(320, 400), evening=True)], ASSETS)
    assert sheet.width > len(STYLES) * CELL.width
    assert sheet.height > 6 * CELL.height
    assert len(STYLES) == len(Surround) - 1 + len(MatStyle)
    assert len(TRANSITIONS) == len(Transition) - 1
    # Every cell differs from every other in its row: nothing is drawn twice for want of a branch.
    for row in range(5):
        y = 14 + 34 + row * (CELL.height + 14)
        cells = [
            sheet.crop(
                (14 + n * (CELL.width + 14), y, 14 + n * (CELL.width + 14) + CELL.width, y + CELL.height)
            )
            for n in range(len(STYLES))
        ]
        # Neither an upright picture alone nor a panorama is cropped: `fill` and `blur` are one.
        assert len({cell.tobytes() for cell in cells}) == len(STYLES) - (row in (1, 2, 3))


def test_the_sheet_is_written_from_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "sheet.png"
    assert main(["sheet", str(target), *map(str, pictures(tmp_path, "red"))]) == 0
    with Image.open(target) as image:
        assert image.format == "PNG"
    text = tmp_path / "notes.txt"
    text.write_text("no picture")
    assert main(["sheet", str(target), str(text)]) == 1
    assert "notes.txt" in capsys.readouterr().err
    assert main(["sheet", str(tmp_path / "no" / "folder.png"), *map(str, pictures(tmp_path, "red"))]) == 74
