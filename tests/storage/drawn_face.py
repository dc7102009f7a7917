"""A drawn face that the cascades take for one: light forehead and cheeks, dark eyes and brows, a shaded nose."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFilter

SKIN, SHADE, DARK, LIPS, HAIR = (222, 178, 150), (176, 128, 104), (46, 32, 28), (170, 90, 84), (70, 48, 36)
WALL = (150, 156, 160)


def face(side: int) -> Image.Image:
    """A head in a square of this many pixels, before a wall; RGB. Its face reaches from 0.2 to 0.8 across."""
    picture = Image.new("RGB", (200, 200), WALL)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((38, 10, 162, 196), fill=HAIR)
    pen.ellipse((46, 26, 154, 192), fill=SKIN)
    for x in (76, 124):
        pen.ellipse((x - 20, 78, x + 20, 108), fill=SHADE)
        pen.ellipse((x - 15, 86, x + 15, 103), fill=(236, 232, 226))
        pen.ellipse((x - 7, 86, x + 7, 102), fill=DARK)
        pen.line((x - 20, 76, x + 20, 76), fill=DARK, width=6)
    pen.polygon(((94, 96), (106, 96), (114, 134), (86, 134)), fill=(232, 192, 166))
    pen.ellipse((86, 128, 114, 140), fill=SHADE)
    pen.ellipse((74, 152, 126, 168), fill=LIPS)
    pen.line((76, 160, 124, 160), fill=DARK, width=3)
    soft = picture.filter(ImageFilter.GaussianBlur(3))
    return soft.resize((side, side), Image.Resampling.BICUBIC)


def at(x: int, y: int, side: int, size: tuple[int, int] = (960, 640)) -> Image.Image:
    """A room with one head in it, its square's corner at (x, y)."""
    room = Image.new("RGB", size, WALL)
    room.paste(face(side), (x, y))
    return room
