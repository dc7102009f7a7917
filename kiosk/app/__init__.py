"""The composition root: builds the real rooms, starts them in order, runs the loop, stops them in reverse."""

from __future__ import annotations

from kiosk.app.build import run_frame
from kiosk.app.edits import Signature, signature
from kiosk.app.key_place import check_key_place
from kiosk.app.loop import Ending
from kiosk.app.mistakes import show_mistakes

__all__ = ["Ending", "Signature", "check_key_place", "run_frame", "show_mistakes", "signature"]
