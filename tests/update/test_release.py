"""`make release` and the commands of a frame, as far as they go on a machine without one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kiosk.cli import main
from kiosk.cli.release import main as release_main
from kiosk.errors import UpdateError
from kiosk.update.manifest import LOCK
from kiosk.update.release import Order, make
from kiosk.update.signature import trusted
from kiosk.update.source import Folder, fetch, offer
from tests.update.releases import MACHINE, PYTHON_HERE, key, release

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree that is small; its lock and what is in it come from a small release."""
    wheels = release(tmp_path / "wheels", key(tmp_path, "another"))
    (wheels / "kiosk-1.1.0-py3-none-any.whl").unlink()
    tree = tmp_path / "tree"
    (tree / "kiosk").mkdir(parents=True)
    (tree / "kiosk" / "__init__.py").write_text('__version__ = "3.2.1"\n')
    (tree / LOCK).write_text((wheels / LOCK).read_text())
    (tree / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "kiosk"\nversion = "3.2.1"\n'
    )
    return tree


@pytest.mark.slow
def test_what_is_made_is_what_a_frame_takes(tree: Path, tmp_path: Path) -> None:
    maker = key(tmp_path)
    order = Order(source=tree, key=maker, number=5, wheels=tmp_path / "wheels")
    made = make(order, tmp_path / "out" / "r")
    assert make(order, made) == made, "a second one takes the place of the first"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["r"], "nothing is left beside it"
    offered = offer(Folder(made), trusted(tmp_path / "keys"))
    manifest = offered.manifest
    assert (manifest.version, manifest.number) == ("3.2.1", 5)
    assert (manifest.python, manifest.machine) == (PYTHON_HERE, MACHINE)
    assert manifest.wheel.startswith("kiosk-3.2.1-")
    (tmp_path / "into").mkdir()
    fetch(offered, tmp_path / "into")
    with pytest.raises(UpdateError, match="pip download fails"):
        make(Order(source=tree, key=maker, number=5, wheels=tree), tmp_path / "out" / "none")
    assert not (tmp_path / "out" / "none").exists()


def test_without_a_key_to_sign_with_nothing_is_begun(tree: Path, tmp_path: Path, capsys: Printed) -> None:
    assert release_main(["--source", str(tree)], {}) == 1
    assert "KIOSK_RELEASE_KEY names no private key" in capsys.readouterr().err
    missing = {"KIOSK_RELEASE_KEY": str(tmp_path / "none.pem")}
    assert release_main(["--source", str(tree), "--out", str(tmp_path / "out")], missing) == 1
    assert "No such file" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_key_is_made_and_said_where_each_half_belongs(tmp_path: Path, capsys: Printed) -> None:
    assert release_main(["--new-key", str(tmp_path / "mine.pem")], {}) == 0
    told = capsys.readouterr().out
    assert f"{tmp_path}/mine.pem signs releases" in told
    assert f"{tmp_path}/mine.public.pem belongs into /etc/kiosk/release-keys" in told
    assert stat.S_IMODE((tmp_path / "mine.pem").stat().st_mode) == 0o600
    assert release_main(["--new-key", str(tmp_path / "mine.pem")], {}) == 1


@pytest.mark.parametrize("command", [["update"], ["update", "--again"], ["update", "--trial"], ["rollback"]])
def test_without_root_or_without_an_installed_frame_it_is_said_in_one_line(
    command: list[str], capsys: Printed
) -> None:
    if Path("/opt/kiosk").exists():
        pytest.skip("a frame is installed here")
    why = (
        "needs root: put sudo before it" if os.geteuid() else "no frame is installed here: /opt/kiosk/current"
    )
    assert main(command) == 1
    assert why in capsys.readouterr().err
