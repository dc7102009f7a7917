"""Looking for secrets: every shape that one can be written in, in files, outputs and what /proc shows of a process."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from attrs import define, field

SHORTEST = 8
"""Letters of a form that is searched for: less comes up by chance."""


def forms(secret: str) -> dict[bytes, str]:
    """Each way to write it -> what that is called."""
    raw = secret.encode()
    found = {
        raw: "plain",
        secret.lower().encode(): "small letters",
        quote(secret, safe="").encode(): "percent-encoded",
        secret.replace("/", "\\/").encode(): "JSON",
        raw.hex().encode(): "hex",
        raw.hex().upper().encode(): "hex",
        secret.encode("utf-16-le"): "UTF-16",
        raw[::-1]: "backwards",
    }
    for shift in range(3):
        # In the middle of something larger: what depends on the neighbours is cut off.
        coded = base64.b64encode(b"\0" * shift + raw)
        middle = coded[(0, 2, 3)[shift] : len(coded) - (4 if coded.endswith(b"=") else 0)]
        found[middle] = found[middle.translate(bytes.maketrans(b"+/", b"-_"))] = "Base64"
    return {form: how for form, how in found.items() if len(form) >= SHORTEST}


@define
class Hunt:
    """Secrets by their kind, and where each was found."""

    secrets: dict[str, str] = field(factory=dict)
    """Secret -> kind."""
    found: list[str] = field(factory=list)
    """One line for each find: kind, how it was written, place. Never the secret."""

    def add(self, kind: str, secret: str | None) -> None:
        if secret:
            self.secrets[secret] = kind

    def search(self, place: str, content: bytes | str, allowed: Iterable[str] = ()) -> None:
        """`allowed`: kinds that may stand in this place."""
        content = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
        for secret, kind in self.secrets.items():
            if kind in allowed:
                continue
            for form, how in forms(secret).items():
                if form in content:
                    self.found.append(f"{kind}, {how}, in {place}")

    def search_tree(self, root: Path, allowed: Mapping[str, Iterable[str]]) -> int:
        """Every file below `root`, its name too. allowed: name -> kinds that may stand in it. How many files."""
        count = 0
        for path in sorted(root.rglob("*")):
            self.search(f"the name {path.relative_to(root)}", str(path.relative_to(root)))
            if path.is_file() and not path.is_symlink():
                count += 1
                self.search(str(path.relative_to(root)), path.read_bytes(), allowed.get(path.name, ()))
        return count


def family(pid: int) -> Iterator[int]:
    """A process and all its children, as far as they live."""
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))
    except OSError:
        return


class Onlooker:
    """Reads again and again what any user of the machine sees of a process, and what its children are given."""

    def __init__(self, pid: int) -> None:
        self.seen: set[tuple[str, bytes]] = set()
        self.environments: dict[str, bytes] = {}
        """Name and id of a child -> its environment."""
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Onlooker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.is_set():
            for pid in family(self._pid):
                self._look(pid)
            self._ended.wait(0.05)

    def _look(self, pid: int) -> None:
        root = Path(f"/proc/{pid}")
        try:
            for name in ("cmdline", "comm", "environ", "status"):
                self._keep(name, (root / name).read_bytes())
            for task in (root / "task").iterdir():
                self._keep("comm of a thread", (task / "comm").read_bytes())
            for descriptor in (root / "fd").iterdir():
                self._keep("open file", str(descriptor.readlink()).encode())
            if pid != self._pid:
                name = (root / "comm").read_text().strip()
                self.environments[f"{name} {pid}"] = (root / "environ").read_bytes()
        except OSError:
            return  # it has just ended

    def _keep(self, what: str, content: bytes) -> None:
        # Counters change with every look.
        self.seen.add((what, re.sub(rb"\d+", b"0", content) if what == "status" else content))
