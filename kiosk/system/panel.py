"""The panel's light: turned off by the first method that is seen to work, and on again by the same.

Rules:
- A tool's word is not believed: after each the effect is read back, where the method can tell, and the next is tried
  if it did nothing. What cannot tell counts only when nothing can.
- What worked is remembered for each display, so that the next evening asks one tool only.
- Nothing hangs: tools are killed after ten seconds (kiosk/system/tool.py).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from kiosk.errors import DisplayError
from kiosk.system.connectors import Connector, connectors, display_of
from kiosk.system.panel_memory import PanelMemory
from kiosk.system.tool import Trouble

_log = logging.getLogger(__name__)

READS = 3
"""How often the effect is read back before it counts as none: a TV takes a moment."""
PAUSE = 1.0
"""Seconds between two readings."""


class Method(Protocol):
    """One way to turn a panel's light off and on."""

    @property
    def name(self) -> str:
        """As ``[sleep] method`` calls it."""

    @property
    def lasts(self) -> bool:
        """Whether the panel stays off when the kiosk ends."""

    @property
    def repeats(self) -> bool:
        """Whether it may be done again in the night, when another panel appears: not where others use the display."""

    def missing(self) -> str:
        """Why it cannot be tried on this machine; empty if it can."""

    def switch(self, *, on: bool) -> None:
        """Trouble: why not."""

    def lit(self) -> bool | None:
        """Whether the panel is on, as far as this method can tell. None: it cannot."""


class Panel:
    """The displays of this machine together. Belongs to one thread."""

    def __init__(
        self,
        methods: Sequence[Method],
        memory: PanelMemory,
        look: Callable[[], tuple[Connector, ...]] = connectors,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """methods: in the order in which they are tried; none: the screen is painted black, and that is all."""
        self._methods = {method.name: method for method in methods}
        self._memory = memory
        self._look = look
        self._wait = wait
        self._off_by: tuple[str, ...] = ()
        self._seen: tuple[Connector, ...] = ()
        self._failure = ""

    def set(self, *, on: bool, again: bool = False) -> tuple[str, ...]:
        """Turn the light on or off; -> the methods that did it, none where nothing had to be done.

        again: it was turned off before; only what has come back meanwhile is turned off. DisplayError: nothing works,
        with the reason of each method.
        """
        if on:
            return self._light()
        if not self._methods:
            return ()
        if again and (self._off_by or self._failure) and not self._came_back():
            if self._failure:
                raise DisplayError(self._failure)
            return self._off_by
        return self._darken(again=again)

    def _came_back(self) -> bool:
        """Another display, or one that somebody has switched on."""
        return self._look() != self._seen

    def _darken(self, *, again: bool) -> tuple[str, ...]:
        display = display_of(self._look())
        known = self._memory.known.displays.get(display, ())
        first = [self._methods[name] for name in known if name in self._methods]
        done: list[Method] = []
        sure = False
        if first:
            done, sure = self._all_of(first, again=again)
        reasons: dict[str, str] = {}
        if not done:
            done, sure, reasons = self._first_of(list(self._methods.values()), again=again)
        self._seen = self._look()
        self._off_by = tuple(method.name for method in done)
        self._memory.turned(tuple(method.name for method in done if method.lasts))
        if not done:
            self._failure = "nothing turns the panel off, it is only black. " + _listed(reasons)
            raise DisplayError(self._failure)
        self._failure = ""
        # One that was seen to work is enough; of the others nobody knows which it was.
        worked = self._off_by[-1:] if sure else self._off_by
        if worked != known:
            _log.info("the panel is turned off by %s", ", ".join(worked))
            self._memory.remember(display, worked)
        return self._off_by

    def _all_of(self, methods: Sequence[Method], *, again: bool) -> tuple[list[Method], bool]:
        """Those that worked the last time; none of them if one of them fails now."""
        states = [self._off(method, again=again) for method in methods]
        works = all(state in ("", _UNSURE) for state in states)
        return (list(methods), states[-1] == "") if works else ([], False)

    def _first_of(
        self, methods: Sequence[Method], *, again: bool
    ) -> tuple[list[Method], bool, dict[str, str]]:
        """The first that is seen to work, after those that cannot tell."""
        unsure: list[Method] = []
        reasons: dict[str, str] = {}
        for method in methods:
            reason = self._off(method, again=again)
            if not reason:
                return [*unsure, method], True, reasons
            reasons[method.name] = reason
            if reason == _UNSURE:
                unsure.append(method)
        return unsure, False, reasons

    def _off(self, method: Method, *, again: bool) -> str:
        """Empty: it is off now. Otherwise why not, or that nobody knows."""
        if reason := method.missing():
            return reason
        if again and not method.repeats:
            return _UNSURE if method.name in self._off_by else "it is asked once a night"
        try:
            method.switch(on=False)
        except Trouble as trouble:
            return str(trouble)
        return {False: "", None: _UNSURE, True: "it says yes and does nothing"}[self._read(method, on=False)]

    def _read(self, method: Method, *, on: bool) -> bool | None:
        lit = method.lit()
        for _ in range(READS - 1):
            if lit is None or lit is on:
                break
            self._wait(PAUSE)
            lit = method.lit()
        return lit

    def _light(self) -> tuple[str, ...]:
        names = self._off_by or self._memory.known.off_by
        reasons: dict[str, str] = {}
        for name in reversed(names):
            if (method := self._methods.get(name)) and (reason := self._on(method)):
                reasons[name] = reason
        left = tuple(name for name in names if name in reasons)
        self._off_by, self._failure = left, ""
        self._memory.turned(tuple(name for name in left if self._methods[name].lasts))
        if reasons:
            raise DisplayError("the panel does not come on again. " + _listed(reasons))
        return names

    def _on(self, method: Method) -> str:
        if reason := method.missing():
            return reason if method.lasts else ""
        reason = ""
        for _ in range(2):
            try:
                method.switch(on=True)
            except Trouble as trouble:
                reason = str(trouble)
                continue
            if self._read(method, on=True) is not False:
                return ""
            reason = "it says yes and does nothing"
        return reason


_UNSURE = "it says yes, and cannot tell whether it is true"


def _listed(reasons: dict[str, str]) -> str:
    return "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
