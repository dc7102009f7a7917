"""argv -> subcommand -> exit code."""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

import kiosk.cli.ready_made  # noqa: F401  before any class of ours is made
from kiosk import __version__
from kiosk.cli.exits import Exit, exit_of
from kiosk.control import ControlVerb
from kiosk.errors import ConfigError, KioskError

if TYPE_CHECKING:
    from kiosk.demo import Library

_CONFIG = "the config file (default: see the README)"
_OWN = (ControlVerb.STATUS, ControlVerb.SIGN_IN, ControlVerb.SIGN_OUT, ControlVerb.SCREENSHOT)
"""Verbs of the socket that have more to them than being sent."""


@frozen
class Call:
    """What a subcommand is given."""

    args: argparse.Namespace
    env: Mapping[str, str]
    argv: tuple[str, ...]

    @property
    def config_path(self) -> Path | None:
        path: Path | None = self.args.config
        return path


Command = Callable[[Call], int]


def main(argv: Sequence[str] | None = None) -> int:
    """The console script. Mistakes in the command line end with 2, as argparse does."""
    words = tuple(sys.argv[1:] if argv is None else argv)
    args = _parser().parse_args(words)
    command: Command = args.command
    try:
        return command(Call(args, dict(os.environ), words))
    except KioskError as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return exit_of(error)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:  # `kiosk config | head`: whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk", description="A photo frame for Google Photos.")
    parser.add_argument("--version", action="version", version=f"kiosk {__version__}")
    parser.add_argument("--config", type=Path, metavar="FILE", help=_CONFIG)
    common = argparse.ArgumentParser(add_help=False)
    # No default here: it would take away what stood before the command.
    common.add_argument("--config", type=Path, metavar="FILE", help=_CONFIG, default=argparse.SUPPRESS)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, help_line: str, command: Command) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_line, description=help_line, parents=[common])
        sub.set_defaults(command=command)
        return sub

    run = add("run", "show the photographs", _run)
    # For the demo, whose pages a phone reaches over plain http at this address of this machine.
    run.add_argument("--allow-lan-pages", metavar="HOST", help=argparse.SUPPRESS)
    _add_demo(add("demo", "try it all against a Google on this machine", _demo))
    show = add("show", "show pictures from disk with the present settings, for trying a look", _show)
    show.add_argument("files", type=_file, nargs="+", metavar="FILE")
    sheet = add("sheet", "draw each surround and each transition on one sheet", _sheet)
    sheet.add_argument("file", type=Path, metavar="FILE.png")
    sheet.add_argument("photos", type=_file, nargs="*", metavar="PHOTO", help="the demo's own without any")
    add("config", "show the effective configuration and where each value came from", _config)
    add(
        "boot-config",
        "take over kiosk.toml of the boot partition, as root before the frame starts",
        _boot_config,
    )
    doctor = add("doctor", "check everything that the frame needs", _doctor)
    doctor.add_argument("--json", action="store_true", help="for programs")
    doctor.add_argument(
        "--preflight", action="store_true", help="only what a new version has to find in order to take over"
    )
    update = add(
        "update", "take the newest release of [update] source, and keep it if it proves itself", _update
    )
    update.add_argument("--again", action="store_true", help="also one that was refused before")
    # What a power cut broke off: kiosk-trial.service at the boot.
    update.add_argument("--trial", action="store_true", help=argparse.SUPPRESS)
    add("rollback", "go back to the release before this one", _rollback)
    sign_in = add("sign-in", "sign in to Google", _sign_in)
    sign_in.add_argument("--browser", action="store_true", help="with a browser, for a Desktop client")
    sign_out = add("sign-out", "disconnect from Google and erase all pictures on this device", _sign_out)
    sign_out.add_argument("--yes", action="store_true", help="do not ask")
    status = add("status", ControlVerb.STATUS.help_line, _status)
    status.add_argument("--json", action="store_true", help="for programs")
    shot = add("screenshot", ControlVerb.SCREENSHOT.help_line, _screenshot)
    shot.add_argument("file", type=Path)
    for verb in ControlVerb:
        if verb not in _OWN:
            sent = add(verb.word, verb.help_line, _verb)
            sent.set_defaults(verb=verb)
            if verb is ControlVerb.HIDE:
                _add_which(sent)
    return parser


def _add_which(hide: argparse.ArgumentParser) -> None:
    of_a_pair = hide.add_mutually_exclusive_group()
    for option, which, help_line in (
        ("--left", "first", "of a pair, the left or upper picture"),
        ("--right", "second", "of a pair, the right or lower picture"),
        ("--both", "both", "of a pair, both pictures"),
    ):
        of_a_pair.add_argument(option, dest="which", action="store_const", const=which, help=help_line)


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument(
        "--photos", type=_photos, metavar="DIR", help="your own photographs instead of painted ones"
    )
    demo.add_argument("--lan", action="store_true", help="let a phone on this network reach the demo's pages")
    demo.add_argument("--auto", action="store_true", help="play the person, take screenshots, and end")
    demo.add_argument("--screenshots", type=Path, metavar="DIR", default=Path("demo-screenshots"))
    demo.add_argument(
        "--size", type=_size, metavar="WxH", default=(1280, 720), help="of the window, 1280x720 by default"
    )


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; allowed: WxH in pixels, e.g. 1280x720")
    return int(found[1]), int(found[2])


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text!r} is no file; allowed: pictures on this machine")
    return path


def _photos(text: str) -> Library:
    from kiosk.demo import folder_library

    try:
        return folder_library(Path(text))
    except ConfigError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.problems[0].wrong}") from error


# The subcommands' modules are imported when they are called: `kiosk run` has a start budget.


def _run(call: Call) -> int:
    # Nothing of what is imported now is ever garbage; looking for some costs a tenth of the start (app/loop.py).
    gc.disable()
    from kiosk.cli.run import run

    return run(call)


def _demo(call: Call) -> int:
    from kiosk.cli.demo import demo

    return demo(call)


def _show(call: Call) -> int:
    from kiosk.cli.show import show

    return show(call)


def _sheet(call: Call) -> int:
    from kiosk.cli.sheet import sheet

    return sheet(call)


def _config(call: Call) -> int:
    from kiosk.cli.inspect import config

    return config(call)


def _boot_config(call: Call) -> int:
    from kiosk.cli.boot import boot_config

    return boot_config(call)


def _doctor(call: Call) -> int:
    from kiosk.cli.inspect import doctor

    return doctor(call)


def _update(call: Call) -> int:
    from kiosk.cli.update import update

    return update(call)


def _rollback(call: Call) -> int:
    from kiosk.cli.update import rollback

    return rollback(call)


def _status(call: Call) -> int:
    from kiosk.cli.talk import status

    return status(call)


def _screenshot(call: Call) -> int:
    from kiosk.cli.talk import screenshot

    return screenshot(call)


def _verb(call: Call) -> int:
    from kiosk.cli.talk import send

    return send(call)


def _sign_in(call: Call) -> int:
    from kiosk.cli.account import sign_in

    return sign_in(call)


def _sign_out(call: Call) -> int:
    from kiosk.cli.account import sign_out

    return sign_out(call)


__all__ = ["Call", "Exit", "main"]
