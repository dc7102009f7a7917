"""The light of the screen in the real process, and the panel's in the thread that dims it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue

from kiosk.app.workers import Message, Workers
from kiosk.core.commands import ReadLight, SetLight
from kiosk.core.events import Failed, LightRead, LightSet
from kiosk.core.model import CommandId
from kiosk.system.light_sensor import LightSensor
from kiosk.system.panel_light import BacklightLamp, Dimmer
from kiosk.system.panel_memory import PanelMemory
from kiosk.system.room_light import RoomLight
from tests.app.frame import PATIENCE, Frame
from tests.app.test_sleep import flips_while

NIGHT = (136, 121, 100)
"""What white becomes at night, unless config.toml says otherwise."""


def where_it_is_night() -> str:
    """On the equator, opposite to the sun: it is night there for hours."""
    now = datetime.now(UTC)
    east = (12.0 - (now.hour + now.minute / 60.0)) * 15.0 + 180.0
    return f'"0.0, {(east + 180.0) % 360.0 - 180.0:.2f}"'


def test_at_night_a_person_has_full_light_and_a_restart_is_dim_from_its_first_picture(frame: Frame) -> None:
    frame.keys |= {"slideshow__dwell_seconds": "3600", "light__place": where_it_is_night()}
    frame.keys["light__method"] = '"ddc"'
    frame.write_config()
    frame.start({"PATH": os.defpath})
    frame.sign_in()
    told = frame.until(lambda status: status["title"])
    assert (told["brightness"], told["white_kelvin"]) == (1.0, 6500)
    frame.pick(1)
    frame.until(lambda status: status["stored"] == 1 and status["slide"])
    assert frame.stop() == 0
    frame.start({"PATH": os.defpath})
    told = frame.until(lambda status: status["slide"] and status["last_error"])
    assert "the panel is not dimmed. ddc: ddcutil is not installed" in told["last_error"]
    assert (told["brightness"], told["white_kelvin"]) == (0.25, 4500)
    assert flips_while(frame, 2.0) == 0
    for (_, most), share in zip(frame.screenshot().getextrema(), NIGHT, strict=True):
        assert 0 < most <= share


class Room:
    """A backlight and a sensor made of files, behind the real threads."""

    def __init__(self, home: Path) -> None:
        self.level = home / "lights" / "panel" / "brightness"
        self.level.parent.mkdir(parents=True)
        self.level.write_text("200")
        (self.level.parent / "max_brightness").write_text("255")
        self.sensor = home / "iio" / "iio:device0" / "in_illuminance_input"
        self.sensor.parent.mkdir(parents=True)
        self.sensor.write_text("42")
        self.home = home
        self.heard: SimpleQueue[Message] = SimpleQueue()
        self.workers = Workers(
            *(unused, unused, unused, self.heard.put, unused),  # type: ignore[arg-type]
            new_room_light=self.light,
        )

    def light(self) -> RoomLight:
        lamp = Dimmer(BacklightLamp(self.home / "lights"), PanelMemory(None))
        return RoomLight(LightSensor(self.home / "iio"), lamp)

    def ask(self, command: SetLight | ReadLight) -> Message:
        assert self.workers.do(command)
        return self.heard.get(timeout=PATIENCE)


def unused(*_: object) -> object:
    raise AssertionError("nobody asked for this")


def test_the_panel_thread_reads_and_dims_and_at_the_stop_all_is_as_before(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.workers.start_others()
    assert room.ask(ReadLight(id=CommandId(1))) == LightRead(answers=CommandId(1), lux=42.0)
    assert room.ask(SetLight(id=CommandId(2), share=0.25)) == LightSet(answers=CommandId(2))
    assert room.level.read_text() == "50"
    (room.level.parent / "max_brightness").unlink()
    failed = room.ask(SetLight(id=CommandId(3), share=0.5))
    assert isinstance(failed, Failed)
    assert failed.answers == 3
    room.workers.stop()
    assert room.level.read_text() == "200"
