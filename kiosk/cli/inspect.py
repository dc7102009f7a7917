"""``kiosk config`` and ``kiosk doctor``: what is set, and what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.app import check_key_place
from kiosk.cli.exits import Exit
from kiosk.config import Config, load, table
from kiosk.errors import ConfigError
from kiosk.system import paths

if TYPE_CHECKING:
    from kiosk.cli import Call


def config(call: Call) -> int:
    """The effective values and where each came from; secrets are masked."""
    loaded = load(call.config_path, call.env)
    print(table(loaded))
    storage = loaded.config.storage
    print("\n[directories]")
    for place in paths.explain(call.env, state_dir=storage.state_dir, cache_dir=storage.cache_dir):
        print(f"{place.name} = {place.path}  ({place.origin})")
    return Exit.OK


def doctor(call: Call) -> int:
    """Every check with what to do about it; 1 when one has failed."""
    from kiosk.doctor import as_json, boot_partition, checks, exit_code, preflight_checks
    from kiosk.doctor import table as report

    config: Config | ConfigError
    key = None
    over = []
    try:
        loaded = load(call.config_path, call.env)
        check_key_place(loaded, call.env)
        config, key = loaded.config, loaded.key
        over = boot_partition(loaded)
    except ConfigError as error:
        config = error
    storage = (Config() if isinstance(config, ConfigError) else config).storage
    dirs = paths.find(call.env, state_dir=storage.state_dir, cache_dir=storage.cache_dir)
    looks = preflight_checks if call.args.preflight else checks
    found = over + looks(config, dirs, call.env, key)
    print(as_json(found) if call.args.json else report(found))
    return exit_code(found)
