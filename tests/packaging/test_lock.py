"""The locks: made by a tool, hashed, and telling nothing of the machine that made them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-demo.lock", "requirements-test.lock", "requirements-fuzz.lock")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def entries(name: str) -> dict[str, str]:
    """Normalised package name -> everything that the lock says of it (numpy has one entry for each Python)."""
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text(), flags=re.MULTILINE)
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", text.strip()):
        package = re.match(r"[a-z0-9-]+", entry)
        assert package, entry
        found[package[0]] = found.get(package[0], "") + entry
    return found


def bare(entry: str) -> str:
    """Version and hashes of an entry, without the marker that says where it is wanted."""
    return re.sub(r" ; [^\\\n]+", "", entry)


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ;]", line)[0] for line in requirements} - {"kiosk"}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_hashed(lock: str) -> None:
    for entry in entries(lock).values():
        assert re.match(r"[a-z0-9-]+==[\w.+]+( ; [^\\]+)? \\\n    --hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_option_or_path_of_a_machine_is_in_the_lock(lock: str) -> None:
    for line in (ROOT / lock).read_text().splitlines():
        if not line.startswith("#"):
            assert not re.search(r"://|^--|^\s+--(?!hash=)| @ |/", line), line


def test_the_lock_of_a_frame_has_what_it_needs_and_nothing_of_the_demo() -> None:
    frame, demo = set(entries("requirements.lock")), names(PROJECT["optional-dependencies"]["demo"])
    assert names(PROJECT["dependencies"]) | {"hatchling"} <= frame
    assert not demo & frame
    assert set(entries("requirements-demo.lock")) == frame | demo


def test_the_small_lock_leaves_out_what_only_the_tests_need() -> None:
    assert not names(PROJECT["optional-dependencies"]["test"]) & set(entries("requirements.lock"))


def test_the_locks_agree() -> None:
    # Not their markers: what the tests need may want a package on more machines than the kiosk does.
    frame, demo, large = (
        {package: bare(entry) for package, entry in entries(name).items()} for name in LOCKS[:3]
    )
    assert frame.items() <= demo.items() <= large.items()
    assert names(PROJECT["optional-dependencies"]["test"]) <= set(large)


def test_the_kiosk_depends_on_these_packages_and_no_other() -> None:
    allowed = {"pygame-ce", "qrcode", "requests", "google-auth", "pillow", "attrs", "babel", "cryptography"}
    assert names(PROJECT["dependencies"]) == allowed
    assert "pygame" not in entries("requirements-test.lock"), "both pygames install into one folder"


def test_the_fuzzer_is_in_its_own_lock_alone() -> None:
    assert "atheris" in entries("requirements-fuzz.lock")
    assert "atheris" not in entries("requirements-test.lock")
    ours, tested = entries("requirements-fuzz.lock"), entries("requirements-test.lock")
    assert {name: bare(ours[name]) for name in ours if name in tested} == {
        name: bare(tested[name]) for name in ours if name in tested
    }
