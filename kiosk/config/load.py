"""config.toml -> Config, with every problem at once.

Search order: the path given (`--config`), $KIOSK_CONFIG, `config.toml` in each of $CONFIGURATION_DIRECTORY
(systemd, a list with colons), the XDG place. The first two name a file, which must be there then; in the
others it may be missing, and with no file at all every key has its default.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs
from attrs import frozen

from kiosk.config import client_secrets, storage_key
from kiosk.config.files import read_text
from kiosk.config.lines import lines_of
from kiosk.config.schema import SECTIONS, Config, LanguageTag, settings
from kiosk.config.setting import Mistake
from kiosk.core.model import Secret
from kiosk.errors import ConfigError, Problem

DEFAULT = "default"
_NAME = "config.toml"
_TOML = "TOML, as in config.example.toml"
_CLIENT_KEYS = ("google.client_id", "google.client_secret")
_MOST_DOTS = 100
"""In one line that is no comment: tomllib takes minutes over a key with ten thousand of them."""


@frozen
class Loaded:
    """A configuration that holds, and where each value came from."""

    config: Config
    origins: Mapping[str, str]
    """``section.key`` -> ``<file>:<line>``, the file of a credential, or ``default``; every key is in it."""
    path: Path | None
    """The file that was read; None if there is none."""
    place: Path
    """Where the owner's file is or would be looked for; for people."""
    key: storage_key.StorageKey | None = None
    """What the card is sealed with, if there is one; `kiosk config` does not show it."""


def load(path: Path | None, env: Mapping[str, str]) -> Loaded:
    """The effective configuration. `path` is that of `--config`; raises ConfigError with all problems."""
    file = _find(path, env)
    reading = _Reading(file)
    for section, content in file.document.items():
        reading.section(section, content)
    reading.client(env)
    key = reading.storage_key(env)
    if reading.problems:
        raise ConfigError(tuple(reading.problems))
    return Loaded(
        config=_build(reading.values),
        origins=MappingProxyType(dict.fromkeys(settings(), DEFAULT) | reading.origins),
        path=file.path if file.there else None,
        place=file.path,
        key=key,
    )


def place_of(path: Path | None, env: Mapping[str, str]) -> Path:
    """The file that `load` reads, or where it would be: for whoever waits until a broken one changes."""
    if path is not None or env.get("KIOSK_CONFIG"):
        return path or Path(env["KIOSK_CONFIG"])
    places = default_places(env)
    return next((place for place in places if os.path.lexists(place)), places[0])


def language_of(path: Path) -> LanguageTag:
    """What a file that `load` refused says of the language, since its mistakes are told in that; else AUTO."""
    try:
        file = _File.read(path)
        display = file.document.get("display") if file else None
        value = display.get("language") if isinstance(display, dict) else None
        found: LanguageTag = settings()["display.language"].read(value, path.parent)
    except (ConfigError, Mistake):
        return LanguageTag.AUTO
    return found


def default_places(env: Mapping[str, str]) -> tuple[Path, ...]:
    """Where config.toml is looked for when nobody names it; never empty."""
    places = [
        Path(directory, _NAME) for directory in env.get("CONFIGURATION_DIRECTORY", "").split(":") if directory
    ]
    # XDG Base Directory Specification: relative paths are to be ignored.
    xdg = env.get("XDG_CONFIG_HOME", "")
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    places.append((Path(xdg) if xdg.startswith("/") else home / ".config") / "kiosk" / _NAME)
    return tuple(places)


def _find(path: Path | None, env: Mapping[str, str]) -> _File:
    if path is None and env.get("KIOSK_CONFIG"):
        path = Path(env["KIOSK_CONFIG"])
    if path is not None:
        if file := _File.read(path):
            return file
        raise ConfigError((Problem(str(path), "there is no such file", "a TOML file that can be read"),))
    places = default_places(env)
    return next((file for file in map(_File.read, places) if file), None) or _File(path=places[0])


def _build(values: Mapping[str, Any]) -> Config:
    def section(name: str) -> dict[str, Any]:
        return {key.partition(".")[2]: value for key, value in values.items() if key.startswith(name + ".")}

    sections: dict[str, Any] = {name: cls(**section(name)) for name, cls in SECTIONS.items()}
    return Config(**sections)


@frozen
class _File:
    """A parsed file; or the place for one, with the empty document."""

    path: Path
    there: bool = False
    document: Mapping[str, Any] = attrs.Factory(dict)
    lines: Mapping[tuple[str, ...], int] = attrs.Factory(dict)

    @classmethod
    def read(cls, path: Path) -> _File | None:
        """None if it is not there; raises ConfigError."""
        try:
            text = read_text(path)
            if text is None:
                return None
            text = text.replace("\r\n", "\n")
            if any(line.count(".") > _MOST_DOTS for line in text.split("\n") if not line.startswith("#")):
                raise Mistake(f"{path} has a line with more than {_MOST_DOTS} dots in it")
            return cls(path, True, tomllib.loads(text), lines_of(text))
        except Mistake as mistake:
            problem = Problem(str(path), str(mistake), "a TOML file that can be read")
        except tomllib.TOMLDecodeError as error:
            problem = _syntax_problem(path, str(error))
        except (ValueError, RecursionError):
            # Whole numbers of thousands of digits, brackets nested hundreds deep.
            problem = Problem(str(path), "it cannot be parsed", _TOML)
        raise ConfigError((problem,))

    def where(self, *names: str) -> str:
        """`file:line` of a section or key, with the line of the section for a key that is not there."""
        line = self.lines.get(names) or self.lines.get(names[:1])
        return f"{self.path}:{line}" if line else str(self.path)


def _syntax_problem(path: Path, message: str) -> Problem:
    at = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    where = f"{path}:{at[1]}" if at else str(path)
    wrong = message[: at.start()] if at else message.replace("(at end of document)", "at its end")
    return Problem(where, f"it is not TOML: {wrong}", _TOML)


@attrs.define
class _Reading:
    """The values, origins and problems gathered so far."""

    file: _File
    values: dict[str, Any] = attrs.Factory(dict)
    origins: dict[str, str] = attrs.Factory(dict)
    problems: list[Problem] = attrs.Factory(list)

    def section(self, name: str, content: object) -> None:
        if name not in SECTIONS:
            self._unknown_top(name, content)
        elif isinstance(content, dict):
            for key, value in content.items():
                self._key(name, key, value)
        else:
            self._problem((name,), "it is not a section", f"[{name}] on a line of its own, its keys below")

    def _key(self, section: str, name: str, value: object) -> None:
        setting = settings().get(f"{section}.{name}")
        if setting is None:
            known = ", ".join(each.name for each in settings().values() if each.section == section)
            self._problem((section, name), "unknown key", known, _nearest_key(section, name))
            return
        base = self.file.path.absolute().parent
        try:
            self.values[setting.key] = setting.read(value, base)
        except Mistake as mistake:
            self._problem((section, name), str(mistake), setting.allowed)
        self.origins[setting.key] = self.file.where(section, name)

    def _unknown_top(self, name: str, content: object) -> None:
        known = ", ".join(f"[{section}]" for section in SECTIONS)
        if isinstance(content, dict | list):
            self._problem(
                (name,), "unknown section", known, _nearest(name, {f"[{each}]": each for each in SECTIONS})
            )
        else:
            self._problem(
                (name,), "this key stands in no section", f"keys in {known}", _nearest_key("", name)
            )

    def client(self, env: Mapping[str, str]) -> None:
        """The OAuth client: the two keys, or the file they name, or systemd's credentials; whole or not at
        all."""
        if any(
            f"google.{key}" in self.origins and self._broken(key) for key in ("client_id", "client_secret")
        ):
            return  # already told
        has_id = bool(self.values.get("google.client_id"))
        has_secret = bool(self.values.get("google.client_secret", Secret("")).reveal)
        file: Path | None = self.values.get("google.client_secrets_file")
        if file and (has_id or has_secret):
            wrong = "it stands beside client_id or client_secret"
            self._problem(
                ("google", "client_secrets_file"), wrong, "either this file or the two keys, not both"
            )
        elif file:
            self._client_from_file(file)
        elif not (has_id and has_secret):
            self._client_from_credentials(env, has_id=has_id, has_secret=has_secret)

    def _broken(self, key: str) -> bool:
        return f"google.{key}" not in self.values

    def _client_from_file(self, path: Path) -> None:
        try:
            self._take(client_secrets.read_client_secrets(path))
        except Mistake as mistake:
            self._problem(("google", "client_secrets_file"), str(mistake), client_secrets.ALLOWED)

    def _client_from_credentials(self, env: Mapping[str, str], *, has_id: bool, has_secret: bool) -> None:
        try:
            found = client_secrets.from_credentials_directory(env)
        except Mistake as mistake:
            self.problems.append(Problem("CREDENTIALS_DIRECTORY", str(mistake), client_secrets.ALLOWED))
            return
        if found and not found.client_id and not has_secret:
            self._take(found)
            has_secret = True
        elif found and found.client_id and not (has_id or has_secret):
            self._take(found)
            return
        if has_id != has_secret:
            missing, there = ("client_secret", "client_id") if has_id else ("client_id", "client_secret")
            self._problem(
                ("google", missing), f"it is missing, while {there} is there", "both, or neither of them"
            )

    def storage_key(self, env: Mapping[str, str]) -> storage_key.StorageKey | None:
        """A key that is named has to be a sound one even if nothing is encrypted: it may be needed for reading."""
        try:
            key = storage_key.find(self.values.get("storage.key_file"), env)
        except Mistake as mistake:
            self._problem(("storage", "key_file"), str(mistake), storage_key.ALLOWED)
            return None
        broken = "storage.key_file" in self.origins and "storage.key_file" not in self.values
        if key is None and self.values.get("storage.encrypt") and not broken:
            wrong = "there is no key to encrypt with, neither [storage] key_file nor systemd's storage.key"
            self._problem(("storage", "encrypt"), wrong, storage_key.ALLOWED)
        return key

    def _take(self, found: client_secrets.FoundClient) -> None:
        values = (found.client_id, found.client_secret)
        for key, value in zip(_CLIENT_KEYS, values, strict=True):
            if value:
                self.values[key] = value
                self.origins[key] = str(found.path)

    def _problem(self, names: tuple[str, ...], wrong: str, allowed: str, nearest: str = "") -> None:
        section, *key = names
        shown = f"[{section}] {key[0]}" if key else section
        self.problems.append(Problem(f"{self.file.where(*names)}: {shown}", wrong, allowed, nearest))


def _nearest_key(section: str, name: str) -> str:
    """The known key that was probably meant: one of the same section first, else one of another."""
    here = {each.name: each.name for each in settings().values() if each.section == section}
    return _nearest(name, here) or _nearest(
        name, {f"[{each.section}] {each.name}": each.name for each in settings().values()}
    )


def _nearest(name: str, shown: Mapping[str, str]) -> str:
    from difflib import get_close_matches  # here, since a sound file never needs it

    close = get_close_matches(name.lower().replace("-", "_"), list(shown.values()), n=1, cutoff=0.6)
    return next((text for text, known in shown.items() if close and known == close[0]), "")
