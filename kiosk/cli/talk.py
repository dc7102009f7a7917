"""The commands that speak to the running kiosk over its socket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.cli.exits import Exit
from kiosk.control import ControlVerb, ask, find_socket
from kiosk.system import paths

if TYPE_CHECKING:
    from kiosk.cli import Call


def socket_of(call: Call) -> Path:
    """Where the running kiosk listens; raises NotRunning."""
    return find_socket(paths.runtime_candidates(call.env))


def send(call: Call) -> int:
    which = getattr(call.args, "which", None)
    ask(socket_of(call), call.args.verb, **({"which": which} if which else {}))
    return Exit.OK


def screenshot(call: Call) -> int:
    ask(socket_of(call), ControlVerb.SCREENSHOT, path=str(call.args.file.absolute()))
    return Exit.OK


def status(call: Call) -> int:
    told = ask(socket_of(call), ControlVerb.STATUS)
    print(json.dumps(told, indent=2) if call.args.json else for_people(told))
    return Exit.OK


def for_people(told: dict[str, Any]) -> str:
    """A few lines; what is empty is left out."""
    lines = [f"kiosk {told['version']}, {told['state']}, up {told['uptime_seconds']:.0f} s"]
    lines.append("signed in" if told["signed_in"] else "not signed in")
    if told["user_code"]:
        lines.append(f"code {told['user_code']} at {told['verification_url']}")
    if told["picker_uri"]:
        lines.append(f"pick at {told['picker_uri']}")
    lines.append(
        f"{told['stored']} of {told['items']} pictures stored, {told['failed']} failed, {told['hidden']} hidden"
    )
    if told["slide"]:
        lines.append(f"showing {', '.join(told['slide'])}{' (paused)' if told['paused'] else ''}")
    if told["last_error"]:
        lines.append(f"last error, {told['last_error_at']}: {told['last_error']}")
    return "\n".join(lines)
