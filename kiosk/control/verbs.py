"""What the running kiosk can be asked over its socket."""

from __future__ import annotations

from enum import Enum


class ControlVerb(Enum):
    """A verb as it stands in a request and on the command line, with what it does and what it may be given.

    All but STATUS and SCREENSHOT are verbs of the core too (`kiosk.core.events.Verb`), under the same value.
    """

    STATUS = ("status", "say what the frame is doing")
    NEXT = ("next", "show the next picture")
    PREVIOUS = ("previous", "show the picture before this one")
    PAUSE = ("pause", "stay at this picture")
    RESUME = ("resume", "go on with the slideshow")
    PICK = ("pick", "pick more photographs")
    CANCEL = ("cancel", "leave picking or signing in, or put away the strip of what arrives")
    HIDE = ("hide", "never show this picture again", "which")
    SLEEP = ("sleep", "go dark, until sleep hours end or somebody wakes the frame")
    WAKE = ("wake", "light up, until sleep hours begin anew")
    QUIT = ("quit", "end the kiosk")
    SIGN_IN = ("sign-in", "sign in to Google", "code", "verifier", "redirect_uri")
    SIGN_OUT = ("sign-out", "disconnect from Google and erase all pictures on this device")
    SCREENSHOT = ("screenshot", "write what the screen shows to a PNG file", "path")

    def __init__(self, word: str, help_line: str, *arguments: str) -> None:
        self.word = word
        self.help_line = help_line
        """One line for `kiosk --help`."""
        self.arguments = arguments
        """Names of the arguments that a request may carry, all of them text."""

    @classmethod
    def of(cls, word: str) -> ControlVerb | None:
        """The verb with this word, or None."""
        return next((verb for verb in cls if verb.word == word), None)
