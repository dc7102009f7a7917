"""The catalogs: every sentence of the source is in them, each has a whole and sound translation, the files are as
``make words`` writes them."""

# ruff: noqa: RUF001  typographic quotation marks are meant
from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import read_mo
from babel.messages.pofile import write_po

import kiosk
from kiosk.core import words
from kiosk.core.message import Message
from kiosk.language import ALL, CATALOGS, TAGS, catalogs, language, plurals
from kiosk.language.speech import compiled

SOURCE = Path(kiosk.__file__).parent
MAKERS = ("said", "counted")


@cache
def template() -> Catalog:
    return catalogs.extracted()


@cache
def catalog(tag: str) -> Catalog:
    return catalogs.read(compiled(CATALOGS, tag).with_suffix(".po"), tag)


def entries(tag: str) -> list[Entry]:
    return [entry for entry in catalog(tag) if entry.id]


def sentences(entry: Entry) -> tuple[str, ...]:
    """The English of an entry: one, or one and many."""
    return (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


# --- the files


def test_every_file_of_the_catalogs_is_as_make_words_writes_it() -> None:
    """Up to date with the source, compiled from what stands beside it, without dates, fuzzy or bygone entries."""
    stale = [path for path, content in catalogs.files() if not path.exists() or path.read_bytes() != content]
    assert [str(path.relative_to(CATALOGS)) for path in stale] == [], "`make words` does that"


def test_no_file_lies_there_that_belongs_to_no_language() -> None:
    assert {path for path in CATALOGS.rglob("*") if path.is_file()} == {path for path, _ in catalogs.files()}


@pytest.mark.parametrize("tag", TAGS)
def test_the_compiled_catalog_says_what_the_text_says(tag: str) -> None:
    with compiled(CATALOGS, tag).open("rb") as file:
        told = read_mo(file)
    assert told.plural_forms == plurals.header(tag)
    assert {sentences(entry): catalogs.forms(entry) for entry in told if entry.id} == {
        sentences(entry): catalogs.forms(entry) for entry in entries(tag) if all(catalogs.forms(entry))
    }


@pytest.mark.parametrize("name", ["kiosk.pot", "de/LC_MESSAGES/kiosk.po", "de/LC_MESSAGES/kiosk.mo"])
def test_no_date_and_no_place_is_in_a_file(name: str) -> None:
    content = (CATALOGS / name).read_bytes()
    assert re.search(rb"Date|20\d\d-\d\d|Translator:|Team|\.py\b|^#:", content, re.MULTILINE) is None


# --- the sentences


def said_in(module: Path) -> list[ast.Call]:
    """Where a module makes a sentence."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "kiosk.core.message"
        for alias in node.names
    }
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    return [call for call in calls if getattr(call.func, "id", "") in imported]


MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if path.name != "message.py"]


def test_a_sentence_is_made_by_said_or_counted_from_plain_text() -> None:
    """Only so it is found for the catalogs."""
    found = {path: said_in(path) for path in MODULES}
    assert sum(map(len, found.values())) > 50
    for path, calls in found.items():
        for call in calls:
            name = call.func.id  # type: ignore[attr-defined]
            assert name in MAKERS, f"{path.name}:{call.lineno} makes a message by hand"
            texts = call.args[: 1 + MAKERS.index(name)]
            plain = [isinstance(text, ast.Constant) and isinstance(text.value, str) for text in texts]
            assert plain == [True] * (1 + MAKERS.index(name)), f"{path.name}:{call.lineno}"


def joined_in(module: Path) -> list[int]:
    """The lines on which a sentence of words.py becomes a part of an f-string, of a sum or of a ``%``.

    What the commands print is English, so they may.
    """
    tree = ast.parse(module.read_text(encoding="utf-8"))
    froms = [
        node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "kiosk.core"
    ]
    if not any(alias.name == "words" for node in froms for alias in node.names):
        return []
    lines = []
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        if isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            parts = [node.left, node.right]
        lines += [node.lineno for part in parts if _of_words(part)]
    return lines


def test_no_sentence_is_joined_with_other_text() -> None:
    """What comes of that is English for ever."""
    shown = [path for path in MODULES if path.parent.name != "cli"]
    assert {path.name: lines for path in shown if (lines := joined_in(path))} == {}


def test_a_joined_sentence_would_be_seen(tmp_path: Path) -> None:
    (module := tmp_path / "a.py").write_text(
        "from kiosk.core import words\nA = f'{words.NEW}!'\nB = words.photos(3) + '.'\nC = words.NEW\nD = f'{3}'\n"
    )
    assert joined_in(module) == [2, 3]


def _of_words(node: ast.expr) -> bool:
    """``words.X`` or ``words.x(...)``."""
    node = node.func if isinstance(node, ast.Call) else node
    if not isinstance(node, ast.Attribute) or node.attr.endswith("_ADDRESS"):
        return False
    return isinstance(node.value, ast.Name) and node.value.id == "words"


def every_message(value: object, number: int = 3) -> list[Message]:
    """Those in a value of words.py, and in what its functions make."""
    if isinstance(value, Message):
        return [value]
    if isinstance(value, dict):
        return [message for each in value.values() for message in every_message(each)]
    if isinstance(value, tuple | list):
        return [message for each in value for message in every_message(each)]
    if inspect.isfunction(value) and value.__module__ == words.__name__:
        filled = {name: number if hint == "int" else "/etc/x" for name, hint in _parameters(value).items()}
        return every_message(value(**filled))
    return []


def _parameters(function: Any) -> dict[str, str]:
    return {name: str(each.annotation) for name, each in inspect.signature(function).parameters.items()}


def test_every_sentence_of_the_screen_is_in_the_template() -> None:
    known = {sentences(entry) for entry in template() if entry.id}
    told = [message for value in vars(words).values() for message in every_message(value)]
    assert len(told) > 50
    for message in told:
        assert ((message.one, message.many) if message.many else (message.one,)) in known, message


def test_what_is_no_message_in_words_is_an_address_or_for_the_log() -> None:
    plain = {
        name
        for name, value in vars(words).items()
        if name.isupper() and isinstance(value, str) and not isinstance(value, Message)
    }
    assert {name for name in plain if not name.endswith("_ADDRESS")} <= {"SIGN_IN_LOST"}


def test_every_function_of_words_makes_a_message() -> None:
    made = {name: value for name, value in vars(words).items() if inspect.isfunction(value)}
    own = {name: value for name, value in made.items() if value.__module__ == words.__name__}
    assert own
    assert [name for name, value in own.items() if not every_message(value)] == []


# --- the translations


@pytest.mark.parametrize("tag", TAGS)
def test_every_sentence_is_translated_in_every_form(tag: str) -> None:
    without = [entry.id for entry in entries(tag) if not all(catalogs.forms(entry))]
    assert without == []


@pytest.mark.parametrize("tag", TAGS)
def test_what_counts_has_as_many_forms_as_the_language(tag: str) -> None:
    wanted = len(plurals.examples(tag))
    wrong = [
        entry.id for entry in entries(tag) if entry.pluralizable and len(catalogs.forms(entry)) != wanted
    ]
    assert wrong == []


def lost_or_made_up(tag: str, entry: Entry) -> list[str]:
    """The forms that do not fill in what the English fills in."""
    allowed = set().union(*map(fields, sentences(entry)))
    wanted = fields(sentences(entry)[-1])
    wrong = []
    for form, text in enumerate(catalogs.forms(entry)):
        # "A year ago" may stand for one number alone, or for 0 and 1 where they go together: 0 is never said so.
        alone = entry.pluralizable and len(set(plurals.examples(tag)[form]) - {0}) <= 1
        needed = wanted - {"count"} if alone else wanted
        if text and not needed <= fields(text) <= allowed:
            wrong.append(text)
    return wrong


@pytest.mark.parametrize("tag", TAGS)
def test_every_form_fills_in_what_the_english_fills_in(tag: str) -> None:
    assert {entry.id: wrong for entry in entries(tag) if (wrong := lost_or_made_up(tag, entry))} == {}


@pytest.mark.parametrize(
    ("tag", "forms", "sound"),
    [
        ("de", ("Vor einem Jahr", "Vor {count} Jahren"), True),
        ("de", ("Vor {count} Jahr", "Vor Jahren"), False),
        ("fr", ("Il y a un an", "Il y a {count} ans"), True),
        ("ru", ("год", "{count} года", "{count} лет"), False),
        ("ru", ("{count} год", "{count} года", "{count} лет"), True),
        ("ar", ("a", "b", "c", "{count} d", "{count} e", "{count} f"), True),
        ("ar", ("a", "b", "c", "d", "{count} e", "{count} f"), False),
        ("ja", ("{count}年前",), True),
        ("ja", ("去年",), False),
        ("de", ("{zahl} Jahr", "{count} Jahre"), False),
    ],
)
def test_a_form_may_leave_the_number_out_only_where_it_is_for_one_number(
    tag: str, forms: tuple[str, ...], sound: bool
) -> None:
    entry = Entry(("a year ago", "{count} years ago"), forms)
    assert (lost_or_made_up(tag, entry) == []) is sound


# Names and words that a person types, presses or looks for; they stand on the screen as they are.
VERBATIM = re.compile(
    r"Google Photos Picker API|Google Photos|Google Workspace|Google Cloud|Google"
    r"|client_id|client_secret|SSH|Shift\+D|(?<![A-Za-z])OK(?![A-Za-z])"
    r"|(?<![A-Za-z+])[A-Z](?![A-Za-z’'])(?<!A)|kiosk [a-z]+(?:-[a-z]+)*"
)


def dropped(entry: Entry) -> list[tuple[str, str]]:
    """(name, translation) for each name that a translation does not have."""
    names = VERBATIM.findall(sentences(entry)[-1])
    return [(name, text) for text in catalogs.forms(entry) for name in names if text and name not in text]


def test_the_names_that_stay_are_recognised() -> None:
    assert VERBATIM.findall(
        "Press OK, or run “kiosk sign-in”, for a code. A Google client; Google’s console."
    ) == [
        "OK",
        "kiosk sign-in",
        "Google",
        "Google",
    ]
    assert VERBATIM.findall("Left arrow: the left one. H: both. Press Shift+D twice") == ["H", "Shift+D"]
    told = {name for entry in template() if entry.id for name in VERBATIM.findall(sentences(entry)[-1])}
    assert {"Google Photos", "client_id", "kiosk sign-out", "OK", "Shift+D"} <= told
    # Whatever else looks like a key has to be looked at: it is told to be kept.
    assert {name for name in told if len(name) == 1} <= {"H"}


@pytest.mark.parametrize("tag", TAGS)
def test_names_commands_and_keys_stand_as_they_are(tag: str) -> None:
    assert {entry.id: gone for entry in entries(tag) if (gone := dropped(entry))} == {}


OF_THE_MENU = (words.SIGN_IN_KEPT, words.SIGN_IN_ONCE, words.PICK_KEPT)
"""They name an entry of the menu."""
QUOTES = "“”|„“|„”|‘’|«»|「」"


@pytest.mark.parametrize("tag", ALL)
def test_an_entry_of_the_menu_is_quoted_as_it_stands_there(tag: str) -> None:
    """In the quotation marks that the command in the same sentence has."""
    voice = language(tag)
    entry = voice.say(words.MENU_DISCONNECT)
    for sentence in OF_THE_MENU:
        told = voice.say(sentence)
        around = [
            re.search(rf"(\W\u00a0?){re.escape(name)}(\u00a0?\W)", told) for name in (entry, "kiosk sign-out")
        ]
        marks = [found.groups() if found else None for found in around]
        assert marks[0] == marks[1], told
        assert marks[0] is not None
        assert "".join(marks[0]).replace("\u00a0", "") in QUOTES.split("|"), told


@pytest.mark.parametrize("tag", TAGS)
def test_no_translation_begins_or_ends_with_a_blank_or_holds_what_no_screen_shows(tag: str) -> None:
    texts = [text for entry in entries(tag) for text in catalogs.forms(entry)]
    blanks = " \t\n\u00a0\u200b\u202f"
    assert [text for text in texts if text != text.strip(blanks)] == []
    assert [text for text in texts if re.search(r"[\x00-\x1f\x7f]|  |\u200b\u200b", text)] == []


@pytest.mark.parametrize("tag", ALL)
def test_every_sentence_can_be_said_with_every_number(tag: str) -> None:
    """Nothing is left to fill in, and no form is missing."""
    voice, functions = language(tag), [each for each in vars(words).values() if inspect.isfunction(each)]
    told = [message for value in vars(words).values() for message in every_message(value)]
    for function in functions:
        for number in (0, 1, 2, 3, 5, 11, 21, 100, 2000):
            told += every_message(function, number)
    for message in told:
        assert re.search(r"[{}]", voice.say(message)) is None, message


# --- the tool


def test_a_sentence_that_changed_loses_its_translation_and_the_others_keep_theirs() -> None:
    before = Catalog(locale="de")
    before.add("Starting", "Es geht los")
    before.add("Gone", "Weg")
    before.add("Nearly", "Fast", flags=["fuzzy"])
    before.add("One moment", "Einen Augenblick", user_comments=["said while waiting"])
    before.add("{count} hour", "{count} Stunde")
    after = Catalog()
    for sentence in ("Starting", "Starting up", "Nearly", "One moment", ("{count} hour", "{count} hours")):
        after.add(sentence)
    made = {entry.id: catalogs.forms(entry) for entry in catalogs.updated(after, "de", before) if entry.id}
    assert made == {
        "Starting": ("Es geht los",),
        "Starting up": ("",),
        "Nearly": ("",),
        "One moment": ("Einen Augenblick",),
        ("{count} hour", "{count} hours"): ("", ""),
    }
    moment = catalogs.updated(after, "de", before).get("One moment")
    assert moment is not None
    assert moment.user_comments == ["said while waiting"]


def test_a_catalog_that_a_program_has_filled_keeps_its_translations_and_loses_its_dates(
    tmp_path: Path,
) -> None:
    """As Babel writes it, with a header full of dates and wrapped lines."""
    filled = Catalog(locale="ru", last_translator="Somebody <a@b>")
    filled.add("Starting", "Запуск " * 30 + "!", locations=[("words.py", 7)])
    filled.add(("{count} photo", "{count} photos"), ("{count} снимок", "{count} снимка", "{count} снимков"))
    text = BytesIO()
    write_po(text, filled)
    (file := tmp_path / "kiosk.po").write_bytes(text.getvalue())
    assert b"Date" in text.getvalue()
    made = catalogs.po(catalogs.updated(filled, "ru", catalogs.read(file, "ru")), "ru").decode()
    assert "Date" not in made
    assert "Somebody" not in made
    assert "words.py" not in made
    assert f'msgstr "{"Запуск " * 30}!"' in made
    assert 'msgstr[2] "{count} снимков"' in made
    assert f"Plural-Forms: {plurals.header('ru')}" in made


def test_a_sentence_that_lacks_a_form_is_left_out_of_the_compiled_catalog() -> None:
    half = Catalog(locale="de")
    half.add("New", "Neu")
    half.add("One moment", "")
    half.add(("{count} photo", "{count} photos"), ("{count} Foto", ""))
    made = read_mo(BytesIO(catalogs.mo(half, "de")))
    assert [entry.id for entry in made if entry.id] == ["New"]


def test_sentences_are_found_in_the_source_with_the_word_for_their_translators(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from kiosk.core.message import counted, said\n"
        "# Translators: on a button\nA = said('New')\n"
        "B = counted('{count} hour', '{count} hours', 3, more=said('and ' 'more'))\n"
    )
    (tmp_path / "b.py").write_text("from x import said\nA = said('not ours')\n")
    found = [(entry.id, entry.auto_comments) for entry in catalogs.extracted(tmp_path) if entry.id]
    assert found == [
        ("New", ["Translators: on a button"]),
        (("{count} hour", "{count} hours"), []),
        ("and more", []),
    ]
