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
UNITS = Path("/etc/systemd/system")
WANTED = {"cec": "char-cec", "ddc": "char-i2c", "vcgencmd": "/dev/vcio", "backlight": "/sys/devices"}
"""What the service has to be given for each, besides what its unit gives: systemd/drop-ins."""
_SHUT = "the service is kept from it"


def panel_power(
    sleep: SleepConfig,
    state: Path,
    env: Mapping[str, str],
    *,
    graphics: Path = Path("/dev/dri"),
    found: tuple[Method, ...] | None = None,
    units: Path = UNITS,
) -> Check:
    """Which methods are there, and why the others are not. Whether one works is seen only when it is used."""
    if sleep.method is PowerMethod.BLACK:
        return ok("panel power", "it stays on; the screen is painted black")
    every = methods(sleep.method, env, PanelMemory(state)) if found is None else found
    reasons = {method.name: method.missing() for method in every}
    if Kms.name in reasons:
        # The doctor draws nothing: what counts is what the kiosk would draw with.
        reasons[Kms.name] = _desktop(env, graphics)
    shut = _shut(reasons, units)
    reasons |= dict.fromkeys(shut, _SHUT)
    there = [name for name, reason in reasons.items() if not reason]
    missing = "; ".join(f"{name}: {reason}" for name, reason in reasons.items() if reason)
    says = f"to try in sleep hours: {', '.join(there) or 'nothing, the screen is only black'}"
    if missing:
        says += f" (not here: {missing})"
    return warn("panel power", says, _cure(shut)) if sleep.hours and not there else ok("panel power", says)


def _shut(reasons: Mapping[str, str], units: Path) -> list[str]:
    """The methods that this machine has, and the packaged service may not use. Root, who asks here, may use all."""
    if not (units / "kiosk.service").exists():
        return []
    given = "".join(path.read_text(errors="replace") for path in units.glob("kiosk.service.d/*.conf"))
    here = (name for name, reason in reasons.items() if not reason or reason.endswith("this user"))
    return [name for name in here if name in WANTED and WANTED[name] not in given]


def _cure(shut: list[str]) -> str:
    if not shut:
        return _CURE
    name = shut[0]
    return (
        f"put systemd/drop-ins/{name}.conf of the source tree to {UNITS}/kiosk.service.d/{name}.conf, then: "
        "sudo systemctl daemon-reload && sudo systemctl restart kiosk"
    )


def _desktop(env: Mapping[str, str], graphics: Path) -> str:
    if env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"):
        return "a desktop has the display"
    return "" if any(graphics.glob("card*")) else f"there is no {graphics}/card*"
