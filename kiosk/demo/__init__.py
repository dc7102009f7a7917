"""A stateful Google on loopback, and pictures for it: what ``kiosk demo`` and the tests run against."""

from __future__ import annotations

from kiosk.demo.answers import Answer, Request
from kiosk.demo.consent import NotPossible
from kiosk.demo.faults import Faults
from kiosk.demo.folder import folder_library
from kiosk.demo.gallery import paint_library
from kiosk.demo.library import DemoItem, Library, plain_items, plain_library
from kiosk.demo.server import DemoGoogle
from kiosk.demo.settings import PICKER_SCOPE, DemoAccount, DemoClient, DemoSettings
from kiosk.demo.steering import Person

__all__ = [
    "PICKER_SCOPE",
    "Answer",
    "DemoAccount",
    "DemoClient",
    "DemoGoogle",
    "DemoItem",
    "DemoSettings",
    "Faults",
    "Library",
    "NotPossible",
    "Person",
    "Request",
    "folder_library",
    "paint_library",
    "plain_items",
    "plain_library",
]
