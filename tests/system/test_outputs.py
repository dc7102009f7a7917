"""The connectors in a made-up /sys/class/drm."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from kiosk.core.model import Size
from kiosk.core.outputs import Output
from kiosk.system.outputs import Hold, is_slow, outputs


def edid(name: str) -> bytes:
    """128 bytes whose third descriptor is the display's name."""
    descriptor = bytes((0, 0, 0, 0xFC, 0)) + name.encode().ljust(13, b"\n")[:13]
    return bytes(90) + descriptor + bytes(20)


def plug(root: Path, folder: str, number: int, modes: str = "", says: bytes = b"", status: str = "") -> Path:
    place = root / folder
    place.mkdir(parents=True)
    (place / "status").write_text((status or ("connected" if modes else "disconnected")) + "\n")
    (place / "modes").write_text(modes)
    (place / "edid").write_bytes(says)
    if number:
        (place / "connector_id").write_text(f"{number}\n")
    return place


def test_the_kernel_tells_name_card_modes_and_display(tmp_path: Path) -> None:
    plug(tmp_path, "card1-HDMI-A-1", 33, "1920x1080\n1920x1080i\n1280x720\n", edid("DELL U2412M"))
    plug(tmp_path, "card1-Writeback-1", 40, status="unknown")
    (tmp_path / "renderD128").mkdir()
    (tmp_path / "card1").mkdir()
    found, back = outputs(tmp_path)
    assert found == Output(
        "HDMI-A-1",
        1,
        connected=True,
        monitor="DELL U2412M",
        modes=(Size(1920, 1080), Size(1280, 720)),
        edid=found.edid,
    )
    assert len(found.edid) == 16
    assert not back.connected


def test_a_display_has_the_number_that_sdl_gives_it_among_the_connected_ones_of_its_card(
    tmp_path: Path,
) -> None:
    """SDL asks the card for its connectors, which come by id and not by name."""
    plug(tmp_path, "card1-HDMI-A-2", 41, "1280x720\n")
    plug(tmp_path, "card1-HDMI-A-1", 52, "1280x720\n")
    plug(tmp_path, "card1-DSI-1", 36)
    plug(tmp_path, "card0-DP-1", 70, "800x600\n")
    assert [(each.name, each.index) for each in outputs(tmp_path) if each.connected] == [
        ("DP-1", 0),
        ("HDMI-A-2", 0),
        ("HDMI-A-1", 1),
    ]


def test_an_older_kernel_that_tells_no_ids_has_made_its_folders_in_the_same_order(tmp_path: Path) -> None:
    made = [plug(tmp_path, f"card0-HDMI-A-{number}", 0, "1280x720\n") for number in (2, 1)]
    by_inode = sorted(made, key=lambda place: place.stat().st_ino)
    assert [each.name for each in outputs(tmp_path)] == [place.name.partition("-")[2] for place in by_inode]


def test_what_has_no_mode_is_no_display_to_sdl_either(tmp_path: Path) -> None:
    plug(tmp_path, "card0-HDMI-A-1", 1, status="connected")
    assert not outputs(tmp_path)[0].connected


def test_a_machine_without_graphics_has_no_outputs(tmp_path: Path) -> None:
    assert outputs(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("compatible", "expected"),
    [
        ("raspberrypi,5-model-b\0brcm,bcm2712\0", False),
        ("raspberrypi,4-model-b\0brcm,bcm2711\0", True),
        ("raspberrypi,model-zero-2-w\0brcm,bcm2837\0", True),
        ("some,board\0", False),
        (None, False),
    ],
)
def test_a_videocore_vi_or_older_is_slow(tmp_path: Path, compatible: str | None, expected: bool) -> None:
    if compatible is not None:
        (tmp_path / "compatible").write_text(compatible)
    assert is_slow(tmp_path / "compatible") is expected


def test_cards_are_held_and_let_go(tmp_path: Path) -> None:
    card = tmp_path / "card0"
    card.touch()
    hold = Hold(tmp_path)
    hold.take()
    assert is_open(card)
    hold.release()
    hold.release()
    assert not is_open(card)


def is_open(file: Path) -> bool:
    """In this process; another thread may close one of its own meanwhile."""
    for fd in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if fd.readlink() == file:
                return True
    return False
