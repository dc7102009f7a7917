"""Above the land: balloons and clouds."""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image

from kiosk.demo.paint.brush import (
    Canvas,
    Rng,
    axes,
    below,
    finish,
    glow,
    ink,
    lay,
    light,
    mix,
    noise,
    ramp,
    ridge,
    sky,
    under,
)
from kiosk.demo.paint.mountains import calmed


def balloons(width: int, height: int, rng: Rng) -> Image.Image:
    """Hot-air balloons over a valley in the morning."""
    canvas = sky(width, height, [(0, "#6fa3cf"), (0.4, "#cfdfe6"), (0.7, "#fbe6cc"), (1, "#fbdcb8")])
    light(canvas, "#ffe8c0", glow(canvas, width * 0.75, height * 0.72, height * 0.35, 1.8) * 0.6)
    for number in range(5):
        depth = number / 4
        line = height * (0.72 + 0.2 * depth) - ridge(rng, width, width * 0.3, 7, 0.48, 0.5) * height * (
            0.04 + 0.02 * depth
        )
        _, y = axes(canvas)
        valley = calmed(line, width // 10)
        mist = np.clip((y - valley[None, :]) / (height * 0.13), 0, 1)[..., None]
        colour = mix("#c9c3bd", "#41546a", depth)
        body = colour + (ink("#fde9d2") - colour) * mist * (0.9 - 0.45 * depth)
        lay(canvas, body.astype(np.float32), below(canvas, line))
    fleet = [
        (0.3, 0.36, 0.15, 0.02),
        (0.66, 0.2, 0.075, 0.6),
        (0.82, 0.46, 0.1, 0.13),
        (0.53, 0.56, 0.05, 0.33),
        (0.1, 0.18, 0.045, 0.95),
        (0.91, 0.16, 0.03, 0.08),
        (0.45, 0.13, 0.028, 0.5),
        (0.7, 0.64, 0.03, 0.02),
    ]
    for x, y_at, size, hue in sorted(fleet, key=lambda one: one[2]):
        _balloon(canvas, x * width, y_at * height, size * height, hue)
    return finish(canvas, rng, 0.012)


def _balloon(canvas: Canvas, x: float, y: float, radius: float, hue: float) -> None:
    height, width = canvas.shape[:2]
    left, right = max(0, int(x - radius * 1.2)), min(width, int(x + radius * 1.2))
    top, foot = max(0, int(y - radius * 1.2)), min(height, int(y + radius * 2.2))
    part = canvas[top:foot, left:right]
    across, down = axes(part)
    dx, dy = (across - (x - left)) / radius, (down - (y - top)) / radius
    reach = np.where(
        dy < 0, np.sqrt(np.clip(1 - dy**2, 0, 1)), np.clip(np.cos(np.clip(dy, 0, 1.36) * 1.0), 0.16, 1)
    )
    mask = np.clip((reach - np.abs(dx)) * radius / 1.5 + 0.5, 0, 1) * np.clip(
        (1.34 - dy) * radius + 0.5, 0, 1
    )
    mask = mask * (dy > -1)
    around = np.arcsin(np.clip(dx / np.maximum(reach, 0.05), -1, 1))
    gore = np.floor((around / np.pi + 0.5) * 12).astype(int)
    first, second, third = (
        ink(colorsys.hsv_to_rgb(hue % 1, 0.72, 0.92)),
        ink(colorsys.hsv_to_rgb((hue + 0.09) % 1, 0.5, 0.98)),
        ink("#fbf1df"),
    )
    pattern = np.stack([first, second, first, third])[gore % 4]
    belt = (np.abs(dy - 0.18) < 0.13)[..., None]
    pattern = np.where(belt, ink("#fbf1df") * 0.35 + second * 0.65, pattern)
    shade = 0.62 + 0.42 * np.cos(around - 0.6) * np.clip(1.05 - 0.2 * dy, 0, 1)
    seam = 1 - 0.12 * np.exp(-(((around / np.pi + 0.5) * 12 % 1) ** 2) * 60)
    haze = float(np.clip(0.3 - radius / height * 2.4, 0, 0.3))
    body = pattern * (shade * seam)[..., None]
    body = body + (ink("#dfe4e4") - body) * np.float32(haze)
    lay(part, body.astype(np.float32), mask.astype(np.float32))
    basket = (np.abs(dx) < 0.105) & (dy > 1.62) & (dy < 1.8)
    rope = (
        (np.abs(np.abs(dx) - (0.15 - (dy - 1.34) * 0.17)) < max(0.008, 0.6 / radius))
        & (dy > 1.3)
        & (dy < 1.64)
    )
    lay(part, mix("#5a3d28", "#dfe4e4", haze), (basket | rope).astype(np.float32))


def clouds(width: int, height: int, rng: Rng) -> Image.Image:
    """Above the clouds at sunset."""
    canvas = sky(
        width, height, [(0, "#24407c"), (0.3, "#6f86b8"), (0.5, "#f2b79c"), (0.6, "#ffdfae"), (1, "#ffdfae")]
    )
    light(canvas, "#fff2cf", glow(canvas, width * 0.4, height * 0.54, height * 0.2, 1.7) * 0.85)
    for number in range(9):
        depth = number / 8
        line = height * (0.56 + 0.4 * depth**1.3) - np.abs(
            ridge(rng, width, width * (0.08 + 0.25 * depth), 6, 0.5)
        ) * height * (0.02 + 0.09 * depth)
        part, line = under(canvas, line)
        _, y = axes(part)
        puff = np.abs(
            noise(
                rng, width, len(part), (width * (0.1 + 0.3 * depth), height * (0.06 + 0.2 * depth)), 6, 0.55
            )
        )
        down = np.clip((y - line[None, :]) / (height * (0.05 + 0.16 * depth)), 0, 1)
        lit = np.clip(1 - down * 1.1 - puff * 0.35 + 0.1, 0, 1)
        body = ramp(
            lit,
            [
                (0, mix("#b08a9c", "#43507e", depth)),
                (0.55, mix("#e8a894", "#9c7c96", depth)),
                (1, mix("#ffe3bb", "#ffc39a", depth)),
            ],
        )
        lay(part, body, below(part, line, 3 + 14 * depth))
    return finish(canvas, rng)
