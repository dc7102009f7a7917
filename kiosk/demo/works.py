"""The catalogue of the demo's pictures: what, how large, when it was "taken" and with what.

Among the dates are what a slideshow has to bear: three captures of one minute, pairs of one day, years apart.
"""

from __future__ import annotations

from typing import Literal

import attrs

from kiosk.demo.library import Size

LANDSCAPE, PORTRAIT, SQUARE, PANORAMA = (2160, 1440), (1440, 1920), (1600, 1600), (3000, 1000)

Camera = tuple[str, str, float, float, int, str]
"""Make, model, focal length (mm), aperture, ISO, exposure as Duration text."""
FUJI: Camera = ("FUJIFILM", "X-T4", 23.0, 5.6, 200, "0.004s")
PHONE: Camera = ("Google", "Pixel 8", 6.9, 1.68, 64, "0.002s")
CANON: Camera = ("Canon", "EOS R6", 35.0, 2.8, 1600, "4s")
APPLE: Camera = ("Apple", "iPhone 14 Pro", 6.86, 1.78, 80, "0.008s")


@attrs.frozen
class Work:
    """One picture. ``painter`` is ``module:function`` below kiosk.demo.paint."""

    name: str
    painter: str
    size: Size
    taken: str
    """Local time and offset, ISO 8601."""
    camera: Camera
    album: str = ""
    words: tuple[str, ...] = ()
    kind: Literal["PHOTO", "VIDEO"] = "PHOTO"
    heic: bool = False
    on_its_side: bool = False
    """Stored turned, with EXIF orientation 6."""


WORKS: tuple[Work, ...] = (
    Work(
        "dawn",
        "mountains:dawn",
        LANDSCAPE,
        "2025-09-14T06:41:12+02:00",
        FUJI,
        "Dolomites",
        ("mountains", "sunrise"),
    ),
    Work(
        "blue_hour",
        "mountains:blue_hour",
        PORTRAIT,
        "2025-09-14T20:03:40+02:00",
        FUJI,
        "Dolomites",
        ("mountains", "moon"),
    ),
    Work(
        "fog",
        "mountains:fog_forest",
        PORTRAIT,
        "2024-11-03T08:15:02+01:00",
        FUJI,
        "Black Forest",
        ("trees", "fog"),
    ),
    Work(
        "lake",
        "mountains:mirror_lake",
        LANDSCAPE,
        "2023-06-21T11:30:55-06:00",
        FUJI,
        "Canada 2023",
        ("mountain", "snow", "lake"),
    ),
    Work(
        "aurora",
        "mountains:northern_lights",
        LANDSCAPE,
        "2024-02-10T23:47:31+01:00",
        CANON,
        "Tromsø",
        ("northern lights", "night"),
    ),
    Work(
        "milky_way",
        "mountains:milky_way",
        PORTRAIT,
        "2022-08-12T01:12:09+02:00",
        CANON,
        "Perseids",
        ("stars", "night"),
    ),
    Work(
        "moon",
        "water:moon_sea",
        LANDSCAPE,
        "2021-10-20T21:05:18+01:00",
        CANON,
        "Cornwall",
        ("sea", "moon", "night"),
    ),
    Work(
        "sunset",
        "water:sun_sea",
        PANORAMA,
        "2025-07-05T21:38:20+01:00",
        PHONE,
        "Cornwall",
        ("panorama", "sea", "sunset"),
    ),
    Work(
        "lighthouse",
        "water:lighthouse",
        PORTRAIT,
        "2021-10-20T19:20:44+01:00",
        APPLE,
        "Cornwall",
        ("lighthouse", "sea"),
        on_its_side=True,
    ),
    Work(
        "shore",
        "water:shore",
        SQUARE,
        "2023-03-18T10:02:33+10:00",
        PHONE,
        "Queensland",
        ("beach", "aerial", "sea"),
    ),
    Work(
        "waves",
        "water:waves_evening",
        LANDSCAPE,
        "2025-07-05T21:38:51+01:00",
        PHONE,
        "Cornwall",
        ("sea", "sunset"),
        "VIDEO",
    ),
    Work("dunes", "land:dunes", LANDSCAPE, "2020-01-16T17:10:27+01:00", FUJI, "Morocco", ("desert", "sand")),
    Work(
        "birches",
        "land:birches",
        PORTRAIT,
        "2024-10-12T15:22:10+03:00",
        APPLE,
        "Finland",
        ("trees", "autumn"),
        heic=True,
    ),
    Work(
        "lavender",
        "land:lavender",
        LANDSCAPE,
        "2022-07-02T20:51:36+02:00",
        APPLE,
        "Provence",
        ("flowers", "field"),
        heic=True,
    ),
    Work(
        "poppies",
        "land:poppies",
        LANDSCAPE,
        "2022-07-02T11:14:03+02:00",
        APPLE,
        "Provence",
        ("flowers", "field"),
        heic=True,
    ),
    Work(
        "tulips",
        "land:tulips",
        SQUARE,
        "2019-04-22T13:45:59+02:00",
        PHONE,
        "Keukenhof",
        ("flowers", "aerial"),
    ),
    Work(
        "balloons",
        "air:balloons",
        LANDSCAPE,
        "2018-05-27T06:02:14+03:00",
        FUJI,
        "Cappadocia",
        ("hot-air balloons",),
    ),
    Work(
        "mesa", "land:mesa", PANORAMA, "2016-10-08T18:33:21-06:00", FUJI, "Road trip", ("panorama", "desert")
    ),
    Work(
        "snow", "land:snow_trees", LANDSCAPE, "2021-01-24T09:31:48+01:00", FUJI, "Winter", ("trees", "snow")
    ),
    Work(
        "clouds",
        "air:clouds",
        LANDSCAPE,
        "2023-06-19T20:20:05-06:00",
        PHONE,
        "Canada 2023",
        ("clouds", "aeroplane"),
    ),
    Work(
        "city",
        "city:dusk",
        LANDSCAPE,
        "2024-09-29T18:52:37+02:00",
        FUJI,
        "Frankfurt",
        ("city", "river", "evening"),
    ),
    Work(
        "rain",
        "city:rain",
        LANDSCAPE,
        "2024-11-16T17:44:11+01:00",
        APPLE,
        "At home",
        ("rain", "window", "lights"),
    ),
    Work(
        "street",
        "city:night_drive",
        LANDSCAPE,
        "2024-12-14T18:25:00+01:00",
        PHONE,
        "At home",
        ("city", "night", "lights"),
        "VIDEO",
    ),
    Work(
        "embers",
        "abstract:embers",
        PORTRAIT,
        "2025-03-08T14:20:05+00:00",
        PHONE,
        "Museum",
        ("painting", "red"),
    ),
    Work(
        "deep_water",
        "abstract:deep_water",
        LANDSCAPE,
        "2025-03-08T14:20:31+00:00",
        PHONE,
        "Museum",
        ("painting", "blue"),
    ),
    Work(
        "squares",
        "abstract:squares",
        SQUARE,
        "2025-03-08T14:20:48+00:00",
        PHONE,
        "Museum",
        ("painting", "yellow"),
    ),
    Work(
        "ink",
        "abstract:ink_in_water",
        LANDSCAPE,
        "2023-12-02T16:08:19+01:00",
        FUJI,
        "Studio",
        ("abstract", "ink"),
    ),
    Work(
        "paper",
        "abstract:paper_hills",
        PORTRAIT,
        "2023-12-02T16:41:56+01:00",
        FUJI,
        "Studio",
        ("abstract", "paper"),
    ),
)
