"""Heads: found where the extra is installed, kept in the measure, and never looked for without it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np
import pytest
from PIL import Image

from kiosk.core.focus import Box
from kiosk.core.model import Size
from kiosk.storage import heads as room
from kiosk.storage.decoder import Decoder
from kiosk.storage.heads import HeadFinder, around, can_look, head_finder
from kiosk.storage.measure import measured
from tests.storage import drawn_face
from tests.storage.drawn_face import WALL, at


@pytest.fixture(scope="module")
def find() -> HeadFinder:
    found = head_finder()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def looking() -> Iterator[Decoder]:
    decoder = Decoder(faces=True)
    yield decoder
    decoder.close()


def drawn(x: int, y: int, side: int, size: tuple[int, int] = (960, 640)) -> Box:
    """Where the whole head is: hair, ears and chin."""
    left, right = x + 0.18 * side, x + 0.82 * side
    return Box(left / size[0], (y + 0.04 * side) / size[1], right / size[0], (y + 0.98 * side) / size[1])


@pytest.mark.parametrize(
    ("x", "y", "side"), [(100, 100, 200), (600, 300, 250), (400, 10, 140), (700, 450, 120)]
)
def test_a_head_is_found_whole(find: HeadFinder, x: int, y: int, side: int) -> None:
    heads = measured(at(x, y, side), find).focus.heads
    head = drawn(x, y, side)
    assert heads is not None
    assert {type(edge) for edge in attrs.astuple(heads)} == {float}
    assert heads.left <= head.left and heads.right >= head.right
    assert heads.top <= head.top + 0.02 and heads.bottom >= head.bottom - 0.02
    assert heads.width * heads.height < 5 * head.width * head.height


def test_all_heads_are_in_the_one_box(find: HeadFinder) -> None:
    room_with_two = at(60, 80, 180)
    room_with_two.paste(drawn_face.face(180), (700, 380))
    heads = measured(room_with_two, find).focus.heads
    assert heads is not None
    assert heads.left < 0.12 and heads.right > 0.88
    assert heads.top < 0.17 and heads.bottom > 0.84


def test_a_head_matters_more_than_what_stands_out(find: HeadFinder) -> None:
    picture = at(80, 200, 160)
    picture.paste((240, 40, 20), (760, 240, 900, 400))
    without, measure = measured(picture), measured(picture, find)
    assert (without.sought, measure.sought) == (False, True)
    assert without.focus.heads is None
    assert measure.focus.x < 0.4 < without.focus.x
    assert measure.mean == without.mean


@pytest.mark.parametrize("kind", ["wall", "leaves", "black"])
def test_where_no_head_is_none_is_found(find: HeadFinder, kind: str) -> None:
    pictures = {
        "wall": Image.new("RGB", (900, 600), WALL),
        "leaves": Image.effect_noise((900, 600), 80).convert("RGB"),
        "black": Image.new("RGB", (1, 1)),
    }
    measure = measured(pictures[kind], find)
    assert measure.sought
    assert measure.focus.heads is None


class Brightest:
    """Stands in for a cascade: it takes the first white pixel for the corner of a face."""

    def detectMultiScale(self, grey: np.ndarray, **_: object) -> list[list[int]]:
        y, x = np.unravel_index(grey.argmax(), grey.shape)
        return [[int(x), int(y), 10, 10]]


def test_what_is_found_in_the_mirror_is_turned_back() -> None:
    picture = Image.new("L", (100, 50), 60)
    picture.paste(255, (60, 20, 70, 30))
    found = room._faces("profileface", Brightest(), picture)  # type: ignore[arg-type]
    assert found == [pytest.approx((0.6, 0.4, 0.7, 0.6))] * 2
    assert len(room._faces("frontalface_alt2", Brightest(), picture)) == 1  # type: ignore[arg-type]


def test_without_the_extra_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert head_finder() is None


def test_an_installation_without_its_cascades_is_as_none(tmp_path: Path) -> None:
    assert head_finder(str(tmp_path)) is None


def test_whether_it_is_installed_is_known_without_importing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_look()
    monkeypatch.delitem(sys.modules, "cv2", raising=False)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    assert not can_look()
    assert "cv2" not in sys.modules


class Insatiable(Image.Image):
    def convert(self, *_: object, **__: object) -> Image.Image:
        raise MemoryError


def test_too_little_memory_to_look_costs_no_picture(find: HeadFinder) -> None:
    assert find(Insatiable()) == ()


def test_no_heads_have_no_box() -> None:
    assert around([]) is None
    assert room.LOOKED_AT >= 400


def test_the_limited_process_finds_heads_too(looking: Decoder) -> None:
    """Inside the filter for system calls, in its memory and with no file to open."""
    file = io.BytesIO()
    at(600, 300, 250).save(file, "JPEG", quality=90)
    descriptor = os.memfd_create("head")
    try:
        os.write(descriptor, file.getvalue())
        kept = looking.normalise(descriptor, Size(960, 640))
        made = looking.normalise(descriptor, Size(480, 320))
    finally:
        os.close(descriptor)
    assert (kept.jpeg is None, made.jpeg is None) == (True, False)
    for each in (kept, made):
        assert each.measure.sought
        assert each.measure.focus.heads is not None
        assert each.measure.focus.heads.left == pytest.approx(0.6, abs=0.06)
    assert looking.lacking == ""


@pytest.mark.parametrize("level", [0, 128])
def test_a_head_is_what_matters_where_nothing_else_does(level: int) -> None:
    head = Box(0.6, 0.1, 0.8, 0.4)
    focus = measured(Image.new("RGB", (300, 200), (level, level, level)), lambda _: (head,)).focus
    assert (focus.x, focus.y) == (pytest.approx(0.7, abs=0.02), pytest.approx(0.25, abs=0.02))
    assert focus.heads == head


def test_a_head_too_small_to_be_weighed_is_kept_all_the_same() -> None:
    head = Box(0.5001, 0.5001, 0.5002, 0.5002)
    plain = measured(at(100, 100, 200))
    focus = measured(at(100, 100, 200), lambda _: (head,)).focus
    assert (focus.x, focus.y, focus.heads) == (plain.focus.x, plain.focus.y, head)
