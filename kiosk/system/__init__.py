"""The machine: clock, inbox, worker threads, directories, logs, the instance lock, systemd."""

from __future__ import annotations

from kiosk.system import logs, paths
from kiosk.system.clock import Clock, ManualClock, RealClock
from kiosk.system.inbox import Inbox
from kiosk.system.lock import InstanceLock
from kiosk.system.logs import Redactor
from kiosk.system.notify import Notifier
from kiosk.system.paths import Dirs, Place, assets_dir
from kiosk.system.watch import Care, Watch
from kiosk.system.workers import BatchWorker, Worker

__all__ = [
    "BatchWorker",
    "Care",
    "Clock",
    "Dirs",
    "Inbox",
    "InstanceLock",
    "ManualClock",
    "Notifier",
    "Place",
    "RealClock",
    "Redactor",
    "Watch",
    "Worker",
    "assets_dir",
    "logs",
    "paths",
]
