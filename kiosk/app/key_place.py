"""Where the storage key may not be: in the very directories that it seals."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.config import Loaded
from kiosk.errors import ConfigError, Problem
from kiosk.system import paths


def check_key_place(loaded: Loaded, env: Mapping[str, str]) -> None:
    """Raises ConfigError, as a mistake of the config file that loading could not see."""
    if loaded.key is None:
        return
    storage = loaded.config.storage
    key = loaded.key.path.resolve()
    for place in paths.explain(env, state_dir=storage.state_dir, cache_dir=storage.cache_dir)[:2]:
        if key.is_relative_to(place.path.resolve()):
            where = f"{loaded.place}: [storage] key_file"
            wrong = f"{loaded.key.path} lies in the {place.name} directory, beside what it is to lock"
            raise ConfigError((Problem(where, wrong, f"a file outside {place.path}"),))
