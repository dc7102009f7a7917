"""The methods that attrs writes, from the wheel: compiled once, when it is installed, and not at every start.

attrs writes the methods of each class as text and compiles it when the class is made: for 200 classes that is a sixth
of the start. `wheel_hook.py` puts the same texts into the wheel as a module, which pip compiles like any other. A text
that is not in there (of another attrs; or in the source tree, which has no such module) is compiled as ever.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from hashlib import blake2b
from types import FunctionType
from typing import Any

Names = dict[str, Any]
Compile = Callable[[str, str, Names, Names | None], Names]
"""(text, file name, its globals, its locals) -> what the text has defined."""
METHODS = "kiosk.cli.methods"
"""In the wheel alone. ``METHODS`` in it: `key` of a text -> a function that defines the same, and returns that."""
ATTRS, PLACE = "attr._make", "_linecache_and_compile"


def plain(script: str, filename: str) -> str:
    """Without what differs from run to run: attrs salts each ``__hash__`` with the hash of the class's name."""
    return script.replace(str(hash(filename.replace(" methods ", " hash "))), "0")


def key(script: str) -> bytes:
    """Of a `plain` text."""
    return blake2b(script.encode(), digest_size=16).digest()


def use() -> None:
    """From now on, for every class of attrs. Does nothing where nothing was made, or where attrs is another."""
    try:
        methods = importlib.import_module(METHODS).METHODS
    except ModuleNotFoundError:
        return
    attrs = importlib.import_module(ATTRS)
    if (compiled := getattr(attrs, PLACE, None)) is not None:
        setattr(attrs, PLACE, with_methods(methods, compiled))


def with_methods(methods: Mapping[bytes, Callable[[], Names]], compiled: Compile) -> Compile:
    """compiled: for all other texts."""

    # attrs gives the last one by its name, for a class with a cached property.
    def defined(script: str, filename: str, globs: Names, locals: Names | None = None) -> Names:  # noqa: A002
        made = methods.get(key(plain(script, filename)))
        if made is None or locals:
            return compiled(script, filename, globs, locals)
        return FunctionType(made.__code__, globs)()  # type: ignore[no-any-return]

    return defined


use()  # When it is imported: before the first class of the kiosk is made.
