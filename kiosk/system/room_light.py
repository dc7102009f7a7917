"""The light of the room, and the panel's answer to it."""

from __future__ import annotations

from attrs import frozen

from kiosk.errors import DisplayError
from kiosk.system.light_sensor import LightSensor
from kiosk.system.panel_light import Dimmer


@frozen
class RoomLight:
    """dimmer: None where the picture is dimmed and not the panel. Belongs to one thread."""

    sensor: LightSensor
    dimmer: Dimmer | None = None

    def lux(self) -> float | None:
        """None: no sensor says anything."""
        return self.sensor.lux()

    def set(self, share: float, *, afresh: bool = False) -> None:
        """Let the panel give this share of its light, 0 to 1. DisplayError: it does not obey.

        afresh: look first what it gives by now.
        """
        if self.dimmer is None:
            raise DisplayError("nothing here dims the panel")
        self.dimmer.set(share, afresh=afresh)

    def restore(self) -> None:
        """As it was before the kiosk."""
        if self.dimmer is not None:
            self.dimmer.restore()
