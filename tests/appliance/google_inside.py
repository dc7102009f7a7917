"""A Google on the machine that is being proved, and the person who picks there. Run by the frame's own Python:

    python google_inside.py config          the config file for it
    python google_inside.py serve [PHOTOS]  serves this folder's pictures, or eight plain ones; approves, and picks all

The frame takes plain http on its own machine only, so a Google on the host would not do.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path

from kiosk.demo import DemoGoogle, DemoSettings, Library, NotPossible, folder_library, plain_library

SETTINGS = DemoSettings(port=8642, device_interval=1.0, poll_interval="1s")
PLAIN = 8
LOOK_SECONDS = 0.5


def config() -> str:
    """config.toml. Its sign-in is that of the demo, and so is nobody's."""
    with DemoGoogle(plain_library(1), SETTINGS) as google:
        client = {"client_id": SETTINGS.client_id, "client_secret": SETTINGS.client_secret}
        table = "\n".join(f'{key} = "{value}"' for key, value in (client | google.endpoints).items())
    return f"[google]\n{table}\n\n[slideshow]\ndwell_seconds = 20\n\n[storage]\nkeep_free_mb = 0\n"


def serve(library: Library) -> None:
    """Until somebody ends it."""
    done: set[str] = set()
    with DemoGoogle(library, SETTINGS) as google:
        while True:
            for code in set(google.user_codes) - done:
                done.add(code)
                with suppress(NotPossible, KeyError):
                    google.person.approve(code)
            for each in set(google.sessions) - done:
                done.add(each)
                with suppress(NotPossible, KeyError):
                    google.person.pick(each, [item.id for item in library.items])
            time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["config"]:
            print(config(), end="")
        case ["serve", folder]:
            serve(folder_library(Path(folder)))
        case ["serve"]:
            serve(plain_library(PLAIN, (960, 540), grain=60))
        case _:
            sys.exit(__doc__)
