"""Every key of config.toml: type, unit, range, default and what it is for. The order here is that of the
example file."""

from __future__ import annotations

from enum import Enum
from functools import cache
from pathlib import Path

import attrs
from attrs import frozen

from kiosk.config.setting import (
    Setting,
    address,
    coordinates,
    number,
    one_of,
    origin,
    place,
    settings_of,
    spans,
    text,
    whole,
    yes_no,
    zone,
)
from kiosk.core.model import Client, Secret
from kiosk.core.settings import Caption, MatStyle, Motion, Order, PickMode, Surround, Transition
from kiosk.core.sun import Place


class Rotation(Enum):
    """How far the picture is turned clockwise, for a panel that hangs on its side; degrees."""

    NONE = 0
    QUARTER = 90
    HALF = 180
    THREE_QUARTERS = 270


class Renderer(Enum):
    """How pictures reach the screen."""

    AUTO = "auto"
    TEXTURE = "texture"
    SURFACE = "surface"


class PowerMethod(Enum):
    """What turns the panel off in sleep hours."""

    AUTO = "auto"
    """The first that is seen to work."""
    KMS = "kms"
    WLOPM = "wlopm"
    VCGENCMD = "vcgencmd"
    CEC = "cec"
    DDC = "ddc"
    BACKLIGHT = "backlight"
    BLACK = "black"
    """Nothing: the screen is painted black."""


class LightMethod(Enum):
    """What dims the screen."""

    PICTURE = "picture"
    """Its own pixels: on any screen, without a visible step."""
    BACKLIGHT = "backlight"
    DDC = "ddc"


class Lettering(Enum):
    """How large type is."""

    NORMAL = "normal"
    LARGE = "large"


class Contrast(Enum):
    """How far type stands off from what is behind it."""

    NORMAL = "normal"
    HIGH = "high"


class LanguageTag(Enum):
    """What the screens are written in: as the folders under assets/locale are called."""

    AUTO = "auto"
    """As the system's locale says."""
    ARABIC = "ar"
    BENGALI = "bn"
    GERMAN = "de"
    ENGLISH = "en"
    SPANISH = "es"
    FRENCH = "fr"
    HINDI = "hi"
    INDONESIAN = "id"
    ITALIAN = "it"
    JAPANESE = "ja"
    KOREAN = "ko"
    DUTCH = "nl"
    POLISH = "pl"
    BRAZILIAN_PORTUGUESE = "pt_BR"
    RUSSIAN = "ru"
    THAI = "th"
    TURKISH = "tr"
    UKRAINIAN = "uk"
    VIETNAMESE = "vi"
    SIMPLIFIED_CHINESE = "zh_Hans"
    TRADITIONAL_CHINESE = "zh_Hant"


@frozen(kw_only=True)
class GoogleConfig:
    """The OAuth client and where Google is. The endpoints are base URLs without a closing slash."""

    client_id: str = text(
        "",
        "The OAuth client of your own Google Cloud project; README.md tells how to get one.\n"
        "Without it the frame starts and says on the screen what is missing.",
        unit="client id",
    )
    client_secret: Secret = text(
        "", "The secret that belongs to client_id.", unit="client secret", secret=True
    )
    client_secrets_file: Path | None = place(
        "Instead of the two above: the JSON file that Google's console downloads for the client.\n"
        "A relative path starts at the directory of this file.",
        otherwise="client_secrets.json in systemd's CREDENTIALS_DIRECTORY, if there is one",
        unit="file",
    )
    display_name: str = text(
        "Photo frame",
        "What Google's pages call this frame. Choose nothing that names a person.",
        # The Ambient API, whose `state` this is, allows displayName 1 to 100 characters.
        shortest=1,
        longest=100,
    )
    keep_signed_in: bool = yes_no(
        True,
        "Whether one sign-in lasts. false is for a frame that several people share, or that strangers can reach:\n"
        "what a person granted serves one pick, is forgotten with it and never reaches the card, and the next\n"
        "pick asks for a sign-in again. The pictures stay.",
    )
    device_code_url: str = address(
        "https://oauth2.googleapis.com/device/code", "Where a device and user code are asked for (RFC 8628)."
    )
    token_url: str = address("https://oauth2.googleapis.com/token", "Where access tokens are asked for.")
    revoke_url: str = address(
        "https://oauth2.googleapis.com/revoke", "Where access is given back (sign-out)."
    )
    auth_url: str = address(
        "https://accounts.google.com/o/oauth2/v2/auth", "The page for signing in with a Desktop client."
    )
    picker_url: str = address("https://photospicker.googleapis.com/v1", "The Google Photos Picker API.")
    library_url: str = address("https://photoslibrary.googleapis.com/v1", "The Google Photos Library API.")

    @property
    def client(self) -> Client:
        """The client as the core knows it; an empty client id means that none is configured."""
        return Client(self.client_id, self.client_secret)


@frozen(kw_only=True)
class PickingConfig:
    mode: PickMode = one_of(
        PickMode.ADD,
        'What a new pick does: "add" keeps what is there, "replace" lets the earlier picks go as soon as\n'
        "the first new picture is stored. An empty pick changes nothing.",
        unit="word",
    )
    max_items: int = whole(
        2000,
        "How many a person may pick in one go; 2000 is Google's own limit.",
        unit="pictures",
        low=1,
        high=2000,
    )


@frozen(kw_only=True)
class SlideshowConfig:
    dwell_seconds: float = number(
        # On a wall a picture is glanced at, not watched: half a minute leaves it in peace and is easy on the
        # CPU.
        30.0,
        "How long each picture stays.",
        unit="seconds",
        low=0.1,
        high=86400.0,
    )
    transition_seconds: float = number(
        1.0,
        "How long one picture takes to give way to the next; 0 is a hard cut.",
        unit="seconds",
        low=0.0,
        high=10.0,
    )
    transition: Transition = one_of(
        Transition.CROSSFADE,
        '"crossfade" mixes both, "dissolve" goes through their mean colour, "push" and "wipe" move across the\n'
        'screen, "none" is a hard cut.',
        unit="word",
    )
    motion: Motion = one_of(
        # A picture that moves is drawn sixty times a second; one that hangs still costs nothing.
        Motion.NONE,
        '"gentle" lets the view drift towards what matters in a picture, or away from it, and along a panorama.\n'
        "It needs a GPU; without one, and on a mat, pictures hang still.",
        unit="word",
    )
    reduced_motion: bool = yes_no(
        False, "Switches every movement off at once: no motion, and a crossfade in place of push and wipe."
    )
    order: Order = one_of(
        Order.SHUFFLE,
        '"shuffle" shows every picture once before any twice, "captured" goes by the date of the picture,\n'
        '"picked" by the order of picking.',
        unit="word",
    )


@frozen(kw_only=True)
class PictureConfig:
    surround: Surround = one_of(
        Surround.BLUR,
        'What surrounds a picture that has not the shape of the screen: "blur" (the picture itself, dark and\n'
        'soft), "mat" (a mat board with an opening), "plain" (dark paper), or "fill": no surround, the picture\n'
        "is cropped to what matters in it, unless more than a third of it would be lost.",
        unit="word",
    )
    mat: MatStyle = one_of(
        MatStyle.SINGLE,
        'The board, tinted by the picture: "single" and "double" are light with a bevelled opening, "float" has\n'
        'the picture lying on it, "dark" does not light up the room.',
        unit="word",
    )
    pairs: bool = yes_no(
        True,
        "Whether upright pictures hang in pairs on a wide screen, and lying ones on a tall screen: two of one day,\n"
        "or of like colours.",
    )
    faces: bool = yes_no(
        True,
        "Whether faces are looked for, so that no crop cuts a head off: never whose they are, and only where the\n"
        "[faces] extra is installed. It takes 40 MB more while pictures arrive.",
    )
    caption: Caption = one_of(
        # Nothing stands on a picture unless somebody asks for it.
        Caption.OFF,
        'What stands small at the foot of a picture: "date" is the day it was taken, "date_camera" names the camera\n'
        "as well.",
        unit="word",
    )
    clock: bool = yes_no(
        False, "Whether the time stands at the foot of the screen, in the system's time zone."
    )
    marks: bool = yes_no(
        False,
        "Whether a picture says quietly that it was taken on this day in another year, or that it came to the frame\n"
        "in the last week.",
    )


@frozen(kw_only=True)
class DisplayConfig:
    fullscreen: bool = yes_no(True, "Whether the kiosk takes the whole screen; false opens a window.")
    width: int = whole(
        1280, "Width of the window when fullscreen is false.", unit="pixels", low=16, high=16384
    )
    height: int = whole(
        720, "Height of the window when fullscreen is false.", unit="pixels", low=9, high=16384
    )
    output: str = text(
        "",
        "Where several screens are connected, on a console: the one for the frame, by its connector (as HDMI-A-1) or\n"
        "by what it calls itself. `kiosk doctor` names them. Empty: the first connected one, by its connector's name.",
        longest=40,
        unit="connector or display",
    )
    rotation: Rotation = one_of(
        Rotation.NONE, "How far the picture is turned clockwise, for a panel on its side.", unit="degrees"
    )
    type: Lettering = one_of(
        Lettering.NORMAL,
        '"large" makes all type larger by a third, for eyes that need it or a room that is long.',
        unit="word",
    )
    contrast: Contrast = one_of(
        Contrast.NORMAL, '"high" writes in white on black, by 12 to 1 at least, on pictures too.', unit="word"
    )
    renderer: Renderer = one_of(
        Renderer.AUTO,
        '"texture" draws with the GPU, "surface" with the CPU; "auto" takes the GPU where there is one.',
        unit="word",
    )
    language: LanguageTag = one_of(
        LanguageTag.AUTO,
        'What the screens are written in. "auto" goes by the system\'s locale (LANGUAGE, LC_ALL, LC_MESSAGES,\n'
        "LANG, or /etc/locale.conf), and is English where the kiosk does not speak that language.",
        unit="language tag",
    )


@frozen(kw_only=True)
class SleepConfig:
    hours: tuple[str, ...] = spans(
        "When the frame is dark: the panel is off, nothing moves, and what is being fetched goes on. A span belongs\n"
        "to the day on which it begins. A key lights it for five minutes; `kiosk wake` and `kiosk sleep` hold until\n"
        "the hours next say otherwise."
    )
    time_zone: str = zone("Where these hours are counted, summer time included.")
    method: PowerMethod = one_of(
        PowerMethod.AUTO,
        'What turns the panel off. "auto" tries them in this order and remembers what works: "kms" (the kernel, on a\n'
        'console), "wlopm" (Wayland), "vcgencmd" (older Raspberry Pi OS), "cec" (the television itself, whatever it\n'
        'shows), "ddc" (monitors, with ddcutil), "backlight" (built-in panels). "black" only paints the screen black.',
        unit="word",
    )


@frozen(kw_only=True)
class LightConfig:
    place: Place | None = coordinates(
        # For a room that is lived in until late: a picture that is right by day is a lamp by night.
        "Where the frame hangs. Its light then follows the height of the sun there: full by day, dim and warm by\n"
        "night. One decimal is enough. Nothing is asked of any network, and the place is told to nobody."
    )
    sensor: bool = yes_no(
        # For a room whose light has nothing to do with the sun: a hall, a bedroom, a house with shutters.
        False,
        "Whether an ambient light sensor that Linux knows (IIO) decides how bright the screen is, where there is\n"
        "one. The place above is for its warmth, and for the day on which the sensor says nothing.",
    )
    dimmest: float = number(
        # A bedroom wants less than a quarter, a shop window more.
        0.25,
        "The share of the light that is left in the dark; 1 never dims.",
        unit="share",
        low=0.05,
        high=1.0,
    )
    warmest: int = whole(
        # Whoever shows black and white photographs, or paintings, takes 6500.
        # At 4000 a sky turns green, at 5000 white paper in a room with lamps looks blue.
        4500,
        "How warm white becomes in the dark: 6500 is daylight and changes no colour, 2700 is a light bulb.",
        unit="kelvin",
        low=2000,
        high=6500,
    )
    method: LightMethod = one_of(
        # The two others save power, and make black darker.
        LightMethod.PICTURE,
        '"picture" dims what is painted, on any screen; "backlight" turns down the lamp of a built-in panel, "ddc"\n'
        "that of a monitor (with ddcutil, in steps of 5 %). What does not obey is left alone, and the picture is\n"
        "dimmed instead.",
        unit="word",
    )


@frozen(kw_only=True)
class StorageConfig:
    state_dir: Path | None = place(
        "Where the catalog and the credentials are kept.",
        otherwise="systemd's STATE_DIRECTORY, else ~/.local/state/kiosk",
        unit="directory",
    )
    cache_dir: Path | None = place(
        "Where the pictures are kept.",
        otherwise="systemd's CACHE_DIRECTORY, else ~/.cache/kiosk",
        unit="directory",
    )
    cache_max_mb: int = whole(
        # A full pick of 2000 at 1080p (about 0.7 MB each with the room for motion) fits three times over.
        4096,
        "How much the pictures may take at most; the oldest pick makes room first. 1 MB is 1,000,000 bytes.",
        unit="MB",
        low=1,
        high=1_000_000,
    )
    keep_free_mb: int = whole(
        512,
        "How much of the card always stays free for the rest of the system.",
        unit="MB",
        low=0,
        high=1_000_000,
    )
    encrypt: bool = yes_no(
        False,
        "Whether the pictures, the catalog's texts and the sign-in are encrypted on the card. README.md tells\n"
        "what that protects from, and what not. It can be switched at any time; what is there is changed.",
    )
    key_file: Path | None = place(
        "The key for that: 32 random bytes, or 64 hexadecimal digits, that nobody else may read and that do\n"
        "not lie in the two directories above. Without the key nothing can be read any more.",
        otherwise="storage.key in systemd's CREDENTIALS_DIRECTORY, if there is one",
        unit="file",
    )


@frozen(kw_only=True)
class UpdateConfig:
    source: str = origin(
        "Where `kiosk update` takes new versions from: a folder that is a release or holds several, or the address of\n"
        "one. They have to be signed with a key that /etc/kiosk/release-keys knows. Empty: there are no updates."
    )


@frozen(kw_only=True)
class Config:
    """The whole configuration, checked."""

    google: GoogleConfig = GoogleConfig()
    picking: PickingConfig = PickingConfig()
    slideshow: SlideshowConfig = SlideshowConfig()
    picture: PictureConfig = PictureConfig()
    display: DisplayConfig = DisplayConfig()
    sleep: SleepConfig = SleepConfig()
    light: LightConfig = LightConfig()
    storage: StorageConfig = StorageConfig()
    update: UpdateConfig = UpdateConfig()


SECTIONS: dict[str, type[attrs.AttrsInstance]] = {
    "google": GoogleConfig,
    "picking": PickingConfig,
    "slideshow": SlideshowConfig,
    "picture": PictureConfig,
    "display": DisplayConfig,
    "sleep": SleepConfig,
    "light": LightConfig,
    "storage": StorageConfig,
    "update": UpdateConfig,
}


@cache
def settings() -> dict[str, Setting]:
    """``section.key`` -> its setting, for every key there is."""
    return {setting.key: setting for name, cls in SECTIONS.items() for setting in settings_of(name, cls)}
