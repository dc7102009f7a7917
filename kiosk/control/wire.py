"""What goes over the socket: one line of JSON each way, at most 64 KiB.

Request: ``{"verb": "next"}``, further keys are the verb's arguments. Answer: ``{"ok": true, ...}`` or
``{"ok": false, "error": "<one sentence>"}``. Pure: bytes in, values out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from kiosk.control.verbs import ControlVerb

LONGEST_LINE = 64 * 1024
SOCKET_NAME = "control.sock"
ANSWER_SECONDS = 10.0
"""How long the main loop may take over an answer: longer than any one thing that it does."""

Answer = dict[str, Any]
"""The fields of one answer: values that JSON knows."""


class BadLine(Exception):
    """A line that is no request; its text is one sentence for whoever sent it. Inside this room only."""


@frozen(eq=False)
class ControlRequest:
    """A verb that somebody wants done. It has to be answered once, from any thread; later answers are
    dropped."""

    verb: ControlVerb
    args: Mapping[str, str] = field(repr=False)  # an authorization code may be in it
    reply: Callable[[Answer], None] = field(repr=False)

    def answer(self, **fields: Any) -> None:
        """Done; with these fields, e.g. those of the status."""
        self.reply({**fields, "ok": True})

    def refuse(self, error: str) -> None:
        """Not done, for this reason."""
        self.reply(refusal(error))


def refusal(error: str) -> Answer:
    return {"ok": False, "error": error}


def encode(fields: Mapping[str, Any]) -> bytes:
    """One line; JSON escapes line ends inside text."""
    return json.dumps(fields, separators=(",", ":")).encode() + b"\n"


def decode_request(line: bytes) -> tuple[ControlVerb, dict[str, str]]:
    """The verb and its arguments; raises BadLine."""
    fields = _object(line)
    word = fields.pop("verb", None)
    verb = ControlVerb.of(word) if isinstance(word, str) else None
    if verb is None:
        raise BadLine(f"unknown verb; known are {', '.join(each.word for each in ControlVerb)}")
    for name, value in fields.items():
        if name not in verb.arguments:
            raise BadLine(f"{verb.word} takes no argument of that name")
        if not isinstance(value, str):
            raise BadLine(f"the argument {name} has to be text")
        # JSON can spell NUL and half a surrogate pair: neither a path nor a form can hold them.
        if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value):
            raise BadLine(f"the argument {name} has a character in it that is none")
    return verb, fields


def decode_answer(line: bytes) -> Answer:
    """The fields of an answer; raises BadLine."""
    fields = _object(line)
    if not isinstance(fields.get("ok"), bool):
        raise BadLine("no answer of a kiosk")
    return fields


def _object(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLine("not a line of JSON") from error
    if not isinstance(fields, dict):
        raise BadLine("not a JSON object")
    return fields
