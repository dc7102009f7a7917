"""One target under atheris: ``python -m tests.fuzz.one TARGET [libFuzzer's options and folders]``."""

from __future__ import annotations

import ast
import logging
import sys
import tempfile
from pathlib import Path

import atheris

from tests.fuzz.targets import TARGETS


def rooms_of(name: str) -> list[str]:
    """What is to be instrumented, read from the target's text: importing it would load the rooms as they are."""
    tree = ast.parse((Path(__file__).parent / "targets" / f"{name}.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ROOMS":
            return list(ast.literal_eval(node.value))
    raise LookupError(f"{name} names no rooms")


def main() -> None:
    name, *options = sys.argv[1:]
    target = next(each for each in TARGETS if each.name == name)
    logging.disable()  # the rooms write of each mishap, and there are thousands
    with tempfile.TemporaryDirectory() as folder:
        with atheris.instrument_imports(include=rooms_of(name), enable_loader_override=False):
            once = target.load(Path(folder))
        atheris.Setup([sys.argv[0], *options], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
