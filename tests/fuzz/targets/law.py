"""What every target's law is made of."""

from __future__ import annotations

import re

MARK = "mArk3d-s3cret"
"""Stands for a secret that was sent or kept. Short and of no known shape: nothing masks it by accident."""


class Broken(AssertionError):
    """A law was broken; the text says which."""


def hold(law: bool, what: str) -> None:
    """Raises Broken unless the law holds. Not `assert`: a fuzzer may run optimised."""
    if not law:
        raise Broken(what)


def hides_the_mark(error: BaseException) -> None:
    """No text that an error can show has the secret in it, in any case of letters."""
    for text in (str(error), repr(error), *map(str, error.args)):
        hold(MARK.lower() not in text.lower(), f"a secret stands in {type(error).__name__}")


def lines(content: bytes, count: int) -> tuple[list[str], bytes]:
    """The first `count` lines as Latin-1 text, empty where there are fewer, and the rest."""
    *first, rest = (content.split(b"\n", count) + [b""] * (count + 1))[: count + 1]
    return [line.decode("latin-1") for line in first], rest


def which(word: str, names: list[str]) -> str:
    """The name that was written, else one of them that follows from the word."""
    return word if word in names else names[sum(word.encode("latin-1", "replace")) % len(names)]


def number(text: str, otherwise: int) -> int:
    """A status of HTTP: three digits."""
    return int(text) if re.fullmatch(r"[1-9][0-9]{2}", text) else otherwise
