"""``kiosk sheet``: what each surround and each transition looks like, as one picture."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from kiosk.cli.demo import painted
from kiosk.cli.exits import Exit
from kiosk.core.focus import Focus
from kiosk.core.model import Size
from kiosk.display.sheet import contact_sheet
from kiosk.errors import Unreadable, Unwritable
from kiosk.storage.heads import HeadFinder, head_finder
from kiosk.storage.normalise import normalise
from kiosk.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from kiosk.cli import Call

_BOX = Size(2048, 2048)
_SHOWN = ("AP1demo-dawn", "AP1demo-blue_hour", "AP1demo-lighthouse", "AP1demo-mesa")
"""A landscape, two upright pictures, which make a pair as well, and a panorama of the demo's."""


def sheet(call: Call) -> int:
    """1 when one of the pictures cannot be read."""
    pictures, focuses = [], []
    find_heads = head_finder()
    for name, file in _files(call.args.photos, call.env):
        try:
            picture, focus = _looked(file, find_heads)
        except Unreadable as error:
            print(f"kiosk: {name}: {error}", file=sys.stderr)
            return Exit.FAILED
        pictures.append(picture)
        focuses.append(focus)
    try:
        contact_sheet(pictures, paths.assets_dir(), focuses).save(call.args.file, "PNG", optimize=True)
    except OSError as error:
        raise Unwritable(f"{call.args.file}: {error.strerror or error}") from error
    return Exit.OK


def _files(photos: Sequence[Path], env: Mapping[str, str]) -> Iterator[tuple[str, BytesIO]]:
    """Name and bytes of each picture; the demo's own where none is given."""
    for path in photos:
        yield str(path), BytesIO(path.read_bytes())
    if not photos:
        library = painted(env)
        for item in filter(None, (library.get(item_id) for item_id in _SHOWN)):
            yield item.filename, BytesIO(item.source.original())


def _looked(file: BytesIO, find_heads: HeadFinder | None) -> tuple[Image.Image, Focus]:
    """The picture as the frame would keep it, and what matters in it."""
    normal = normalise(file, _BOX, find_heads)
    file.seek(0)
    with Image.open(file if normal.jpeg is None else BytesIO(normal.jpeg)) as picture:
        return picture.convert("RGB"), normal.measure.focus
