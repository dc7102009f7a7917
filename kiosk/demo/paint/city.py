"""The city, and rain on a window."""

from __future__ import annotations

import numpy as np
from PIL import Image

from kiosk.demo.paint.brush import (
    Canvas,
    Ink,
    Rng,
    axes,
    disc,
    finish,
    glow,
    ink,
    lay,
    light,
    mirrored,
    noise,
    ridge,
    sky,
    smooth,
    softened,
    stars,
)

_WARM = ("#ffd58a", "#ffc266", "#ffe9bd", "#ffb45c", "#cfe2ff")


def dusk(width: int, height: int, rng: Rng) -> Image.Image:
    """A skyline at dusk, doubled in the river."""
    canvas = sky(
        width,
        height,
        [
            (0, "#16224a"),
            (0.25, "#3f4a80"),
            (0.45, "#9c6f95"),
            (0.6, "#ee9d84"),
            (0.7, "#ffd09a"),
            (1, "#ffd09a"),
        ],
    )
    stars(canvas, rng, 120, height * 0.25, 0.5)
    cloud = noise(rng, width, height, (width * 0.6, height * 0.07), 6, 0.56)
    lay(canvas, "#f0927f", smooth(0.1, 1.0, cloud) * 0.5)
    horizon = round(height * 0.7)
    light(canvas, "#ffd9a0", glow(canvas, width * 0.36, horizon, height * 0.3, 1.8) * 0.5)
    for layer, (far, near, tall, wide) in enumerate(
        (
            ("#a5788f", "#c98f8c", 0.24, 0.03),
            ("#5b4a75", "#7f6180", 0.33, 0.036),
            ("#1d2043", "#2c2a50", 0.42, 0.045),
        )
    ):
        _skyline(canvas, rng, horizon, layer, far, near, tall, wide)
    canvas[horizon:] = mirrored(canvas, horizon, rng, height * 0.06, (120, 5)) * 0.78
    lay(
        canvas[horizon:],
        "#1a2148",
        np.linspace(0.1, 0.6, height - horizon, dtype=np.float32)[:, None] * np.ones((1, width), np.float32),
    )
    return finish(canvas, rng, 0.014, 0.2)


def _skyline(
    canvas: Canvas, rng: Rng, horizon: int, layer: int, far: Ink, near: Ink, tall: float, wide: float
) -> None:
    height, width = canvas.shape[:2]
    bulk = ridge(rng, width, width * 0.3, 3) * 0.35 + 0.6
    left = -int(width * 0.01)
    while left < width:
        across = int(width * wide * float(rng.uniform(0.45, 1.25)))
        up = int(
            height
            * tall
            * float(rng.uniform(0.4, 1.0))
            * float(np.clip(bulk[min(width - 1, max(0, left))], 0.25, 1.1))
        )
        top, right = horizon - up, min(width, left + across)
        if right > max(0, left):
            shade = np.linspace(0, 1, up, dtype=np.float32)[:, None, None]
            wall = ink(far) + (ink(near) - ink(far)) * shade
            canvas[top:horizon, max(0, left) : right] = wall * np.float32(rng.uniform(0.9, 1.08))
            if rng.uniform() < 0.22 and across > 8:
                mast = left + across // 2
                if 1 < mast < width - 2:
                    canvas[top - int(up * 0.16) : top, mast - 1 : mast + 1] = ink(far)
            if layer:
                _windows(
                    canvas,
                    rng,
                    max(0, left) + 3,
                    right - 3,
                    top + 5,
                    horizon - 4,
                    0.28 if layer == 2 else 0.16,
                )
        left += across + int(rng.integers(-4, 5))


def _windows(canvas: Canvas, rng: Rng, left: int, right: int, top: int, foot: int, lit: float) -> None:
    height = canvas.shape[0]
    step = max(5, height // 120)
    pane = max(2, step // 2)
    warmth = str(rng.choice(_WARM))
    for y in range(top, foot - pane, step):
        for x in range(left, right - pane, step):
            if rng.uniform() < lit:
                power = float(rng.uniform(0.25, 0.95))
                part = canvas[y : y + pane + 1, x : x + pane]
                part += (ink(warmth) - part) * np.float32(power)


def _bokeh(
    canvas: Canvas, rng: Rng, count: int, low: float, high: float, inks: tuple[str, ...], size: float
) -> None:
    """Lights out of focus: flat discs with a brighter rim."""
    height, width = canvas.shape[:2]
    for _ in range(count):
        x, y = (
            float(rng.uniform(0, width)),
            float(np.clip(rng.normal((low + high) / 2, (high - low) / 3.2), 0, 1)) * height,
        )
        radius = height * size * float(rng.uniform(0.45, 1.2))
        left, top = max(0, int(x - radius - 4)), max(0, int(y - radius - 4))
        part = canvas[top : int(y + radius + 4), left : int(x + radius + 4)]
        if part.size == 0:
            continue
        spot = disc(part, x - left, y - top, radius, 5)
        rim = np.clip(spot - disc(part, x - left, y - top, radius * 0.86, radius * 0.2), 0, 1)
        light(
            part,
            str(rng.choice(inks)),
            ((spot * 0.6 + rim * 0.4) * float(rng.uniform(0.1, 0.46))).astype(np.float32),
        )


def rain(width: int, height: int, rng: Rng) -> Image.Image:
    """Rain on a window, the street's lights behind it."""
    canvas = sky(width, height, [(0, "#0c1524"), (0.45, "#1d3147"), (0.7, "#33404f"), (1, "#141b28")])
    _bokeh(
        canvas,
        rng,
        60,
        0.3,
        0.8,
        ("#ffb35a", "#ffd18a", "#ff7a52", "#7ec9e8", "#ffe6c0", "#f25f5c", "#9fd8c4"),
        0.055,
    )
    _bokeh(canvas, rng, 26, 0.45, 0.85, ("#ffb35a", "#ffd18a", "#ff7a52", "#7ec9e8"), 0.09)
    canvas[:] = softened(canvas, 5)
    mist = noise(rng, width, height, (width / 3, height / 3), 5)
    lay(canvas, "#8fa2b0", smooth(-0.4, 1.0, mist) * 0.13)
    behind = canvas.copy()
    for _ in range(1500):
        _drop(
            canvas,
            behind,
            rng.uniform(0, width),
            rng.uniform(0, height),
            height * (0.0014 + 0.003 * rng.random() ** 3),
        )
    for _ in range(240):
        x, y, size = (
            float(rng.uniform(0, width)),
            float(rng.uniform(0, height)),
            height * (0.006 + 0.024 * float(rng.random()) ** 2.4),
        )
        if rng.random() < 0.13:
            _trail(canvas, behind, rng, x, y, size)
        _drop(canvas, behind, x, y, size)
    return finish(canvas, rng, 0.012, 0.25)


def _trail(canvas: Canvas, behind: Canvas, rng: Rng, x: float, y: float, size: float) -> None:
    """Where a drop came from: a string of smaller ones above it."""
    at = y - size * 1.8
    while at > max(0.0, y - size * 22):
        _drop(
            canvas, behind, x + float(rng.normal(0, size * 0.12)), at, size * float(rng.uniform(0.16, 0.42))
        )
        at -= size * float(rng.uniform(0.5, 1.3))


def _drop(canvas: Canvas, behind: Canvas, x: float, y: float, size: float) -> None:
    """One drop: the view behind it upside down, dark at its upper edge, a light below."""
    height, width = canvas.shape[:2]
    reach = int(size * 1.3) + 2
    left, top = max(0, int(x) - reach), max(0, int(y) - reach)
    part = canvas[top : min(height, int(y) + reach), left : min(width, int(x) + reach)]
    if part.shape[0] < 3 or part.shape[1] < 3:
        return
    across, down = axes(part)
    dx, dy = (across - (x - left)) / size, (down - (y - top)) / (size * 1.14)
    distance = np.hypot(dx * (1 + 0.12 * dy), dy)
    mask = np.clip((1 - distance) * size / 1.4 + 0.5, 0, 1).astype(np.float32)
    rows = np.clip(y - dy * size * 9, 0, height - 1).astype(np.intp)
    columns = np.clip(x - dx * size * 9, 0, width - 1).astype(np.intp)
    view = behind[rows + 0 * columns, columns + 0 * rows] * 1.18
    shade = 0.5 + 0.5 * smooth(-1.0, 0.5, (dy + 0 * dx).astype(np.float32))
    rim = smooth(0.62, 1.0, distance.astype(np.float32))
    body = view * (shade * (1 - 0.5 * rim))[..., None]
    spark = (
        np.exp(-(((dx + 0.3) ** 2 + (dy + 0.42) ** 2) * 16)) * 0.75
        + np.exp(-(dx**2 * 3 + (dy - 0.66) ** 2 * 14)) * 0.3
    )
    body = body + (1 - body) * spark[..., None]
    lay(part, body.astype(np.float32), mask)


def night_drive(width: int, height: int, rng: Rng) -> Image.Image:
    """Street lights out of focus."""
    canvas = sky(width, height, [(0, "#0a0d1c"), (0.5, "#1b1f3d"), (0.72, "#3b2a45"), (1, "#0c0a16")])
    _bokeh(canvas, rng, 70, 0.35, 0.62, ("#ffb35a", "#ffcf88", "#ff8f5a", "#f7d7a8"), 0.03)
    _bokeh(canvas, rng, 40, 0.4, 0.75, ("#ff5a4e", "#ff8f5a", "#8fd0ff", "#b79cff", "#ffe2b0"), 0.065)
    _bokeh(canvas, rng, 9, 0.45, 0.8, ("#ffb35a", "#8fd0ff", "#ff6a5e"), 0.12)
    light(canvas, "#ff9a5c", glow(canvas, width * 0.5, height * 0.62, height * 0.3, 2, 2.4) * 0.3)
    return finish(canvas, rng, 0.016, 0.3)
