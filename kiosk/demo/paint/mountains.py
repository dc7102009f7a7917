"""Mountains, mist and the sky at night."""

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
    mirrored,
    mix,
    noise,
    ramp,
    ridge,
    sky,
    smooth,
    stars,
    under,
)


def _ranges(
    canvas: Canvas,
    rng: Rng,
    far: Ink,
    near: Ink,
    haze: Ink,
    top: float,
    bottom: float,
    count: int,
    sharp: float,
) -> None:
    """Mountain ranges from far to near, each with mist in the valley at its foot."""
    height, width = canvas.shape[:2]
    for number in range(count):
        depth = number / (count - 1)
        middle = height * (top + (bottom - top) * depth**1.15)
        swing = height * (0.05 + 0.07 * depth)
        line = (
            middle
            - ridge(rng, width, width * (0.22 + 0.3 * depth), 8, 0.47, sharp * (1 - 0.4 * depth)) * swing
        )
        colour = mix(far, near, depth**1.25)
        part, line = under(canvas, line)
        _, y = axes(part)
        mask = below(part, line, 1.5)
        valley = calmed(line, width // 12)
        lit = np.clip((y - valley[None, :]) / (height * 0.17), 0, 1)
        texture = noise(rng, width, len(part), (width / 14, height / 5), 4) * 0.02 * depth
        body = mix(colour, haze, 0.05) + (texture * (1 - lit))[..., None]
        mist = (lit ** (0.8 + 1.4 * depth)) * (0.92 - 0.55 * depth)
        body = body + (mix(haze, colour, 0.15 * depth) - body) * mist[..., None]
        lay(part, body.astype(np.float32), mask)


def dawn(width: int, height: int, rng: Rng) -> Image.Image:
    """Ranges at dawn, rose over blue."""
    canvas = sky(
        width,
        height,
        [
            (0, "#3d5a86"),
            (0.18, "#7f8fb0"),
            (0.34, "#dba9a0"),
            (0.46, "#f8cf9f"),
            (0.6, "#fbe3bd"),
            (1, "#fbe3bd"),
        ],
    )
    streaks = noise(rng, width, height, (width / 2, height / 26), 5)
    lay(
        canvas,
        "#f7b9a0",
        smooth(0.15, 1.0, streaks) * 0.35 * np.linspace(1.2, 0, height, dtype=np.float32)[:, None].clip(0),
    )
    light(canvas, "#ffdca0", glow(canvas, width * 0.63, height * 0.41, height * 0.22, 1.7) * 0.75)
    lay(canvas, "#fff6dc", disc(canvas, width * 0.63, height * 0.405, height * 0.026, 3))
    _ranges(canvas, rng, "#c99d9c", "#1f2c40", "#f4cda9", 0.42, 0.9, 7, 0.75)
    return finish(canvas, rng)


def blue_hour(width: int, height: int, rng: Rng) -> Image.Image:
    """Ranges after sunset, in blues."""
    canvas = sky(
        width,
        height,
        [(0, "#0f1f3f"), (0.25, "#2f4f7d"), (0.45, "#7796b5"), (0.58, "#cfd6d4"), (1, "#d8d8d0")],
    )
    stars(canvas, rng, 160, height * 0.3, 0.6)
    lay(canvas, "#f6efdc", disc(canvas, width * 0.3, height * 0.17, width * 0.022, 2))
    light(canvas, "#c8d8f0", glow(canvas, width * 0.3, height * 0.17, width * 0.09, 1.8) * 0.4)
    _ranges(canvas, rng, "#8fa6bb", "#0d1826", "#b9c6cd", 0.42, 0.93, 8, 0.85)
    return finish(canvas, rng)


def calmed(line: Line, reach: int) -> Line:
    """A skyline without its small teeth: a running mean."""
    padded = np.pad(line, (reach, reach), mode="edge")
    sums = np.cumsum(np.insert(padded, 0, 0.0))
    window = 2 * reach + 1
    return np.asarray((sums[window:] - sums[:-window]) / window, np.float32)


def _conifer(draw: ImageDraw.ImageDraw, rng: Rng, x: float, foot: float, tall: float) -> None:
    """A fir as ragged tiers."""
    wide = tall * float(rng.uniform(0.15, 0.21))
    tiers = int(rng.integers(9, 14))
    left: list[tuple[float, float]] = []
    right: list[tuple[float, float]] = []
    for tier in range(tiers):
        share = (tier + 1) / tiers
        y = foot - tall + tall * share * 0.96
        reach = wide * share**0.85
        left += [(x - reach * float(rng.uniform(0.8, 1.15)), y), (x - reach * 0.5, y - tall * 0.012)]
        right += [(x + reach * float(rng.uniform(0.8, 1.15)), y), (x + reach * 0.5, y - tall * 0.012)]
    draw.polygon([(x, foot - tall), *right, *reversed(left)], fill=255)
    draw.rectangle((x - tall * 0.012, foot - tall * 0.1, x + tall * 0.012, foot + tall * 0.02), fill=255)


def conifers(canvas: Canvas, rng: Rng, line: Line, colour: Ink, tall: float, gap: float) -> None:
    """A wood of firs along a line, and the ground under it."""
    height, width = canvas.shape[:2]

    def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
        x = -tall * 0.2
        while x < width + tall * 0.2:
            foot = float(line[int(np.clip(x, 0, width - 1))])
            size = tall * float(rng.uniform(0.5, 1.0)) * (1.25 if rng.uniform() < 0.12 else 1)
            _conifer(pen, rng, x * scale, (foot + tall * 0.06) * scale, size * scale)
            x += gap * float(rng.uniform(0.35, 1.5))

    wood = np.maximum(drawn(width, height, draw), below(canvas, line + np.float32(tall * 0.02)))
    lay(canvas, colour, wood)


def fog_forest(width: int, height: int, rng: Rng) -> Image.Image:
    """Firs on slopes, layer behind layer in fog."""
    canvas = sky(width, height, [(0, "#c9d3d3"), (0.4, "#dbe0dc"), (1, "#cfd6d2")])
    cloud = noise(rng, width, height, (width * 0.8, height * 0.16), 5)
    lay(canvas, "#eef0ec", smooth(-0.2, 0.9, cloud) * 0.6)
    for number in range(7):
        depth = number / 6
        tall = height * (0.05 + 0.17 * depth)
        slope = np.linspace(-1, 1, width, dtype=np.float32) * (-1) ** number * height * 0.07
        line = height * (0.3 + 0.66 * depth) + slope + ridge(rng, width, width * 0.5, 4) * height * 0.03
        conifers(
            canvas, rng, line.astype(np.float32), mix("#b4c1bf", "#12211f", depth**0.8), tall, tall * 0.24
        )
        _, y = axes(canvas)
        veil = noise(rng, width, height, (width * 0.7, height * 0.12), 4)
        at = np.exp(-(((y - line.mean() - tall * 0.3) / (height * 0.09)) ** 2))
        lay(canvas, "#dfe5e1", (smooth(-0.7, 0.8, veil) * at * (0.9 - 0.72 * depth)).astype(np.float32))
    return finish(canvas, rng, vignette=0.2)


def mirror_lake(width: int, height: int, rng: Rng) -> Image.Image:
    """A peak with snow, doubled by a still lake."""
    canvas = sky(width, height, [(0, "#3f78b5"), (0.3, "#8db8d8"), (0.52, "#dbe8ec"), (1, "#dbe8ec")])
    cloud = noise(rng, width, height, (width * 0.5, height * 0.12), 6)
    _, y = axes(canvas)
    lay(canvas, "#ffffff", smooth(0.15, 1.1, cloud) * smooth(0.0, 0.3, y / height) * 0.85)
    horizon = round(height * 0.58)
    x = np.linspace(0, 1, width, dtype=np.float32)
    peak = (
        np.exp(-np.abs(x - 0.56) * 4.2) * 0.4
        + np.exp(-np.abs(x - 0.2) * 6) * 0.19
        + np.exp(-np.abs(x - 0.9) * 6) * 0.2
    )
    line = horizon - (peak * height + ridge(rng, width, width * 0.16, 9, 0.5, 0.8) * height * 0.035)
    folds = 1 - np.abs(noise(rng, width, height, (width / 4, height / 2.6), 6, 0.5))
    folds += 0.3 * (1 - np.abs(noise(rng, width, height, (width / 14, height / 5), 6, 0.55)))
    step = max(2, width // 500)
    slope = (folds - np.roll(folds, step, 1)) + 0.5 * (folds - np.roll(folds, step, 0))
    shade = smooth(-0.11, 0.13, slope)
    snow = smooth(-0.04, 0.05, (horizon - y) / height - 0.14 + (folds - 0.9) * 0.16 - np.abs(slope) * 0.5)
    rock = ramp(shade, [(0, "#27344a"), (0.6, "#56617a"), (1, "#8d8f9a")])
    white = ramp(shade, [(0, "#6f8db8"), (0.5, "#c3d2e4"), (1, "#fffaf0")])
    lay(canvas, rock + (white - rock) * snow[..., None], below(canvas, line.astype(np.float32)))
    haze = smooth(0.12, 0.0, (horizon - y) / height) * below(canvas, line.astype(np.float32))
    lay(canvas, "#b9cbd6", haze * 0.75)
    shore = horizon - height * 0.012 - np.abs(ridge(rng, width, width * 0.3, 4)) * height * 0.012
    conifers(canvas, rng, shore.astype(np.float32), "#1c332f", height * 0.075, height * 0.012)
    canvas[horizon:] = mirrored(canvas, horizon, rng, height * 0.02)
    lay(
        canvas,
        "#173048",
        (smooth(0.55, 1.1, y / height) * 0.55 + (y >= horizon) * 0.1).astype(np.float32)
        * np.ones((1, width), np.float32),
    )
    return finish(canvas, rng)


def northern_lights(width: int, height: int, rng: Rng) -> Image.Image:
    """Curtains of green over a frozen lake."""
    canvas = sky(width, height, [(0, "#050b1c"), (0.4, "#0a1c33"), (0.62, "#16384a"), (1, "#16384a")])
    stars(canvas, rng, 900, height * 0.6)
    horizon = round(height * 0.66)
    _x, y = axes(canvas)
    for number, (colour, strength) in enumerate((("#3ff0a0", 0.85), ("#5bf7c4", 0.55), ("#8a5cf0", 0.45))):
        foot = height * (0.5 - 0.1 * number) + ridge(rng, width, width * 0.55, 5, 0.45) * height * 0.13
        rays = 0.62 + 0.38 * resized_line(rng, width, 26) * 1.0
        reach = height * (0.2 + 0.08 * number) * (1 + 0.5 * resized_line(rng, width, 9))
        up = (foot[None, :] - y) / reach[None, :]
        curtain = np.exp(np.where(up > 0, -up * 1.9, np.maximum(up, -3) * 26)) * rays[None, :]
        light(canvas, colour, (np.clip(curtain, 0, 1) * strength).astype(np.float32))
    light(canvas, "#2fbf8f", (glow(canvas, width * 0.5, height * 0.5, height * 0.5, 2) * 0.28))
    for depth, colour in ((0.0, "#0d2430"), (1.0, "#04090f")):
        line = (
            horizon
            - height * (0.05 - 0.035 * depth)
            - ridge(rng, width, width * 0.25, 8, 0.48, 0.6) * height * (0.035 - 0.02 * depth)
        )
        lay(canvas, colour, below(canvas, line.astype(np.float32)))
    conifers(canvas, rng, np.full(width, horizon, np.float32), "#03070b", height * 0.055, height * 0.013)
    canvas[horizon:] = mirrored(canvas, horizon, rng, height * 0.035, (260, 5)) * 0.72
    return finish(canvas, rng, 0.018)


def resized_line(rng: Rng, width: int, points: int) -> Line:
    """A smooth random line, -1 to 1, through ``points`` values."""
    return np.asarray(noise(rng, width, 2, (width / points, 2), 3)[0])


def milky_way(width: int, height: int, rng: Rng) -> Image.Image:
    """A band of stars over a wood."""
    canvas = sky(width, height, [(0, "#070b1d"), (0.55, "#122243"), (0.8, "#31456b"), (1, "#5a6382")])
    x, y = axes(canvas)
    along = (x / width - 0.2) * 0.62 - (y / height - 0.95) * -0.62
    off = (x / width - 0.52) * 0.9 + (y / height - 0.42) * 0.42
    cloud = noise(rng, width, height, (width * 0.35, height * 0.3), 7, 0.58)
    band = np.exp(-((off * 5.2 + cloud * 0.35) ** 2))
    lanes = noise(rng, width, height, (width * 0.3, height * 0.22), 7, 0.62)
    dust = smooth(-0.3, 0.9, lanes) * np.exp(-((off * 13 + cloud * 0.8) ** 2)) * 1.3
    light(canvas, "#8f93c8", (band * (0.42 + 0.1 * along)).astype(np.float32))
    light(canvas, "#f0c9b0", (np.exp(-((off * 9 + cloud * 0.2) ** 2)) * 0.3 * (1 - dust)).astype(np.float32))
    lay(canvas, "#141a36", (dust.clip(0, 1) * 0.6).astype(np.float32))
    specks = rng.random((height, width), np.float32)
    canvas += (
        np.where(specks > 1 - 0.0035 * (0.25 + band * 2.2), rng.random((height, width), np.float32) ** 2, 0)
        * 0.7
    )[..., None]
    stars(canvas, rng, 1400, height * 0.95, 1.0)
    light(canvas, "#ffb070", smooth(0.62, 1.0, y / height) * 0.32 * np.ones((1, width), np.float32))
    hills = height * 0.88 + ridge(rng, width, width * 0.4, 5) * height * 0.03
    conifers(canvas, rng, hills.astype(np.float32), "#04060c", height * 0.17, height * 0.035)
    return finish(canvas, rng, 0.02)
