"""On a real X server: what reaches its framebuffer, read from the file that Xvfb keeps it in."""

from __future__ import annotations

import ctypes
import os
import struct
import subprocess
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pygame
import pytest
from PIL import Image, ImageChops, ImageStat

from kiosk.config import Renderer, Rotation
from kiosk.core.focus import Box
from kiosk.core.model import Rect, Size
from kiosk.core.settings import MatStyle, Motion, Style, Surround
from kiosk.display import composing
from kiosk.display.canvas import Handle
from kiosk.display.decoding import Source
from kiosk.display.drivers import start_video
from kiosk.display.images import PreparedSlide, prepare
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.textures import TextureCanvas
from kiosk.display.window import open_screen
from kiosk.errors import DisplayError

GLASS = Size(320, 200)


@pytest.fixture
def glass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Image.Image]]:
    """A display of its own, set as DISPLAY; called, it returns what is on it."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [
            "Xvfb",
            *("-displayfd", str(writer)),
            *("-screen", "0", f"{GLASS.width}x{GLASS.height}x24"),
            *("-fbdir", str(tmp_path), "-nolisten", "tcp"),
        ],
        pass_fds=(writer,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as announced:
        number = announced.readline().strip()
    assert number, "Xvfb does not start"
    monkeypatch.setenv("DISPLAY", f":{number}")
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    yield lambda: _framebuffer(tmp_path / "Xvfb_screen0")
    server.terminate()
    server.wait(10)


def _framebuffer(path: Path) -> Image.Image:
    """An X window dump: a header of big-endian words, colour entries of 12 bytes, then the pixels (XWDFile.h)."""
    dump = path.read_bytes()
    header = struct.unpack_from(">25I", dump)
    size, width, height, line, colours = header[0], header[4], header[5], header[12], header[19]
    start = size + 12 * colours
    return Image.frombuffer(
        "RGB", (width, height), dump[start : start + line * height], "raw", "BGRX", line, 1
    )


@pytest.mark.parametrize("renderer", [Renderer.AUTO, Renderer.SURFACE, Renderer.TEXTURE])
@pytest.mark.parametrize("rotation", [Rotation.NONE, Rotation.HALF])
def test_what_is_presented_is_on_the_glass(
    glass: Callable[[], Image.Image], renderer: Renderer, rotation: Rotation
) -> None:
    screen = open_screen(None, rotation, renderer)
    try:
        canvas = screen.canvas
        assert screen.driver == "x11"
        assert canvas.size == GLASS
        canvas.fill(Rect(0, 0, 320, 200), (10, 20, 30))
        canvas.fill(Rect(0, 0, 160, 100), (200, 100, 50))
        seen = canvas.read()
        canvas.present()
        # The server answers this once it has done what came before.
        screen.events(paused=False)
        assert seen.getpixel((5, 5)) == (200, 100, 50)
        settled = _settled(glass, (300, 5) if rotation is Rotation.NONE else (5, 5), (10, 20, 30))
        upright = settled if rotation is Rotation.NONE else settled.rotate(180)
        assert upright.tobytes() == seen.tobytes()
    finally:
        screen.close()


@pytest.mark.parametrize("renderer", [Renderer.SURFACE, Renderer.TEXTURE])
def test_a_small_window_shows_all_of_its_picture(
    glass: Callable[[], Image.Image], renderer: Renderer
) -> None:
    screen = open_screen(Size(100, 60), renderer=renderer)
    try:
        screen.canvas.fill(Rect(0, 0, 100, 60), (10, 20, 30))
        screen.canvas.present()
        # A window without a window manager stands in the middle.
        seen = _settled(glass, (160, 100), (10, 20, 30))
        assert seen.getbbox() == (110, 70, 210, 130)
    finally:
        screen.close()


def _settled(
    glass: Callable[[], Image.Image], place: tuple[int, int], colour: tuple[int, int, int]
) -> Image.Image:
    """The glass once this pixel has its colour: the X server draws when it pleases."""
    for _ in range(2000):
        image = glass()
        if image.getpixel(place) == colour:
            return image
    return glass()


def test_auto_draws_with_surfaces_where_mesa_would_draw_in_software(glass: Callable[[], Image.Image]) -> None:
    screen = open_screen(Size(64, 36))
    try:
        assert isinstance(screen.canvas, SurfaceCanvas)
        assert os.environ["SDL_FRAMEBUFFER_ACCELERATION"] == "0"
        assert screen.has_input_devices() is True
    finally:
        screen.close()


def test_what_has_to_be_waited_for_was_sent_to_be_drawn(glass: Callable[[], Image.Image]) -> None:
    start_video()
    try:
        canvas = TextureCanvas(GLASS, drivers=("opengles2",), vsync=False)
    except DisplayError as error:
        pygame.display.quit()
        pytest.skip(f"no OpenGL ES here: {error}")
    library = ctypes.CDLL("libGLESv2.so.2")
    pixel = (ctypes.c_ubyte * 4)()
    try:
        # GL_RGBA, GL_UNSIGNED_BYTE: what OpenGL has drawn by then.
        canvas.before_present = lambda: library.glReadPixels(5, 5, 1, 1, 0x1908, 0x1401, pixel)
        canvas.fill(Rect(0, 0, 320, 200), (10, 20, 30))
        canvas.present()
        assert tuple(pixel[:3]) == (10, 20, 30)
    finally:
        canvas.close()
        pygame.display.quit()


def test_a_gpu_draws_a_part_of_an_image_by_fractions_of_a_pixel_at_its_opacity_and_shaded(
    glass: Callable[[], Image.Image],
) -> None:
    start_video()
    try:
        canvas = TextureCanvas(GLASS, drivers=("opengles2", "opengl"), vsync=False)
    except DisplayError as error:
        pygame.display.quit()
        pytest.skip(f"no OpenGL here: {error}")
    wide = Image.new("RGB", (2 * GLASS.width, GLASS.height))
    wide.paste((255, 255, 255), (GLASS.width, 0, 2 * GLASS.width, GLASS.height))
    handle = canvas.upload(wide.tobytes(), Size(*wide.size), alpha=False)
    whole, middle = Rect(0, 0, GLASS.width, GLASS.height), GLASS.width // 2

    def at(x: int) -> float:
        found = canvas.read().getpixel((x, 50))
        assert isinstance(found, tuple)
        return float(found[0])

    edge = []
    for quarters in range(5):
        left = 0.25 + quarters / 4 / wide.width
        canvas.draw(handle, whole, 1.0, Box(left, 0.0, left + 0.5, 1.0))
        edge.append(at(middle - 1))
    assert edge == pytest.approx([0, 64, 128, 191, 255], abs=4)
    for opacity in (0.25, 0.5, 1.0):
        canvas.fill(whole, (0, 0, 0))
        canvas.draw(handle, whole, opacity, Box(0.5, 0.0, 1.0, 1.0))
        assert at(10) == pytest.approx(255 * opacity, abs=2)
    canvas.shade((128, 64, 255))
    assert canvas.read().getpixel((10, 10)) == (128, 64, 255)
    canvas.draw(handle, whole, 0.5, Box(0.5, 0.0, 1.0, 1.0))
    assert at(10) == pytest.approx(192, abs=2), "what is drawn after it is blended as before"
    assert canvas.moves
    canvas.close()
    pygame.display.quit()


SLIDE = Size(GLASS.width, GLASS.height)
MANNERS = {
    "blur": Style(Surround.BLUR),
    "fill": Style(Surround.FILL),
    "mat": Style(Surround.MAT, MatStyle.DOUBLE),
    "float": Style(Surround.MAT, MatStyle.FLOAT),
    "moving": Style(motion=Motion.GENTLE, travel=0.9),
}


def _waves(size: Size) -> Image.Image:
    """Soft in all directions, with another colour in each corner: what is lost, moved or turned shows."""
    across = Image.linear_gradient("L").rotate(90).resize((size.width, size.height))
    down = Image.linear_gradient("L").resize((size.width, size.height))
    return Image.merge("RGB", (across, down, Image.radial_gradient("L").resize(across.size)))


@pytest.mark.parametrize(
    ("driver", "rotation"),
    [*(("opengles2", rotation) for rotation in Rotation), ("opengl", Rotation.NONE)],
)
def test_a_gpu_puts_the_same_slide_together_as_the_cpu(
    glass: Callable[[], Image.Image],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    driver: str,
    rotation: Rotation,
) -> None:
    """Strip by strip, in every surround and turn; and it is opaque, so that nothing shines through it."""
    monkeypatch.setattr(composing, "STAGE", (1024, 40))
    monkeypatch.setattr(composing, "STRIP", 12_000)
    start_video()
    try:
        canvas = TextureCanvas(SLIDE, rotation, drivers=(driver,), vsync=False)
    except DisplayError as error:
        pygame.display.quit()
        pytest.skip(f"no OpenGL here: {error}")
    assert canvas.composes
    screen = canvas.size
    shapes = {"lying": Size(500, 330), "upright": Size(300, 480), "small": Size(90, 60)}
    try:
        for (shape, size), (name, style) in product(shapes.items(), MANNERS.items()):
            path = tmp_path / f"{shape}.png"
            _waves(size).save(path)
            slides = [prepare(Source(path), screen, style, flat=flat) for flat in (False, True)]
            seen, of_one_piece = (_seen(canvas, slide) for slide in slides)
            expected = slides[1].image.resize(seen.size, Image.Resampling.BILINEAR)
            off = ImageChops.difference(seen, expected).convert("L")
            assert ImageStat.Stat(off).mean[0] < 4, (shape, name)
            # What smoothscale loses, and in a mat the edge of a bevel that lies half a pixel aside.
            least, share = (40, 0.004) if style.surround is Surround.MAT else (14, 0.0005)
            assert sum(off.histogram()[least:]) <= share * seen.width * seen.height, (shape, name)
            off = ImageChops.difference(of_one_piece, expected).convert("L")
            assert ImageStat.Stat(off).mean[0] < 1, (shape, name)
            told = zip(ImageStat.Stat(seen).mean, slides[0].mean, strict=True)
            assert all(abs(one - other) < 8 for one, other in told), (shape, name)
    finally:
        canvas.close()
        pygame.display.quit()


def _seen(canvas: TextureCanvas, slide: PreparedSlide) -> Image.Image:
    """All of a slide, over a colour that must not shine through."""
    whole = Rect(0, 0, canvas.size.width, canvas.size.height)
    handle = _hung(canvas, slide)
    canvas.fill(whole, (255, 0, 255))
    canvas.draw(handle, whole)
    image = canvas.read()
    canvas.release(handle)
    return image


def _hung(canvas: TextureCanvas, slide: PreparedSlide) -> Handle:
    work = canvas.hang(slide.patches, slide.size)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return Handle(end.value)
