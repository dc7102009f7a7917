"""A Google beside the machine that is being proved, and the person who picks there. It outlives a power cut.

The frame takes plain http on its own machine only. So there the same port leads here: in the lab through a socket unit
(`door`), with a Raspberry Pi through `ssh -R 8642:127.0.0.1:8642`, begun anew whenever it ends.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from attrs import evolve
from PIL import Image

from kiosk.demo import DemoGoogle, DemoSettings, NotPossible, folder_library

PORT = 8642
SETTINGS = DemoSettings(device_interval=1.0, poll_interval="1s")
OWN, SIZE, NOISE = 30, (1280, 720), 40
"""Pictures of our own, where none were given."""
LOOK_SECONDS = 0.5
DOOR = "kiosk-proof"


class Outside:
    """Approves each code, and picks in each picking session what `wanted` says; None: it makes the frame wait."""

    def __init__(self, photos: Path | None, port: int = PORT) -> None:
        self._stack = ExitStack()
        if photos is None:
            photos = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
            paint(photos)
        library = folder_library(photos)
        self.items = tuple(item.id for item in library.items)
        self.google = DemoGoogle(library, evolve(SETTINGS, port=port))
        self.wanted: Sequence[str] | None = ()
        self._ending = threading.Event()
        self._person = threading.Thread(target=self._tap, name="person", daemon=True)

    def __enter__(self) -> Outside:
        self.google.start()
        self._person.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._person.join()
        self.google.stop()
        self._stack.close()

    def config(self) -> str:
        """The [google] table. Its sign-in is that of the demo, and so is nobody's."""
        client = {"client_id": SETTINGS.client_id, "client_secret": SETTINGS.client_secret}
        pairs = client | self.google.endpoints
        return "[google]\n" + "".join(f'{key} = "{value}"\n' for key, value in pairs.items())

    def _tap(self) -> None:
        done: set[str] = set()
        while not self._ending.wait(LOOK_SECONDS):
            for code in set(self.google.user_codes) - done:
                done.add(code)
                with suppress(NotPossible, KeyError):
                    self.google.person.approve(code)
            wanted = self.wanted
            if wanted is None:
                continue
            for each in set(self.google.sessions) - done:
                done.add(each)
                with suppress(NotPossible, KeyError):
                    self.google.person.pick(each, list(wanted))


def paint(folder: Path, count: int = OWN) -> None:
    """Pictures with as many colours as photographs have, each turned another way."""
    slope = Image.linear_gradient("L")
    for number in range(count):
        bands = [slope.rotate(number * 12 + turn, expand=False).resize(SIZE) for turn in (0, 90, 180)]
        noise = Image.effect_noise(SIZE, NOISE)
        picture = Image.merge("RGB", [Image.blend(band, noise, 0.2) for band in bands])
        picture.save(folder / f"picture-{number:02}.jpg", quality=90)


def door(address: str) -> str:
    """A shell command that makes the port there lead to this address, in later boots as well."""
    units = f"/etc/systemd/system/{DOOR}"
    proxy = "/usr/lib/systemd/systemd-socket-proxyd"
    socket = f"[Socket]\\nListenStream=127.0.0.1:{PORT}\\n[Install]\\nWantedBy=sockets.target\\n"
    service = f"[Service]\\nExecStart={proxy} {address}:{PORT}\\n"
    return (
        f"printf '{socket}' >{units}.socket; printf '{service}' >{units}.service;"
        f" systemctl daemon-reload; systemctl enable --now --quiet {DOOR}.socket"
    )
