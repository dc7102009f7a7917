"""Which connector the frame is shown on, and in which mode."""

from __future__ import annotations

import pytest

from kiosk.core.model import Size
from kiosk.core.outputs import FULL_HD, Output, choose, known, mode_on

UHD, WUXGA, SMALL = Size(3840, 2160), Size(1920, 1200), Size(1280, 720)
ONE = Output("HDMI-A-1", 1, connected=True, monitor="LG TV")
TWO = Output("HDMI-A-2", 1, connected=True, monitor="DELL U2412M", index=1)
FREE = Output("HDMI-A-1", 1)
PANEL = Output("DSI-1", 0, connected=True)


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        ((), "", None),
        ((FREE,), "", None),
        ((FREE, TWO), "", TWO),
        ((TWO, ONE), "", ONE),
        ((ONE, PANEL), "", PANEL),
        ((ONE, TWO), "hdmi-a-2", TWO),
        ((ONE, TWO), "Dell U2412M ", TWO),
        ((FREE, TWO), "HDMI-A-1", None),
        ((ONE, TWO), "HDMI-1", ONE),
        ((FREE,), "HDMI-1", None),
    ],
)
def test_the_connected_one_is_taken_by_name_or_else_the_first(
    found: tuple[Output, ...], wanted: str, expected: Output | None
) -> None:
    assert choose(found, wanted) == expected


def test_the_choice_does_not_depend_on_the_numbers_of_the_cards() -> None:
    swapped = [Output("DSI-1", 1, connected=True), Output("HDMI-A-1", 0, connected=True)]
    chosen = choose(swapped)
    assert chosen is not None
    assert chosen.name == choose([ONE, PANEL]).name == "DSI-1"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("", True), ("HDMI-A-1", True), ("lg tv", True), ("LG", False), ("HDMI-A-9", False)],
)
def test_a_name_is_known_where_a_connector_or_a_connected_display_has_it(wanted: str, expected: bool) -> None:
    assert known((ONE, PANEL), wanted) is expected


@pytest.mark.parametrize(
    ("modes", "slow", "expected"),
    [
        ((UHD, FULL_HD, SMALL), False, None),
        ((UHD, FULL_HD, SMALL), True, FULL_HD),
        ((UHD, SMALL, WUXGA), True, WUXGA),
        ((UHD,), True, None),
        ((WUXGA, FULL_HD), True, None),
        ((Size(1080, 1920),), True, None),
        ((), True, None),
    ],
)
def test_a_slow_gpu_gets_no_more_than_it_can_fill(
    modes: tuple[Size, ...], slow: bool, expected: Size | None
) -> None:
    assert mode_on(Output("HDMI-A-1", 0, connected=True, modes=modes), slow=slow) == expected
