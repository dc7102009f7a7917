"""Example scenes as pictures: `python -m tests.screens DIR` renders every one at every size, and a contact sheet.

They are for looking at, and the display's tests take their scenes from here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from kiosk.app import mistakes
from kiosk.core import words
from kiosk.core.model import Size, SlideId
from kiosk.core.scene import Badge, Card, Look, Mark, Scene
from kiosk.display.images import slide_of
from kiosk.display.painter import Painter
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.errors import ConfigError, Problem, Reason

ASSETS = Path(__file__).resolve().parent.parent / "assets"
SIZES = (Size(800, 480), Size(1920, 1080), Size(1080, 1920))
PHOTO = SlideId(1)
NEXT = SlideId(2)
CONFIG = "/etc/kiosk/config.toml"
PICKER = "https://photos.google.com/picker/3f2b8c1e-57a4-4d0c-9a54-0c1d2e3f4a5b"


def _code(title: str, body: str, address: str, status: str = "", footnote: str = "") -> Card:
    return Card(Look.CODE, title, body, qr=address, address=address, status=status, footnote=footnote)


def _sign_in(address: str, code: str, footnote: str = words.SIGN_IN_KEPT) -> Card:
    return Card(
        Look.CODE,
        words.SIGN_IN_TITLE,
        words.SIGN_IN_BODY,
        qr=f"{address}?user_code={code}",
        address=address,
        code=code,
        status=words.minutes_left(29),
        footnote=footnote,
    )


PICKING = _code(
    words.PICK_TITLE, words.PICK_BODY, PICKER, status=words.minutes_left(58), footnote=words.PICK_HINT
)
DOWNLOADING = Card(
    Look.PROGRESS,
    words.DOWNLOADING_TITLE,
    words.DOWNLOADING_BODY,
    status=words.progress(12, 40),
    done=12,
    total=40,
)

MISTAKES = ConfigError(
    (
        Problem(
            f"{CONFIG}:12: [slideshow] dwel_seconds", "unknown key", "dwell_seconds, order", "dwell_seconds"
        ),
        Problem(f"{CONFIG}:14: [display] rotation", "45 is not one of them", "0, 90, 180, 270"),
        Problem(
            f"{CONFIG}:23: [google] picker_url",
            "plain http to example.com would leave this machine unencrypted",
            "an https address, or plain http on this machine (127.0.0.1, [::1] or localhost)",
        ),
        Problem(f"{CONFIG}:31: [storage] cache_max_mb", "it is too small", "100 to 1000000"),
    )
)

SCENES: dict[str, Scene] = {
    "starting": Scene(card=Card(Look.MESSAGE, words.STARTING)),
    "client_missing": Scene(
        card=_code(
            words.NO_CLIENT_TITLE,
            words.NO_CLIENT_BODY,
            words.SETUP_ADDRESS,
            footnote=words.config_at(CONFIG),
        )
    ),
    "config_mistakes": Scene(card=mistakes.card(MISTAKES, Path(CONFIG))),
    "asking": Scene(
        card=Card(
            Look.MESSAGE,
            words.SIGN_IN_TITLE,
            status=words.SIGN_IN_ASKING,
            footnote=words.SIGN_IN_KEPT,
        )
    ),
    "sign_in": Scene(card=_sign_in("https://www.google.com/device", "GQVQ-JKEC")),
    "sign_in_wide": Scene(card=_sign_in("W" * 40, "W" * 15)),
    "picking": Scene(card=PICKING),
    "picking_panel": Scene(current=PHOTO, card=PICKING),
    "sign_in_panel": Scene(current=PHOTO, card=_sign_in("https://www.google.com/device", "GQVQ-JKEC")),
    "listing": Scene(card=Card(Look.PROGRESS, words.LISTING_TITLE, status="300 photos", done=300)),
    "downloading": Scene(card=DOWNLOADING),
    "downloading_panel": Scene(current=PHOTO, card=DOWNLOADING),
    "desktop_client": Scene(
        card=_code(
            words.DESKTOP_TITLE,
            words.DESKTOP_BODY,
            words.DESKTOP_ADDRESS,
            footnote=words.config_at(CONFIG),
        )
    ),
    "sign_in_once_panel": Scene(
        current=PHOTO, card=_sign_in("https://www.google.com/device", "GQVQ-JKEC", words.SIGN_IN_ONCE)
    ),
    "answer_lost_panel": Scene(
        current=PHOTO,
        card=Card(Look.MESSAGE, *words.REASONS[Reason.ANSWER_LOST], status=words.NEW_CODE_BY_P),
    ),
    "incomplete_panel": Scene(
        current=PHOTO, card=Card(Look.MESSAGE, words.PICK_LOST_TITLE, words.missing(2, 40))
    ),
    "disconnect_panel": Scene(
        current=PHOTO, card=Card(Look.MESSAGE, words.DISCONNECT_TITLE, words.DISCONNECT_BODY)
    ),
    "disconnect": Scene(card=Card(Look.MESSAGE, words.DISCONNECT_TITLE, words.DISCONNECT_BODY)),
    "slideshow": Scene(current=PHOTO),
    "transition": Scene(current=PHOTO, incoming=NEXT, progress=0.5),
    "badge_sign_in": Scene(current=PHOTO, badge=Badge(Mark.SIGN_IN, words.SIGN_IN_BADGE)),
    "badge_offline": Scene(current=NEXT, badge=Badge(Mark.OFFLINE, words.NETWORK)),
    "badge_card_full": Scene(current=PHOTO, badge=Badge(Mark.CARD_FULL, words.CARD_FULL)),
    "badge_paused": Scene(current=NEXT, badge=Badge(Mark.PAUSED, words.PAUSED)),
    "badge_working": Scene(current=PHOTO, badge=Badge(Mark.WORKING, words.adding(12, 40))),
}


def photograph(size: Size, *, evening: bool) -> Image.Image:
    """A made-up landscape, so that panels and badges have something to lie on. RGB."""
    sky = ((38, 46, 84), (236, 148, 96)) if evening else ((96, 150, 210), (240, 244, 246))
    tiny = Image.new("RGB", (1, 2))
    tiny.putdata(list(sky))
    picture = tiny.resize((size.width, size.height), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for number, (level, shade) in enumerate(((0.62, 0.8), (0.72, 0.55), (0.84, 0.32))):
        colour = tuple(round(channel * shade) for channel in ((110, 96, 120) if evening else (110, 150, 130)))
        points: list[tuple[float, float]] = [(0, size.height), (0, size.height * level)]
        for step in range(9):
            height = level + 0.09 * (((step * 7 + number * 5) % 5) / 5 - 0.5)
            points.append((size.width * step / 8, size.height * height))
        pen.polygon([*points, (size.width, size.height)], fill=colour)
    sun = size.height * 0.06
    centre = (size.width * 0.42, size.height * 0.4)
    pen.ellipse((centre[0] - sun, centre[1] - sun, centre[0] + sun, centre[1] + sun), fill=(255, 238, 205))
    return picture


def paint(painter: Painter, screen: Size, scene: Scene) -> Image.Image:
    """One scene as pixels, over made-up photographs."""
    for slide, shape, evening in ((PHOTO, Size(1600, 1067), True), (NEXT, Size(1000, 1333), False)):
        if slide not in painter.slides:
            painter.upload(slide, slide_of(photograph(shape, evening=evening), screen))
    painter.paint(scene)
    return painter.read()


def main(folder: Path) -> None:
    """Render everything into ``folder``."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    folder.mkdir(parents=True, exist_ok=True)
    import pygame  # the driver has to be known first

    pictures: dict[Size, list[Image.Image]] = {}
    for screen in SIZES:
        pygame.display.init()
        canvas = SurfaceCanvas(screen)
        painter = Painter(canvas, ASSETS)
        for name, scene in SCENES.items():
            picture = paint(painter, screen, scene)
            picture.save(folder / f"{name}-{screen.width}x{screen.height}.png")
            pictures.setdefault(screen, []).append(picture)
        canvas.close()
        pygame.display.quit()
    _sheet(pictures).save(folder / "sheet.png")


def _sheet(pictures: dict[Size, list[Image.Image]]) -> Image.Image:
    height, gap = 270, 12
    widths = {screen: round(screen.width * height / screen.height) for screen in pictures}
    row = sum(widths.values()) + gap * (len(widths) + 1)
    rows = len(next(iter(pictures.values())))
    sheet = Image.new("RGB", (row, rows * (height + gap) + gap), (90, 90, 90))
    x = gap
    for screen, images in pictures.items():
        for number, image in enumerate(images):
            small = image.resize((widths[screen], height), Image.Resampling.LANCZOS)
            sheet.paste(small, (x, gap + number * (height + gap)))
        x += widths[screen] + gap
    return sheet


if __name__ == "__main__":
    main(Path(sys.argv[1]))
