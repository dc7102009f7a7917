"""From darkness to a colour: monotone, in steps that nobody sees, and white costs nothing."""

from __future__ import annotations

from itertools import pairwise
from math import exp

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from kiosk.core import shade
from kiosk.core.settings import Light
from kiosk.core.shade import STEPS, WHITE, Shade
from tests.conftest import RUN_ALL

lights = st.builds(Light, dimmest=st.floats(0.05, 1.0), warmest=st.floats(2000.0, 6500.0))


def test_the_sun_above_three_degrees_is_day_and_below_minus_six_is_night() -> None:
    assert [shade.by_sun(height) for height in (90.0, 3.0, -1.5, -6.0, -90.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    for height, darkness in ((2.9, 0.0), (-5.9, 1.0)):
        assert shade.by_sun(height) == pytest.approx(darkness, abs=0.001), "it begins and ends gently"


@effort(max_examples=1000 if RUN_ALL else 100, deadline=None)
@given(st.floats(-90, 90), st.floats(0, 0.0417))
def test_ten_seconds_of_sun_are_at_most_one_step(height: float, climb: float) -> None:
    before, after = shade.by_sun(height), shade.by_sun(height + climb)
    assert 0.0 <= before - after <= 1.0 / STEPS
    assert 0 <= shade.steps(before) - shade.steps(after) <= 1


@pytest.mark.parametrize(("lux", "darkness"), [(0.0, 1.0), (1.0, 1.0), (17.3, 0.5), (300.0, 0.0), (1e5, 0.0)])
def test_a_room_is_as_dark_as_eyes_find_it(lux: float, darkness: float) -> None:
    assert shade.by_lux(lux) == pytest.approx(darkness, abs=0.001)


@effort(max_examples=200 if RUN_ALL else 25, deadline=None)
@given(lights)
def test_each_step_is_darker_and_warmer_than_the_one_before_and_none_is_seen(light: Light) -> None:
    colours = [shade.colour(Shade(step, step), light, panel=False) for step in range(STEPS + 1)]
    assert colours[0] == WHITE
    for step, (one, next_) in enumerate(pairwise(colours)):
        assert all(0 <= a - b <= 8 for a, b in zip(one, next_, strict=True))
        lost = 1.0 - shade.brightness(step + 1, light) / shade.brightness(step, light)
        assert 0.0 <= lost <= 0.03
    red, green, blue = colours[-1]
    assert red >= green >= blue
    # The default gamma of a screen: half the value is a fifth of the light.
    assert (red / 255) ** shade.GAMMA == pytest.approx(light.dimmest, abs=0.02)


@pytest.mark.parametrize("kelvin", [6500.0, 5000.0, 4000.0, 3000.0, 2000.0])
def test_white_is_that_of_a_lamp(kelvin: float) -> None:
    light = Light(dimmest=1.0, warmest=kelvin)
    lamp = shade.colour(Shade(0, STEPS), light, panel=False)
    wanted = [max(0.0, a / b) for a, b in zip(black_body(kelvin), black_body(6500.0), strict=True)]
    for found, share in zip(lamp, wanted, strict=True):
        assert (found / 255) ** shade.GAMMA == pytest.approx(share / max(wanted), abs=0.015)
    assert shade.kelvin(STEPS, light) == pytest.approx(kelvin)


def black_body(kelvin: float) -> tuple[float, float, float]:
    """Linear sRGB of its spectrum, by Planck's law and the colour matching functions of CIE 1931, as Wyman, Sloan and
    Shirley fit them (JCGT 2-2, 2013)."""

    def lobe(x: float, middle: float, left: float, right: float) -> float:
        return exp(-0.5 * ((x - middle) * (left if x < middle else right)) ** 2)

    sums = [0.0, 0.0, 0.0]
    for nm in range(380, 781):
        light = 1e12 / (nm**5 * (exp(1.4387769e7 / (nm * kelvin)) - 1.0))
        sums[0] += light * (
            1.056 * lobe(nm, 599.8, 0.0264, 0.0323)
            + 0.362 * lobe(nm, 442.0, 0.0624, 0.0374)
            - 0.065 * lobe(nm, 501.1, 0.0490, 0.0382)
        )
        sums[1] += light * (0.821 * lobe(nm, 568.8, 0.0213, 0.0247) + 0.286 * lobe(nm, 530.9, 0.0613, 0.0322))
        sums[2] += light * (1.217 * lobe(nm, 437.0, 0.0845, 0.0278) + 0.681 * lobe(nm, 459.0, 0.0385, 0.0725))
    x, y, z = (each / sums[1] for each in sums)
    return (
        3.2406 * x - 1.5372 * y - 0.4986 * z,
        -0.9689 * x + 1.8758 * y + 0.0415 * z,
        0.0557 * x - 0.2040 * y + 1.0570 * z,
    )


def test_a_panel_that_dims_by_itself_leaves_the_warmth_to_the_picture() -> None:
    light = Light(panel=True)
    assert shade.colour(Shade(STEPS, 0), light, panel=True) == WHITE
    assert shade.colour(Shade(STEPS, STEPS), light, panel=True)[0] == 255


def test_a_step_goes_towards_the_other_and_no_further() -> None:
    here, there = Shade(3, 5), Shade(5, 4)
    seen = [here]
    while seen[-1] != there:
        seen.append(seen[-1].towards(there))
    assert seen == [Shade(3, 5), Shade(4, 4), Shade(5, 4)]
    assert there.towards(there) == there
