"""Releases: making, signing, fetching and checking them, and the switch from one to another with the way back."""

from __future__ import annotations

from kiosk.update.account import Account
from kiosk.update.records import Records
from kiosk.update.rehearsal import SERVICE, preflight, rehearse
from kiosk.update.releases import PREFIX, Releases
from kiosk.update.service import Systemd
from kiosk.update.trial import Trial
from kiosk.update.updating import Rehearsal, Updating

__all__ = [
    "PREFIX",
    "SERVICE",
    "Account",
    "Records",
    "Rehearsal",
    "Releases",
    "Systemd",
    "Trial",
    "Updating",
    "preflight",
    "rehearse",
]
