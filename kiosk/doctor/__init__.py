"""`kiosk doctor`: each thing that the frame needs, looked at, with what to do. It changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from kiosk.config import Config, Loaded, StorageKey
from kiosk.doctor.check import Check, Verdict, as_json, exit_code, fail, ok, table, warn
from kiosk.doctor.console import console, state_of_the_kiosk
from kiosk.doctor.fonts import letters
from kiosk.doctor.language import screen_language
from kiosk.doctor.light import screen_light
from kiosk.doctor.machine import clock, credentials, decoder, directories, faces, free_space, storage_key
from kiosk.doctor.network import network
from kiosk.doctor.panel import panel_power
from kiosk.doctor.preflight import catalog, room
from kiosk.doctor.screen import display, text
from kiosk.errors import ConfigError, Problem
from kiosk.storage.decoder import Decoder
from kiosk.system import Dirs, assets_dir

__all__ = [
    "Check",
    "Verdict",
    "as_json",
    "boot_partition",
    "checks",
    "exit_code",
    "preflight_checks",
    "table",
]


def checks(
    config: Config | ConfigError, dirs: Dirs, env: Mapping[str, str], key: StorageKey | None = None
) -> list[Check]:
    """Every check, in the order in which a person would look.

    With a ConfigError the rest is checked with defaults, but no host is asked: which ones were meant is not
    known.
    """
    now = datetime.now(UTC)
    sound = Config() if isinstance(config, ConfigError) else config
    found = configuration(config)
    found += directories(dirs)
    found.append(free_space(sound, dirs))
    if not isinstance(config, ConfigError):
        found.append(storage_key(config, dirs, key))
    found.append(decoder(Decoder(faces=sound.picture.faces)))
    found.append(faces(sound))
    found += display(env)
    found += console(sound.display.output, env, state=state_of_the_kiosk(env))
    found.append(panel_power(sound.sleep, dirs.state, env))
    found += screen_light(sound.light, env, now)
    found += text(assets_dir() / "fonts")
    found.append(screen_language(sound.display.language, env))
    found += letters(sound.display.language, env)
    found.append(clock(now))
    if isinstance(config, ConfigError):
        found.append(warn("network", "not checked", "mend the configuration first"))
    else:
        found += network(sound.google, env, now)
        found += credentials(sound, dirs, key)
    return found


def boot_partition(loaded: Loaded) -> list[Check]:
    """What lies over config.toml, where something does."""
    if loaded.boot is None:
        return []
    if loaded.secret_left:
        says = f"a secret is still in {loaded.boot}, which cannot be written"
        return [warn("boot partition", says, "erase it there with a computer; the frame has it")]
    number = sum(origin.startswith(f"{loaded.boot}:") for origin in loaded.origins.values())
    over = f"; they overrule {loaded.place}: {', '.join(loaded.overruled)}" if loaded.overruled else ""
    return [ok("boot partition", f"{number} settings from {loaded.boot}{over}")]


def preflight_checks(
    config: Config | ConfigError, dirs: Dirs, env: Mapping[str, str], key: StorageKey | None = None
) -> list[Check]:
    """What this version needs of the frame that another one serves: asked of it before it takes over.

    Neither screen nor network: the other one has the screen, and a network may come and go.
    """
    sound = Config() if isinstance(config, ConfigError) else config
    found = configuration(config)
    found += directories(dirs)
    found.append(room(dirs))
    if not isinstance(config, ConfigError):
        found.append(storage_key(config, dirs, key))
    found.append(catalog(dirs))
    found.append(decoder(Decoder(faces=sound.picture.faces)))
    found += text(assets_dir() / "fonts")
    found.append(screen_language(sound.display.language, env))
    found += letters(sound.display.language, env)
    return found


def configuration(config: Config | ConfigError) -> list[Check]:
    if not isinstance(config, ConfigError):
        return [ok("configuration", "no mistake in it")]
    return [
        fail("configuration", f"{each.where}: {each.wrong}", f"allowed: {each.allowed}" + _nearest(each))
        for each in config.problems
    ]


def _nearest(problem: Problem) -> str:
    return f"; did you mean {problem.nearest}?" if problem.nearest else ""
