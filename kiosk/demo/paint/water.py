"""The sea, by day and by night."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from kiosk.demo.paint.brush import (
    Canvas,
    Ink,
    Line,
    Rng,
    axes,
    below,
    disc,
    drawn,
    finish,
    glow,
    lay,
    light,
    mix,
    noise,
    ramp,
    ridge,
    sky,
    smooth,
    stars,
)


def swell(width: int, rows: int, rng: Rng) -> Line:
    """Waves seen flat: long and thin at the horizon, broad at the foot, about -1 to 1."""
    depth = np.linspace(0, 1, rows, dtype=np.float32) ** 2
    fine = noise(rng, width, rows, (width / 14, rows / 70), 4, 0.6)
    broad = noise(rng, width, rows, (width / 5, rows / 16), 5, 0.55)
    return np.asarray(fine * (1 - depth[:, None] * 0.7) + broad * depth[:, None], np.float32)


def _sea(
    canvas: Canvas, rng: Rng, horizon: int, far: Ink, near: Ink, shine: Ink, x: float, spread: float
) -> None:
    """Water from the horizon down, with the road of light under the sun or moon at column ``x``."""
    height, width = canvas.shape[:2]
    rows = height - horizon
    waves = swell(width, rows, rng)
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    water = ramp((depth + np.zeros((1, width), np.float32)) ** 0.7, [(0, far), (1, near)])
    water += (waves * 0.05 * (0.3 + depth))[..., None]
    canvas[horizon:] = water
    across = (np.arange(width, dtype=np.float32)[None, :] - x) / (width * spread * (0.25 + 0.75 * depth))
    road = np.exp(-(across**2)) * smooth(-0.15, 0.75, waves + 0.35 - 0.25 * depth)
    light(canvas[horizon:], shine, np.asarray(road * (1 - 0.35 * depth) * 0.95, np.float32))


def moon_sea(width: int, height: int, rng: Rng) -> Image.Image:
    """A moon over the sea."""
    canvas = sky(width, height, [(0, "#070d1f"), (0.35, "#13284a"), (0.55, "#35557a"), (1, "#35557a")])
    stars(canvas, rng, 420, height * 0.5, 0.8)
    x, y = width * 0.5, height * 0.26
    light(canvas, "#a9c4e6", glow(canvas, x, y, height * 0.16, 1.6) * 0.6)
    cloud = noise(rng, width, height, (width * 0.6, height * 0.07), 6, 0.56)
    moon = disc(canvas, x, y, height * 0.055, 2)
    face = noise(rng, width, height, (height * 0.05, height * 0.05), 4)
    lay(
        canvas, (mix("#f7f2e2", "#f7f2e2", 0) - smooth(0, 1, face)[..., None] * 0.16).astype(np.float32), moon
    )
    near = glow(canvas, x, y, height * 0.3, 2)
    veil = smooth(0.05, 1.0, cloud)
    lay(canvas, ramp(near, [(0, "#14233c"), (0.6, "#5b7596"), (1, "#b9cade")]), veil * 0.62)
    _sea(canvas, rng, round(height * 0.58), "#2d4c70", "#050b18", "#e6eefc", x, 0.13)
    return finish(canvas, rng, 0.018, 0.25)


def sun_sea(width: int, height: int, rng: Rng) -> Image.Image:
    """The sun on the horizon, the whole evening wide."""
    canvas = sky(
        width,
        height,
        [
            (0, "#2b3f6b"),
            (0.22, "#7a6a92"),
            (0.4, "#e08a76"),
            (0.54, "#ffbf78"),
            (0.6, "#ffe0a0"),
            (1, "#ffd890"),
        ],
    )
    horizon = round(height * 0.6)
    x = width * 0.66
    _, y = axes(canvas)
    light(canvas, "#ffcf80", glow(canvas, x, horizon, height * 0.42, 1.7, 1.2) * 0.7)
    cloud = (
        noise(rng, width, height, (height * 1.6, height * 0.11), 6, 0.55)
        + 0.25 * smooth(0.6, 0.1, y / height)
        - 0.1
    )
    under = ramp(
        np.clip(y / (height * 0.6) + cloud * 0.1, 0, 1), [(0, "#39446e"), (0.5, "#a55d74"), (1, "#ff9e62")]
    )
    lay(canvas, under, smooth(0.05, 0.8, cloud) * 0.75)
    lay(canvas, "#fff3cf", disc(canvas, x, horizon - height * 0.05, height * 0.075, 3))
    _sea(canvas, rng, horizon, "#e0987a", "#26304f", "#ffdc98", x, 0.07)
    head = (
        horizon + height * 0.008 - np.clip(1 - np.arange(width) / (width * 0.3), 0, 1) ** 0.7 * height * 0.14
    )
    head -= ridge(rng, width, width * 0.08, 6) * height * 0.012 * (np.arange(width) < width * 0.3)
    land = below(canvas, head.astype(np.float32)) * (y < horizon + height * 0.008)
    lay(canvas, "#4a3a55", (land * (np.arange(width) < width * 0.3)).astype(np.float32))
    return finish(canvas, rng, 0.012, 0.22)


def lighthouse(width: int, height: int, rng: Rng) -> Image.Image:
    """A lighthouse at nightfall, its beam in the haze."""
    canvas = sky(
        width,
        height,
        [(0, "#141d3d"), (0.35, "#3d4a78"), (0.6, "#a27f97"), (0.76, "#efb18f"), (1, "#efb18f")],
    )
    stars(canvas, rng, 220, height * 0.4, 0.7)
    cloud = noise(rng, width, height, (width * 0.7, height * 0.06), 6, 0.56)
    lay(canvas, "#5a4b78", smooth(0.1, 0.9, cloud) * 0.6)
    horizon = round(height * 0.77)
    _sea(canvas, rng, horizon, "#c08d8c", "#1a2242", "#ffd2a6", width * 0.2, 0.2)
    x, lamp, foot = width * 0.64, height * 0.33, height * 0.76
    across, y = axes(canvas)
    for side in (-1, 1):
        along = (across - x) * side / width
        off = np.abs(y - lamp - along * side * height * 0.07) / height
        cone = (
            np.exp(-((off / (0.008 + np.clip(along, 0, 1) * 0.09)) ** 2)) * (along > 0) * np.exp(-along * 2.4)
        )
        light(canvas, "#fff0c4", (cone * 0.72).astype(np.float32))
    columns = np.arange(width)
    island = np.exp(-(((columns - x) / (width * 0.2)) ** 2)) * height * 0.1
    rocks = (
        horizon
        + height * 0.045
        - island
        - ridge(rng, width, width * 0.09, 7, 0.5, 0.7) * height * 0.018 * (island > height * 0.005)
    )
    rock = below(canvas, rocks.astype(np.float32)) * smooth(0.86, 0.835, y / height)
    texture = noise(rng, width, height, (width / 24, height / 40), 5, 0.6)[..., None] * 0.05
    lay(
        canvas,
        (mix("#241f33", "#241f33", 0) + texture).astype(np.float32),
        (rock * (island > height * 0.004)[None, :]).astype(np.float32),
    )
    _tower(canvas, x, lamp, foot)
    light(canvas, "#fff2c8", glow(canvas, x, lamp, height * 0.022, 2.0) * 0.95)
    light(canvas, "#ffdf9a", glow(canvas, x, lamp, height * 0.12, 1.9) * 0.4)
    return finish(canvas, rng, 0.016, 0.2)


def _tower(canvas: Canvas, x: float, lamp: float, foot: float) -> None:
    height, width = canvas.shape[:2]
    wide, narrow, cap = height * 0.045, height * 0.028, height * 0.032

    def body(pen: ImageDraw.ImageDraw, scale: float) -> None:
        top = lamp + height * 0.035
        points = [(x - narrow, top), (x + narrow, top), (x + wide, foot), (x - wide, foot)]
        pen.polygon([(a * scale, b * scale) for a, b in points], fill=255)

    def iron(pen: ImageDraw.ImageDraw, scale: float) -> None:
        gallery = (x - cap * 1.25, lamp + height * 0.024, x + cap * 1.25, lamp + height * 0.036)
        pen.rectangle([value * scale for value in gallery], fill=255)
        roof = [
            (x - cap * 0.8, lamp - height * 0.022),
            (x, lamp - height * 0.055),
            (x + cap * 0.8, lamp - height * 0.022),
        ]
        pen.polygon([(a * scale, b * scale) for a, b in roof], fill=255)
        for bar in (-0.6, 0.0, 0.6):
            pen.line(
                [((x + cap * bar) * scale, (lamp + d) * scale) for d in (-height * 0.022, height * 0.024)],
                255,
                round(3 * scale),
            )

    across, y = axes(canvas)
    side = np.clip((across - x) / wide * 0.5 + 0.5, 0, 1)
    bands = (np.sin((y - lamp) / (foot - lamp) * np.pi * 5) > 0.0).astype(np.float32) + np.zeros_like(side)
    lit = ramp(side, [(0, "#f6d9c0"), (0.35, "#e8cdbf"), (1, "#59506e")])
    red = ramp(side, [(0, "#c8574a"), (0.35, "#b24a45"), (1, "#4a2540")])
    lay(canvas, (lit + (red - lit) * bands[..., None]).astype(np.float32), drawn(width, height, body))
    lay(canvas, "#fff3cd", disc(canvas, x, lamp, cap * 0.62, 2))
    lay(canvas, "#1c1a2b", drawn(width, height, iron))


def shore(width: int, height: int, rng: Rng) -> Image.Image:
    """Surf on sand from high above."""
    canvas = sky(width, height, [(0, "#0e5a78"), (1, "#0e5a78")])
    across, y = axes(canvas)
    bend = noise(rng, width, height, (width * 0.7, height * 0.7), 4, 0.5) * 0.11
    place = y / height * 0.75 + across / width * 0.35 + bend - 0.05
    canvas[:] = ramp(
        np.clip(place, 0, 1),
        [
            (0, "#0a4a6b"),
            (0.3, "#14809a"),
            (0.48, "#4fb9b8"),
            (0.56, "#a5dccb"),
            (0.6, "#d8cba8"),
            (0.66, "#d9c096"),
            (1, "#ecdcb8"),
        ],
    )
    chop = noise(rng, width, height, (width / 20, height / 26), 5, 0.6)
    canvas += (chop * 0.035 * smooth(0.62, 0.5, place))[..., None]
    sand = noise(rng, width, height, (width / 90, height / 90), 4, 0.75)
    canvas += (sand * 0.022 * smooth(0.6, 0.66, place))[..., None]
    lace = noise(rng, width, height, (width / 9, height / 9), 6, 0.6)
    web = np.exp(-np.abs(noise(rng, width, height, (width / 26, height / 26), 5, 0.6)) * 9)
    for at, wide, strength in ((0.585, 0.012, 1.0), (0.5, 0.02, 0.75), (0.4, 0.016, 0.5)):
        front = place + lace * 0.022 - at
        edge = smooth(wide, 0.0, front) * (front > 0) + np.exp(-np.clip(-front, 0, 1) / (wide * 3.2)) * (
            front <= 0
        ) * (0.25 + 0.75 * web)
        lay(canvas, "#f8fbf8", (np.clip(edge, 0, 1) * strength).astype(np.float32))
    wet = smooth(0.6, 0.61, place + lace * 0.022) * smooth(0.655, 0.62, place + lace * 0.01)
    lay(canvas, "#a98f6b", (wet * 0.45).astype(np.float32))
    return finish(canvas, rng, 0.012, 0.12)


def waves_evening(width: int, height: int, rng: Rng) -> Image.Image:
    """Open water at evening, close."""
    canvas = sky(width, height, [(0, "#56688f"), (0.2, "#c490a0"), (0.36, "#ffc9a0"), (1, "#ffc9a0")])
    light(canvas, "#fff0c8", glow(canvas, width * 0.36, height * 0.33, height * 0.2, 1.8) * 0.8)
    _sea(canvas, rng, round(height * 0.37), "#d69c8e", "#152a48", "#ffe3b8", width * 0.36, 0.2)
    return finish(canvas, rng, 0.014, 0.2)
