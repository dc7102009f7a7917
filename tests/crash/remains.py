"""What lies on the card after a kill, read without the kiosk's own reader, and what must be there."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from attrs import define, field
from PIL import Image


@define
class Ledger:
    """The journal, read to its end: what was promised, and what the last breath may have taken."""

    must: dict[str, tuple[str, int, int]] = field(factory=dict)
    """Item id -> digest, bytes, pick."""
    hidden: set[str] = field(factory=set)
    may_go: set[str] = field(factory=set)
    """Asked to leave by what was under way; the answer was never heard."""
    may_hide: set[str] = field(factory=set)
    forgetting: bool = False
    """A disconnect was under way."""
    signed_in: bool | None = None
    """None: nothing was promised, or something else was under way."""
    reached: list[str] = field(factory=list)
    passed: set[str] = field(factory=set)
    heard: Counter[str] = field(factory=Counter)
    """How many pictures were stored, evicted, hidden ... in all."""
    opened: list[int] = field(factory=list)
    """Pictures at each start that came so far."""
    rebuilt: int = 0
    old_parts: list[str] = field(factory=list)
    """Part files that outlived a start: never."""


def read_journal(path: Path) -> Ledger:
    ledger = Ledger()
    pending: list[dict[str, Any]] = []
    for line in path.read_text().splitlines() if path.exists() else ():
        entry = json.loads(line)
        if "asked" in entry:
            pending = entry["asked"]
        if "said" in entry:
            pending = []
            for promise in entry["said"]:
                _promise(ledger, promise)
        if "opened" in entry:
            ledger.opened.append(entry["opened"])
            ledger.rebuilt += entry["rebuilt"]
            ledger.old_parts += entry["parts"]
        if "kept" in entry:
            _settle(ledger, pending, entry["kept"], entry["hidden"])
            pending = []
        if "reached" in entry:
            ledger.reached.append(entry["reached"])
        if "passed" in entry:
            ledger.passed.add(entry["passed"])
    ledger.may_go, ledger.may_hide = _affected(ledger, pending)
    ledger.forgetting = any(wish["kind"] == "WipeEverything" for wish in pending)
    if any(wish["kind"] in ("SaveCredentials", "WipeEverything") for wish in pending):
        ledger.signed_in = None
    return ledger


def _promise(ledger: Ledger, promise: dict[str, Any]) -> None:
    kind = promise["kind"]
    ledger.heard["replaced" if kind == "stored" else kind] += len(promise.get("ids", ()))
    ledger.heard["stored"] += kind == "stored"
    for gone in promise.get("ids", ()):
        ledger.must.pop(gone, None)
    match kind:
        case "stored":
            item_id, digest, size = promise["stored"]
            # One that was hidden while it was on its way leaves in the transaction that it came in.
            if item_id not in promise["ids"]:
                ledger.must[item_id] = (digest, size, promise["pick"])
        case "hidden":
            ledger.hidden.update(promise["ids"])
        case "wiped":
            ledger.must.clear()
            ledger.hidden.clear()
            ledger.signed_in = False
        case "credentials":
            ledger.signed_in = promise["kept"]


def _affected(ledger: Ledger, wishes: list[dict[str, Any]]) -> tuple[set[str], set[str]]:
    go: set[str] = set()
    hide: set[str] = set()
    for wish in wishes:
        match wish["kind"]:
            case "StoreRendition" | "ReplacePicks" | "MakeRoom":
                go |= {item for item, (_, _, pick) in ledger.must.items() if pick != wish["pick"]}
            case "HideItems":
                go |= set(wish["ids"])
                hide |= set(wish["ids"])
            case "SetAside":
                go |= set(wish["ids"])
            case "WipeEverything":
                go |= set(ledger.must)
                hide |= ledger.hidden
    return go, hide


def _settle(ledger: Ledger, wishes: list[dict[str, Any]], kept: list[str], hidden: list[str]) -> None:
    """A look at the card after a kill: what the last breath left is promised again, what it took is not."""
    go, hide = _affected(ledger, wishes)
    for item in go - set(kept):
        ledger.must.pop(item, None)
    ledger.hidden |= hide & set(hidden)
    if any(wish["kind"] == "WipeEverything" for wish in wishes):
        ledger.hidden &= set(hidden)
    if any(wish["kind"] in ("SaveCredentials", "WipeEverything") for wish in wishes):
        ledger.signed_in = None


@define
class Remains:
    """The card: rows as the catalog has them, files by their own digest."""

    integrity: str
    rows: dict[str, str]
    """Item id -> digest."""
    hidden: set[str]
    files: dict[str, Path]
    """Digest of the bytes -> file."""
    credentials: bool
    wiping: bool = False
    """A wipe has begun: nothing is promised any more, and the next start finishes it."""
    leaving: frozenset[str] = frozenset()
    """Names of files that the catalog has on its list of those to be removed."""

    def strays(self) -> list[Path]:
        """Pictures that the catalog knows nothing of: looked for and removed a while after each start."""
        known = set(self.rows.values())
        return [
            path
            for digest, path in self.files.items()
            if digest not in known and "/".join(path.parts[-2:]) not in self.leaving
        ]


def read_card(home: Path) -> Remains:
    files = {_digest(path): path for path in sorted((home / "cache" / "renditions").glob("??/*"))}
    signed_in = (home / "state" / "credentials.json").exists()
    wiping = (home / "state" / "wiping").exists()
    if not (home / "state" / "catalog.sqlite3").exists():
        return Remains("ok", {}, set(), files, signed_in, wiping)
    # A copy: reading a write-ahead log recovers it, and that is for the kiosk to do.
    with tempfile.TemporaryDirectory(dir=home) as folder:
        for path in (home / "state").glob("catalog.sqlite3*"):
            shutil.copy(path, folder)
        with closing(sqlite3.connect(Path(folder) / "catalog.sqlite3")) as catalog:
            try:
                integrity = "; ".join(row[0] for row in catalog.execute("PRAGMA integrity_check"))
            except sqlite3.DatabaseError as error:
                return Remains(str(error), {}, set(), files, signed_in, wiping)
            if catalog.execute("PRAGMA user_version").fetchone() == (0,):
                return Remains(integrity, {}, set(), files, signed_in, wiping)
            rows = catalog.execute(
                "SELECT m.id, hex(r.digest) FROM renditions r JOIN media_items m ON m.n = r.item"
            ).fetchall()
            hidden = {row[0] for row in catalog.execute("SELECT id FROM hidden")}
            leaving = frozenset(row[0] for row in catalog.execute("SELECT name FROM leftovers"))
    digests = {row[0]: row[1].lower() for row in rows}
    return Remains(integrity, digests, hidden, files, signed_in, wiping, leaving)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def settle(journal: Path, card: Remains) -> None:
    """Written into the journal after a look at the card."""
    with journal.open("a") as file:
        file.write(json.dumps({"kept": sorted(card.rows), "hidden": sorted(card.hidden)}) + "\n")


def lost(ledger: Ledger, card: Remains) -> list[tuple[str, int]]:
    """Item ids and bytes that were acknowledged and are not there, for no reason that anybody gave."""
    return [
        (item, size)
        for item, (digest, size, _) in ledger.must.items()
        if item not in ledger.may_go and (card.rows.get(item) != digest or digest not in card.files)
    ]


def faults(ledger: Ledger, card: Remains) -> list[str]:
    """Everything that is wrong, as sentences; none after any kill."""
    found = [] if card.integrity == "ok" else [f"integrity_check: {card.integrity}"]
    if card.wiping:
        return found
    found += [f"{item}, {size} bytes, was acknowledged and is lost" for item, size in lost(ledger, card)]
    for item, digest in card.rows.items():
        if digest not in card.files:
            found.append(f"{item} is in the catalog, but no file has its digest")
        elif not _decodes(card.files[digest]):
            found.append(f"{item} does not decode")
    found += [f"{item} was hidden and is back" for item in ledger.hidden & set(card.rows)]
    found += [
        f"{item} was hidden, which is forgotten" for item in ledger.hidden - ledger.may_hide - card.hidden
    ]
    found += [f"{part} outlived a start" for part in ledger.old_parts]
    if ledger.signed_in is not None and ledger.signed_in != card.credentials:
        found.append(f"credentials: {card.credentials}, promised: {ledger.signed_in}")
    return found


def _decodes(path: Path) -> bool:
    try:
        with Image.open(path) as picture:
            picture.load()
    except OSError:
        return False
    return True
