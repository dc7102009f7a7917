"""What the doctor says of one thing, and how it is printed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import Enum

import attrs
from attrs import frozen


class Verdict(Enum):
    OK = "ok"
    WARN = "warn"
    """The frame runs, but something is not as it should be, or could not be looked at."""
    FAIL = "fail"


@frozen
class Check:
    """One thing that the frame needs."""

    name: str
    verdict: Verdict
    says: str
    """What was found, in one line."""
    cure: str = ""
    """What to do, in one line; empty when nothing is to be done."""


def ok(name: str, says: str) -> Check:
    return Check(name, Verdict.OK, says)


def warn(name: str, says: str, cure: str) -> Check:
    return Check(name, Verdict.WARN, says, cure)


def fail(name: str, says: str, cure: str) -> Check:
    return Check(name, Verdict.FAIL, says, cure)


def exit_code(found: Iterable[Check]) -> int:
    """0 when nothing failed, else 1."""
    return 1 if any(check.verdict is Verdict.FAIL for check in found) else 0


def table(found: Sequence[Check]) -> str:
    """For people: a line for each check, below it what to do."""
    width = max((len(check.name) for check in found), default=0)
    lines = []
    for check in found:
        lines.append(f"{check.verdict.value:4}  {check.name:{width}}  {check.says}")
        if check.cure:
            lines.append(f"{'':{width + 8}}-> {check.cure}")
    failed = sum(check.verdict is Verdict.FAIL for check in found)
    warned = sum(check.verdict is Verdict.WARN for check in found)
    return "\n".join([*lines, "", f"{len(found)} checks, {failed} failed, {warned} to look at"]) + "\n"


def as_json(found: Sequence[Check]) -> str:
    """For programs: a list of objects with name, verdict, says and cure."""
    plain = [{**attrs.asdict(check), "verdict": check.verdict.value} for check in found]
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
