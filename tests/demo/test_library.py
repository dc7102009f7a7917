"""The three libraries: flat, from a folder, painted."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image, ImageChops, ImageOps

from kiosk.demo import DemoSettings, folder_library, gallery, paint_library, plain_library
from kiosk.demo.library import scaled
from kiosk.demo.works import WORKS, Work
from kiosk.errors import ConfigError


def shot(path, size=(40, 30), taken="2021:05:06 07:08:09", orientation=1):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = "Make", "Model", orientation
    exif.get_ifd(0x8769)[0x9003] = taken
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (10, 200, 30)).save(path, exif=exif)
    return path


def test_plain_items_are_distinct_dated_and_newest_first():
    library = plain_library(5, apart=timedelta(minutes=1))
    dates = [item.created for item in library.items]
    assert dates == sorted(dates, reverse=True)
    assert len({item.colour for item in library.items}) == 5
    assert dates[0] - dates[1] == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("size", "box", "expected"),
    [
        ((800, 600), (400, 400), (400, 300)),
        ((10, 10), (99, 99), (10, 10)),
        ((3000, 10), (100, 100), (100, 1)),
    ],
)
def test_scaling_keeps_the_shape_never_grows_and_never_vanishes(size, box, expected):
    assert scaled(size, box) == expected


def test_a_folder_gives_dates_cameras_albums_and_upright_sizes(tmp_path):
    shot(tmp_path / "Summer" / "a.JPG", orientation=6)
    item = folder_library(tmp_path).items[0]
    assert item.created == datetime(2021, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert (item.width, item.height) == (30, 40)
    assert (item.camera_make, item.camera_model, item.albums) == ("Make", "Model", ("Summer",))
    assert item.matches("summer")


def test_a_folders_ids_are_the_same_at_every_start_and_different_for_each_file(tmp_path):
    for name in ("one.jpg", "two.jpg", "sub/one.jpg"):
        shot(tmp_path / name)
    first = {item.id for item in folder_library(tmp_path).items}
    assert len(first) == 3
    assert first == {item.id for item in folder_library(tmp_path).items}


def test_a_folder_takes_png_and_webp_and_leaves_out_what_is_no_picture(tmp_path):
    Image.new("RGBA", (8, 8)).save(tmp_path / "a.png")
    Image.new("RGB", (8, 8)).save(tmp_path / "b.webp")
    (tmp_path / "c.jpg").write_bytes(b"not a picture")
    (tmp_path / "d.txt").write_text("text")
    Image.new("RGB", (8, 8)).save(tmp_path / ".hidden.png")
    library = folder_library(tmp_path)
    assert {(item.filename, item.mime_type) for item in library.items} == {
        ("a.png", "image/png"),
        ("b.webp", "image/webp"),
    }
    for item in library.items:
        assert item.source.picture((4, 4)).mode == "RGB"


def test_a_folder_file_without_a_date_has_that_of_the_file(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8)).save(path)
    assert folder_library(tmp_path).items[0].created == datetime.fromtimestamp(int(path.stat().st_mtime), UTC)


def test_a_folder_without_a_picture_is_the_owners_mistake(tmp_path):
    with pytest.raises(ConfigError, match="no picture was found"):
        folder_library(tmp_path)


@pytest.fixture
def easel(tmp_path, monkeypatch):
    """Painted libraries of small pictures: the same painters, a fraction of the time."""
    small = tuple(
        Work(work.name, work.painter, (work.size[0] // 20, work.size[1] // 20), *_rest(work))
        for work in WORKS
    )
    monkeypatch.setattr(gallery, "WORKS", small)
    return tmp_path / "pictures"


def _rest(work):
    return (work.taken, work.camera, work.album, work.words, work.kind, work.heic, work.on_its_side)


def stored(item):
    item.source.ready(item.source.path)
    return Image.open(item.source.path)


def test_the_painted_library_is_there_at_once_and_paints_only_what_is_looked_at(easel):
    library = paint_library(easel)
    assert len(library) == 28
    assert not easel.exists()
    library.items[0].source.original()
    assert len(list(easel.iterdir())) == 1


def test_every_painter_paints_and_every_picture_is_as_large_as_it_is_listed(easel):
    library = paint_library(easel)
    library.paint(lambda: False)
    assert len(list(easel.iterdir())) == 28
    for item in library.items:
        with stored(item) as picture:
            upright = ImageOps.exif_transpose(picture)
            assert upright.size == (item.width, item.height), item.id
            darkest, brightest = upright.convert("L").getextrema()
            assert brightest - darkest > 40, f"{item.id} is flat"


def test_a_picture_is_the_same_wherever_it_is_painted(easel, tmp_path):
    for index in (0, 9, 20):
        one, two = paint_library(easel).items[index], paint_library(tmp_path / "again").items[index]
        assert one.source.original() == two.source.original()


def test_more_pictures_than_works_are_new_versions(easel):
    library = paint_library(easel, 30)
    first, second = library.get("AP1demo-dawn"), library.get("AP1demo-dawn-1")
    assert first.created != second.created
    with stored(first) as one, stored(second) as two:
        assert ImageChops.difference(one, two).getbbox() is not None


def test_a_painted_file_is_not_painted_again(easel):
    item = paint_library(easel).items[0]
    item.source.original()
    before = item.source.path.stat().st_mtime_ns
    paint_library(easel).items[0].source.original()
    assert item.source.path.stat().st_mtime_ns == before


def test_two_who_look_at_once_get_one_painting_and_no_half_file(easel):
    item = paint_library(easel).items[0]
    got = []
    threads = [threading.Thread(target=lambda: got.append(item.source.original())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(set(got)) == 1
    assert [path.suffix for path in easel.iterdir()] == [".jpg"]


def test_painting_stops_when_told(easel):
    library = paint_library(easel)
    library.paint(lambda: True)
    assert not easel.exists()


def test_the_painted_files_carry_date_camera_and_orientation(easel):
    item = paint_library(easel).get("AP1demo-lighthouse")
    with stored(item) as picture:
        exif = picture.getexif()
        assert (exif[0x010F], exif[0x0112]) == ("Apple", 6)
        assert picture.size == (item.height, item.width)
        assert exif.get_ifd(0x8769)[0x9003] == "2021:10:20 19:20:44"
        assert exif.get_ifd(0x8769)[0x9011] == "+01:00"
    assert item.created == datetime(2021, 10, 20, 18, 20, 44, tzinfo=UTC)


def test_the_works_have_every_shape_and_awkward_date_that_a_slideshow_must_bear():
    items = paint_library_items()
    shapes = {(item.width > item.height) - (item.width < item.height) for item in items}
    assert shapes == {-1, 0, 1}
    assert sum(item.width >= 3 * item.height for item in items) >= 2
    assert sum(item.kind == "VIDEO" for item in items) == 2
    minutes = [item.created.replace(second=0) for item in items]
    assert max(minutes.count(minute) for minute in minutes) >= 3
    assert len({item.created.year for item in items}) >= 6
    assert len({item.id for item in items}) == len({item.filename for item in items}) == 28
    assert any(item.mime_type == "image/heic" for item in items)


def paint_library_items():
    from pathlib import Path

    return paint_library(Path("/nonexistent")).items


def test_a_running_server_paints_in_the_background_and_stops_with_it(easel):
    from kiosk.demo import DemoGoogle

    library = paint_library(easel)
    before = threading.active_count()
    google = DemoGoogle(library, DemoSettings())
    with google:
        google.painted.wait(30)
        assert google.painted.is_set()
    assert threading.active_count() == before
    assert len(list(easel.iterdir())) == 28


def test_a_painted_picture_reaches_the_frame(start, easel):
    client = start(paint_library(easel))
    client.sign_in()
    _, items = client.picked(3)
    for item in items:
        answer = client.media(item["mediaFile"]["baseUrl"], "w60-h60-no")
        assert max(Image.open(io.BytesIO(answer.content)).size) <= 60
