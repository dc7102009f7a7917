"""The wheel runs without the source tree."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

import kiosk
from kiosk.language import TAGS

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("kiosk", "assets", "systemd", "pyproject.toml", "README.md", "LICENSE", "config.example.toml")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what it is made from, with the backend of the lock and no network."""
    source = tmp_path_factory.mktemp("source")
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    build = (
        "pip",
        "wheel",
        "-qq",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        source / "dist",
        source,
    )
    subprocess.run((sys.executable, "-m", *build), check=True, cwd=source)
    (made,) = (source / "dist").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; what it depends on is borrowed from the environment of the tests."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    install = ("pip", "--python", home / "bin" / "python", "install", "-qq", "--no-index", "--no-deps", wheel)
    subprocess.run((sys.executable, "-m", *install), check=True)
    # Only the folder: the .pth files in it, one of which leads to the source tree, are not followed on PYTHONPATH.
    (borrowed := home / "borrowed").symlink_to(sysconfig.get_path("purelib"))
    assert not (borrowed / "kiosk").exists()
    return home


def run(installed: Path, empty: Path, *command: str) -> str:
    """What a command of the environment prints, started in an empty folder and without the source tree."""
    program = (installed / "bin" / command[0], *command[1:])
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(installed / "borrowed"), "HOME": str(empty)}
    done = subprocess.run(
        program, cwd=empty, env=environment, capture_output=True, text=True, check=False, timeout=50
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_wheel_holds_the_fonts_the_example_the_unit_and_the_licences(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    for font in (ROOT / "assets" / "fonts").iterdir():
        assert f"kiosk/assets/fonts/{font.name}" in held
    share = f"kiosk-{kiosk.__version__}.data/data/share/kiosk"
    assert {f"{share}/config.example.toml", f"{share}/kiosk.service"} <= held
    about = f"kiosk-{kiosk.__version__}.dist-info"
    assert {f"{about}/licenses/LICENSE", f"{about}/licenses/assets/fonts/OFL.txt"} <= held


def test_the_wheel_holds_the_catalog_of_every_language(wheel: Path) -> None:
    held = set(ZipFile(wheel).namelist())
    assert {f"kiosk/assets/locale/{tag}/LC_MESSAGES/kiosk.mo" for tag in TAGS} <= held


def test_the_installed_kiosk_speaks_german(installed: Path, tmp_path: Path) -> None:
    ask = "from kiosk.language import language; print(language('de').translated)"
    assert run(installed, tmp_path, "python", "-c", ask) == "True"


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    for name in ZipFile(wheel).namelist():
        assert name.startswith(("kiosk/", f"kiosk-{kiosk.__version__}.")), name
        assert not name.endswith((".pyc", ".orig", ".rej")), name


def test_the_module_runs_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    assert kiosk.__version__ in run(installed, tmp_path, "python", "-m", "kiosk", "--version")


def test_the_console_script_runs_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    assert kiosk.__version__ in run(installed, tmp_path, "kiosk", "--version")


def test_the_fonts_are_found_inside_the_installed_package(installed: Path, tmp_path: Path) -> None:
    ask = "from kiosk.system import paths; print(paths.assets_dir())"
    found = Path(run(installed, tmp_path, "python", "-c", ask))
    assert found.is_relative_to(installed)
    assert (found / "fonts" / "Inter-Regular.otf").is_file()
