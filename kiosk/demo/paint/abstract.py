"""Colour for its own sake."""

from __future__ import annotations

import numpy as np
from PIL import Image

from kiosk.demo.paint.brush import (
    Canvas,
    Ink,
    Line,
    Rng,
    axes,
    finish,
    ink,
    lay,
    mix,
    noise,
    ramp,
    resized,
    sky,
    smooth,
)


def _field(canvas: Canvas, rng: Rng, colour: Ink, box: tuple[float, float, float, float]) -> None:
    """A block of thin paint with breathing edges; the box is in shares of the canvas."""
    height, width = canvas.shape[:2]
    x, y = axes(canvas)
    wobble = noise(rng, width, height, (width / 6, height / 8), 6, 0.6) * 0.011
    across = np.minimum(x / width - box[0], box[2] - x / width) + wobble
    down = np.minimum(y / height - box[1], box[3] - y / height) + wobble
    mask = smooth(-0.006, 0.028, across) * smooth(-0.006, 0.026, down)
    wash = noise(rng, width, height, (width * 0.4, height * 0.3), 6, 0.55)
    strokes = noise(rng, width, height, (width / 3, height / 90), 4, 0.6)
    paint = ink(colour) * (1 + 0.09 * wash + 0.035 * strokes)[..., None]
    lay(canvas, paint.astype(np.float32), mask * (0.9 + 0.08 * wash))


def _canvas(width: int, height: int, rng: Rng, colour: Ink) -> Canvas:
    canvas = sky(width, height, [(0, colour), (1, colour)])
    wash = noise(rng, width, height, (width * 0.5, height * 0.5), 6, 0.6)
    canvas *= (1 + 0.07 * wash)[..., None]
    return canvas


def _weave(canvas: Canvas, rng: Rng) -> None:
    """The cloth under the paint."""
    height, width = canvas.shape[:2]
    threads = resized(rng.standard_normal((height, max(2, width // 40)), np.float32), width, height)
    threads = threads + resized(rng.standard_normal((max(2, height // 40), width), np.float32), width, height)
    canvas += (threads * 0.0055)[..., None]


def embers(width: int, height: int, rng: Rng) -> Image.Image:
    """Three fields: orange, wine and rust."""
    canvas = _canvas(width, height, rng, "#7c1d1a")
    _field(canvas, rng, "#e9742b", (0.08, 0.05, 0.92, 0.38))
    _field(canvas, rng, "#4a1424", (0.08, 0.41, 0.92, 0.56))
    _field(canvas, rng, "#c6361f", (0.08, 0.59, 0.92, 0.95))
    _weave(canvas, rng)
    return finish(canvas, rng, 0.012, 0.14)


def deep_water(width: int, height: int, rng: Rng) -> Image.Image:
    """Two fields of blue and one of green."""
    canvas = _canvas(width, height, rng, "#16304d")
    _field(canvas, rng, "#2f6f9f", (0.06, 0.07, 0.94, 0.47))
    _field(canvas, rng, "#0c1c36", (0.06, 0.51, 0.94, 0.72))
    _field(canvas, rng, "#4d9188", (0.06, 0.76, 0.94, 0.93))
    _weave(canvas, rng)
    return finish(canvas, rng, 0.012, 0.14)


def squares(width: int, height: int, rng: Rng) -> Image.Image:
    """Squares within squares, set low, as an homage."""
    canvas = _canvas(width, height, rng, "#d98a2b")
    x, y = axes(canvas)
    for colour, side in (("#e3a83c", 0.78), ("#ecc35e", 0.56), ("#f6dd94", 0.34)):
        margin = (1 - side) / 2
        top = margin * 1.5
        across = np.minimum(x / width - margin, 1 - margin - x / width) * width
        down = np.minimum(y / height - top, top + side - y / height) * height
        mask = np.clip(np.minimum(across, down) + 0.5, 0, 1)
        wash = noise(rng, width, height, (width * 0.3, height * 0.3), 6, 0.6)
        lay(canvas, (ink(colour) * (1 + 0.022 * wash)[..., None]).astype(np.float32), mask.astype(np.float32))
    _weave(canvas, rng)
    return finish(canvas, rng, 0.01, 0.06)


def ink_in_water(width: int, height: int, rng: Rng) -> Image.Image:
    """Ink that folds in water: noise bent by noise bent by noise."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    first = noise(rng, width, height, (width * 0.55, height * 0.55), 5, 0.5)
    second = noise(rng, width, height, (width * 0.5, height * 0.5), 5, 0.5)

    def bent(by: float) -> Line:
        rows = np.clip(y + second * by * height, 0, height - 1).astype(np.intp)
        columns = np.clip(x + first * by * width, 0, width - 1).astype(np.intp)
        return np.asarray(field[rows, columns], np.float32)

    field = noise(rng, width, height, (width * 0.45, height * 0.45), 6, 0.52)
    field = bent(0.22)
    field = bent(0.16)
    light_from = (field - np.roll(field, 3, 1)) * 5
    place = np.clip(field * 0.5 + 0.5, 0, 1)
    canvas = ramp(
        place,
        [
            (0, "#0b1d33"),
            (0.3, "#14506b"),
            (0.47, "#3f9a97"),
            (0.56, "#e9dcc0"),
            (0.66, "#e79a63"),
            (0.85, "#a93f48"),
            (1, "#3c1630"),
        ],
    )
    canvas += np.clip(light_from, -0.12, 0.12)[..., None]
    return finish(canvas.astype(np.float32), rng, 0.012, 0.2)


def paper_hills(width: int, height: int, rng: Rng) -> Image.Image:
    """Cut paper, sheet over sheet, each with its shadow."""
    canvas = _canvas(width, height, rng, "#f3e3cd")
    x, y = axes(canvas)
    sun = np.hypot(x - width * 0.66, y - height * 0.3)
    lay(
        canvas,
        "#b98b6a",
        (smooth(height * 0.16, height * 0.12, sun - height * 0.012) * 0.3).astype(np.float32),
    )
    lay(canvas, "#e8674a", np.clip((height * 0.13 - sun) / 1.5 + 0.5, 0, 1).astype(np.float32))
    inks = ("#f0c9a0", "#e6a57e", "#c9786a", "#93566a", "#5b4468", "#2f3358")
    for number, colour in enumerate(inks):
        phase = float(rng.uniform(0, 6))
        waves = (
            np.sin(x / width * (5 + number * 1.1) + phase) * 0.05
            + np.sin(x / width * (11 - number) + phase * 2) * 0.022
        )
        line = (height * (0.4 + 0.115 * number + waves))[0].astype(np.float32)
        off = y - line[None, :]
        lay(
            canvas,
            "#2a1d33",
            (np.exp(-np.clip(-off - 1, 0, None) / (height * 0.012)) * 0.38).astype(np.float32) * (off <= 0),
        )
        fibres = noise(rng, width, height, (width / 60, height / 60), 4, 0.8)
        body = mix(colour, "#ffffff", 0.0) * (1 + 0.018 * fibres)[..., None]
        edge = np.exp(-np.clip(off, 0, None) / 2.2) * 0.12
        lay(canvas, (body + edge[..., None]).astype(np.float32), np.clip(off + 0.5, 0, 1).astype(np.float32))
    return finish(canvas, rng, 0.01, 0.12)
