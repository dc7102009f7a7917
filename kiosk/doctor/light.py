"""What the screen's light follows: the sun at a place, a sensor; and what dims it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo

from kiosk.config import LightConfig
from kiosk.core import shade, sun
from kiosk.core.labels import SANE
from kiosk.doctor.check import Check, ok, warn
from kiosk.system.light_sensor import LightSensor
from kiosk.system.panel_light import Lamp, lamp_of
from kiosk.system.tool import Trouble
from kiosk.system.zone import local_zone

_SENSOR_CURE = "plug one in that Linux knows (ls /sys/bus/iio/devices), or take sensor = true out of [light]"


def screen_light(
    config: LightConfig,
    env: Mapping[str, str],
    now: datetime,
    *,
    sensor: LightSensor | None = None,
    lamp: Lamp | None = None,
) -> list[Check]:
    """One check for each thing that ``[light]`` asks for. sensor, lamp: those of the machine, unless given."""
    found = []
    if config.place is not None:
        found.append(_sun(config.place, now, local_zone(env)))
    if config.sensor:
        found.append(_sensor(sensor or LightSensor(), sun_too=config.place is not None))
    if not found:
        return [ok("light", "always full: [light] names no place and no sensor")]
    lamp = lamp or lamp_of(config.method, env)
    return [*found, ok("dimming", "by what is painted") if lamp is None else _lamp(lamp)]


def _sun(place: sun.Place, now: datetime, zone: tzinfo) -> Check:
    """Times and heights only: what a doctor says is copied into public places."""
    if now < SANE:
        return warn(
            "light", "by the sun, but the clock is wrong: full light until it is set", "let it be set"
        )
    here = now.astimezone(zone)
    midnight = datetime.combine(here.date(), time(), zone).astimezone(UTC)
    rises, sets = sun.rise_and_set(place, midnight)
    told = [
        f"{word} at {each.astimezone(zone) + timedelta(seconds=30):%H:%M}"
        for word, each in (("it rises", rises), ("it sets", sets))
        if each is not None
    ]
    height = sun.height(place, now)
    dark = shade.by_sun(height)
    phase = "day" if dark == 0.0 else "night" if dark == 1.0 else "dusk or dawn"
    times = " and ".join(told) or "it neither rises nor sets"
    return ok("light", f"by the sun: {times} today; it is {phase}")


def _sensor(sensor: LightSensor, *, sun_too: bool) -> Check:
    names, lux = sensor.names(), sensor.lux()
    if lux is not None:
        return ok("light sensor", f"{', '.join(names)}: {lux:.0f} lux")
    instead = "the sun decides" if sun_too else "the light is always full"
    says = f"{', '.join(names)} says nothing" if names else "there is none"
    return warn("light sensor", f"{says}, so {instead}", _SENSOR_CURE)


def _lamp(lamp: Lamp) -> Check:
    instead = "the picture is dimmed instead"
    cure = "see README.md, At night; or take method out of [light]"
    if reason := lamp.missing():
        return warn("dimming", f"{lamp.name}: {reason}; {instead}", cure)
    try:
        levels = lamp.levels()
    except Trouble as trouble:
        return warn("dimming", f"{lamp.name}: {trouble}; {instead}", cure)
    told = ", ".join(f"{level.present} of {level.most}" for level in levels.values())
    return ok("dimming", f"{lamp.name}, now {told}")
