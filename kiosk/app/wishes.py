"""What the control socket asks for, in the core's words; and what has to be refused before the core hears of it."""

from __future__ import annotations

from kiosk.control import ControlRequest
from kiosk.core import slideshow
from kiosk.core.events import Asked, Verb, Which
from kiosk.core.model import Secret
from kiosk.core.state import State


def asked_of(request: ControlRequest) -> Asked:
    """A verb that the core knows, with what came along."""
    code, verifier = request.args.get("code"), request.args.get("verifier")
    return Asked(
        verb=Verb(request.verb.word),
        code=Secret(code) if code else None,
        verifier=Secret(verifier) if verifier else None,
        redirect_uri=request.args.get("redirect_uri", ""),
    )


def hide_of(request: ControlRequest, state: State) -> Asked | str:
    """The wish, or why it is refused: nobody who sees no screen hides one of a pair, or both, by accident."""
    word = request.args.get("which")
    if word not in (None, *(which.value for which in Which)):
        return f"which has to be one of {', '.join(which.value for which in Which)}"
    if state.unseen:
        why = "is asleep" if state.sleep.asleep else "has no display"
        return f"the frame {why}, nobody sees which picture that would be"
    which, show = None if word is None else Which(word), state.show
    if show.current is not None and not slideshow.hides(show, which):
        if slideshow.paired(show):
            return "two pictures are on the screen: say --left, --right or --both (left is the upper one)"
        return "one picture alone is on the screen"
    return Asked(verb=Verb.HIDE, which=which)
