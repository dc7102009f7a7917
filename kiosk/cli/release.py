"""``make release``: for whoever makes versions for frames; no command of a frame."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from kiosk.cli.exits import Exit, exit_of
from kiosk.errors import KioskError, UpdateError
from kiosk.update.release import Order, make
from kiosk.update.signature import new_key

_KEY = "KIOSK_RELEASE_KEY"


def main(argv: Sequence[str] | None = None, env: Mapping[str, str] = os.environ) -> int:
    args = _parser().parse_args(argv)
    try:
        if args.new_key is not None:
            public = new_key(args.new_key)
            print(f"kiosk: {args.new_key} signs releases: keep it to yourself, and keep a copy")
            print(f"kiosk: {public} belongs into /etc/kiosk/release-keys of each frame")
            return Exit.OK
        if not env.get(_KEY):
            raise UpdateError(f"{_KEY} names no private key to sign with; --new-key FILE makes one")
        order = Order(
            source=args.source,
            key=Path(env[_KEY]),
            number=args.number or int(time.time()),
            machine=args.machine,
            wheels=args.wheels,
        )
        print(f"kiosk: {make(order, args.out / f'kiosk-{order.version}.release')}")
    except KioskError as error:
        print(f"kiosk: {error}", file=sys.stderr)
        return exit_of(error)
    return Exit.OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kiosk.cli.release", description="Makes a signed release."
    )
    parser.add_argument(
        "--new-key", type=Path, metavar="FILE", help="make a key to sign with, and nothing else"
    )
    parser.add_argument("--source", type=Path, metavar="DIR", default=Path(), help="the source tree (here)")
    parser.add_argument("--out", type=Path, metavar="DIR", default=Path("dist"), help="where to (dist)")
    parser.add_argument(
        "--wheels", type=Path, metavar="DIR", help="the locked wheels from there, not an index"
    )
    parser.add_argument(
        "--machine",
        choices=("x86_64", "aarch64"),
        default=os.uname().machine,
        help="what `uname -m` says on the frame (as on this machine)",
    )
    parser.add_argument(
        "--number", type=int, metavar="N", help="higher than that of each release before (the time)"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
