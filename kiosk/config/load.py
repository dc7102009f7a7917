"""config.toml -> Config, with every problem at once.

Where it is looked for says kiosk/config/places.py; what lies over it, kiosk/config/overlay.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs
from attrs import frozen

from kiosk.config import client_secrets, storage_key
from kiosk.config.document import Document
from kiosk.config.overlay import Overlay, overlay_over
from kiosk.config.places import default_places
from kiosk.config.schema import SECTIONS, Config, LanguageTag, settings
from kiosk.config.setting import Mistake
from kiosk.core.model import Secret
from kiosk.errors import ConfigError, Problem

DEFAULT = "default"
_CLIENT_KEYS = ("google.client_id", "google.client_secret")
_PATHS = ("directory", "file")
"""Units of what says where on the frame something lies."""


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
    boot: Path | None = None
    """The file of the boot partition that lies over it, if there is one."""
    overruled: tuple[str, ...] = ()
    """Keys that stand in both."""
    secret_left: bool = False
    """A secret still stands in the boot partition's file, since it cannot be written."""


def load(path: Path | None, env: Mapping[str, str]) -> Loaded:
    """The effective configuration. `path` is that of `--config`; raises ConfigError with all problems."""
    file = _find(path, env)
    overlay = overlay_over(file.path, env)
    reading = _Reading(file)
    reading.document(file)
    if overlay:
        reading.overlay(overlay)
    env = _with_credentials(file.path, env)
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
        boot=overlay.document.path if overlay else None,
        overruled=tuple(reading.overruled),
        secret_left=overlay is not None and overlay.secret_left,
    )


def language_of(path: Path, env: Mapping[str, str]) -> LanguageTag:
    """What a file that `load` refused says of the language, since its mistakes are told in that; else AUTO."""
    return (
        _language(lambda: _overlaid(path, env)) or _language(lambda: Document.read(path)) or LanguageTag.AUTO
    )


def boot_file(path: Path, env: Mapping[str, str]) -> Path | None:
    """The boot partition's file that lies over this one, as far as it can be told; it may hold the mistakes."""
    try:
        document = _overlaid(path, env)
    except ConfigError:
        return None
    return document.path if document else None


def _overlaid(path: Path, env: Mapping[str, str]) -> Document | None:
    overlay = overlay_over(path, env)
    return overlay.document if overlay else None


def _language(read: Callable[[], Document | None]) -> LanguageTag | None:
    try:
        file = read()
        display = file.content.get("display") if file else None
        value = display.get("language") if isinstance(display, dict) else None
        found: LanguageTag = settings()["display.language"].read(value, Path())
    except (ConfigError, Mistake):
        return None
    return found


def _find(path: Path | None, env: Mapping[str, str]) -> Document:
    if path is None and env.get("KIOSK_CONFIG"):
        path = Path(env["KIOSK_CONFIG"])
    if path is not None:
        if file := Document.read(path):
            return file
        raise ConfigError((Problem(str(path), "there is no such file", "a TOML file that can be read"),))
    places = default_places(env)
    return next((file for file in map(Document.read, places) if file), None) or Document(path=places[0])


def _with_credentials(config: Path, env: Mapping[str, str]) -> Mapping[str, str]:
    """For root at a shell: systemd hands the service copies of what lies beside its config.toml."""
    beside = config.parent / "credentials"
    if env.get("CREDENTIALS_DIRECTORY") or not (beside.is_dir() and os.access(beside, os.R_OK | os.X_OK)):
        return env
    return {**env, "CREDENTIALS_DIRECTORY": str(beside)}


def _build(values: Mapping[str, Any]) -> Config:
    def section(name: str) -> dict[str, Any]:
        return {key.partition(".")[2]: value for key, value in values.items() if key.startswith(name + ".")}

    sections: dict[str, Any] = {name: cls(**section(name)) for name, cls in SECTIONS.items()}
    return Config(**sections)


@attrs.define
class _Reading:
    """The values, origins and problems gathered so far."""

    file: Document
    """The one whose keys are being read; of the two, config.toml in the end."""
    boot: Document | None = None
    values: dict[str, Any] = attrs.Factory(dict)
    origins: dict[str, str] = attrs.Factory(dict)
    problems: list[Problem] = attrs.Factory(list)
    overruled: list[str] = attrs.Factory(list)

    def document(self, document: Document) -> None:
        for section, content in document.content.items():
            self.section(section, content)

    def overlay(self, overlay: Overlay) -> None:
        """What it sets wins, its mistakes count, and its client is one whole."""
        if overlay.client:
            for key in (*_CLIENT_KEYS, "google.client_secrets_file"):
                self.values.pop(key, None)
                self.origins.pop(key, None)
        self.problems += overlay.problems
        config, self.file, self.boot = self.file, overlay.document, overlay.document
        self.document(overlay.document)
        self.file = config

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
        if self.file is self.boot and setting.unit in _PATHS:
            wrong = "a path has no place on the boot partition"
            self._problem((section, name), wrong, "this key in the frame's own config.toml")
            return
        if setting.key in self.origins:
            self.overruled.append(setting.key)
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
        at = self.boot if self.boot and names in self.boot.lines else self.file
        self.problems.append(Problem(f"{at.where(*names)}: {shown}", wrong, allowed, nearest))


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
