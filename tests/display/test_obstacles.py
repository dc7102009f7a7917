"""What stands in a video driver's way: each reason has its own words, and its own cure."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from kiosk.display import obstacles
from kiosk.display.obstacles import Places, obstacle, sdl_drivers


def wayland(given: dict[str, str]) -> str:
    return str(obstacle("wayland", given) or "")


def test_x11_wants_a_server_and_its_key(tmp_path: Path) -> None:
    places = Places(x11=tmp_path)
    for given, why in (
        ({}, "DISPLAY is not set"),
        ({"DISPLAY": ":7"}, "no X server is at DISPLAY=:7"),
        ({"DISPLAY": "elsewhere:0"}, "refuses"),
    ):
        assert why in str(obstacle("x11", given, places))
    (tmp_path / "X7").touch()
    assert "XAUTHORITY" in str(obstacle("x11", {"DISPLAY": ":7.0"}, places))


def test_wayland_wants_a_socket_of_this_user(tmp_path: Path) -> None:
    assert "WAYLAND_DISPLAY is not set" in wayland({})
    assert "XDG_RUNTIME_DIR is not set" in wayland({"WAYLAND_DISPLAY": "wayland-0"})
    given = {"WAYLAND_DISPLAY": "w", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert f"no Wayland desktop of this user is at {tmp_path}/w" in wayland(given)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "w"))
        assert not wayland(given)
        assert not wayland({"WAYLAND_DISPLAY": str(tmp_path / "w")})


def test_a_console_wants_a_card_libraries_a_display_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places(dri=tmp_path, drm=tmp_path / "drm", libraries=("libc.so.6",))
    assert "vc4-kms-v3d" in str(obstacle("kmsdrm", {}, places))
    (tmp_path / "card0").touch()
    lacking = Places(dri=tmp_path, libraries=("libc.so.6", "libnonesuch.so.1"))
    assert str(obstacle("kmsdrm", {}, lacking)).startswith(
        "libnonesuch.so.1 is not installed (sudo apt install"
    )
    with monkeypatch.context() as other:
        other.setattr(obstacles, "sdl_drivers", lambda: ("x11", "dummy"))
        assert "pygame-ce" in str(obstacle("kmsdrm", {}, places))
    status = tmp_path / "drm" / "card0-HDMI-A-1" / "status"
    status.parent.mkdir(parents=True)
    status.write_text("disconnected\n")
    assert "no screen is connected (HDMI-A-1 disconnected)" in str(obstacle("kmsdrm", {}, places))
    status.write_text("connected\n")
    # What is no graphics card refuses the question for another reason.
    assert obstacle("kmsdrm", {}, places) is None


@pytest.mark.skipif(os.getuid() == 0, reason="root may open everything")
def test_a_closed_card_names_its_groups(tmp_path: Path) -> None:
    (tmp_path / "card0").touch(mode=0)
    assert "video,render" in str(obstacle("kmsdrm", {}, Places(dri=tmp_path)))


def test_whoever_is_not_the_master_of_a_card_would_show_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_fd: int, _request: int, _words: bytes) -> None:
        raise PermissionError(13, "Permission denied")

    card = tmp_path / "card0"
    assert obstacles.another_master([card]) is None  # not there: another reason than this one
    card.touch()
    monkeypatch.setattr("fcntl.ioctl", refuse)
    assert f"another program draws on {card}" in str(obstacles.another_master([card]))


def test_an_unknown_driver_has_no_known_obstacle() -> None:
    assert obstacle("nonesuch", {}) is None


def test_this_sdl_has_the_driver_for_consoles(tmp_path: Path) -> None:
    """The wheel of pygame has none, and that of pygame-ce has."""
    assert {"kmsdrm", "x11", "wayland"} <= set(sdl_drivers())
    empty = tmp_path / "maps"
    empty.write_text("")
    assert sdl_drivers(empty) == ()
    empty.write_text("7f00-7f01 r--p 00000000 00:00 0 /nowhere/libSDL2-2.0.so.0\n")
    assert sdl_drivers(empty) == ()
