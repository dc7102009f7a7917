"""Any line at the control socket: a verb whose arguments are text that can be used, or one sentence for whoever sent
it."""

from __future__ import annotations

import os
from pathlib import Path

from kiosk.control import ControlVerb
from kiosk.control.wire import LONGEST_LINE, BadLine, decode_answer, decode_request, encode, refusal
from tests.fuzz.targets.law import MARK, hold

ROOMS = ("kiosk.control",)


def once(content: bytes, _folder: Path) -> None:
    """Raises Broken, or whatever should not have come out."""
    line = content[:LONGEST_LINE]
    try:
        verb, args = decode_request(line)
    except BadLine as error:
        hold(str(error).isprintable() and len(str(error)) < 300, "an answer that is not one sentence")
        hold(MARK not in str(error), "an argument comes back")
        hold(decode_answer(encode(refusal(str(error)))) == {"ok": False, "error": str(error)}, "a refusal")
    else:
        hold(isinstance(verb, ControlVerb) and set(args) <= set(verb.arguments), "an unknown argument")
        for value in args.values():
            value.encode()
            hold("\0" not in os.fspath(value), "no path and no form can hold a NUL")
    try:
        fields = decode_answer(line)
    except BadLine:
        return
    hold(isinstance(fields["ok"], bool), "an answer that is neither yes nor no")
