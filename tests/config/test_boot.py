"""kiosk.toml on the boot partition: read, relieved of its secrets, laid over config.toml."""

from __future__ import annotations

import json
import string
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.config import LanguageTag, boot_file, language_of, load, table
from kiosk.config.boot import BootFile, holds, read_boot
from kiosk.config.overlay import OVERLAY, SYSTEM_CONFIG, Overlay, as_json, overlay_over, read_overlay
from kiosk.core.model import Client, Secret
from kiosk.errors import ConfigError, Problem

FILE = Path("/boot/firmware/kiosk.toml")
SECRET, DIGITS = "GOCSPX-of-this-frame", "0123456789abcdef" * 4
GIFT = f"""\
# For Anna. # "quoted"
[google]
client_id = "123.apps.googleusercontent.com"
client_secret = "{SECRET}"   # from the console
[slideshow]
dwell_seconds = 12

[storage]
encrypt = true
key = '{DIGITS}'
"""


def read(text: str, encoding: str = "utf-8") -> BootFile:
    return read_boot(FILE, text.encode(encoding))


def wrongs(found: BootFile) -> list[tuple[str, str]]:
    return [(problem.where, problem.wrong) for problem in found.overlay.problems]


# What is taken out of it ------------------------------------------------------------------------------------------


def test_secrets_are_handed_over_and_everything_else_stays_to_the_byte() -> None:
    found = read(GIFT)
    assert found.client == Client("123.apps.googleusercontent.com", Secret(SECRET))
    assert found.storage_key == Secret(DIGITS)
    blanked = GIFT.replace(f'"{SECRET}"', '""').replace(f"'{DIGITS}'", '""')
    assert found.without(client=True, storage_key=True) == blanked.encode()
    assert found.without(client=False, storage_key=False) == GIFT.encode()
    assert SECRET not in repr(found)
    told = as_json(found.overlay)
    assert SECRET not in told and DIGITS not in told
    assert found.overlay.document.content == {
        "google": {"client_id": "123.apps.googleusercontent.com", "client_secret": ""},
        "slideshow": {"dwell_seconds": 12},
        "storage": {"encrypt": True},
    }


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")],
    ids=["bare", "UTF-8", "Notepad's Unicode", "big end first"],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_the_files_of_every_editor_are_read_and_keep_their_kind(
    mark: bytes, encoding: str, ending: str
) -> None:
    text = GIFT.replace("\n", ending)
    found = read_boot(FILE, mark + text.encode(encoding))
    assert found.client == Client("123.apps.googleusercontent.com", Secret(SECRET))
    assert found.overlay.document.where("slideshow", "dwell_seconds") == f"{FILE}:6"
    raw = found.without(client=True, storage_key=False)
    assert raw == mark + text.replace(SECRET, "").encode(encoding)
    assert holds(mark + text.encode(encoding), SECRET)
    assert not holds(raw, SECRET)


def test_what_has_no_byte_order_mark_and_is_not_utf_8_is_told_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        read('# one\ndisplay_name = "Küche"\n', "cp1252")
    assert caught.value.problems[0].where == f"{FILE}:2"
    assert "UTF-8" in caught.value.problems[0].wrong


def test_a_file_as_large_as_a_photograph_is_not_read() -> None:
    with pytest.raises(ConfigError, match="larger than 64 KiB"):
        read("#" * 70_000)


def test_the_quotation_marks_of_a_word_processor_are_named() -> None:
    with pytest.raises(ConfigError, match="straight ones"):
        read("[google]\nclient_id = “123”\n")


def test_a_slip_in_the_file_leaves_the_secret_where_it_is_and_untold() -> None:
    with pytest.raises(ConfigError) as caught:
        read(f'[google]\nclient_secret = "{SECRET}\n')
    assert SECRET not in str(caught.value)


ways = st.sampled_from(
    [
        "[google]\nclient_id = {id}\nclient_secret = {secret}\n",
        "google.client_secret = {secret}\ngoogle.client_id = {id}\n",
        'google = {{ "client_id" = {id}, client_secret={secret} }}\n',
        "[ google ] # client_secret = {secret}\n'client_secret' \t= {secret} # {secret}\nclient_id={id}\n",
        "[google]\ndisplay_name = {secret}\nclient_id = {id}\nclient_secret = {secret}\n",
    ]
)
quotes = st.sampled_from(['"{}"', "'{}'", '"""{}"""', "'''{}'''", '"""\n{}"""', "'''\r\n{}'''"])
values = st.text(string.ascii_letters + string.digits + "#-_= .üß[]", min_size=1, max_size=12).filter(
    str.strip
)


@given(way=ways, quote=quotes, secret=values, ending=st.sampled_from(["\n", "\r\n"]))
def test_whichever_way_the_secret_is_written_its_value_alone_is_blanked(
    way: str, quote: str, secret: str, ending: str
) -> None:
    if "{{" in way and "\n" in quote:
        quote = "'{}'"  # an inline table has no lines
    comment = "# " in way and "\n" in quote
    text = way.format(id="'id'", secret=quote.format(secret) if not comment else f'"{secret}"')
    text = text.replace("\r\n", "\n").replace("\n", ending)
    found = read(text)
    assert found.client == Client("id", Secret(secret.strip()))
    raw = found.without(client=True, storage_key=True).decode()
    before, after = (tomllib.loads(each.replace("\r\n", "\n")) for each in (text, raw))
    assert after["google"].pop("client_secret") == ""
    assert before["google"].pop("client_secret").strip() == secret.strip()
    assert after == before
    start = next(at for at, (one, other) in enumerate(zip(text, raw, strict=False)) if one != other)
    rest = len(raw) - start - 2
    assert raw[:start] == text[:start] and (rest <= 0 or text.endswith(raw[-rest:]))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'client_secret = "abc"',
            (f"{FILE}:2: [google] client_secret", "it is there, while client_id is missing"),
        ),
        (
            f'client_id = "a"\nclient_secret = "{"x" * 300}"',
            (f"{FILE}:3: [google] client_secret", "it has 300 characters"),
        ),
    ],
)
def test_half_a_client_is_not_taken(text: str, problem: tuple[str, str]) -> None:
    found = read(f"[google]\n{text}\n")
    assert (found.client, wrongs(found)) == (None, [problem])
    assert found.without(client=True, storage_key=True) == f"[google]\n{text}\n".encode()


def test_a_client_id_that_is_none_is_left_for_the_frame_to_tell() -> None:
    found = read(f'[google]\nclient_id = "{"x" * 300}"\nclient_secret = "abc"\n')
    assert (found.client, wrongs(found)) == (None, [])


def test_a_client_without_its_secret_is_one_that_the_frame_must_have() -> None:
    found = read('[google]\nclient_id = "a"\nclient_secret = ""\n')
    assert found.client == Client("a", Secret(""))
    assert found.missing().where == f"{FILE}:3: [google] client_secret"
    assert found.without(client=True, storage_key=True) == b'[google]\nclient_id = "a"\nclient_secret = ""\n'


@pytest.mark.parametrize("value", ['"abc"', '"' + "g" * 64 + '"'])
def test_what_is_no_key_is_not_taken_and_not_repeated(value: str) -> None:
    found = read(f"[storage]\nkey = {value}\n")
    assert (found.storage_key, wrongs(found)) == (None, [(f"{FILE}:2: [storage] key", "it is no key")])
    assert value.strip('"') not in as_json(found.overlay)
    assert found.other_key().where == f"{FILE}:2: [storage] key"


def test_of_what_is_not_known_the_frame_sees_the_name_alone() -> None:
    text = f"""
top = "{SECRET}"
google = "{SECRET}"
[storage]
key = 5
[gogle]
client_secret = "{SECRET}"
[slideshow]
client_secrt = "{SECRET}"
dwell_seconds = {"9" * 30}
order = 2020-01-01
transition = ["{SECRET[:3]}", [1]]
reduced_motion = [{{}}, true]
"""
    found = read(text)
    assert found.overlay.document.content == {
        "top": "",
        "google": "",
        "storage": {"key": 0},
        "gogle": {},
        "slideshow": {
            "client_secrt": "",
            "dwell_seconds": 2**53,
            "order": {},
            "transition": ["GOC", []],
            "reduced_motion": [{}, True],
        },
    }
    assert SECRET not in as_json(found.overlay)


# The overlay --------------------------------------------------------------------------------------------------------


class Machine:
    """A config.toml, and what root has written over it."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "config.toml"
        self.overlay = folder / "overlay.json"
        self.env = {"KIOSK_BOOT_OVERLAY": str(self.overlay), "CREDENTIALS_DIRECTORY": str(folder)}

    def lay(self, text: str, *problems: Problem, client: bool = False, left: bool = False) -> None:
        document = read(text).overlay.document
        self.overlay.write_text(as_json(Overlay(document, problems, client=client, secret_left=left)))

    def problems(self) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(self.config, self.env)
        return [f"{problem.where}: {problem.wrong}" for problem in caught.value.problems]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.config.write_text('[slideshow]\ndwell_seconds = 5\norder = "picked"\n[display]\nwidth = 800\n')
    return made


def test_the_boot_partition_wins_key_by_key_and_each_value_tells_where_it_is_from(machine: Machine) -> None:
    machine.lay("[slideshow]\ndwell_seconds = 12\n[picture]\nclock = true\n", left=True)
    loaded = load(machine.config, machine.env)
    assert (loaded.config.slideshow.dwell_seconds, loaded.config.display.width) == (12.0, 800)
    assert loaded.config.picture.clock
    assert loaded.origins["slideshow.dwell_seconds"] == f"{FILE}:2"
    assert loaded.origins["slideshow.order"] == f"{machine.config}:3"
    assert (loaded.boot, loaded.secret_left, loaded.place) == (FILE, True, machine.config)
    assert loaded.overruled == ("slideshow.dwell_seconds",)
    assert boot_file(machine.config, machine.env) == FILE
    assert f"dwell_seconds = 12.0  # {FILE}:2" in table(loaded)
    assert f"# over it {FILE}" in table(loaded)


def test_without_an_overlay_nothing_lies_over_it(machine: Machine) -> None:
    assert load(machine.config, machine.env).boot is None
    assert boot_file(machine.config, machine.env) is None
    assert overlay_over(machine.config, {}) is None


def test_it_lies_over_the_configuration_of_the_service_alone() -> None:
    if OVERLAY.exists():
        pytest.skip("this machine has one")
    assert overlay_over(SYSTEM_CONFIG, {}) is None  # looked for, and not there


def test_mistakes_of_both_files_are_told_each_with_its_file_and_line(machine: Machine) -> None:
    machine.config.write_text("[slideshow]\ndwell_seconds = 0\n[google]\nclient_id = 'a'\n")
    told = Problem(f"{FILE}:9: [storage] key", "it is no key", "x")
    machine.lay("[slideshow]\n\norder = 'best'\nxyzzy = 1\n[google]\nclient_id = ''\n", told)
    assert machine.problems() == [
        f"{machine.config}:2: [slideshow] dwell_seconds: it is too small",
        f"{FILE}:9: [storage] key: it is no key",
        f'{FILE}:3: [slideshow] order: "best" is not one of them',
        f"{FILE}:4: [slideshow] xyzzy: unknown key",
    ]


@pytest.mark.parametrize(
    "key", ["google.client_secrets_file", "storage.state_dir", "storage.cache_dir", "storage.key_file"]
)
def test_a_path_of_the_frame_has_no_place_on_the_boot_partition(machine: Machine, key: str) -> None:
    section, name = key.split(".")
    machine.lay(f"[{section}]\n{name} = '/x'\n")
    assert machine.problems() == [f"{FILE}:2: [{section}] {name}: a path has no place on the boot partition"]


CREDENTIAL = {"installed": {"client_id": "new", "client_secret": "kept"}}


@pytest.mark.parametrize(
    "old",
    ["client_id = 'old'\nclient_secret = 'old'", "client_secrets_file = 'old.json'"],
    ids=["keys", "file"],
)
def test_a_client_of_the_boot_partition_puts_the_old_one_out_of_force_as_a_whole(
    machine: Machine, old: str
) -> None:
    machine.config.write_text(f"[google]\n{old}\n")
    (machine.config.parent / "client_secrets.json").write_text(json.dumps(CREDENTIAL))
    machine.lay("[google]\nclient_secret = ''\n", client=True)
    loaded = load(machine.config, machine.env)
    assert loaded.config.google.client == Client("new", Secret("kept"))
    assert loaded.origins["google.client_id"] == str(machine.config.parent / "client_secrets.json")


def test_root_at_a_shell_has_the_credentials_that_the_service_has(machine: Machine) -> None:
    beside = machine.config.parent / "credentials"
    beside.mkdir()
    (beside / "client_secrets.json").write_text(json.dumps(CREDENTIAL))
    assert load(machine.config, {}).config.google.client == Client("new", Secret("kept"))
    assert load(machine.config, machine.env).config.google.client == Client(), "systemd's own come first"


def test_the_language_of_mistakes_is_the_boot_partition_s_then_config_toml_s(machine: Machine) -> None:
    machine.config.write_text("[display]\nlanguage = 'th'\nxyzzy = 1\n")
    assert language_of(machine.config, machine.env) is LanguageTag.THAI
    machine.lay("[display]\nlanguage = 'de'\n")
    assert language_of(machine.config, machine.env) is LanguageTag.GERMAN
    machine.lay("[display]\nwidth = 800\n")
    assert language_of(machine.config, machine.env) is LanguageTag.THAI


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"file": 3}', "[" * 20_000, json.dumps({"file": "x", "content": [], "lines": 3})],
)
def test_an_overlay_that_this_version_did_not_write_is_told(machine: Machine, text: str) -> None:
    machine.overlay.write_text(text)
    assert machine.problems() == [
        f"{machine.overlay}: {machine.overlay} was not written by this version of the program"
    ]
    assert boot_file(machine.config, machine.env) is None
    assert language_of(machine.config, machine.env) is LanguageTag.AUTO


def test_an_overlay_that_cannot_be_read_is_told(machine: Machine) -> None:
    machine.overlay.write_bytes(b"\xff\xff")
    assert machine.problems() == [f"{machine.overlay}: {machine.overlay} is not text in UTF-8"]


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    told = Overlay(read(GIFT).overlay.document, (Problem("a", "b", "c", "d"),), client=True, secret_left=True)
    (tmp_path / "overlay.json").write_text(as_json(told))
    assert read_overlay(tmp_path / "overlay.json") == told
