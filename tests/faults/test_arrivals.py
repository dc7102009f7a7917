"""Thumbnails all the way: from a pick over real HTTP to what the painter is given, and taken away from it."""

from __future__ import annotations

from tests.faults.driver import Rig
from tests.faults.flows import all_stored, start_pick


def test_thumbnails_of_what_arrives_reach_the_painter_and_leave_it_with_the_strip(rig: Rig) -> None:
    rig.show(3)
    rig.run(120)
    assert not rig.glass.thumbs
    start_pick(rig)
    rig.until(lambda: all_stored(rig), 120)
    rig.until(lambda: rig.glass.scene.strip is not None and len(rig.glass.scene.strip.thumbs) == 3, 30)
    strip = rig.glass.scene.strip
    assert strip is not None
    assert rig.glass.thumbs == set(strip.thumbs)
    assert strip.status == "3 photos", "three of the six were there"
    rig.run(10)
    assert rig.glass.scene.strip is None
    assert not rig.glass.thumbs
    assert not rig.heard.lines
