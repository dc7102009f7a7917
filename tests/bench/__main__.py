"""python -m tests.bench [NAME ...]: every benchmark, or the named ones."""

from __future__ import annotations

import os
import platform
import sys

from tests.bench.choice import choice
from tests.bench.encrypt import encrypt
from tests.bench.fade import fade
from tests.bench.fetch import against_curl, done_to_picture
from tests.bench.hostile import hostile
from tests.bench.prepare import prepare
from tests.bench.report import Benchmark
from tests.bench.show import memory, minute, still
from tests.bench.smooth import smooth
from tests.bench.start import start
from tests.bench.staying import growth, stop, writes
from tests.bench.survives import survives

BENCHMARKS: dict[str, Benchmark] = {
    "start": start,
    "still": still,
    "fade": fade,
    "minute": minute,
    "smooth": smooth,
    "prepare": prepare,
    "done": done_to_picture,
    "curl": against_curl,
    "choice": choice,
    "memory": memory,
    "stop": stop,
    "writes": writes,
    "growth": growth,
    "encrypt": encrypt,
    "hostile": hostile,
    "survives": survives,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    print(f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}")
    for name in names or BENCHMARKS:
        for figure in BENCHMARKS[name]():
            print(figure.line(), flush=True)
    return 0


sys.exit(main(sys.argv[1:]))
