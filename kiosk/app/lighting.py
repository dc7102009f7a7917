"""``[light]`` out of the configuration: for the core, and for the thread that reads the sensor and dims the panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from kiosk.config import LightConfig, LightMethod
from kiosk.core.settings import Light

if TYPE_CHECKING:
    from kiosk.system.panel_memory import PanelMemory
    from kiosk.system.room_light import RoomLight


def light_of(config: LightConfig) -> Light:
    """As the core knows it."""
    return Light(
        place=config.place,
        sensor=config.sensor,
        dimmest=config.dimmest,
        warmest=float(config.warmest),
        panel=config.method is not LightMethod.PICTURE,
    )


def light_maker(
    config: LightConfig, memory: Callable[[], PanelMemory], env: Mapping[str, str]
) -> Callable[[], RoomLight]:
    """Called in the panel's thread, when it is first asked for: its imports have no place before the first picture."""

    def new_light() -> RoomLight:
        from kiosk.system.light_sensor import LightSensor
        from kiosk.system.panel_light import Dimmer, lamp_of
        from kiosk.system.room_light import RoomLight

        lamp = lamp_of(config.method, env)
        return RoomLight(LightSensor(), None if lamp is None else Dimmer(lamp, memory()))

    return new_light
