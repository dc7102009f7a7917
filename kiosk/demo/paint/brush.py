"""Brushes: gradients, noise, ridges, glows, mist, grain.

A canvas is a float32 array of shape (height, width, 3) in sRGB values 0 to 1; a mask is (height, width) 0 to 1.
Every random choice comes from the ``Generator`` that is passed in, so a picture is the same wherever it is painted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Canvas = NDArray[Any]
Mask = NDArray[Any]
Line = NDArray[Any]
"""One height (pixels from the top) for each column."""
Rng = np.random.Generator
Ink = str | Sequence[float] | NDArray[Any]
"""``#rrggbb`` or three values 0 to 1."""


_STEPS = 4096
"""Colours in a ramp: sixteen times what eight bits can tell apart."""


def ink(colour: Ink) -> NDArray[Any]:
    """Three float32 values."""
    if isinstance(colour, str):
        return np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)], np.float32)
    return np.asarray(colour, np.float32)


def mix(first: Ink, second: Ink, share: float) -> NDArray[Any]:
    """``share`` of the second colour in the first."""
    return np.asarray(ink(first) + (ink(second) - ink(first)) * np.float32(share), np.float32)


def smooth(low: float, high: float, value: NDArray[Any]) -> NDArray[Any]:
    """0 below ``low``, 1 above ``high``, an S between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def ramp(place: NDArray[Any], stops: Sequence[tuple[float, Ink]]) -> NDArray[Any]:
    """Colours along ``place`` by stops (position, colour): shape of ``place`` with 3 more."""
    at = [position for position, _ in stops]
    inks = np.stack([ink(colour) for _, colour in stops])
    steps = np.linspace(at[0], at[-1], _STEPS)
    table = np.stack([np.interp(steps, at, inks[:, channel]) for channel in range(3)], -1).astype(np.float32)
    index = (place - at[0]) * ((_STEPS - 1) / (at[-1] - at[0]))
    chosen: Canvas = table[np.clip(index, 0, _STEPS - 1).astype(np.intp)]
    return chosen


def sky(width: int, height: int, stops: Sequence[tuple[float, Ink]]) -> Canvas:
    """A canvas with a vertical gradient; positions are shares of the height."""
    column = ramp(np.linspace(0, 1, height, dtype=np.float32), stops)
    return np.repeat(column[:, None, :], width, axis=1)


def axes(canvas: Canvas) -> tuple[NDArray[Any], NDArray[Any]]:
    """(x, y) in pixels, of shapes (1, width) and (height, 1)."""
    height, width = canvas.shape[:2]
    return np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]


def resized(values: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    """Bicubic."""
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32), "F")
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def noise(
    rng: Rng, width: int, height: int, cell: tuple[float, float], octaves: int = 4, gain: float = 0.5
) -> Mask:
    """Fractal noise around 0, about -1 to 1. ``cell`` is the size in pixels (x, y) of the largest blobs."""
    total = np.zeros((height, width), np.float32)
    strength, norm = 1.0, 0.0
    for octave in range(octaves):
        columns = max(2, round(width * 2**octave / cell[0]) + 2)
        rows = max(2, round(height * 2**octave / cell[1]) + 2)
        if columns > width * 2 or rows > height * 2:
            break
        grid = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
        total += resized(grid, width, height) * np.float32(strength)
        norm += strength
        strength *= gain
    return total / np.float32(max(norm, 1e-6) * 0.62)


def ridge(rng: Rng, width: int, cell: float, octaves: int = 7, gain: float = 0.5, sharp: float = 0.0) -> Line:
    """A skyline around 0, about -1 to 1; ``sharp`` 1 folds it to peaks."""
    total = np.zeros(width, np.float32)
    strength = 1.0
    columns = np.arange(width)
    for octave in range(octaves):
        step = cell / 2**octave
        if step < 1.5:
            break
        points = rng.uniform(-1, 1, int(width / step) + 4)
        place = columns / step + rng.uniform(0, 1)
        low = place.astype(int)
        t = place - low
        curve = t * t * (3 - 2 * t)
        wave = points[low] * (1 - curve) + points[low + 1] * curve
        if sharp:
            wave = (1 - sharp) * wave + sharp * (1 - 2 * np.abs(wave))
        total += (wave * strength).astype(np.float32)
        strength *= gain
    return total


def under(canvas: Canvas, line: Line) -> tuple[Canvas, Line]:
    """The part of the canvas that a skyline can touch, and the skyline in its rows: less to paint."""
    top = int(np.clip(line.min() - 2, 0, canvas.shape[0] - 1))
    return canvas[top:], np.asarray(line - top, np.float32)


def below(canvas: Canvas, line: Line, soft: float = 1.2) -> Mask:
    """Everything under a skyline, antialiased over ``soft`` pixels."""
    _, y = axes(canvas)
    return np.clip((y - line[None, :]) / np.float32(soft) + 0.5, 0, 1).astype(np.float32)


def lay(canvas: Canvas, colour: Ink | Canvas, mask: Mask | float) -> None:
    """Paint a colour (or another canvas) over the canvas through a mask."""
    if not isinstance(mask, float | int) and mask.shape[0] > 1:
        touched = np.flatnonzero(mask.any(axis=1))
        if touched.size == 0:
            return
        rows = slice(int(touched[0]), int(touched[-1]) + 1)
        if isinstance(colour, np.ndarray) and colour.ndim > 1 and colour.shape[0] > 1:
            colour = colour[rows]
        canvas, mask = canvas[rows], mask[rows]
    paint = colour if isinstance(colour, np.ndarray) and colour.ndim > 1 else ink(colour)
    share = np.float32(mask) if isinstance(mask, float | int) else mask[..., None]
    canvas += (paint - canvas) * share


def light(canvas: Canvas, colour: Ink, mask: Mask) -> None:
    """Add light, the way a lens does: screen, so that nothing burns out at once."""
    canvas += (1 - canvas) * (ink(colour) * mask[..., None])


def glow(canvas: Canvas, x: float, y: float, radius: float, power: float = 2.0, squash: float = 1.0) -> Mask:
    """A soft light around a point, 1 at its centre."""
    across, down = axes(canvas)
    distance = np.sqrt((across - x) ** 2 + ((down - y) * squash) ** 2) / np.float32(radius)
    return np.asarray(1 / (1 + distance**power) ** 1.5, np.float32)


def disc(canvas: Canvas, x: float, y: float, radius: float, soft: float = 1.5) -> Mask:
    """A round spot with an edge of ``soft`` pixels."""
    across, down = axes(canvas)
    return np.clip((radius - np.hypot(across - x, down - y)) / soft + 0.5, 0, 1).astype(np.float32)


def drawn(width: int, height: int, draw: Callable[[ImageDraw.ImageDraw, float], None]) -> Mask:
    """A mask from Pillow's shapes, drawn twice as large for smooth edges; ``draw`` gets the scale."""
    picture = Image.new("L", (width * 2, height * 2))
    draw(ImageDraw.Draw(picture), 2.0)
    return np.asarray(picture.resize((width, height), Image.Resampling.BOX), np.float32) / np.float32(255)


def softened(canvas: Canvas, factor: int) -> Canvas:
    """Out of focus: shrunk by ``factor`` and grown again."""
    height, width = canvas.shape[:2]
    small = (max(1, width // factor), max(1, height // factor))
    planes = []
    for channel in range(3):
        plane = Image.fromarray(np.ascontiguousarray(canvas[..., channel]), "F")
        plane = plane.resize(small, Image.Resampling.BOX).resize((width, height), Image.Resampling.BICUBIC)
        planes.append(np.asarray(plane, np.float32))
    return np.stack(planes, -1)


def mirrored(
    canvas: Canvas, horizon: int, rng: Rng, ripple: float, cell: tuple[float, float] = (400, 6)
) -> Canvas:
    """What water below ``horizon`` (a row) shows: the upper part upside down, broken by ripples."""
    height, width = canvas.shape[:2]
    rows = height - horizon
    depth = np.arange(rows, dtype=np.float32)[:, None]
    waves = noise(rng, width, rows, cell, 3)
    shift = waves * ripple * (0.15 + depth / max(rows, 1))
    source = np.clip(horizon - 1 - depth - shift, 0, horizon - 1).astype(np.intp)
    return np.asarray(canvas[source, np.arange(width)[None, :]])


def stars(canvas: Canvas, rng: Rng, count: int, lowest: float, brightness: float = 0.9) -> None:
    """Points of light above the row ``lowest``, few of them bright."""
    _height, width = canvas.shape[:2]
    for _ in range(count):
        x, y = int(rng.uniform(1, width - 2)), int(rng.uniform(1, max(2, lowest - 2)))
        power = float(rng.uniform(0.06, 1) ** 5) * brightness + 0.06
        tint = mix("#ffe9d0", "#cfe0ff", float(rng.uniform(0, 1)))
        fade = min(1.0, 1.4 * (1 - y / max(lowest, 1)) + 0.1)
        spot = canvas[y - 1 : y + 2, x - 1 : x + 2]
        kernel = np.array([[0.12, 0.4, 0.12], [0.4, 1, 0.4], [0.12, 0.4, 0.12]], np.float32)
        spot += (1 - spot) * tint * (kernel * np.float32(power * fade))[..., None]


def finish(canvas: Canvas, rng: Rng, grain: float = 0.014, vignette: float = 0.16) -> Image.Image:
    """Vignette, film grain (which also dithers the gradients) and eight bits."""
    height, width = canvas.shape[:2]
    x, y = axes(canvas)
    edge = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2
    canvas *= (1 - np.float32(vignette) * edge)[..., None]
    specks = rng.standard_normal((height, width), np.float32)
    coarse = resized(rng.standard_normal((height // 2, width // 2), np.float32), width, height)
    canvas += ((specks * 0.6 + coarse * 0.5) * np.float32(grain))[..., None]
    return Image.fromarray((np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")
