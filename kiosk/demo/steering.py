"""A person without a browser: the same taps as on the pages, for tests and for ``kiosk demo --auto``."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from kiosk.demo import consent
from kiosk.demo.state import World


class Person:
    """Every method does what a tap would, and raises ``NotPossible`` where the page would show an error."""

    def __init__(self, world: World) -> None:
        self._world = world

    def approve(self, user_code: str, user: str = "anna", scopes: Sequence[str] | None = None) -> None:
        """Type the code, choose the account, Allow. ``scopes``: the ticked ones, None for all."""
        consent.approve_device(self._world, user_code, user, scopes)

    def deny(self, user_code: str) -> None:
        """Type the code, Cancel."""
        consent.deny_device(self._world, user_code)

    def authorize(self, auth_url: str, user: str = "anna", scopes: Sequence[str] | None = None) -> str:
        """Open a consent address (PKCE), Allow; the address that the browser is sent back to."""
        return consent.authorize(self._world, dict(parse_qsl(urlsplit(auth_url).query)), user, scopes)

    def refuse(self, auth_url: str) -> str:
        """Open a consent address (PKCE), Cancel; the address that the browser is sent back to."""
        return consent.deny_authorization(self._world, dict(parse_qsl(urlsplit(auth_url).query)))

    def pick(self, session_id: str, items: Sequence[str] | int) -> tuple[str, ...]:
        """Select these items, or the newest ``n``, then Done. The picked ids, in order."""
        if isinstance(items, int):
            items = [item.id for item in self._world.library.items[:items]]
        with self._world.changed:
            session = consent.choose(self._world, session_id, items)
            consent.finish(self._world, session_id)
            return session.picked

    def select(self, session_id: str, items: Sequence[str]) -> None:
        """Select these items and go on looking."""
        consent.choose(self._world, session_id, items)

    def finish(self, session_id: str) -> None:
        """Done, with what is selected (maybe nothing)."""
        consent.finish(self._world, session_id)
