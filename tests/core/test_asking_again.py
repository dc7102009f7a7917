"""Whoever asks again does not wait for a back-off: what holds a code back is tried at once."""

from __future__ import annotations

import pytest
from attrs import evolve

from kiosk.core import commands as c
from kiosk.core import events as e
from kiosk.core.model import Seconds
from kiosk.errors import KioskError, Reason, Refused, Unreachable
from tests.core.world import SETTINGS, World, with_pictures

SLOW = evolve(SETTINGS, dwell=Seconds(600.0))


def backed_off(kind: type[c.Command], error: KioskError) -> tuple[World, int]:
    """A frame with a picture whose way to a code meets nothing but trouble; -> and how often it has tried."""
    world = with_pictures("a", settings=SLOW)
    if kind is c.RequestDeviceCode:
        world.google.revoke()
        world.run_for(25 * 3600.0)
    if kind is c.RefreshAccessToken:
        world.run_for(2 * 3600.0)
    world.google.faults.add(kind, error, times=None)
    world.ask(e.Verb.PICK)
    world.run_for(600.0)
    return world, len(world.asked(kind))


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (c.CreatePickingSession, Unreachable("down")),
        (c.CreatePickingSession, Refused(Reason.NO_PHOTOS_ACCOUNT)),
        (c.RequestDeviceCode, Unreachable("down")),
        (c.RefreshAccessToken, Unreachable("down")),
    ],
)
def test_pressing_p_again_does_not_wait_for_the_back_off(kind: type[c.Command], error: KioskError) -> None:
    world, tried = backed_off(kind, error)
    world.ask(e.Verb.PICK)
    assert len(world.asked(kind)) == tried + 1
    world.ask(e.Verb.PICK)
    assert len(world.asked(kind)) == tried + 1, "one is under way"
    world.settle()
    world.google.faults.clear()
    world.ask(e.Verb.PICK)
    world.settle()
    assert world.scene.card is not None
    assert world.scene.card.qr
