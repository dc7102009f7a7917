"""The light of the room, out of a kernel made of files: as drivers name them, and as they break."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.system.light_sensor import LightSensor


def device(root: Path, number: int, **files: str) -> Path:
    home = root / f"iio:device{number}"
    home.mkdir(parents=True)
    for name, text in files.items():
        (home / name).write_text(text)
    return home


@pytest.mark.parametrize(
    ("files", "lux"),
    [
        # bh1750, opt3001 and tsl2563 as their drivers in the kernel name their files.
        ({"name": "bh1750\n", "in_illuminance_raw": "240\n", "in_illuminance_scale": "0.833333\n"}, 200.0),
        ({"name": "opt3001\n", "in_illuminance_input": "87.360000\n"}, 87.36),
        ({"name": "tsl2563\n", "in_illuminance0_input": "12\n", "in_intensity0_raw": "900\n"}, 12.0),
        # A HID sensor has an offset; the scale may be that of all channels.
        (
            {
                "in_illuminance1_raw": "100",
                "in_illuminance_scale": "0.1",
                "in_illuminance1_offset": "20",
            },
            12.0,
        ),
        ({"in_illuminance_raw": "7"}, 7.0),
        ({"in_illuminance_input": "0"}, 0.0),
    ],
)
def test_a_sensor_says_lux_in_each_way_that_drivers_have(
    tmp_path: Path, files: dict[str, str], lux: float
) -> None:
    device(tmp_path, 0, **files)
    assert LightSensor(tmp_path).lux() == pytest.approx(lux, rel=1e-3)


@pytest.mark.parametrize("said", ["", "nan", "inf", "-1", "1e9", "busy", "12 34", "9" * 400, "\x00\xff"])
def test_what_makes_no_sense_is_no_light(tmp_path: Path, said: str) -> None:
    device(tmp_path, 0, in_illuminance_input=said)
    assert LightSensor(tmp_path).lux() is None


def test_the_first_sensor_that_says_something_counts_and_the_tenth_comes_after_the_second(
    tmp_path: Path,
) -> None:
    device(tmp_path, 10, name="tenth", in_illuminance_input="10")
    device(tmp_path, 2, name="second", in_illuminance_input="2")
    broken = device(tmp_path, 0, in_illuminance_input="garbage")
    device(tmp_path, 1, name="accelerometer", in_accel_x_raw="4")
    sensor = LightSensor(tmp_path)
    assert sensor.lux() == 2.0
    assert sensor.names() == (broken.name, "second", "tenth")


def test_a_sensor_that_is_unplugged_says_nothing_and_one_that_is_plugged_in_is_heard(tmp_path: Path) -> None:
    sensor = LightSensor(tmp_path / "iio")
    assert (sensor.lux(), sensor.names()) == (None, ())
    home = device(tmp_path / "iio", 0, in_illuminance_input="5")
    assert sensor.lux() == 5.0
    (home / "in_illuminance_input").unlink()
    assert sensor.lux() is None
    (home / "in_illuminance_input").mkdir()  # a bus that does not answer: reading it fails
    assert sensor.lux() is None
