"""What the doctor says of the light."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kiosk.config import LightConfig, LightMethod
from kiosk.core.sun import Place
from kiosk.doctor.check import Verdict
from kiosk.doctor.light import screen_light
from kiosk.system.light_sensor import LightSensor
from kiosk.system.panel_light import BacklightLamp

NOON = datetime(2026, 12, 21, 11, tzinfo=UTC)
SWEDEN = {"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}
STOCKHOLM = LightConfig(place=Place(59.33, 18.07))


def test_without_place_and_sensor_there_is_nothing_to_say() -> None:
    (check,) = screen_light(LightConfig(), {}, NOON)
    assert check.verdict is Verdict.OK
    assert "always full" in check.says


def test_the_times_of_the_sun_are_told_in_the_frames_zone_and_the_place_is_not() -> None:
    sun, dimming = screen_light(STOCKHOLM, SWEDEN, NOON)
    assert sun.says == "by the sun: it rises at 08:43 and it sets at 14:48 today; it is day"
    assert dimming.says == "by what is painted"
    assert "59" not in sun.says + dimming.says
    assert screen_light(STOCKHOLM, SWEDEN, NOON.replace(hour=14))[0].says.endswith("it is dusk or dawn")
    assert screen_light(STOCKHOLM, SWEDEN, NOON.replace(hour=20))[0].says.endswith("it is night")


def test_a_polar_night_and_a_wrong_clock_are_said() -> None:
    polar = LightConfig(place=Place(78.0, 16.0))
    assert "it neither rises nor sets" in screen_light(polar, {"TZ": "UTC"}, NOON)[0].says
    wrong = screen_light(STOCKHOLM, SWEDEN, datetime(1970, 1, 1, tzinfo=UTC))[0]
    assert wrong.verdict is Verdict.WARN


def test_a_sensor_is_named_with_what_it_says_and_missed_where_there_is_none(tmp_path: Path) -> None:
    wanted = LightConfig(sensor=True)
    missed, _ = screen_light(wanted, {}, NOON, sensor=LightSensor(tmp_path))
    assert (missed.verdict, missed.says) == (Verdict.WARN, "there is none, so the light is always full")
    home = tmp_path / "iio:device0"
    home.mkdir()
    (home / "name").write_text("bh1750\n")
    (home / "in_illuminance_input").write_text("120.4\n")
    seen, _ = screen_light(wanted, {}, NOON, sensor=LightSensor(tmp_path))
    assert (seen.verdict, seen.says) == (Verdict.OK, "bh1750: 120 lux")
    (home / "in_illuminance_input").write_text("rubbish")
    both = LightConfig(sensor=True, place=STOCKHOLM.place)
    silent = screen_light(both, SWEDEN, NOON, sensor=LightSensor(tmp_path))[1]
    assert silent.says == "bh1750 says nothing, so the sun decides"


def test_what_dims_the_panel_is_looked_at_and_left_as_it_is(tmp_path: Path) -> None:
    wanted = LightConfig(place=STOCKHOLM.place, method=LightMethod.BACKLIGHT)
    lamp = BacklightLamp(tmp_path)
    missed = screen_light(wanted, SWEDEN, NOON, lamp=lamp)[-1]
    assert missed.verdict is Verdict.WARN
    assert missed.says == "backlight: there is no backlight; the picture is dimmed instead"
    home = tmp_path / "panel"
    home.mkdir()
    for name, text in {"brightness": "80", "max_brightness": "255"}.items():
        (home / name).write_text(text)
    assert screen_light(wanted, SWEDEN, NOON, lamp=lamp)[-1].says == "backlight, now 80 of 255"
    assert (home / "brightness").read_text() == "80"
    (home / "max_brightness").write_text("rubbish")
    assert "the picture is dimmed instead" in screen_light(wanted, SWEDEN, NOON, lamp=lamp)[-1].says
