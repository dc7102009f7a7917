"""Keys from the kernel's input devices: pipes stand in for them, and say what the kernel would."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pygame
import pytest

from kiosk.core.events import Asked, Event, Stirred, Verb
from kiosk.display.keys import MEDIA
from kiosk.system.inputs import BUTTON, KEYS, Inputs

PATIENCE = 20.0
KEY, ABS, SYN = 1, 3, 0
KEY_OK, KEY_RIGHT, KEY_EXIT, BTN_TOUCH = 0x160, 106, 0x0AE, 0x14A
UP, DOWN, AGAIN = 0, 1, 2


def said(kind: int, code: int, value: int) -> bytes:
    return struct.pack("llHHi", 1_700_000_000, 0, kind, code, value) + struct.pack("llHHi", 0, 0, SYN, 0, 0)


def asked(verb: Verb) -> Asked:
    return Asked(verb=verb, key=True)


class Machine:
    """A folder of devices, and what the kiosk hears of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard: SimpleQueue[Event] = SimpleQueue()
        self.inputs = Inputs(self.heard.put, folder)
        self.open: dict[str, int] = {}

    def plug(self, name: str) -> None:
        os.mkfifo(self.folder / name)

    def say(self, name: str, *events: bytes) -> None:
        """Waits until the kiosk has opened the device: a pipe cannot be written to before."""
        if name not in self.open:
            self.open[name] = os.open(self.folder / name, os.O_WRONLY)
        os.write(self.open[name], b"".join(events))

    def unplug(self, name: str) -> None:
        os.close(self.open.pop(name))
        (self.folder / name).unlink()

    def next(self) -> Event:
        return self.heard.get(timeout=PATIENCE)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    folder = tmp_path / "input"
    folder.mkdir()
    machine = Machine(folder)
    yield machine
    machine.inputs.stop()
    for fd in machine.open.values():
        os.close(fd)


@pytest.mark.timeout(60)
def test_a_key_that_sdl_drops_is_a_verb_and_any_key_is_worth_a_look(machine: Machine) -> None:
    machine.plug("event0")
    machine.inputs.start()
    machine.say("event0", said(KEY, KEY_OK, DOWN), said(KEY, KEY_OK, AGAIN), said(KEY, KEY_OK, UP))
    machine.say("event0", said(KEY, KEY_RIGHT, DOWN), said(ABS, 0, 7), said(KEY, KEY_EXIT, DOWN))
    heard = [machine.next() for _ in range(5)]
    assert heard == [Stirred(), asked(Verb.OK), Stirred(), Stirred(), asked(Verb.CANCEL)]
    machine.inputs.stop()
    assert machine.heard.empty()


@pytest.mark.timeout(60)
def test_devices_come_and_go_and_the_folder_itself_may_come_late(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "input")
    machine.inputs.start()
    try:
        machine.folder.mkdir()
        machine.plug("event3")
        machine.say("event3", said(KEY, BTN_TOUCH, DOWN))
        assert machine.next() == Stirred()
        machine.unplug("event3")
        machine.plug("event4")
        machine.say("event4", said(KEY, KEY_OK, DOWN))
        assert [machine.next(), machine.next()] == [Stirred(), asked(Verb.OK)]
        machine.plug("event3")
        machine.say("event3", said(KEY, KEY_EXIT, DOWN))
        assert [machine.next(), machine.next()] == [Stirred(), asked(Verb.CANCEL)]
    finally:
        machine.inputs.stop()
        for fd in machine.open.values():
            os.close(fd)


@pytest.mark.timeout(60)
def test_one_button_says_next_when_pressed_and_ok_when_held(machine: Machine) -> None:
    machine.plug("event0")
    machine.inputs.start()
    machine.say("event0", said(KEY, BUTTON, DOWN), said(KEY, BUTTON, UP))
    assert [machine.next(), machine.next()] == [Stirred(), asked(Verb.NEXT)]
    machine.say("event0", said(KEY, BUTTON, DOWN))
    assert [machine.next(), machine.next()] == [Stirred(), asked(Verb.OK)]
    machine.say("event0", said(KEY, BUTTON, UP), said(KEY, KEY_OK, DOWN))
    assert [machine.next(), machine.next()] == [Stirred(), asked(Verb.OK)]


def test_what_cannot_be_opened_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "input"
    folder.mkdir()
    (folder / "event0").symlink_to(folder / "nowhere")
    (folder / "event1").mkdir()
    inputs = Inputs(lambda _: None, folder)
    inputs.stop()
    inputs.start()
    inputs.stop()
    inputs.stop()


def test_no_key_is_counted_twice() -> None:
    """SDL's own table, out of the library that is loaded: what it maps, SDL delivers."""
    assert pygame.version.vernum
    table = sdl_table()
    assert table[KEY_RIGHT] == 79
    assert not [hex(code) for code in (*KEYS, BUTTON) if code < len(table) and table[code]]


def test_what_the_window_waits_for_sdl_delivers_on_a_console() -> None:
    """Media keys and such have no letter: their scancode is in the key."""
    scancodes = {key & 0xFFFF for key in MEDIA}
    select = 119  # in a desktop alone
    assert scancodes - {select} <= set(sdl_table())


def sdl_table() -> tuple[int, ...]:
    libraries = {
        line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libSDL2-2" in line
    }
    library = Path(libraries.pop()).read_bytes()
    begin = library.index(struct.pack("<14i", 0, 41, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 45, 46))
    found = struct.unpack_from("<256i", library, begin)
    # The next table begins with the same keys.
    end = next((at for at in range(200, 250) if found[at : at + 4] == (41, 30, 31, 32)), 256)
    return found[:end]
