"""`kiosk doctor`: each thing that the frame needs, looked at, with what to do. It changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from kiosk.config import Config, StorageKey
from kiosk.doctor.check import Check, Verdict, as_json, exit_code, fail, ok, table, warn
from kiosk.doctor.fonts import letters
from kiosk.doctor.language import screen_language
from kiosk.doctor.machine import clock, credentials, decoder, directories, faces, free_space, storage_key
from kiosk.doctor.network import network
from kiosk.doctor.panel import panel_power
from kiosk.doctor.screen import display, text
from kiosk.errors import ConfigError, Problem
from kiosk.storage.decoder import Decoder
from kiosk.system import Dirs, assets_dir

__all__ = ["Check", "Verdict", "as_json", "checks", "exit_code", "table"]


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
    found.append(panel_power(sound.sleep, dirs.state, env))
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


def configuration(config: Config | ConfigError) -> list[Check]:
    if not isinstance(config, ConfigError):
        return [ok("configuration", "no mistake in it")]
    return [
        fail("configuration", f"{each.where}: {each.wrong}", f"allowed: {each.allowed}" + _nearest(each))
        for each in config.problems
    ]


def _nearest(problem: Problem) -> str:
    return f"; did you mean {problem.nearest}?" if problem.nearest else ""
