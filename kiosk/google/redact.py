"""What of an answer may reach a log or a screen.

1. A sample shows the shape of an answer, never a value of it: keys and types, or how long a body is.
2. Text that Google wrote for people (``error_description``, ``error.message``) is shown without addresses'
   paths, without what looks like a token, and without anything that this frame sent as a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SAMPLE_CHARACTERS = 200
_DEEPEST = 4
_MOST_MEMBERS = 12
_PLAIN_KEY = re.compile(r"[A-Za-z_@][A-Za-z_]{0,30}")
_ADDRESS = re.compile(r"(https?://)([^\s/?#\"'<>@]+@)?([^\s/?#\"'<>@]*)[^\s\"'<>]*")
# Google's tokens and secrets begin like this (access, refresh, code, client secret); the rest is only long.
_TOKEN = re.compile(r"(?:ya29\.|1//|4/|GOCSPX-)\S*|[A-Za-z0-9_~+=-]{20,}")


def shape(value: object) -> str:
    """The keys and types of a JSON value, at most 200 characters."""
    return _clip(_shape(value, 0))


def said(text: str, secrets: Iterable[str] = ()) -> str:
    """What a server wrote for people, on one line, at most 200 characters, without a secret."""
    # Longest first: a secret may begin with another one.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        # Whatever the case of its letters: some answers come back in small letters, as hosts do.
        text = re.sub(re.escape(secret), "***", text, flags=re.IGNORECASE)
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    text = _ADDRESS.sub(r"\1\3/...", " ".join(text.split()))
    words = (
        word if word.startswith(("http://", "https://")) else _TOKEN.sub("***", word) for word in text.split()
    )
    return _clip(" ".join(words))


def _shape(value: object, depth: int) -> str:
    if isinstance(value, dict):
        if depth == _DEEPEST:
            return "{...}"
        members = [
            f"{_key(key)}: {_shape(member, depth + 1)}" for key, member in list(value.items())[:_MOST_MEMBERS]
        ]
        return "{" + ", ".join(members) + _more(len(value)) + "}"
    if isinstance(value, list):
        if depth == _DEEPEST:
            return "[...]"
        kinds = dict.fromkeys(_shape(member, depth + 1) for member in value[:_MOST_MEMBERS])
        return "[" + ", ".join(kinds) + _more(len(value)) + "]"
    if isinstance(value, str):
        return f"text({len(value)})"
    return "null" if value is None else "flag" if isinstance(value, bool) else "number"


def _key(key: object) -> str:
    return key if isinstance(key, str) and _PLAIN_KEY.fullmatch(key) else "?"


def _more(count: int) -> str:
    return f", {count - _MOST_MEMBERS} more" if count > _MOST_MEMBERS else ""


def _clip(text: str) -> str:
    return text if len(text) <= SAMPLE_CHARACTERS else text[: SAMPLE_CHARACTERS - 3] + "..."
