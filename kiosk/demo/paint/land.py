"""Dunes, woods and fields."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from kiosk.demo.paint.brush import (
    Canvas,
    Line,
    Rng,
    axes,
    below,
    disc,
    drawn,
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
    smooth,
    softened,
    under,
)
from kiosk.demo.paint.mountains import calmed


def dunes(width: int, height: int, rng: Rng) -> Image.Image:
    """Dunes, one side lit, one in shade."""
    canvas = sky(width, height, [(0, "#5d88b0"), (0.25, "#b8c6cc"), (0.42, "#f3d9b8"), (1, "#f3d9b8")])
    light(canvas, "#fff0d0", glow(canvas, width * 0.8, height * 0.28, height * 0.3, 1.8) * 0.5)
    for number in range(6):
        depth = number / 5
        line = height * (0.36 + 0.5 * depth**1.2) - _crest(rng, width, depth) * height * (0.05 + 0.1 * depth)
        part, line = under(canvas, line)
        _, y = axes(part)
        mask = below(part, line, 1.5)
        down = np.clip((y - line[None, :]) / (height * (0.16 + 0.25 * depth)), 0, 1)
        slope = calmed(np.gradient(calmed(line, width // 60)).astype(np.float32), width // 110)
        wind = noise(rng, width, len(part), (width / 2, height / 7), 3) * width * 0.035
        across = np.arange(width, dtype=np.float32)[None, :]
        column = across + (y - line[None, :]) * (0.55 + 0.5 * depth) + wind * np.clip(down * 5, 0, 1)
        slope = slope[np.clip(column, 0, width - 1).astype(np.intp)]
        shade = smooth(-0.05, 0.07, slope) * (1 - smooth(0.2, 1.0, down) * 0.5)
        ripples = np.sin(
            (y * (0.1 + 0.06 * (1 - depth)) + noise(rng, width, len(part), (width / 5, height / 8), 3) * 9)
            * (1600 / height)
        )
        lit = mix("#f1cf9f", "#e9a65c", depth)
        dark = mix("#cfa183", "#6d3b2c", depth)
        body = lit + (dark - lit) * shade[..., None]
        body = body + (ripples * 0.014 * (0.25 + depth) * (1 - shade * 0.6))[..., None]
        body = body + (mix("#f5dcbd", "#f5dcbd", 0) - body) * (0.55 * (1 - depth) ** 1.6)
        lay(part, body.astype(np.float32), mask)
    return finish(canvas, rng)


def _crest(rng: Rng, width: int, depth: float) -> Line:
    """Long slopes up and short ones down, as wind makes them."""
    line = ridge(rng, width, width * (0.34 + 0.25 * depth), 3, 0.42)
    return calmed(line - np.abs(ridge(rng, width, width * 0.5, 2, 0.4)) * 0.7, max(2, width // 200))


def birches(width: int, height: int, rng: Rng) -> Image.Image:
    """Birch trunks in autumn light."""
    canvas = sky(width, height, [(0, "#f4dd9a"), (0.45, "#f0c86a"), (0.75, "#c98f3d"), (1, "#7d5426")])
    leaves = noise(rng, width, height, (width / 5, height / 8), 6, 0.62)
    _, y = axes(canvas)
    lay(canvas, "#fff3c4", smooth(-0.1, 0.9, leaves) * smooth(0.8, 0.2, y / height) * 0.8)
    lay(canvas, "#b4641f", smooth(0.15, 0.9, -leaves) * 0.45)
    canvas[:] = softened(canvas, 6)
    for layer, (count, wide, fade) in enumerate(((26, 0.008, 0.72), (13, 0.018, 0.42), (6, 0.042, 0.0))):
        for number in range(count):
            x = (number + float(rng.uniform(0.1, 0.9))) / count * width
            _trunk(canvas, rng, x, width * wide * float(rng.uniform(0.75, 1.25)), fade)
        foliage = noise(rng, width, height, (width / 9, height / 13), 6, 0.66)
        spray = smooth(0.22, 0.42, foliage) * smooth(0.75, 0.1, y / height)
        lay(canvas, ("#f3c350", "#eba92f", "#d98a1f")[layer], spray * (0.5, 0.6, 0.6)[layer])
    ground = noise(rng, width, height, (width / 14, height / 60), 6, 0.65)
    floor = smooth(0.84, 0.97, y / height + ground * 0.03)
    lay(
        canvas,
        ramp(np.clip(ground * 0.5 + 0.5, 0, 1), [(0, "#5d3716"), (0.5, "#b26f22"), (1, "#edb54a")]),
        floor,
    )
    light(canvas, "#fff0b8", glow(canvas, width * 0.72, height * 0.18, height * 0.3, 1.9) * 0.5)
    return finish(canvas, rng)


def _trunk(canvas: Canvas, rng: Rng, x: float, wide: float, fade: float) -> None:
    height, width = canvas.shape[:2]
    low, high = max(0, int(x - wide * 2)), min(width, int(x + wide * 2) + 1)
    if high - low < 3:
        return
    part = canvas[:, low:high]
    across, y = axes(part)
    lean = float(rng.uniform(-0.03, 0.03))
    middle = x - low + (y - height * 0.6) * lean + np.sin(y / height * 5 + x) * wide * 0.12
    side = (across - middle) / (wide * (0.42 + 0.16 * y / height))
    mask = np.clip((1 - np.abs(side)) * wide * 0.42 + 0.5, 0, 1).astype(np.float32)
    bark = ramp(
        np.clip(side * 0.5 + 0.5, 0, 1), [(0, "#8f8678"), (0.3, "#d8d0c2"), (0.68, "#fbf6ea"), (1, "#c9bfae")]
    )
    marks = noise(rng, high - low, height, (wide * 1.5, max(4.0, wide * 0.34)), 3, 0.6)
    bark = bark + (ink("#2c2622") - bark) * (smooth(0.42, 0.62, marks) * 0.85)[..., None]
    scars = noise(rng, high - low, height, (wide * 3, wide * 2.2), 3, 0.6)
    bark = bark + (ink("#1f1a18") - bark) * (smooth(0.74, 0.86, scars) * 0.8)[..., None]
    lay(part, (bark + (ink("#f0cf80") - bark) * np.float32(fade)).astype(np.float32), mask)


def lavender(width: int, height: int, rng: Rng) -> Image.Image:
    """Rows of lavender to the horizon."""
    return _rows(
        width, height, rng, ["#2e1f52", "#5d3f98", "#9a78cf", "#c7aee6"], "#7d8a4a", ("#6a8fc0", "#f6d5b4")
    )


def poppies(width: int, height: int, rng: Rng) -> Image.Image:
    """A field of poppies under a big sky."""
    canvas = sky(width, height, [(0, "#4f8fc4"), (0.3, "#a5cbe2"), (0.48, "#eef1e6"), (1, "#eef1e6")])
    cloud = noise(rng, width, height, (width * 0.4, height * 0.16), 7, 0.56)
    _across, y = axes(canvas)
    lay(canvas, "#ffffff", smooth(0.0, 0.8, cloud) * smooth(0.02, 0.3, y / height) * 0.9)
    horizon = height * 0.47
    hills = horizon - height * 0.02 - np.abs(ridge(rng, width, width * 0.4, 5)) * height * 0.035
    lay(canvas, "#8fa9a4", below(canvas, hills.astype(np.float32)))
    trees = horizon - np.abs(ridge(rng, width, width * 0.05, 7, 0.6)) * height * 0.018
    lay(canvas, "#54704f", below(canvas, trees.astype(np.float32)))
    depth = np.clip((y - horizon) / (height - horizon), 0, 1) + np.zeros((1, width), np.float32)
    grass = noise(rng, width, height, (width / 60, height / 12), 5, 0.7)
    field = ramp(np.clip(depth + grass * 0.12, 0, 1), [(0, "#b5b878"), (0.3, "#7f9a4c"), (1, "#2f4f1f")])
    lay(canvas, field, (y > horizon).astype(np.float32) * np.ones((1, width), np.float32))
    flowers = 2600
    places = horizon + (height * 1.02 - horizon) * rng.random(flowers) ** 1.7
    for foot in np.sort(places):
        near = float((foot - horizon) / (height - horizon))
        _poppy(
            canvas,
            rng,
            float(rng.uniform(0, width)),
            float(foot),
            height * (0.0018 + 0.023 * near**1.35),
            near,
        )
    return finish(canvas, rng, 0.012)


def _poppy(canvas: Canvas, rng: Rng, x: float, y: float, size: float, near: float) -> None:
    height, width = canvas.shape[:2]
    reach = int(size * 1.4) + 2
    left, top = max(0, int(x) - reach), max(0, int(y) - reach)
    part = canvas[top : min(height, int(y) + reach), left : min(width, int(x) + reach)]
    if part.shape[0] < 2 or part.shape[1] < 2:
        return
    across, down = axes(part)
    dx, dy = (across - (x - left)) / size, (down - (y - top)) / (size * float(rng.uniform(0.55, 0.85)))
    angle = np.arctan2(dy, dx)
    edge = 0.82 + 0.13 * np.cos(angle * 4 + float(rng.uniform(0, 6))) + 0.06 * np.cos(angle * 9)
    distance = np.hypot(dx, dy)
    mask = np.clip((edge - distance) * size / 1.5 + 0.5, 0, 1)
    hue = mix("#e8432a", "#c4201c", float(rng.uniform(0, 1)))
    body = hue * (0.72 + 0.42 * np.clip(0.5 - dy * 0.6, 0, 1))[..., None]
    body = (
        body
        + (ink("#2b0f14") - body) * (smooth(0.3, 0.12, distance) * (0.85 if near > 0.25 else 0.3))[..., None]
    )
    lay(part, body.astype(np.float32), (mask * (0.55 + 0.45 * near)).astype(np.float32))


def _rows(width: int, height: int, rng: Rng, bush: list[str], soil: str, air: tuple[str, str]) -> Image.Image:
    canvas = sky(width, height, [(0, air[0]), (0.4, air[1]), (1, air[1])])
    across, y = axes(canvas)
    horizon = height * 0.4
    light(canvas, "#ffe2b4", glow(canvas, width * 0.3, horizon, height * 0.3, 1.8) * 0.6)
    cloud = noise(rng, width, height, (width * 0.6, height * 0.08), 6, 0.56)
    lay(canvas, "#f4bfa6", smooth(0.1, 1.0, cloud) * 0.6)
    hills = horizon - height * 0.03 - np.abs(ridge(rng, width, width * 0.35, 6)) * height * 0.05
    lay(canvas, "#8c86a8", below(canvas, hills.astype(np.float32)))
    near_hills = horizon - np.abs(ridge(rng, width, width * 0.2, 6)) * height * 0.03
    lay(canvas, "#5d6b62", below(canvas, near_hills.astype(np.float32)))
    depth = np.clip((y - horizon) / (height - horizon), 0.004, 1)
    turn = (across - width * 0.3) / width / depth * 1.1 + np.sin(1 / (depth + 0.3)) * 0.2
    tufts = noise(rng, width, height, (width / 90, height / 50), 5, 0.7)
    turn = turn + tufts * 0.05
    phase = np.abs((turn * 2.2) % 1 - 0.5) * 2
    fade = smooth(0.0, 0.12, depth)
    ridge_light = np.clip(phase + tufts * 0.3 * fade, 0, 1)
    rows = ramp(
        ridge_light, [(0, soil), (0.16, soil), (0.3, bush[0]), (0.55, bush[1]), (0.82, bush[2]), (1, bush[3])]
    )
    far = mix(bush[2], air[1], 0.35)
    rows = far + (rows - far) * smooth(-0.02, 0.2, depth)[..., None]
    lay(canvas, rows.astype(np.float32), (y > horizon).astype(np.float32) * np.ones((1, width), np.float32))
    return finish(canvas, rng)


def tulips(width: int, height: int, rng: Rng) -> Image.Image:
    """Tulip fields from above: bands of colour."""
    canvas = np.zeros((height, width, 3), np.float32)
    across, y = axes(canvas)
    inks = [
        "#d8423a",
        "#f2b630",
        "#f4ead8",
        "#e0719a",
        "#7a3f8c",
        "#f08a3c",
        "#5f8a4a",
        "#f6d25a",
        "#b5263c",
        "#f3c0cc",
    ]
    turned = (across * 0.94 + y * 0.34) / width
    bend = noise(rng, width, height, (width, height), 2, 0.4) * 0.012
    along = (turned + bend) * 9.5
    band = np.floor(along).astype(int)
    colours = np.stack([ink(colour) for colour in inks])
    canvas[:] = colours[(band * 7) % len(inks)]
    furrow = np.abs((along * 9) % 1 - 0.5) * 2
    heads = noise(rng, width, height, (width / 170, height / 170), 2, 0.7)
    canvas *= (0.74 + 0.26 * smooth(0.08, 0.45, furrow.astype(np.float32)) + heads * 0.1)[..., None]
    path = np.abs(along - np.round(along)) < 0.055
    lay(canvas, "#6f7d4c", (path * 0.9).astype(np.float32))
    light(canvas, "#ffe9c0", glow(canvas, width * 0.1, height * 0.05, width * 0.6, 1.8) * 0.3)
    return finish(canvas, rng, 0.012, 0.25)


_TABLES: tuple[tuple[float, tuple[str, str, str], tuple[tuple[float, float, float], ...]], ...] = (
    (
        0.5,
        ("#c4796a", "#a55f62", "#8f5560"),
        ((0.06, 0.03, 0.2), (0.36, 0.05, 0.16), (0.49, 0.009, 0.2), (0.63, 0.07, 0.14), (0.93, 0.04, 0.2)),
    ),
    (
        0.18,
        ("#cf6f4c", "#9c4a3f", "#6d3238"),
        ((0.2, 0.055, 0.36), (0.29, 0.008, 0.27), (0.72, 0.012, 0.33), (0.79, 0.035, 0.3)),
    ),
    (0.0, ("#b9523a", "#7c332f", "#471f28"), ((0.02, 0.05, 0.3), (0.545, 0.03, 0.42), (0.99, 0.055, 0.36))),
)
"""Table mountains from far to near: haze, colours, and (middle, half width, height) as shares of the picture."""


def _skyline(rng: Rng, width: int, height: int, tables: tuple[tuple[float, float, float], ...]) -> Line:
    """Cliffs with flat tops on skirts of scree."""
    x = np.linspace(0, 1, width, dtype=np.float32) + ridge(rng, width, width * 0.012, 5) * 0.0016
    rise = np.zeros(width, np.float32)
    for middle, half, tall in tables:
        off = np.abs(x - middle) / half
        cliff = 0.6 * smooth(1.06, 0.97, off) + 0.06 * smooth(0.7, 0.62, off)
        skirt = 0.38 * np.clip(1 - (off - 1) / (0.25 + tall * 0.09 / half), 0, 1) ** 1.4
        rise = np.maximum(rise, np.float32(tall) * (cliff + skirt))
    rough = ridge(rng, width, width * 0.02, 6) * 0.008
    return np.asarray(height * (0.8 - rise - rough), np.float32)


def mesa(width: int, height: int, rng: Rng) -> Image.Image:
    """Table mountains in red evening light, very wide."""
    canvas = sky(
        width, height, [(0, "#3a4f86"), (0.3, "#9a83a6"), (0.5, "#eca98a"), (0.64, "#ffd7a0"), (1, "#ffd7a0")]
    )
    cloud = noise(rng, width, height, (height * 1.2, height * 0.09), 6, 0.56)
    lay(canvas, "#f08d78", smooth(0.1, 0.9, cloud) * 0.65)
    light(canvas, "#ffe3ae", glow(canvas, width * 0.42, height * 0.66, height * 0.5, 1.8) * 0.5)
    _, y = axes(canvas)
    for far, colours, tables in _TABLES:
        line = _skyline(rng, width, height, tables)
        flutes = noise(rng, width, height, (width / 130, height * 1.5), 5, 0.65) * 0.16
        strata = noise(rng, 4, height, (4, height / 22), 4, 0.7)[:, :1] * 0.2
        place = np.clip((y / height - 0.45) * 2.4 + flutes + strata, 0, 1)
        body = ramp(place, [(0, colours[0]), (0.5, colours[1]), (1, colours[2])])
        body = body + (ink("#f3b08c") - body) * np.float32(far)
        lay(canvas, body.astype(np.float32), below(canvas, line))
    plain = height * 0.79 + ridge(rng, width, width * 0.2, 6) * height * 0.012
    scrub = noise(rng, width, height, (width / 90, height / 60), 5, 0.7)
    floor = ramp(
        np.clip((y / height - 0.79) * 3.5 + scrub * 0.35, 0, 1),
        [(0, "#a4553c"), (0.4, "#6d3129"), (1, "#32171d")],
    )
    lay(canvas, floor, below(canvas, plain.astype(np.float32)))
    return finish(canvas, rng, 0.014, 0.22)


def snow_trees(width: int, height: int, rng: Rng) -> Image.Image:
    """A few bare trees in much snow."""
    canvas = sky(width, height, [(0, "#d5dce3"), (0.5, "#e9ebec"), (1, "#f3f2f0")])
    _, y = axes(canvas)
    lay(canvas, "#fdf0e2", glow(canvas, width * 0.75, height * 0.32, height * 0.24, 1.8) * 0.7)
    lay(canvas, "#fffaf0", disc(canvas, width * 0.75, height * 0.32, height * 0.03, 6))
    line = height * 0.66 - calmed(ridge(rng, width, width * 0.8, 2), 10) * height * 0.05
    shade = noise(rng, width, height, (width * 0.5, height * 0.05), 5)
    snow = ramp(
        np.clip((y - line[None, :]) / (height * 0.34) + shade * 0.06, 0, 1),
        [(0, "#f7f5f2"), (0.5, "#e3e7ec"), (1, "#c6cfda")],
    )
    lay(canvas, snow, below(canvas, line, 5))
    for x, tall in ((0.27, 0.34), (0.335, 0.25), (0.6, 0.16)):
        foot = float(line[int(x * width)])
        _bare_tree(canvas, rng, x * width, foot + height * 0.012, tall * height)
    return finish(canvas, rng, 0.01, 0.12)


def _bare_tree(canvas: Canvas, rng: Rng, x: float, foot: float, tall: float) -> None:
    height, width = canvas.shape[:2]

    def draw(pen: ImageDraw.ImageDraw, scale: float) -> None:
        def branch(x0: float, y0: float, angle: float, length: float, wide: float, left: int) -> None:
            x1, y1 = x0 + np.sin(angle) * length, y0 - np.cos(angle) * length
            pen.line((x0 * scale, y0 * scale, x1 * scale, y1 * scale), 255, max(1, round(wide * scale)))
            if left == 0:
                return
            for turn in (-0.42, 0.06, 0.45) if left > 2 else (-0.4, 0.38):
                part = float(rng.uniform(0.62, 0.84))
                branch(
                    x1, y1, angle + turn * float(rng.uniform(0.6, 1.4)), length * part, wide * 0.62, left - 1
                )

        branch(x, foot, 0.03, tall * 0.27, tall * 0.03, 7)

    lay(canvas, "#2c2f38", drawn(width, height, draw) * np.float32(0.92))
