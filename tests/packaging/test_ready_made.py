"""The methods of attrs that the wheel brings along: the same as attrs would compile, and used."""

from __future__ import annotations

import importlib
import linecache
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest

from kiosk.cli import ready_made
from kiosk.cli.ready_made import key, plain, with_methods
from kiosk.cli.wheel_hook import module

ROOT = Path(__file__).parents[2]
SCRIPT = "def __len__(self):\n    return size\ndef __bool__(self):\n    return False\n"
USED = """
import importlib, sys
sys.modules["kiosk.cli.methods"] = importlib.import_module("methods")
attrs = importlib.import_module("attr._make")
compiled, missed = attrs._linecache_and_compile, []
def noted(script, filename, *more):
    missed.append(filename)
    return compiled(script, filename, *more)
attrs._linecache_and_compile = noted
import kiosk.cli.run, kiosk.display
from attrs.exceptions import FrozenInstanceError
from kiosk.core.model import MediaPage, Size
assert missed == [], missed
assert Size(3, 2) == Size(3, 2) != Size(2, 3) and hash(Size(3, 2)) == hash(Size(3, 2))
assert repr(Size(width=3, height=2)) == "Size(width=3, height=2)"
assert len({Size(3, 2), Size(3, 2), MediaPage((), None), MediaPage((), None)}) == 2
try:
    Size(3, 2).width = 4
except FrozenInstanceError:
    print("as ever")
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module, as the hook writes it into a wheel."""
    file = tmp_path_factory.mktemp("made") / "methods.py"
    hook = ROOT / "kiosk" / "cli" / "wheel_hook.py"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run((sys.executable, "-P", hook, file), env=env, cwd=file.parent, check=True)
    return file


def test_every_class_of_a_start_takes_its_methods_from_the_wheel(made: Path) -> None:
    env = {**os.environ, "PYTHONPATH": f"{made.parent}{os.pathsep}{ROOT}"}
    words = (sys.executable, "-c", USED)
    done = subprocess.run(words, env=env, cwd=made.parent, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("as ever\n", "")


def test_every_room_can_be_imported_with_the_methods_from_the_wheel(made: Path) -> None:
    """A class with a cached property is compiled another way (seen in the lab: no installed frame reached Google)."""
    env = {**os.environ, "PYTHONPATH": f"{made.parent}{os.pathsep}{ROOT}"}
    program = (
        "import importlib, sys; sys.modules['kiosk.cli.methods'] = importlib.import_module('methods')\n"
        "import kiosk.cli.run, kiosk.google, kiosk.storage, kiosk.demo, kiosk.doctor, kiosk.update"
    )
    words = (sys.executable, "-c", program)
    done = subprocess.run(words, env=env, cwd=made.parent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_each_of_them_is_what_attrs_compiles(made: Path) -> None:
    """attrs leaves the texts of this process's own classes where tracebacks look for them."""
    table, compared = _table(made.read_text("utf-8")), 0
    importlib.import_module("kiosk.cli.run")
    for name, entry in list(linecache.cache.items()):
        if not name.startswith("<attrs generated methods kiosk.") or len(entry) < 3:
            continue
        script = "".join(entry[2])
        if (maker := table.get(key(plain(script, name)))) is not None:
            assert _functions(maker.__code__) == _functions(compile(plain(script, name), name, "exec"))
            compared += 1
    assert compared > 100


def test_what_it_defines_sees_the_names_that_attrs_gives_it() -> None:
    defined = with_methods(_table(module({key(SCRIPT): SCRIPT})), _unwanted)
    names = defined(SCRIPT, "<attrs generated methods x>", {"size": 7})
    assert [names["__len__"](None), names["__bool__"](None)] == [7, False]


def test_another_text_is_compiled_as_ever() -> None:
    asked: list[str] = []

    def compiled(script: str, filename: str, globs: object, names: object) -> dict[str, object]:
        asked.append(script)
        return {}

    defined = with_methods(_table(module({key(SCRIPT): SCRIPT})), compiled)
    defined(SCRIPT + "\n", "<attrs generated methods x>", {}, None)
    defined(SCRIPT, "<attrs generated getattr x>", {}, {"_cls": int})
    assert asked == [SCRIPT + "\n", SCRIPT]


def test_the_salt_of_a_hash_is_no_part_of_a_text() -> None:
    name, salt = "<attrs generated methods kiosk.X>", hash("<attrs generated hash kiosk.X>")
    assert plain(f"hash(({salt},))", name) == "hash((0,))"


def test_without_the_module_attrs_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    attrs = importlib.import_module(ready_made.ATTRS)
    before = getattr(attrs, ready_made.PLACE)
    ready_made.use()
    assert getattr(attrs, ready_made.PLACE) is before


@pytest.mark.parametrize("known", [True, False])
def test_with_the_module_only_an_attrs_that_we_know_is_changed(
    monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    attrs, methods = ModuleType("attrs_of_the_test"), ModuleType("methods_of_the_test")
    methods.METHODS = {}  # type: ignore[attr-defined]
    if known:
        attrs._linecache_and_compile = _unwanted  # type: ignore[attr-defined]
    before = dict(vars(attrs))
    for module_, place in ((attrs, "ATTRS"), (methods, "METHODS")):
        monkeypatch.setitem(sys.modules, module_.__name__, module_)
        monkeypatch.setattr(ready_made, place, module_.__name__)
    ready_made.use()
    assert (vars(attrs) != before) is known


def _functions(code: CodeType) -> dict[str, tuple[object, ...]]:
    """Of what a text defines: its code, without where it stands."""
    found = [each for each in code.co_consts if isinstance(each, CodeType)]
    return {
        each.co_name: (each.co_code, each.co_names, each.co_varnames, _plain_consts(each)) for each in found
    }


def _plain_consts(code: CodeType) -> list[object]:
    return [each for each in code.co_consts if not isinstance(each, CodeType)]


def _unwanted(*_words: object) -> dict[str, object]:
    raise AssertionError("compiled, although it was made")


def _table(text: str) -> dict[bytes, Callable[[], dict[str, object]]]:
    names: dict[str, dict[bytes, FunctionType]] = {}
    exec(compile(text, "methods.py", "exec"), names)  # type: ignore[arg-type]
    return names["METHODS"]  # type: ignore[return-value]
