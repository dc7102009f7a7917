"""How bright and how warm the screen is, in steps so small that nobody sees one.

Rules:
- Darkness goes from 0, full daylight, to 1, night, in equal steps for the eye: each takes the same share of the light
  that is left (Weber's law).
- All of it is one colour with which the finished picture is multiplied. White costs nothing: nobody multiplies.
"""

from __future__ import annotations

from math import log10

from attrs import frozen

from kiosk.core.settings import Light

STEPS = 100
"""From day to night. One of them takes 1.4 % of the light with the default ``dimmest``, 3 % with the least there is:
about what can be told from before if both are seen side by side."""
HIGH, LOW = 3.0, -6.0
"""Heights of the sun, in degrees: above it is day, below night. Lamps are lit between them; -6 ends civil twilight."""
DIM_LUX, BRIGHT_LUX = 1.0, 300.0
"""A bedroom with a lamp next door, and a living room by day (EN 12464-1 asks for 200 to 500 where people read)."""
DAYLIGHT = 6500.0
"""Kelvin of the white that screens have (sRGB's D65)."""
GAMMA = 2.2
"""Of the screen, as far as a multiplication of its values is concerned."""

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)


@frozen
class Shade:
    """Steps of STEPS, from daylight on."""

    dim: int = 0
    warm: int = 0

    def towards(self, other: Shade) -> Shade:
        """One step nearer to the other."""
        return Shade(_nearer(self.dim, other.dim), _nearer(self.warm, other.warm))


DAY = Shade()


def by_sun(height: float) -> float:
    """Darkness under a sun that stands so high, in degrees: without a jump, and without a kink."""
    share = min(1.0, max(0.0, (HIGH - height) / (HIGH - LOW)))
    return share * share * (3.0 - 2.0 * share)


def by_lux(lux: float) -> float:
    """Darkness of a room: eyes count how many times brighter it is."""
    return min(1.0, max(0.0, 1.0 - log10(max(lux, DIM_LUX) / DIM_LUX) / log10(BRIGHT_LUX / DIM_LUX)))


def steps(darkness: float) -> int:
    return round(STEPS * darkness)


def brightness(dim: int, light: Light) -> float:
    """Share of the screen's full light, ``light.dimmest`` to 1."""
    share: float = light.dimmest ** (dim / STEPS)
    return share


def kelvin(warm: int, light: Light) -> float:
    """Colour temperature of white; equal steps of its reciprocal look equal."""
    share = warm / STEPS
    return 1.0 / ((1.0 - share) / DAYLIGHT + share / light.warmest)


def colour(shade: Shade, light: Light, *, panel: bool) -> Colour:
    """What the picture is multiplied with, 0 to 255. panel: its own light does the dimming."""
    seen = 1.0 if panel else brightness(shade.dim, light) ** (1.0 / GAMMA)
    red, green, blue = (round(255.0 * seen * part) for part in _white(kelvin(shade.warm, light)))
    return red, green, blue


def _white(temperature: float) -> tuple[float, float, float]:
    """A white surface under a lamp of this temperature, as shares of the pixels' values; daylight is all ones."""
    lamp, day = _linear(temperature), _linear(DAYLIGHT)
    shares = [max(0.0, a / b) for a, b in zip(lamp, day, strict=True)]
    red, green, blue = ((share / max(shares)) ** (1.0 / GAMMA) for share in shares)
    return red, green, blue


def _linear(temperature: float) -> tuple[float, float, float]:
    """Of a black body: chromaticity by Kim et al. (US patent 7024034, 1667 to 25000 K), then sRGB's matrix (IEC
    61966-2-1)."""
    t = 1000.0 / temperature
    if temperature < 4000.0:
        x = ((-0.2661239 * t - 0.2343589) * t + 0.8776956) * t + 0.179910
    else:
        x = ((-3.0258469 * t + 2.1070379) * t + 0.2226347) * t + 0.240390
    if temperature < 2222.0:
        y = ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683
    elif temperature < 4000.0:
        y = ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
    else:
        y = ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483
    big_x, big_z = x / y, (1.0 - x - y) / y
    return (
        3.2406 * big_x - 1.5372 - 0.4986 * big_z,
        -0.9689 * big_x + 1.8758 + 0.0415 * big_z,
        0.0557 * big_x - 0.2040 + 1.0570 * big_z,
    )


def _nearer(here: int, there: int) -> int:
    return here + (there > here) - (there < here)
