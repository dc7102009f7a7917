"""Whatever bytes come, through the real decode process: an upright sRGB JPEG that fits the box, or a refusal."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PIL import Image

from kiosk.core.model import Size
from kiosk.storage.decoder import Decoder
from tests.conftest import RUN_ALL
from tests.hostile import zoo
from tests.hostile.feeding import BOX, assert_upright, feed, near, shown
from tests.hostile.profiles import ADOBE_RGB, ADOBE_RGB_XYZ, DISPLAY_P3, DISPLAY_P3_XYZ, in_srgb

# Pillow warns of broken EXIF and goes on, and so does the kiosk.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

SAMPLE = 800 if RUN_ALL else 14
ALL_EXIFS = [(kind, value) for kind in ("JPEG", "PNG", "WEBP", "AVIF") for value in range(1, 9)]


@pytest.mark.parametrize("kind", zoo.UPRIGHT)
def test_an_odd_picture_ends_upright_in_its_own_colours(decoder: Decoder, kind: str) -> None:
    content = zoo.UPRIGHT[kind]()
    done = feed(decoder, content)
    assert done is not None
    assert_upright(shown(done, content))


@pytest.mark.parametrize("kind", ["a JPEG", "a progressive JPEG", "an sRGB JPEG"])
def test_a_good_jpeg_stays_byte_for_byte(decoder: Decoder, kind: str) -> None:
    done = feed(decoder, zoo.UPRIGHT[kind]())
    assert done is not None and done.jpeg is None


@pytest.mark.parametrize("kind", zoo.REFUSED)
def test_what_is_no_whole_picture_is_refused_and_the_decoder_goes_on(decoder: Decoder, kind: str) -> None:
    assert feed(decoder, zoo.REFUSED[kind]()) is None
    assert feed(decoder, zoo.saved(zoo.corners(), "JPEG")) is not None


@pytest.mark.parametrize("kind", zoo.EITHER)
def test_what_is_half_a_picture_hurts_nobody(decoder: Decoder, kind: str) -> None:
    content = zoo.EITHER[kind]()
    done = feed(decoder, content)
    if done is not None:
        shown(done, content)
    assert feed(decoder, zoo.saved(zoo.corners(), "JPEG")) is not None


@pytest.mark.parametrize(("kind", "orientation"), ALL_EXIFS)
def test_every_orientation_ends_upright(decoder: Decoder, kind: str, orientation: int) -> None:
    stored = zoo.corners()
    # EXIF 2.32, tag 274: how what is upright was laid down.
    undone = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    if orientation in undone:
        stored = stored.transpose(undone[orientation])
    content = zoo.saved(stored, kind, quality=95, exif=zoo.exif(orientation))
    done = feed(decoder, content)
    assert done is not None and done.size == Size(64, 48)
    assert_upright(shown(done, content))


@pytest.mark.parametrize("kind", zoo.COLOURS)
def test_a_wide_gamut_is_converted_to_srgb(decoder: Decoder, kind: str) -> None:
    make, profile = zoo.COLOURS[kind]
    done = feed(decoder, make())
    assert done is not None and done.jpeg is not None
    found = shown(done, b"").getpixel((30, 20))
    known = {DISPLAY_P3: DISPLAY_P3_XYZ, ADOBE_RGB: ADOBE_RGB_XYZ}.get(profile)
    if known is None:
        assert found[0] > 215  # the same numbers mean more colour in a wider space
    else:
        assert near(found, in_srgb((200, 100, 50), known), 5), found
    assert not near(found, (200, 100, 50), 10)


def test_what_is_see_through_lies_on_dark_grey(decoder: Decoder) -> None:
    for content in (
        zoo.saved(Image.new("RGBA", (64, 48), (255, 255, 255, 0)), "PNG"),
        zoo.saved(Image.new("LA", (64, 48), (255, 0)), "PNG"),
        zoo.saved(Image.new("RGBA", (64, 48), (255, 255, 255, 0)), "WEBP", lossless=True),
        zoo.saved(Image.new("P", (64, 48), 0), "PNG", transparency=0),
        zoo.saved(Image.new("1", (64, 48), 0), "PNG", transparency=0),
    ):
        done = feed(decoder, content)
        assert done is not None
        assert near(shown(done, content).getpixel((9, 9)), (32, 32, 32), 3)


@pytest.mark.parametrize("kind", zoo.WHOLE)
def test_truncated_and_garbled_files_give_a_picture_or_a_refusal(decoder: Decoder, kind: str) -> None:
    content = zoo.WHOLE[kind]()
    broken = (*zoo.truncated(content, SAMPLE, seed=1), *zoo.garbled(content, SAMPLE, seed=2))
    fates = set()
    for each in broken:
        done = feed(decoder, each)
        fates.add(done is None)
        if done is not None:
            assert done.size.width <= BOX.width and done.size.height <= BOX.height
            shown(done, each)
    assert True in fates
    assert feed(decoder, content) is not None


def test_every_module_that_a_picture_needs_is_there_before_the_first() -> None:
    """Afterwards nothing can be imported. In a new interpreter, since this one has imported everything."""
    code = (
        "import io, sys\n"
        "from kiosk.core.model import Size\n"
        "from kiosk.storage import decode_child\n"
        "find_heads = decode_child.rehearse(faces=True)\n"
        "before = set(sys.modules)\n"
        "while count := int.from_bytes(sys.stdin.buffer.read(4), 'big'):\n"
        "    decode_child.respond(io.BytesIO(sys.stdin.buffer.read(count)), Size(40, 30), find_heads)\n"
        "print(sorted(set(sys.modules) - before))\n"
    )
    animals = (*zoo.UPRIGHT.values(), *zoo.REFUSED.values(), *zoo.WHOLE.values())
    fed = b"".join(len(each).to_bytes(4, "big") + each for each in (make() for make in animals) if each)
    words = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(words, input=fed + bytes(4), capture_output=True, check=True, timeout=50)
    assert done.stdout.decode().strip() == "[]"
