"""What could turn the panel off in sleep hours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kiosk.config import PowerMethod, SleepConfig
from kiosk.doctor.check import Check, ok, warn
from kiosk.system.panel import Method
from kiosk.system.panel_kms import Kms
from kiosk.system.panel_memory import PanelMemory
from kiosk.system.panel_methods import methods

_CURE = (
    "install one that fits this machine: wlopm (Wayland), ddcutil (monitors), cec-ctl of v4l-utils (televisions); "
    "on a console without a desktop none is needed"
)


def panel_power(
    sleep: SleepConfig,
    state: Path,
    env: Mapping[str, str],
    *,
    graphics: Path = Path("/dev/dri"),
    found: tuple[Method, ...] | None = None,
) -> Check:
    """Which methods are there, and why the others are not. Whether one works is seen only when it is used."""
    if sleep.method is PowerMethod.BLACK:
        return ok("panel power", "it stays on; the screen is painted black")
    every = methods(sleep.method, env, PanelMemory(state)) if found is None else found
    reasons = {method.name: method.missing() for method in every}
    if Kms.name in reasons:
        # The doctor draws nothing: what counts is what the kiosk would draw with.
        reasons[Kms.name] = _desktop(env, graphics)
    there = [name for name, reason in reasons.items() if not reason]
    missing = "; ".join(f"{name}: {reason}" for name, reason in reasons.items() if reason)
    says = f"to try in sleep hours: {', '.join(there) or 'nothing, the screen is only black'}"
    if missing:
        says += f" (not here: {missing})"
    return warn("panel power", says, _CURE) if sleep.hours and not there else ok("panel power", says)


def _desktop(env: Mapping[str, str], graphics: Path) -> str:
    if env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"):
        return "a desktop has the display"
    return "" if any(graphics.glob("card*")) else f"there is no {graphics}/card*"
