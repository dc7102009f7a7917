"""Where there is no display: everything is taken, and nothing is shown."""

from __future__ import annotations

from kiosk.core.model import Size, SlideId
from kiosk.core.scene import Card, Look, Scene
from kiosk.display import Painter
from kiosk.display.absent import NoCanvas, NoScreen
from kiosk.display.textures import TextureCanvas
from kiosk.system import assets_dir
from tests.display.test_painter import plain


def test_a_painter_paints_on_nothing_and_reads_black() -> None:
    screen = NoScreen()
    painter = Painter(screen.canvas, assets_dir())
    painter.upload(SlideId(1), plain((200, 30, 30), screen.canvas.size))
    painter.paint(Scene(SlideId(1), card=Card(Look.MESSAGE, "One moment", "The card is read.")))
    assert painter.flips == 0
    assert painter.read().getbbox() is None
    painter.drop(SlideId(1))
    assert screen.events(paused=False) == []
    assert not screen.has_input_devices()
    screen.close()


def test_it_is_a_canvas_like_those_of_a_console() -> None:
    """What is prepared for it is prepared for the display that comes."""
    canvas = NoCanvas()
    assert (canvas.composes, canvas.moves) == (True, True)


def test_a_console_can_be_switched_to_a_mode_and_waits_for_what_is_drawn(no_screen: None) -> None:
    canvas = TextureCanvas(None, drivers=("software",), mode=Size(1024, 768))
    drawn: list[int] = []
    try:
        assert canvas.size == Size(1024, 768)
        canvas.before_present = lambda: drawn.append(canvas.flips)
        canvas.take_screen()
        canvas.present()
        canvas.present()
        assert drawn == [0, 1]
    finally:
        canvas.close()
