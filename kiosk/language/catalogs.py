"""Writes the catalogs from the sentences in the source: ``python -m kiosk.language.catalogs``, by ``make words``.

The template (``kiosk.pot``) holds every sentence. A translation is kept as long as its sentence stands as it was; a
new sentence comes in without one, a sentence that is gone takes its translations with it. Nothing is guessed from what
looks alike. No file holds a date, a name or a line number, so they change with the words alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kiosk.language import plurals
from kiosk.language.speech import CATALOGS, DOMAIN, TAGS, compiled

SOURCE = Path(__file__).resolve().parent.parent
_KEYWORDS = {"said": None, "counted": (1, 2)}
_SEAM = "kiosk.core.message"
"""Who makes sentences imports this; others may have a ``said`` of their own."""
_COMMENTS = ("Translators:",)
_FIXED = ("MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit")


class _Headed(Catalog):
    """A catalog whose header, in the compiled file too, says only what a reader of it needs."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.tag = tag
        self.mime_headers = [("Plural-Forms", plurals.header(tag))]

    def __iter__(self) -> Iterator[Message]:
        yield Message("", "".join(f"{line}\n" for line in _header(self.tag)))
        yield from (message for message in super().__iter__() if message.id)


def extracted(source: Path = SOURCE) -> Catalog:
    """Every sentence of the modules under ``source``, in their order."""
    template = Catalog()
    for path in sorted(source.rglob("*.py")):
        content = path.read_bytes()
        if _SEAM.encode() not in content:
            continue
        for _, sentence, comments, _ in extract("python", BytesIO(content), _KEYWORDS, _COMMENTS):
            template.add(sentence, auto_comments=comments)
    return template


def updated(template: Catalog, tag: str, before: Catalog) -> Catalog:
    """The sentences of the template, with the translations that ``before`` has of them."""
    catalog = _Headed(tag)
    for message in template:
        if not message.id:
            continue
        known = before.get(message.id)
        kept = known is not None and not known.fuzzy and known.pluralizable == message.pluralizable
        catalog.add(
            message.id,
            known.string if known is not None and kept else None,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known is not None else (),
        )
    return catalog


def read(file: Path, tag: str) -> Catalog:
    """The catalog in a .po file; an empty one where there is none."""
    if not file.exists():
        return _Headed(tag)
    with file.open("rb") as text:
        return read_po(text, locale=tag)


def po(catalog: Catalog, tag: str) -> bytes:
    """The text of its .po file; of the template for the empty tag."""
    name = Locale.parse(tag).english_name if tag else ""
    title = f"{name}: what kiosk says" if tag else "What kiosk says, for a language that is not there yet"
    lines = [f"# {title}.", *_forms(tag), 'msgid ""', 'msgstr ""', *(f'"{line}\\n"' for line in _header(tag))]
    text = BytesIO()
    write_po(text, catalog, width=0, no_location=True, omit_header=True, ignore_obsolete=True)
    return "\n".join([*lines, "", ""]).encode() + text.getvalue()


def mo(catalog: Catalog, tag: str) -> bytes:
    """The compiled catalog. A sentence that lacks a form is not in it: all of it is English then, not half."""
    headed, binary = _Headed(tag), BytesIO()
    for message in catalog:
        if message.id and all(forms(message)):
            headed.add(message.id, message.string)
    write_mo(binary, headed)
    return binary.getvalue()


def forms(message: Message) -> tuple[str, ...]:
    """The translation, or one for each plural form; empty where there is none yet."""
    string = message.string
    return (string or "",) if isinstance(string, str | None) else tuple(string)


def files(folder: Path = CATALOGS, source: Path = SOURCE) -> Iterable[tuple[Path, bytes]]:
    """Every file of the catalogs with what should be in it, from the source and the translations that are there."""
    template = extracted(source)
    yield folder / f"{DOMAIN}.pot", po(template, "")
    for tag in TAGS:
        binary = compiled(folder, tag)
        text = binary.with_suffix(".po")
        catalog = updated(template, tag, read(text, tag))
        yield text, po(catalog, tag)
        yield binary, mo(catalog, tag)


def _header(tag: str) -> tuple[str, ...]:
    if not tag:
        return _FIXED
    return (f"Language: {tag}", *_FIXED, f"Plural-Forms: {plurals.header(tag)}")


def _forms(tag: str) -> list[str]:
    """For the translator: which numbers each form is for."""
    if not tag:
        return []
    shown = [", ".join(map(str, numbers)) for numbers in plurals.examples(tag)]
    return [f"# msgstr[{index}]: {numbers} ..." for index, numbers in enumerate(shown)]


def main() -> int:
    for path, content in list(files()):
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            sys.stdout.write(f"{path.relative_to(SOURCE.parent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
