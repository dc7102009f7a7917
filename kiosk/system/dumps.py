"""No core dump: it would hold access tokens and photographs, in a place that no *Disconnect* erases."""

from __future__ import annotations

import resource

_NONE = 1
"""Byte. The kernel writes no file of less than a page, and to a limit of exactly 1 it does not even start a program of
``core_pattern`` (systemd-coredump, apport), which a limit of 0 would not keep it from (fs/coredump.c)."""


def forbid_core_dumps() -> None:
    """For this process, what it executes, and its children, for good."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    # Somebody may have set less already, and that cannot be raised.
    limit = _NONE if hard == resource.RLIM_INFINITY else min(_NONE, hard)
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
