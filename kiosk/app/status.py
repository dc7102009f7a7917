"""The state as ``kiosk status --json`` tells it. No secret is in it: the user code is on the screen anyway."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kiosk import __version__
from kiosk.core import access, compose, light, picking, signin
from kiosk.core.state import State

_PHASES = {
    signin.Off: "off",
    signin.Requesting: "asking",
    signin.Waiting: "waiting",
    signin.Declined: "declined",
    signin.SecondRoad: "second_road",
    signin.Blocked: "blocked",
}


def status(
    state: State,
    *,
    now: float,
    flips: int,
    uptime_seconds: float,
    stuck: tuple[str, ...] = (),
    restarts: int = 0,
    output: str | None = None,
) -> dict[str, Any]:
    """Keys and types are promised in the README."""
    attempt = state.signin.attempt if isinstance(state.signin, signin.Waiting) else None
    phase = state.picking.phase
    choosing = phase.picking_session if isinstance(phase, picking.Choosing) else None
    current = state.show.current
    error = state.last_error
    scene = compose.compose(state, now)
    return {
        "state": compose.status_word(state),
        "ready": state.opened and state.leaving is None,
        "signed_in": access.signed_in(state.access),
        "user_code": attempt.code.user_code if attempt else None,
        "verification_url": attempt.code.verification_url if attempt else None,
        "picker_uri": choosing.picker_uri if choosing else None,
        "items": state.counts.items,
        "stored": state.counts.stored,
        "failed": state.counts.failed,
        "hidden": state.counts.hidden,
        "set_aside": [
            {"item": each.item_id, "filename": each.filename, "why": each.why}
            for each in state.counts.set_aside
        ],
        "slide": [item.item_id for item in current.items] if current else [],
        "paused": state.show.paused,
        "title": scene.card.title if scene.card else None,
        "qr": scene.card.qr if scene.card else None,
        "sign_in": "exchanging" if state.exchange else _PHASES[type(state.signin)],
        "sign_in_reason": _reason(state.signin),
        "sign_ins": state.sign_ins,
        "disconnects": state.disconnects,
        "disconnect_error": state.disconnect_error,
        "open_picking_sessions": _open_sessions(state),
        "last_error": error.text if error else None,
        "last_error_at": error.at.isoformat() if error else None,
        "brightness": 0.0 if state.sleep.asleep else round(light.brightness(state), 2),
        "white_kelvin": round(light.kelvin(state)),
        "screen": None if state.blind else f"{state.settings.screen.width}x{state.settings.screen.height}",
        "output": output,
        "panel": "off" if state.sleep.off else "on",
        "panel_methods": list(state.sleep.methods),
        "sleep_changes_at": state.sleep.change_at.isoformat() if state.sleep.change_at else None,
        "stuck": list(stuck),
        "restarts": restarts,
        "flips": flips,
        "uptime_seconds": round(uptime_seconds, 1),
        "version": __version__,
        # The virtual environment, which install.sh and `kiosk update` name after what is in it.
        "release": Path(sys.prefix).name,
    }


_SENTENCES = {
    "starting": "Starting",
    "signing_in": "Waiting for somebody to sign in",
    "picking": "Waiting for somebody to pick photographs",
    "listing": "Asking Google what was picked",
    "downloading": "Fetching what was picked",
    "showing": "Showing photographs",
    "asleep": "Asleep",
    "trouble": "In trouble, the screen and the log say why",
}


def sentence(state: State, word: str) -> str:
    """One sentence for `systemctl status`, which many may read: no code and no error's text is in it.

    word: ``state`` in the status.
    """
    doing = _SENTENCES[word]
    if word == "showing" and state.show.paused:
        doing = "Paused at a photograph"
    if state.blind and word != "asleep":
        doing = "Waiting for a display: none is connected"
    if not state.opened:
        return doing
    return f"{doing}; {state.counts.stored} on the card"


def _reason(part: signin.SignIn) -> str | None:
    return part.reason.value if isinstance(part, (signin.Declined, signin.Blocked)) else None


def _open_sessions(state: State) -> int:
    ids = {deletion.session_id for deletion in state.picking.deletions}
    current = picking.session_of(state.picking.phase)
    return len(ids | ({current} if current else set())) + len(state.picking.doubts)
