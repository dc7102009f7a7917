"""The codes on whole screenshots, read by two decoders after a poor camera has seen them (qr_table.py has the rest)."""

from __future__ import annotations

import random

import pytest
from PIL import Image

from kiosk.core.model import Size
from kiosk.display import qr
from tests.display import qr_table
from tests.screens import PICKER

SAMPLE = 8
"""Screenshots in the ordinary run, ten readings of each."""


def test_a_sample_of_the_screens_reads_when_reduced_turned_blurred_and_noisy(no_screen: None) -> None:
    small = [shot for shot in qr_table.shots() if shot.screen != Size(3840, 2160)]
    wanted = random.Random(0).sample(small, SAMPLE)
    done = list(qr_table.readings(wanted))
    assert len(done) == SAMPLE * len(qr_table.SPOILT) * len(qr_table.DECODERS)
    assert [reading for reading in done if not reading.right] == []


@pytest.mark.slow
def test_every_screen_with_a_code_reads_in_every_size_theme_and_language(
    no_screen: None, capsys: pytest.CaptureFixture[str]
) -> None:
    done = list(qr_table.readings(qr_table.shots()))
    with capsys.disabled():
        print(f"\n{qr_table.table(done)}")
    assert [reading for reading in done if not reading.right] == []


@pytest.mark.parametrize("decoder", sorted(qr_table.DECODERS))
def test_the_decoders_read_what_is_near_enough_and_not_what_is_too_far_away(decoder: str) -> None:
    screen = Image.new("L", (900, 700), 20)
    screen.paste(qr.draw(PICKER, 530), (150, 75))
    assert qr_table.DECODERS[decoder](qr_table.seen(screen, 10)) == PICKER
    assert qr_table.DECODERS[decoder](qr_table.seen(screen, 24)) == ""


def test_the_table_counts_what_was_read_of_what_was_tried() -> None:
    shot = qr_table.Shot("sign_in", Size(800, 480), "normal")
    done = [
        qr_table.Reading(shot, "zbar", "reduced", right=True),
        qr_table.Reading(shot, "zbar", "reduced", right=False),
        qr_table.Reading(shot, "ZXing", "noisy", right=True),
    ]
    head, _, row, total = qr_table.table(done).splitlines()
    assert head.startswith("| screen | theme | zbar reduced |")
    assert row.startswith("| 800x480 | normal | 1/2 | 0/0 |")
    assert row.endswith("| 1/1 |")
    assert total.startswith("| all |  | 1/2 |")
