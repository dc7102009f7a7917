"""The mistakes of config.toml on the screen, for a frame whose log nobody will see."""

from __future__ import annotations

from pathlib import Path

from kiosk.app.loop import CONFIG_LOOK, Ending, Signature, signature
from kiosk.core.events import Asked, Verb
from kiosk.core.scene import Card, Look, Scene
from kiosk.errors import ConfigError
from kiosk.system import paths
from kiosk.system.inbox import Inbox

SHOWN = 3
"""Problems on the screen; the log and ``kiosk config`` have all of them."""


def show_mistakes(error: ConfigError, file: Path, seen: Signature) -> Ending:
    """Show what is wrong until the file differs from what was ``seen`` before it was read, or somebody quits.

    Raises DisplayError when no screen opens.
    """
    from kiosk.app.build import quit_on_signals
    from kiosk.display import Painter, open_screen

    screen = open_screen(None)
    inbox: Inbox[object] = Inbox()
    try:
        painter = Painter(screen.canvas, paths.assets_dir())
        with quit_on_signals(inbox.put):
            while True:
                painter.paint(Scene(card=card(error, file)))
                asked = [*inbox.drain(CONFIG_LOOK / 4), *screen.events(paused=False)]
                if any(isinstance(event, Asked) and event.verb is Verb.QUIT for event in asked):
                    return Ending.QUIT
                if signature(file) != seen:
                    return Ending.CONFIG_CHANGED
    finally:
        screen.close()


def card(error: ConfigError, file: Path) -> Card:
    """The first few problems, in full."""
    shown = [
        str(problem).replace(f"{file}:", "line ").replace("line  ", "") for problem in error.problems[:SHOWN]
    ]
    more = len(error.problems) - len(shown)
    status = f"and {more} more" if more > 0 else ""
    title = "The config file has a mistake" if len(error.problems) == 1 else "The config file has mistakes"
    return Card(Look.MESSAGE, title, "\n".join(shown), status=status, footnote=str(file))
