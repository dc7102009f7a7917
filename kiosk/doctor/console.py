"""On a console: which display the frame is for, and what the kernel really sends to it.

A program can run, count its frames and show nothing. What it reads back from its own window proves nothing either, so
the kernel is asked.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kiosk.control import ControlError, ControlVerb, NotRunning, ask, find_socket
from kiosk.core.outputs import Output, choose, known, mode_on
from kiosk.doctor.check import Check, fail, ok, warn
from kiosk.system import paths
from kiosk.system.outputs import is_slow, outputs
from kiosk.system.scanout import Scanout, scanouts

_BLACK = (
    "sudo systemctl restart kiosk; if that does not help, a library may be missing:"
    " sudo apt install libgbm1 libdrm2 libegl1 libgles2 libgl1-mesa-dri"
)


def console(
    wanted: str,
    env: Mapping[str, str],
    *,
    state: str | None,
    found: Sequence[Output] | None = None,
    slow: Callable[[], bool] = is_slow,
    devices: Path = Path("/dev/dri"),
    read: Callable[[Path], tuple[Scanout, ...]] = scanouts,
) -> list[Check]:
    """Nothing in a desktop, which sees to all of this. wanted: ``[display] output``. state: of the kiosk
    that runs, as ``kiosk status`` tells it; None: none does."""
    if env.get("DISPLAY") or env.get("WAYLAND_DISPLAY"):
        return []
    every = outputs() if found is None else found
    if not every:
        return []
    chosen = choose(every, wanted)
    checks = [_output(every, chosen, wanted, slow=slow())]
    if chosen is not None:
        card = devices / f"card{chosen.card}"
        checks += _free(card) if state is None else [_picture(card, chosen, read, asleep=state == "asleep")]
    return checks


def state_of_the_kiosk(env: Mapping[str, str]) -> str | None:
    """As ``kiosk status`` tells it; None where none runs."""
    try:
        state: str = ask(find_socket(paths.runtime_candidates(env)), ControlVerb.STATUS)["state"]
    except (NotRunning, ControlError):
        return None
    return state


def _free(card: Path) -> list[Check]:
    from kiosk.display.obstacles import another_master

    found = another_master([card])
    return [] if found is None else [fail("output", found.why, found.cure)]


def _output(every: Sequence[Output], chosen: Output | None, wanted: str, *, slow: bool) -> Check:
    names = ", ".join(_named(each) for each in every)
    if chosen is None:
        cure = "connect the screen and switch it on; the frame waits, and goes on by itself"
        return warn("output", f"no display is connected{f' at {wanted}' if wanted else ''}: {names}", cure)
    if not known(every, wanted):
        cure = f"[display] output has to be one of {names}"
        return warn("output", f"{wanted} is none of them, so the frame is on {chosen.name}", cure)
    mode = mode_on(chosen, slow=slow)
    size = f", switched to {mode.width}x{mode.height} for this GPU" if mode else ""
    return ok("output", f"the frame is for {_named(chosen)}{size}; connectors: {names}")


def _named(output: Output) -> str:
    if not output.connected:
        return f"{output.name} (nothing)"
    size = f"{output.modes[0].width}x{output.modes[0].height}" if output.modes else "connected"
    return f"{output.name} ({', '.join(word for word in (output.monitor, size) if word)})"


def _picture(
    card: Path, chosen: Output, read: Callable[[Path], tuple[Scanout, ...]], *, asleep: bool
) -> Check:
    try:
        sent = read(card)
    except OSError as error:
        return warn("picture", f"{card} does not tell: {error.strerror or error}", "run it with sudo")
    if not sent and asleep:
        return ok("picture", "the frame sleeps, and the kernel sends nothing to any display")
    if not sent:
        cure = "sudo journalctl -u kiosk says more"
        return warn("picture", "the kernel sends nothing to any display", cure)
    sizes = ", ".join(f"{each.width}x{each.height}" for each in sent)
    if any(each.varied for each in sent):
        return ok("picture", f"the kernel sends {sizes}, and there is something in it")
    if any(each.varied is None for each in sent):
        why = "this user may not see what is in it" if os.getuid() else "its memory cannot be read"
        cure = "sudo kiosk doctor" if os.getuid() else f"look at {chosen.name}: only that is proof"
        return ok("picture", f"the kernel sends {sizes}; {why}: {cure}")
    if asleep:
        return ok("picture", f"the frame sleeps, and the kernel sends {sizes} of one colour")
    return fail("picture", f"the kernel sends {sizes} of one colour: the panel is black", _BLACK)
