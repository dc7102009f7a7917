"""The Makefile: two commands for a person, and quick when there is nothing to do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BROKEN = "#!/bin/sh\necho 'no such version' >&2\nexit 127\n"  # a shim of pyenv


def pretend(*version: int) -> str:
    """A Python that answers `-c` as this version would, and has nothing to say to anything else."""
    answer = f'exec {sys.executable} -c "import sys; sys.version_info = {version}; $2"'
    return f'#!/bin/sh\n[ "$1" = -c ] || exit 0\n{answer}\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The Makefile with stand-ins for the rest: nothing in the real tree is touched."""
    tree = tmp_path / "tree"
    (tree / "kiosk" / "system").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", tree)
    (tree / "kiosk" / "system" / "debian.py").write_text("")
    for name in ("pyproject.toml", "requirements-demo.lock", "requirements-test.lock"):
        (tree / name).touch()
    return tree


def make(tree: Path, *targets: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": path, "HOME": str(tree)}
    return subprocess.run(
        (shutil.which("make"), *targets),
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )


def programs(folder: Path, **scripts: str) -> str:
    """A PATH with these programs in front of what a shell recipe needs, and no other Python."""
    folder.mkdir()
    for name in ("bash", "sh", "mkdir", "cat", "touch", "basename", "rm"):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name, script in scripts.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    return str(folder)


def test_make_alone_lists_every_target_of_a_person(tree: Path) -> None:
    listed = make(tree).stdout
    for target in (
        "demo",
        "test",
        "test-all",
        "soak",
        "bench",
        "fuzz",
        "screens",
        "words",
        "release",
        "lock",
        "clean",
        "format",
        "setup",
        "venv",
    ):
        assert re.search(rf"^{target}\s+\w", listed, re.MULTILINE), target


def test_without_a_python_that_is_new_enough_make_says_so_in_one_sentence(tree: Path, tmp_path: Path) -> None:
    path = programs(tmp_path / "bin", **{"python3": pretend(3, 10, 13), "python3.13": BROKEN})
    refused = make(tree, ".stamps/python-demo", path=path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("kiosk needs Python 3.11 or newer and found none.")


def test_a_python_that_is_too_old_and_one_that_is_only_a_shim_are_passed_over(
    tree: Path, tmp_path: Path
) -> None:
    path = programs(
        tmp_path / "bin",
        **{"python3": pretend(3, 10, 13), "python3.13": BROKEN, "python3.12": pretend(3, 12, 1)},
    )
    assert make(tree, ".stamps/python-demo", path=path).returncode == 0
    assert (tree / ".stamps" / "python-demo").read_text() == "python3.12\n"


def test_a_set_up_tree_is_not_set_up_again(tree: Path) -> None:
    for stamp in (".stamps/python-test", ".venv/.test"):
        (tree / stamp).parent.mkdir(exist_ok=True)
        (tree / stamp).touch()
    again = make(tree, "venv")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_a_new_lock_sets_the_tree_up_again(tree: Path) -> None:
    for stamp in (".stamps/python-test", ".venv/.test"):
        (tree / stamp).parent.mkdir(exist_ok=True)
        (tree / stamp).touch()
    newer = (tree / ".venv/.test").stat().st_mtime + 5
    os.utime(tree / "requirements-test.lock", (newer, newer))
    assert make(tree, "--question", "venv").returncode == 1


def test_the_continuous_integration_is_make_test_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    (tmp_path / "Makefile").write_text("test:\n\t@cat; echo '1 passed in 0.01s'\n")
    ran = subprocess.run(
        (".ci/run",), cwd=tmp_path, stdin=None, capture_output=True, text=True, check=True, timeout=50
    )
    assert ran.stdout == "1 passed in 0.01s\n"
