"""Example scenes as pictures: `python -m tests.screens DIR` renders every one at every size, and a contact sheet.

They are for looking at, and the display's tests take their scenes from here.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw

from kiosk.app import mistakes
from kiosk.core import words
from kiosk.core.events import Entry
from kiosk.core.layout import thumb_side
from kiosk.core.model import CommandId, Size, SlideId
from kiosk.core.scene import Badge, Card, Choice, Fact, Illustration, Label, Look, Mark, Menu, Scene, Strip
from kiosk.core.settings import Style
from kiosk.display.images import slide_of
from kiosk.display.painter import Painter
from kiosk.display.surfaces import SurfaceCanvas
from kiosk.display.thumbs import cut
from kiosk.errors import ConfigError, Problem, Reason

ASSETS = Path(__file__).resolve().parent.parent / "assets"
SIZES = (Size(800, 480), Size(1920, 1080), Size(1080, 1920))
WORDY = Style(words=True)
"""How bright the picture is behind words is measured."""
PHOTO = SlideId(1)
NEXT = SlideId(2)
CAPTURED = datetime(2021, 11, 23, 9, 41, tzinfo=UTC)
THUMBS = tuple(CommandId(number) for number in range(1, 14))
CONFIG = "/etc/kiosk/config.toml"
PICKER = "https://photos.google.com/picker/3f2b8c1e-57a4-4d0c-9a54-0c1d2e3f4a5b"


def _owners(title: str, body: str, address: str, footnote: str = "") -> Card:
    """What the owner of the client has to mend."""
    return Card(
        Look.CODE, title, body, qr=address, address=address, footnote=footnote, illustration=Illustration.KEY
    )


def _told(title: str, body: str, illustration: Illustration, *, status: str = "", footnote: str = "") -> Card:
    return Card(Look.MESSAGE, title, body, status=status, footnote=footnote, illustration=illustration)


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


PICKING = Card(
    Look.CODE,
    words.PICK_TITLE,
    words.PICK_BODY,
    hint=words.PICK_HINT,
    qr=PICKER,
    address=PICKER,
    status=words.minutes_left(58),
    footnote=words.PICK_KEPT,
)
DOWNLOADING = Card(
    Look.PROGRESS,
    words.DOWNLOADING_TITLE,
    words.DOWNLOADING_BODY,
    status=words.progress(12, 40),
    done=12,
    total=40,
    illustration=Illustration.PHOTOS,
)
DISCONNECT = _told(
    words.DISCONNECT_TITLE,
    words.DISCONNECT_BODY,
    Illustration.UNPLUGGED,
    footnote=words.DISCONNECT_NOTE,
)

BOOT = Path("/boot/firmware/kiosk.toml")
ON_THE_CARD = ConfigError(
    (Problem(f"{BOOT}:3: [slideshow] dwel_seconds", "unknown key", "dwell_seconds, order", "dwell_seconds"),)
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

_LEADS = {
    Entry.PICK: words.MENU_PICK,
    Entry.HIDE: words.MENU_HIDE,
    Entry.PAUSE: words.MENU_PAUSE,
    Entry.SLEEP: words.MENU_SLEEP,
    Entry.INFO: words.MENU_INFO,
    Entry.DISCONNECT: words.MENU_DISCONNECT,
    Entry.CLOSE: words.MENU_CLOSE,
}
MENU = Menu(tuple(Choice(entry, text) for entry, text in _LEADS.items()), Entry.HIDE)
BACK = Choice(Entry.BACK, words.MENU_BACK)
INFO = Menu(
    (BACK,),
    Entry.BACK,
    title=words.MENU_INFO,
    facts=(
        Fact(words.INFO_PHOTOS, (words.photos(1234),)),
        Fact("Google Photos", (words.INFO_SIGNED_IN,)),
        Fact(words.INFO_ADDRESS, ("frame.local", "192.0.2.7", "2001:db8:85a3:8d3:1319:8a2e:370:7348")),
        Fact(words.INFO_FREE, (words.free_space(12_600_000_000),)),
        Fact(words.INFO_VERSION, ("1.2.3",)),
        Fact(
            words.INFO_ERROR,
            ("[Errno 28] No space left on device: '/var/cache/kiosk/renditions/3f/3f2b8c1e57a44d0c.jpg'",),
            CAPTURED,
        ),
    ),
)
WHICH = Menu(
    (
        Choice(Entry.FIRST, words.MENU_LEFT),
        Choice(Entry.SECOND, words.MENU_RIGHT),
        Choice(Entry.BOTH, words.MENU_BOTH),
        BACK,
    ),
    Entry.FIRST,
    title=words.HIDE_WHICH_TITLE,
)
ERASE = Menu(
    (Choice(Entry.BACK, words.MENU_KEEP), Choice(Entry.ERASE, words.MENU_ERASE)),
    Entry.BACK,
    title=words.DISCONNECT_TITLE,
    body=words.MENU_ERASE_BODY,
    footnote=words.DISCONNECT_NOTE,
)

SCENES: dict[str, Scene] = {
    "menu": Scene(current=PHOTO, menu=MENU),
    "menu_alone": Scene(menu=MENU),
    "menu_info": Scene(current=NEXT, menu=INFO),
    "menu_which": Scene(current=NEXT, menu=WHICH),
    "menu_disconnect": Scene(current=PHOTO, menu=ERASE),
    "badge_touch": Scene(current=PHOTO, badge=Badge(Mark.TOUCH, words.TOUCH_HINT)),
    "starting": Scene(card=_told(words.STARTING, "", Illustration.FRAME)),
    "client_missing": Scene(
        card=_owners(
            words.NO_CLIENT_TITLE,
            words.NO_CLIENT_BODY,
            words.SETUP_ADDRESS,
            footnote=words.config_at(CONFIG),
        )
    ),
    "config_mistakes": Scene(card=mistakes.card(MISTAKES, Path(CONFIG))),
    "boot_mistakes": Scene(card=mistakes.card(ON_THE_CARD, Path(CONFIG), BOOT)),
    "asking": Scene(
        card=Card(
            Look.MESSAGE,
            words.SIGN_IN_TITLE,
            status=words.SIGN_IN_ASKING,
            footnote=words.SIGN_IN_KEPT,
            illustration=Illustration.PHONE,
        )
    ),
    "sign_in": Scene(card=_sign_in("https://www.google.com/device", "GQVQ-JKEC")),
    "sign_in_wide": Scene(card=_sign_in("W" * 40, "W" * 15)),
    "picking": Scene(card=PICKING),
    "picking_panel": Scene(current=PHOTO, card=PICKING),
    "sign_in_panel": Scene(current=PHOTO, card=_sign_in("https://www.google.com/device", "GQVQ-JKEC")),
    "listing": Scene(
        card=Card(
            Look.PROGRESS,
            words.LISTING_TITLE,
            status=words.photos(300),
            done=300,
            illustration=Illustration.PHOTOS,
        )
    ),
    "downloading": Scene(card=DOWNLOADING),
    "downloading_panel": Scene(current=PHOTO, card=DOWNLOADING),
    "desktop_client": Scene(
        card=_owners(
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
        card=_told(*words.REASONS[Reason.ANSWER_LOST], Illustration.LOST, status=words.NEW_CODE_BY_OK),
    ),
    "incomplete_panel": Scene(
        current=PHOTO,
        card=_told(
            words.PICK_LOST_TITLE,
            words.missing(2, 40),
            Illustration.LOST,
            status=words.PICK_MISSING_AGAIN,
        ),
    ),
    "disconnect_panel": Scene(current=PHOTO, card=DISCONNECT),
    "disconnect": Scene(card=DISCONNECT),
    "hide_which_panel": Scene(
        current=PHOTO, card=_told(words.HIDE_WHICH_TITLE, words.HIDE_WHICH_SIDE, Illustration.PAIR)
    ),
    "leaving": Scene(card=_told(words.LEAVING_TITLE, words.LEAVING_BODY, Illustration.UNPLUGGED)),
    "offline": Scene(card=_told(words.OFFLINE_TITLE, words.OFFLINE_BODY, Illustration.OFFLINE)),
    "busy": Scene(card=_told(words.BUSY_TITLE, words.BUSY_BODY, Illustration.BUSY)),
    "card_full": Scene(
        card=_told(
            words.CARD_FULL,
            words.CARD_FULL_BODY,
            Illustration.CARD_FULL,
            footnote="No space left on device: /var/cache/kiosk/renditions",
        )
    ),
    "card_read_only": Scene(
        card=_told(
            words.CARD_READ_ONLY,
            words.CARD_BROKEN_BODY,
            Illustration.CARD_LOCKED,
            footnote="Read-only file system: /var/lib/kiosk/catalog.sqlite3",
        )
    ),
    "card_unreadable": Scene(
        card=_told(words.CARD_UNREADABLE, words.CARD_BROKEN_BODY, Illustration.CARD_BROKEN)
    ),
    "card_locked": Scene(card=_told(words.CARD_LOCKED, words.CARD_LOCKED_BODY, Illustration.CARD_LOCKED)),
    "too_many_picks": Scene(
        card=_owners(*words.REASONS[Reason.TOO_MANY_SESSIONS], words.SETUP_ADDRESS),
    ),
    "client_unknown_panel": Scene(
        current=PHOTO,
        card=_owners(*words.REASONS[Reason.CLIENT], words.SETUP_ADDRESS, words.config_at(CONFIG)),
    ),
    "admin_policy": Scene(
        card=_told(*words.REASONS[Reason.ADMIN_POLICY], Illustration.ACCOUNT, status=words.NEW_CODE_SOON)
    ),
    "scope_missing": Scene(
        card=_told(*words.REASONS[Reason.SCOPE_MISSING], Illustration.BOX, status=words.NEW_CODE_SOON)
    ),
    "second_road": Scene(
        card=_told(
            words.SECOND_ROAD_TITLE,
            words.SECOND_ROAD_BODY,
            Illustration.COMPUTER,
            footnote=words.config_at(CONFIG),
        )
    ),
    "pick_refused": Scene(
        card=_told(
            words.PICK_REFUSED_TITLE,
            words.PICK_REFUSED_BODY,
            Illustration.ACCOUNT,
            status=words.PICK_NEXT_CODE,
            footnote="PERMISSION_DENIED: The caller does not have permission",
        )
    ),
    "timed_out_panel": Scene(
        current=PHOTO,
        card=_told(
            words.PICK_TIMED_OUT_TITLE,
            words.PICK_TIMED_OUT_BODY,
            Illustration.TIME,
            status=words.PICK_PRESS_OK,
        ),
    ),
    "cancelled": Scene(card=_told(words.PICK_CANCELLED_TITLE, words.PICK_CANCELLED_BODY, Illustration.FRAME)),
    "slideshow": Scene(current=PHOTO),
    "transition": Scene(current=PHOTO, incoming=NEXT, progress=0.5),
    "badge_sign_in": Scene(current=PHOTO, badge=Badge(Mark.SIGN_IN, words.SIGN_IN_BADGE)),
    "badge_offline": Scene(current=NEXT, badge=Badge(Mark.OFFLINE, words.NETWORK)),
    "badge_card_full": Scene(current=PHOTO, badge=Badge(Mark.CARD_FULL, words.CARD_FULL)),
    "badge_secret": Scene(current=PHOTO, badge=Badge(Mark.SECRET, words.secret_left("kiosk.toml"))),
    "badge_paused": Scene(current=NEXT, badge=Badge(Mark.PAUSED, words.PAUSED)),
    "badge_working": Scene(current=PHOTO, badge=Badge(Mark.WORKING, words.adding(12, 40))),
    "caption": Scene(
        current=PHOTO,
        labels=(Label(words.on_this_day(5), CAPTURED, "Canon EOS R6"),),
        clock=CAPTURED,
    ),
    "strip_few": Scene(
        current=PHOTO, strip=Strip(words.DOWNLOADING_TITLE, words.progress(2, 5), 0.4, 5, THUMBS[:2])
    ),
    "strip_many": Scene(
        current=NEXT, strip=Strip(words.DOWNLOADING_TITLE, words.progress(23, 40), 23 / 40, 12, THUMBS)
    ),
    "strip_offline": Scene(current=PHOTO, strip=Strip("", words.NETWORK, 0.2, 12, THUMBS[:4])),
    "strip_arrived": Scene(
        current=PHOTO, strip=Strip(words.ARRIVED_TITLE, words.photos(3), 1.0, 3, THUMBS[:3])
    ),
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
            painter.upload(slide, slide_of(photograph(shape, evening=evening), screen, WORDY))
    for thumb in () if scene.strip is None else scene.strip.thumbs:
        if thumb not in painter.thumbs:
            shape = Size(120, 90) if thumb % 3 else Size(90, 120)
            painter.upload_thumb(thumb, cut(photograph(shape, evening=thumb % 2 == 0), thumb_side(screen)))
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
