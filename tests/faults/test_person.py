"""Somebody stands before the frame: fingers and keys through the real loop, to the menu and back."""

from __future__ import annotations

from kiosk import __version__
from kiosk.app.loop import LOOK_NEVER, LOOK_SOON
from kiosk.core import words
from kiosk.core.events import Entry, Gesture, Stirred, Touched
from tests.faults.driver import Rig


def told(rig: Rig) -> dict[str, tuple[str, ...]]:
    """The facts on the page of the menu that is open."""
    menu = rig.glass.scene.menu
    return {fact.name: fact.lines for fact in menu.facts} if menu else {}


def touch(rig: Rig, gesture: Gesture, under: Entry | None = None) -> None:
    rig.glass.under = under
    rig.glass.pressed.append(Touched(gesture=gesture))
    rig.until(lambda: not rig.glass.pressed, 5)
    rig.run(0.1)


def test_a_finger_opens_the_menu_reads_about_the_frame_and_hides_the_photo(rig: Rig) -> None:
    rig.show(3)
    touch(rig, Gesture.HOLD)
    assert rig.glass.scene.menu is not None
    touch(rig, Gesture.TAP, Entry.INFO)
    rig.until(lambda: words.INFO_VERSION in told(rig), 5)
    assert told(rig)[words.INFO_VERSION] == (__version__,)
    assert told(rig)[words.INFO_PHOTOS] == (words.photos(3),)
    touch(rig, Gesture.TAP, Entry.BACK)
    touch(rig, Gesture.TAP, Entry.HIDE)
    assert rig.glass.scene.menu is None
    rig.until(lambda: rig.state.counts.stored == 2, 5)


def test_a_device_that_stirs_makes_the_loop_look_at_once_and_soon_again(rig: Rig) -> None:
    rig.show(1)
    rig.glass.showing = False  # here a picture may stay
    rig.run(60.0)
    before = rig.glass.looks
    rig.run(10.0)
    seldom = rig.glass.looks - before
    assert seldom <= 10.0 / LOOK_NEVER + 2
    rig.inbox.put(Stirred())
    before = rig.glass.looks
    rig.run(2.0)
    assert rig.glass.looks - before >= 0.5 * 2.0 / LOOK_SOON
