"""Releases that are small, signed, and real as far as pip is concerned."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

from kiosk.update.manifest import LOCK, MANIFEST, SIGNATURE, Listed, written
from kiosk.update.signature import new_key, sign

PYTHON_HERE = "{}.{}".format(*sys.version_info[:2])
MACHINE = os.uname().machine


def key(folder: Path, name: str = "maker") -> Path:
    """The private one; the public one lies in `folder`/keys, which the frame trusts."""
    private = folder / f"{name}.pem"
    public = new_key(private)
    (folder / "keys").mkdir(exist_ok=True)
    public.rename(folder / "keys" / public.name)
    return private


def wheel(folder: Path, name: str, version: str, files: Mapping[str, str], script: str = "") -> Path:
    """A wheel of pure Python, as PEP 427 has it; its RECORD tells no hashes, which pip does not ask for."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with ZipFile(path, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside, text)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        if script:
            archive.writestr(f"{info}/entry_points.txt", f"[console_scripts]\nkiosk = {script}\n")
        listed = [
            *files,
            *(f"{info}/{each}" for each in ("METADATA", "WHEEL", "RECORD")),
            *_entry(info, script),
        ]
        archive.writestr(f"{info}/RECORD", "".join(f"{each},,\n" for each in listed))
    return path


def _entry(info: str, script: str) -> list[str]:
    return [f"{info}/entry_points.txt"] if script else []


def release(
    folder: Path,
    private: Path,
    *,
    version: str = "1.1.0",
    number: int = 200,
    python: str = PYTHON_HERE,
    machine: str = MACHINE,
    program: str = "def main():\n    return 0\n",
) -> Path:
    """A folder with one thing that is locked, and a kiosk that needs it."""
    folder.mkdir(parents=True)
    locked = wheel(folder, "needed", "3.1", {"needed.py": "GOOD = True\n"})
    digest = hashlib.sha256(locked.read_bytes()).hexdigest()
    (folder / LOCK).write_text(f"needed==3.1 --hash=sha256:{digest}\n")
    wheel(folder, "kiosk", version, {"kiosk_tiny.py": program}, "kiosk_tiny:main")
    return signed(folder, private, version=version, number=number, python=python, machine=machine)


def signed(
    folder: Path,
    private: Path,
    *,
    version: str = "1.1.0",
    number: int = 200,
    python: str = PYTHON_HERE,
    machine: str = MACHINE,
) -> Path:
    """With a manifest of what lies in it."""
    files = {
        path.name: Listed(path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in folder.iterdir()
        if path.name not in (MANIFEST, SIGNATURE)
    }
    return sealed(folder, private, written(version, number, python, machine, files))


def sealed(folder: Path, private: Path, content: bytes) -> Path:
    """With these bytes for a manifest, signed whatever they say."""
    (folder / MANIFEST).write_bytes(content)
    (folder / SIGNATURE).write_bytes(sign(content, private))
    return folder


def document(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / MANIFEST).read_bytes())
    return told


def python_with_pip(folder: Path) -> str:
    """The system's Python, whose new environments borrow the pip of the tests: to make one anew takes five seconds."""
    import pip

    path = folder / "python3"
    lib = f"lib/python{PYTHON_HERE}/site-packages"
    borrow = (
        f'{sys.executable} -m venv --without-pip "$3" && ln -s {Path(pip.__file__).parent} "$3/{lib}/pip"'
    )
    path.write_text(f'#!/bin/sh\nif [ "$2" = venv ]; then {borrow}; else exec {sys.executable} "$@"; fi\n')
    path.chmod(0o755)
    return str(path)


def run(*words: str | Path) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout
