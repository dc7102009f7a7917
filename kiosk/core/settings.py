"""What the owner chose, as far as the core needs to know it: frozen values made out of the configuration."""

from __future__ import annotations

from datetime import UTC, tzinfo
from enum import Enum

from attrs import field, frozen

from kiosk.core.hours import Span
from kiosk.core.model import Client, Seconds, Size
from kiosk.core.sun import Place


class PickMode(Enum):
    """``[picking] mode``: what a new pick does to what is there."""

    ADD = "add"
    REPLACE = "replace"


class Order(Enum):
    """``[slideshow] order``."""

    SHUFFLE = "shuffle"
    CAPTURED = "captured"
    PICKED = "picked"


class Surround(Enum):
    """``[picture] surround``: what the screen shows where the picture leaves it free."""

    BLUR = "blur"
    """The picture itself, blurred and darkened."""
    MAT = "mat"
    """A mat board with an opening for the picture."""
    PLAIN = "plain"
    """Dark paper."""
    FILL = "fill"
    """Nothing is left free: the picture is cropped, unless that would cost too much of it."""


class MatStyle(Enum):
    """``[picture] mat``: which board."""

    SINGLE = "single"
    DOUBLE = "double"
    FLOAT = "float"
    DARK = "dark"


class Transition(Enum):
    """``[slideshow] transition``: how one picture gives way to the next."""

    CROSSFADE = "crossfade"
    DISSOLVE = "dissolve"
    """Through the mean colour of both."""
    PUSH = "push"
    WIPE = "wipe"
    NONE = "none"


class Motion(Enum):
    """``[slideshow] motion``: whether a picture moves while it is shown."""

    NONE = "none"
    GENTLE = "gentle"


class Caption(Enum):
    """``[picture] caption``: what stands at a picture's foot."""

    OFF = "off"
    DATE = "date"
    DATE_CAMERA = "date_camera"


@frozen
class Style:
    """How pictures hang and whether they move."""

    surround: Surround = Surround.BLUR
    mat: MatStyle = MatStyle.SINGLE
    motion: Motion = Motion.NONE
    travel: float = 0.0
    """How far a panorama may pan in its time, in lengths of the screen."""
    words: bool = False
    """Words may stand on the picture, so that it has to be known how bright it is behind them."""


@frozen
class SleepHours:
    """``[sleep]``: the spans of the week in which the frame is dark, in the time of this zone."""

    spans: tuple[Span, ...] = ()
    zone: tzinfo = UTC


@frozen
class Light:
    """``[light]``: how the screen follows the light around it. Without place and sensor it does not."""

    place: Place | None = None
    sensor: bool = False
    """Brightness goes by the room; the sun is for warmth, and for what the sensor does not say."""
    dimmest: float = 0.25
    """Share of the full light that is left at night."""
    warmest: float = 4500.0
    """Kelvin of white at night."""
    panel: bool = False
    """The panel's own light is turned down, not the picture."""

    def __bool__(self) -> bool:
        return self.place is not None or self.sensor


@frozen
class Settings:
    """What the core needs to know of the configuration."""

    client: Client = Client()
    display_name: str = "Photo frame"
    max_items: int = 2000
    mode: PickMode = PickMode.ADD
    order: Order = Order.SHUFFLE
    dwell: Seconds = Seconds(30.0)
    transition: Seconds = Seconds(1.0)
    """How long it takes; 0 is a hard cut."""
    kind: Transition = Transition.CROSSFADE
    style: Style = Style()
    pairs: bool = True
    """Whether upright pictures share a wide screen, and lying ones a tall one."""
    ahead: int = 1
    """Slides that are prepared beyond the one shown: as many as the machine's memory is good for."""
    room: int | None = None
    """Bytes of memory that slides may take beyond the next one: ``ahead`` follows from it, on any screen."""
    caption: Caption = Caption.OFF
    clock: bool = False
    marks: bool = False
    """Whether pictures say that they are new here, or of this day in another year."""
    zone: tzinfo = UTC
    """Where the frame hangs: its days and hours."""
    reduced_motion: bool = False
    """Nothing moves, not even words: what changes, changes at once."""
    sleep: SleepHours = SleepHours()
    light: Light = Light()
    screen: Size = Size(1920, 1080)
    config_path: str = "config.toml"
    secret_left: str = ""
    """The name of the file on the boot partition that a secret could not be taken from; empty where all is well."""
    keep_signed_in: bool = True
    """False: the access serves one pick, nothing of it reaches the card, and the next pick asks for a sign-in."""
    seed: bytes = field(default=b"", repr=False)
    """Random bytes from the system at the start: request ids and jitter come from it, so that the core stays pure."""
