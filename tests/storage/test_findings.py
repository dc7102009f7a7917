"""What the decode process says of a picture besides its pixels: round trips, and no nonsense is believed."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.focus import CENTRE, Box, Focus, Measure
from kiosk.storage import measures
from kiosk.storage.findings import LENGTH, packed, unpacked

shares = st.floats(0.0, 1.0)
pairs = st.tuples(shares, shares).map(sorted)
boxes = st.builds(lambda across, down: Box(across[0], down[0], across[1], down[1]), pairs, pairs)
colours = st.tuples(*[st.integers(0, 255)] * 3)
found = st.builds(Measure, st.builds(Focus, shares, shares, boxes, st.none() | boxes), colours, st.booleans())
times = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))

LAYOUT = struct.Struct("!6dB4d3BBBq")
SOUND = [*(0.5, 0.5, 0.2, 0.2, 0.8, 0.8), 1, *(0.3, 0.3, 0.6, 0.6), *(1, 2, 3), 1, 1, 1_600_000_000]


@given(found, st.none() | times)
def test_what_is_packed_comes_out(measure: Measure, captured_at: datetime | None) -> None:
    whole = None if captured_at is None else captured_at.replace(microsecond=0)
    content = packed(measure, captured_at)
    assert len(content) == LENGTH
    assert unpacked(content) == (measure, whole)


@given(st.binary(min_size=LENGTH, max_size=LENGTH))
def test_any_bytes_are_a_sound_measure_or_none(content: bytes) -> None:
    result = unpacked(content)
    if result is not None:
        assert unpacked(packed(*result)) == result


NONSENSE = {
    "beyond the picture": (0, 1.01),
    "before it": (1, -0.01),
    "no number": (0, float("nan")),
    "no end": (4, float("inf")),
    "a box from right to left": (2, 0.9),
    "a box upside down": (5, 0.1),
    "heads from right to left": (7, 0.9),
    "heads upside down": (8, 0.9),
    "half a head": (6, 2),
    "perhaps sought": (14, 7),
    "perhaps captured": (15, 255),
    "before the camera": (16, -1 << 62),
    "in a far future": (16, 1 << 62),
    "in 2200": (16, 7_260_000_000),
}


@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_is_none(kind: str) -> None:
    assert unpacked(LAYOUT.pack(*SOUND)) is not None
    place, value = NONSENSE[kind]
    values = [*SOUND[:place], value, *SOUND[place + 1 :]]
    assert unpacked(LAYOUT.pack(*values)) is None


def test_the_wrong_length_is_none() -> None:
    assert unpacked(b"") is None
    assert unpacked(bytes(LENGTH + 1)) is None


@given(st.none() | found)
def test_a_measure_survives_its_row(measure: Measure | None) -> None:
    values = measures.values_of(measure)
    assert len(values) == len(measures.COLUMNS)
    assert measures.measure_of(values) == measure


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, None), (0, 2.0), (1, "x"), (6, 0.5), (11, None), (11, 1 << 24), (11, -1), (11, 0.5)],
)
def test_a_row_of_nonsense_is_as_one_that_was_never_measured(place: int, value: object) -> None:
    values = list(measures.values_of(Measure(CENTRE, (1, 2, 3))))
    assert measures.measure_of(values) is not None
    values[place] = value  # type: ignore[call-overload]
    assert measures.measure_of(values) is None
