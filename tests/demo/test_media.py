"""The bytes behind base URLs, as google-api.md section 4 tells it."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime

import pytest
from PIL import Image

from kiosk.demo import DemoItem, Library, plain_library
from kiosk.demo.library import FileSource, PlainSource, plain_colour
from kiosk.demo.media import in_range
from kiosk.demo.renditions import Renditions
from kiosk.demo.sizing import ask


def opened(answer):
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def base_url(client):
    return client.picked(1)[1][0]["mediaFile"]["baseUrl"]


def assert_tile(answer, status=403):
    """An error status with an image body: what a careless client would take for a photograph."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "image/png")
    Image.open(io.BytesIO(answer.content)).verify()


@pytest.mark.parametrize(
    ("parameters", "size"),
    [
        ("w400-h400", (400, 300)),
        ("w400", (400, 300)),
        ("h150", (200, 150)),
        ("w300-h300-c", (300, 300)),
        ("w800-h600", (800, 600)),
        ("w4000-h3000", (800, 600)),
        ("w1000-h300-c", (800, 300)),
        ("w80-h400-no", (80, 60)),
    ],
)
def test_a_sized_picture_fits_its_box_keeps_its_shape_and_never_grows(signed_in, parameters, size):
    answer = signed_in.media(base_url(signed_in), parameters)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert opened(answer).size == size


def test_each_plain_picture_is_known_by_its_colour(signed_in):
    _, items = signed_in.picked(12)
    for item in items:
        picture = opened(signed_in.media(item["mediaFile"]["baseUrl"], "w64-h64"))
        expected = signed_in.google.library.get(item["id"]).colour
        assert all(abs(a - b) <= 4 for a, b in zip(picture.getpixel((20, 20)), expected, strict=True))


def test_a_bare_base_url_or_one_without_the_bearer_is_a_tile(signed_in):
    url = base_url(signed_in)
    headers = {"Authorization": f"Bearer {signed_in.access_token}"}
    assert_tile(signed_in.http.get(url, headers=headers, timeout=5))
    assert_tile(signed_in.http.get(url + "=w100-h100", timeout=5))


def test_a_base_url_dies_after_an_hour_or_on_command(signed_in, clock):
    session_id, items = signed_in.picked(1)
    old = items[0]["mediaFile"]["baseUrl"]
    clock.advance(3599)
    signed_in.access_token = signed_in.refresh().json()["access_token"]
    assert signed_in.media(old, "w10-h10").status_code == 200
    clock.advance(1)
    assert_tile(signed_in.media(old, "w10-h10"))
    new = signed_in.all_items(session_id)[0]["mediaFile"]["baseUrl"]
    assert signed_in.media(new, "w10-h10").status_code == 200
    signed_in.google.expire_base_urls()
    assert_tile(signed_in.media(new, "w10-h10"))


def test_a_base_url_is_its_persons_alone(signed_in):
    url = base_url(signed_in)
    signed_in.sign_in("ben")
    assert_tile(signed_in.media(url, "w10-h10"))


@pytest.mark.parametrize("status", [401, 403])
def test_a_dead_access_token_on_media_answers_as_the_settings_say(start, status):
    client = start(dead_token_media_status=status)
    client.sign_in()
    url = base_url(client)
    client.google.expire_access_tokens()
    assert_tile(client.media(url, "w10-h10"), status)


@pytest.mark.parametrize(
    "parameters", ["x", "w0-h10", "w16384-h10", "w10-w10", "w10-c", "c", "no", "w10-h10-q", "d-d", "w10 -h10"]
)
def test_parameters_that_google_would_not_serve_are_refused(signed_in, parameters):
    answer = signed_in.media(base_url(signed_in), parameters)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_the_largest_side_is_16383():
    assert ask("w16383-h16383") is not None
    assert ask("w16384") is None


def test_a_download_is_the_original_and_honours_range(signed_in):
    url = base_url(signed_in)
    whole = signed_in.media(url, "d")
    assert opened(whole).size == (800, 600)
    part = signed_in.media(url, "d", Range="bytes=100-199")
    assert part.status_code == 206
    assert part.content == whole.content[100:200]
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.content)}"


@pytest.mark.parametrize(
    ("wanted", "status", "content"),
    [
        ("", 200, b"0123456789"),
        ("bytes=0-", 206, b"0123456789"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=-30", 206, b"0123456789"),
        ("bytes=2-4", 206, b"234"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=10-", 416, b""),
        ("bytes=4-2", 416, b""),
        ("bytes=-", 200, b"0123456789"),
        ("bytes=0-1,3-4", 200, b"0123456789"),
    ],
)
def test_ranges_are_those_of_rfc_9110(wanted, status, content):
    answer = in_range(b"0123456789", "text/plain", wanted, ())
    assert (answer.status, answer.body) == (status, content)


def video_library():
    return Library(
        [
            DemoItem(
                id="v",
                filename="V.mp4",
                created=datetime(2024, 1, 1, tzinfo=UTC),
                width=640,
                height=360,
                source=PlainSource((640, 360), (40, 120, 200)),
                mime_type="video/mp4",
                kind="VIDEO",
                fps=30,
            )
        ]
    )


def test_a_video_is_listed_as_ready_and_shows_its_still_without_or_with_the_button(start):
    client = start(video_library())
    client.sign_in()
    item = client.picked(1)[1][0]
    assert item["type"] == "VIDEO"
    assert item["mediaFile"]["mediaFileMetadata"]["videoMetadata"] == {"fps": 30, "processingStatus": "READY"}
    bare = opened(client.media(item["mediaFile"]["baseUrl"], "w320-h180-no")).getpixel((160, 90))
    button = opened(client.media(item["mediaFile"]["baseUrl"], "w320-h180")).getpixel((160, 90))
    assert max(abs(a - b) for a, b in zip(bare, (40, 120, 200), strict=True)) <= 4
    assert min(button) > 200


def test_a_video_download_is_a_302_to_another_host_that_wants_no_bearer_and_ignores_range(start):
    client = start(video_library())
    client.sign_in()
    hop = client.media(client.picked(1)[1][0]["mediaFile"]["baseUrl"], "dv")
    assert hop.status_code == 302
    assert hop.headers["Location"].startswith("http://localhost:")
    video = client.http.get(hop.headers["Location"], headers={"Range": "bytes=0-9"}, timeout=5)
    assert video.status_code == 200
    assert (video.content[:4], video.content[8:12]) == (b"RIFF", b"AVI ")
    assert len(video.content) == int.from_bytes(video.content[4:8], "little") + 8
    assert not client.google.of_route("video")[0].had_bearer


def test_a_photo_has_no_video(signed_in):
    assert signed_in.media(base_url(signed_in), "dv").status_code == 400


def turned_library(path):
    """A picture of 60x40 with a red left half, stored on its side with EXIF orientation 6."""
    upright = Image.new("RGB", (60, 40), (0, 0, 255))
    upright.paste((255, 0, 0), (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    upright.transpose(Image.Transpose.ROTATE_90).save(path, quality=95, exif=exif)
    when = datetime(2024, 1, 1, tzinfo=UTC)
    item = DemoItem(id="t", filename="t.jpg", created=when, width=60, height=40, source=FileSource(path))
    return Library([item])


def test_a_sized_picture_is_upright_whatever_its_exif_says(start, tmp_path):
    client = start(turned_library(tmp_path / "t.jpg"))
    client.sign_in()
    picture = opened(client.media(base_url(client), "w30-h30"))
    assert (picture.size, picture.getexif().get(0x0112)) == ((30, 20), None)
    assert picture.getpixel((5, 10))[0] > 200
    assert picture.getpixel((25, 10))[2] > 200


def test_orientation_can_be_kept_for_clients_that_must_bear_it(start, tmp_path):
    client = start(turned_library(tmp_path / "t.jpg"), keep_orientation=True)
    client.sign_in()
    picture = opened(client.media(base_url(client), "w30-h30"))
    assert (picture.size, picture.getexif().get(0x0112)) == ((20, 30), 6)


def test_a_heic_item_is_listed_as_heic_and_served_as_jpeg(start):
    item = DemoItem(
        id="h",
        filename="IMG.HEIC",
        created=datetime(2024, 1, 1, tzinfo=UTC),
        width=80,
        height=60,
        source=PlainSource((80, 60), (9, 9, 9)),
        mime_type="image/heic",
    )
    client = start(Library([item]))
    client.sign_in()
    listed = client.picked(1)[1][0]["mediaFile"]
    assert listed["mimeType"] == "image/heic"
    assert opened(client.media(listed["baseUrl"], "w40-h30")).format == "JPEG"


def test_an_unreadable_file_is_an_internal_error_and_not_a_broken_connection(start, tmp_path):
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"no picture")
    when = datetime(2024, 1, 1, tzinfo=UTC)
    broken = DemoItem(id="b", filename="b.jpg", created=when, width=60, height=40, source=FileSource(path))
    client = start(Library([broken]))
    client.sign_in()
    url = base_url(client)
    assert [client.media(url, "w9-h9").status_code for _ in range(2)] == [500, 500]


class CountingSource:
    """A plain picture that counts how often it is drawn, and can be held back."""

    def __init__(self):
        self.drawn = 0
        self.go = threading.Event()

    def picture(self, at_least):
        self.drawn += 1
        assert self.go.wait(5)
        return Image.new("RGB", (80, 60), (1, 2, 3))

    def original(self):
        raise AssertionError("nobody asked for the original")


def test_a_rendition_is_made_once_even_for_two_who_ask_at_once():
    source = CountingSource()
    when = datetime(2024, 1, 1, tzinfo=UTC)
    item = DemoItem(id="c", filename="c.jpg", created=when, width=80, height=60, source=source)
    renditions, wanted, got = Renditions(), ask("w40-h40"), []
    threads = [threading.Thread(target=lambda: got.append(renditions.get(item, wanted))) for _ in range(2)]
    for thread in threads:
        thread.start()
    source.go.set()
    for thread in threads:
        thread.join(5)
    assert source.drawn == 1
    assert got[0] == got[1] == renditions.get(item, wanted)


def test_the_cache_keeps_to_its_limit_and_drops_what_was_not_used(monkeypatch):
    monkeypatch.setattr("kiosk.demo.renditions.KEEP_BYTES", 2500)
    library, renditions = plain_library(6, (40, 30)), Renditions()
    for item in library.items:
        renditions.get(item, ask("w40"))
    kept = [key[0] for key in renditions._kept]
    assert 0 < len(kept) < 6
    assert kept == [item.id for item in library.items][-len(kept) :]


def test_prepared_renditions_are_served_without_drawing_again(start):
    source = CountingSource()
    source.go.set()
    when = datetime(2024, 1, 1, tzinfo=UTC)
    client = start(
        Library([DemoItem(id="c", filename="c.jpg", created=when, width=80, height=60, source=source)])
    )
    client.google.prepare(40, 40)
    client.sign_in()
    assert opened(client.media(base_url(client), "w40-h40")).size == (40, 30)
    assert source.drawn == 1


def test_plain_colours_are_all_different():
    assert len({plain_colour(number) for number in range(4096)}) == 4096


def test_grain_makes_a_plain_picture_as_heavy_as_a_photograph_and_the_same_each_time():
    smooth, rough = plain_library(1, (400, 300)).items[0], plain_library(1, (400, 300), grain=40).items[0]
    assert len(rough.source.original()) > 5 * len(smooth.source.original())
    assert rough.source.original() == rough.source.original()
