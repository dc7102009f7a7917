"""What a scene's sentences are said in: the painter asks a Voice, and kiosk/language has one for each language."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from attrs import frozen


class Voice(Protocol):
    """One language. Whoever asks for the same thing twice gets an equal answer."""

    @property
    def tag(self) -> str:
        """As the folders under assets/locale are called: ``de``, ``pt_BR``, ``zh_Hans``."""

    @property
    def rtl(self) -> bool:
        """Whether it is written from right to left."""

    def say(self, text: str) -> str:
        """A message (kiosk/core/message.py) in this language; any other text as it is."""

    def date(self, when: datetime) -> str:
        """The day, month and year of an aware time, in its own zone."""

    def time(self, when: datetime) -> str:
        """The hour and minute of an aware time, in its own zone."""


@frozen
class English:
    """The language that the sentences are written in; it needs no catalog."""

    tag: str = "en"
    rtl: bool = False

    def say(self, text: str) -> str:
        return str(text)

    def date(self, when: datetime) -> str:
        return f"{when.day} {when:%B} {when.year}"

    def time(self, when: datetime) -> str:
        return f"{when:%H:%M}"


ENGLISH = English()
