"""config.toml -> Config: where it is looked for, what is in it, and every mistake at once."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kiosk.config import (
    Config,
    Contrast,
    LanguageTag,
    Lettering,
    LightMethod,
    Loaded,
    PowerMethod,
    Renderer,
    Rotation,
    default_places,
    language_of,
    load,
    place_of,
)
from kiosk.config.schema import settings
from kiosk.config.setting import toml
from kiosk.core.model import Client, Secret
from kiosk.core.settings import Caption, MatStyle, Motion, Order, PickMode, Surround, Transition
from kiosk.core.sun import Place
from kiosk.errors import ConfigError, Problem

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str | bytes, name: str = "config.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def problems(path: Path | None, env: dict[str, str] | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load(path, env or {})
    assert str(caught.value) == "\n".join(map(str, caught.value.problems))
    return caught.value.problems


# Where it is looked for ------------------------------------------------------------------------------------------


def test_without_any_file_every_key_has_its_default(tmp_path: Path) -> None:
    loaded = load(None, {"HOME": str(tmp_path)})
    assert loaded.config == Config()
    assert loaded.path is None
    assert loaded.place == tmp_path / ".config/kiosk/config.toml"
    assert set(loaded.origins) == set(settings())
    assert set(loaded.origins.values()) == {"default"}


def test_the_default_place_needs_no_home_in_the_environment() -> None:
    assert default_places({}) == (Path.home() / ".config/kiosk/config.toml",)


def test_the_search_goes_from_the_option_to_the_environment_to_systemd_to_xdg(
    write: Write, tmp_path: Path
) -> None:
    def dwell(seconds: int, name: str) -> Path:
        return write(f"[slideshow]\ndwell_seconds = {seconds}\n", name)

    option, named = dwell(1, "option.toml"), dwell(2, "named.toml")
    service, second = dwell(3, "one/config.toml"), dwell(4, "two/config.toml")
    xdg, home = dwell(5, "xdg/kiosk/config.toml"), dwell(6, "home/.config/kiosk/config.toml")
    env = {
        "KIOSK_CONFIG": str(named),
        "CONFIGURATION_DIRECTORY": f"{tmp_path}/empty:{service.parent}:{second.parent}",
        "XDG_CONFIG_HOME": str(tmp_path / "xdg"),
        "HOME": str(tmp_path / "home"),
    }
    order = [(load(option, env), place_of(option, env))]
    for variable, path in (
        ("KIOSK_CONFIG", named),
        ("CONFIGURATION_DIRECTORY", service),
        ("XDG_CONFIG_HOME", xdg),
    ):
        assert place_of(None, env) == path
        order.append((load(None, env), place_of(None, env)))
        del env[variable]
    order.append((load(None, env), place_of(None, env)))
    assert [place for _, place in order] == [option, named, service, xdg, home]
    assert [(loaded.path, loaded.config.slideshow.dwell_seconds) for loaded, _ in order] == [
        (option, 1.0),
        (named, 2.0),
        (service, 3.0),
        (xdg, 5.0),
        (home, 6.0),
    ]


def test_a_relative_xdg_config_home_is_ignored(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "relative"}
    assert default_places(env) == (tmp_path / ".config/kiosk/config.toml",)


def test_the_place_for_a_missing_file_is_the_one_of_systemd_where_there_is_one(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "CONFIGURATION_DIRECTORY": str(tmp_path / "etc")}
    assert load(None, env).place == place_of(None, env) == tmp_path / "etc/config.toml"


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    missing = tmp_path / "no.toml"
    expected = (Problem(str(missing), "there is no such file", "a TOML file that can be read"),)
    assert problems(missing) == expected
    assert problems(None, {"KIOSK_CONFIG": str(missing)}) == expected


def test_a_file_below_a_file_is_simply_not_there(write: Write) -> None:
    assert "no such file" in problems(write("") / "config.toml")[0].wrong


def test_a_directory_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    assert "Is a directory" in problems(tmp_path)[0].wrong


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(write: Write) -> None:
    path = write("")
    path.chmod(0)
    assert "Permission denied" in problems(path)[0].wrong


# What is in it ---------------------------------------------------------------------------------------------------

FULL = """\
[google]
client_id = " 123.apps.googleusercontent.com "
client_secret = "GOCSPX-x"
display_name = "Küche"
keep_signed_in = false
picker_url = "http://127.0.0.1:8080/v1/"

[picking]
mode = "replace"
max_items = 500

[slideshow]
dwell_seconds = 12
transition_seconds = 0.5
order = "captured"
transition = "push"
motion = "gentle"
reduced_motion = true

[picture]
surround = "mat"
mat = "double"
pairs = false
faces = false
caption = "date_camera"
clock = true
marks = true

[display]
fullscreen = false
width = 800
height = 480
output = "HDMI-A-2"
rotation = 270
renderer = "surface"
language = "pt_BR"
type = "large"
contrast = "high"

[sleep]
hours = ["mon-fri 22:30-06:30", "sat sun 23:30-08:00"]
time_zone = "Europe/Berlin"
method = "ddc"

[light]
place = "-33.87, 151.2"
sensor = true
dimmest = 0.5
warmest = 2700
method = "backlight"

[storage]
state_dir = "state"
cache_dir = "/var/cache/kiosk"
cache_max_mb = 100
keep_free_mb = 0
encrypt = false

[update]
source = "https://example.com/frames"
"""


def check_full(loaded: Loaded, directory: Path) -> None:
    config = loaded.config
    assert config.google.client == Client("123.apps.googleusercontent.com", Secret("GOCSPX-x"))
    assert config.google.display_name == "Küche"
    assert config.google.keep_signed_in is False
    assert config.google.picker_url == "http://127.0.0.1:8080/v1"
    assert (config.picking.mode, config.picking.max_items) == (PickMode.REPLACE, 500)
    assert (config.slideshow.dwell_seconds, config.slideshow.transition_seconds) == (12.0, 0.5)
    assert isinstance(config.slideshow.dwell_seconds, float)
    assert config.slideshow.order is Order.CAPTURED
    assert (config.slideshow.transition, config.slideshow.motion) == (Transition.PUSH, Motion.GENTLE)
    assert config.slideshow.reduced_motion is True
    assert (config.picture.surround, config.picture.mat) == (Surround.MAT, MatStyle.DOUBLE)
    assert (config.picture.pairs, config.picture.faces) == (False, False)
    assert config.picture.caption is Caption.DATE_CAMERA
    assert (config.picture.clock, config.picture.marks) == (True, True)
    assert (config.display.fullscreen, config.display.width, config.display.height) == (False, 800, 480)
    assert config.display.output == "HDMI-A-2"
    assert (config.display.rotation, config.display.renderer) == (Rotation.THREE_QUARTERS, Renderer.SURFACE)
    assert config.display.language is LanguageTag.BRAZILIAN_PORTUGUESE
    assert (config.display.type, config.display.contrast) == (Lettering.LARGE, Contrast.HIGH)
    assert config.sleep.hours == ("mon-fri 22:30-06:30", "sat sun 23:30-08:00")
    assert (config.sleep.time_zone, config.sleep.method) == ("Europe/Berlin", PowerMethod.DDC)
    assert config.update.source == "https://example.com/frames"
    assert (config.light.place, config.light.sensor) == (Place(-33.87, 151.2), True)
    assert (config.light.dimmest, config.light.warmest) == (0.5, 2700)
    assert config.light.method is LightMethod.BACKLIGHT
    assert (config.storage.state_dir, config.storage.cache_dir) == (
        directory / "state",
        Path("/var/cache/kiosk"),
    )
    assert (config.storage.cache_max_mb, config.storage.keep_free_mb) == (100, 0)


def test_every_kind_of_value_arrives_as_the_program_wants_it(write: Write, tmp_path: Path) -> None:
    check_full(load(write(FULL), {}), tmp_path)


def test_the_file_of_a_windows_editor_is_read_as_well(write: Write, tmp_path: Path) -> None:
    path = write(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode())
    loaded = load(path, {})
    check_full(loaded, tmp_path)
    assert loaded.origins["picking.mode"] == f"{path}:9"


def test_each_value_tells_its_line_and_the_rest_are_defaults(write: Write) -> None:
    path = write(FULL)
    origins = load(path, {}).origins
    lines = FULL.split("\n")
    for key, origin in origins.items():
        if origin != "default":
            file, _, line = origin.rpartition(":")
            assert file == str(path)
            assert lines[int(line) - 1].startswith(key.partition(".")[2] + " =")
    assert {key for key, origin in origins.items() if origin == "default"} == {
        "google.client_secrets_file",
        "google.device_code_url",
        "google.token_url",
        "google.revoke_url",
        "google.auth_url",
        "google.library_url",
        "storage.key_file",
    }


def test_lines_are_right_for_every_way_toml_has_to_write_a_key(write: Write) -> None:
    path = write(
        'display.width = 800\npicking = { mode = "add", max_items = 3 }\n'
        '# [slideshow]\n["slideshow"]\n"order" = """\npicked"""\n'
    )
    origins = load(path, {}).origins
    assert origins["display.width"] == f"{path}:1"
    assert origins["picking.mode"] == origins["picking.max_items"] == f"{path}:2"
    assert origins["slideshow.order"] == f"{path}:6"


def test_a_home_directory_in_a_path_is_filled_in(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    path = write('[storage]\nstate_dir = "~/frame"\ncache_dir = ""\n')
    assert load(path, {}).config.storage.state_dir == Path("/home/anna/frame")
    assert load(path, {}).config.storage.cache_dir is None


# Every mistake at once -------------------------------------------------------------------------------------------


def test_all_mistakes_are_told_at_once_each_with_its_line(write: Write) -> None:
    path = write(
        "dwell_seconds = 5\n"
        'title = "x"\n'
        "[google]\n"
        'picker_url = "http://example.com"\n'
        "[slideshw]\n"
        "[slideshow]\n"
        "dwel_seconds = 5\n"
        "dwell_seconds = 0\n"
        "max_items = 5\n"
        'order = "random"\n'
        "[display]\n"
        "rotation = 45\n"
        'fullscreen = "yes"\n'
        "xyzzy = 1\n"
    )
    found = problems(path)
    assert [(problem.where, problem.wrong, problem.nearest) for problem in found] == [
        (f"{path}:1: dwell_seconds", "this key stands in no section", "[slideshow] dwell_seconds"),
        (f"{path}:2: title", "this key stands in no section", ""),
        (
            f"{path}:4: [google] picker_url",
            "plain http to example.com would leave this machine unencrypted",
            "",
        ),
        (f"{path}:5: slideshw", "unknown section", "[slideshow]"),
        (f"{path}:7: [slideshow] dwel_seconds", "unknown key", "dwell_seconds"),
        (f"{path}:8: [slideshow] dwell_seconds", "it is too small", ""),
        (f"{path}:9: [slideshow] max_items", "unknown key", "[picking] max_items"),
        (f"{path}:10: [slideshow] order", '"random" is not one of them', ""),
        (f"{path}:12: [display] rotation", "45 is not one of them", ""),
        (f"{path}:13: [display] fullscreen", "it is text, not true or false", ""),
        (f"{path}:14: [display] xyzzy", "unknown key", ""),
    ]
    assert all(problem.allowed for problem in found)


@pytest.mark.parametrize(
    ("text", "wrong", "allowed"),
    [
        ("google = 3", "it is not a section", "[google] on a line of its own"),
        ("[[google]]", "it is not a section", "[google] on a line of its own"),
        ("[[sections]]", "unknown section", "[google], [picking]"),
        ("[slideshow]\ndwell_seconds = nan", "it is not an amount", "0.1 to 86400"),
        ("[slideshow]\ndwell_seconds = inf", "it is too large", "0.1 to 86400"),
        ("[slideshow]\ndwell_seconds = true", "it is true or false, not a number", "0.1 to 86400"),
        ("[slideshow]\ntransition_seconds = -1", "it is too small", "0 to 10"),
        ("[slideshow]\norder = 3", "it is a whole number, not text", '"shuffle"'),
        ("[picking]\nmax_items = 2001", "it is too large", "1 to 2000"),
        ("[picking]\nmax_items = 2.5", "it is a number, not a whole number", "1 to 2000"),
        ("[picking]\nmax_items = true", "it is true or false, not a whole number", "1 to 2000"),
        ("[picking]\nmax_items = [1]", "it is a list, not a whole number", "1 to 2000"),
        ("[picking]\nmax_items = {}", "it is a table or a date, not a whole number", "1 to 2000"),
        (f"[picking]\nmax_items = 0x{'f' * 5000}", "it is too large", "1 to 2000"),
        ("[display]\nrotation = 90.0", "it is a number, not a whole number", "0, 90, 180, 270"),
        ("[display]\nrotation = false", "it is true or false, not a whole number", "0, 90, 180, 270"),
        ("[google]\ndisplay_name = ' '", "it has 0 characters", "1 to 100 characters"),
        (f"[google]\ndisplay_name = '{'x' * 101}'", "it has 101 characters", "1 to 100 characters"),
        ('[google]\ndisplay_name = "a\\u0007b"', "it has control characters", "1 to 100 characters"),
        ("[google]\ndisplay_name = 2020-01-01", "it is a table or a date, not text", "1 to 100 characters"),
        ("[google]\ntoken_url = 'https://example.com/a?b'", "a query or a fragment", "https address"),
        ("[google]\ntoken_url = 'https://example.com/#a'", "a query or a fragment", "https address"),
        ("[google]\ntoken_url = ''", "it is not a URL", "https address"),
        (
            "[storage]\nstate_dir = '~nobody-of-this-name/x'",
            "no home directory for ~nobody-of-this-name",
            "a path",
        ),
        ("[storage]\nstate_dir = 1", "it is a whole number, not text", "a path"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_allowed(
    write: Write, text: str, wrong: str, allowed: str
) -> None:
    (problem,) = problems(write(text))
    assert wrong in problem.wrong
    assert allowed in problem.allowed


def test_a_value_that_is_a_secret_in_the_wrong_place_is_not_repeated(write: Write) -> None:
    (problem,) = problems(write("[google]\nclient_secret = 12345678\nclient_id = 'x'"))
    assert "12345678" not in str(problem)


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        ("[google]\nclient_id = abc\n", 2, "Invalid value"),
        ("[google]\n[google]\n", 2, "Cannot declare"),
        ("[a]\nb = 1\nb = 2\n", 3, "Cannot overwrite"),
    ],
)
def test_a_slip_in_the_toml_is_told_with_its_line(write: Write, text: str, line: int, wrong: str) -> None:
    path = write(text)
    (problem,) = problems(path)
    assert problem.where == f"{path}:{line}"
    assert wrong in problem.wrong


def test_a_slip_that_shows_at_the_end_only_is_told(write: Write) -> None:
    path = write('[google]\nclient_id = "abc')
    (problem,) = problems(path)
    assert problem.where.startswith(str(path))
    assert "not TOML" in problem.wrong


@pytest.mark.parametrize("text", [f"a = {'9' * 5000}", f"a = {'[' * 8000}"])
def test_toml_that_the_parser_gives_up_on_is_a_problem_not_a_crash(write: Write, text: str) -> None:
    assert problems(write(text))[0].wrong == "it cannot be parsed"


def test_a_file_that_is_not_utf_8_is_told(write: Write) -> None:
    assert "UTF-8" in problems(write(b'[google]\ndisplay_name = "K\xfcche"\n'))[0].wrong


def test_a_file_as_large_as_a_photograph_is_not_read(write: Write) -> None:
    assert "larger than 64 KiB" in problems(write(b"#" * 70_000))[0].wrong


@pytest.mark.parametrize("text", ["a." * 30_000 + "a = 1", "[" + "a." * 30_000 + "a]"])
def test_a_key_that_would_keep_the_parser_busy_for_minutes_is_refused(write: Write, text: str) -> None:
    assert "a line with more than 100 dots" in problems(write(text))[0].wrong


def test_a_comment_may_have_as_many_dots_as_it_likes(write: Write) -> None:
    assert load(write("#" + "." * 500), {}).config == Config()


def test_the_line_of_a_key_is_found_in_a_file_of_thousands_of_lines(write: Write) -> None:
    # Quadratic in the number of lines, as it once was, this takes minutes.
    many = "".join(f"x{number} = 1\n" for number in range(4000))
    assert problems(write(f"[google]\n{many}"))[-1].where.endswith(":4001: [google] x3999")


def test_a_value_over_thousands_of_lines_costs_the_next_keys_their_line_and_nothing_else(
    write: Write,
) -> None:
    path = write(f"[google]\nx = [\n{('1,' + chr(10)) * 15_000}]\ny = 1\n")
    assert [problem.where for problem in problems(path)] == [f"{path}:1: [google] x", f"{path}:1: [google] y"]


@pytest.mark.parametrize(
    ("text", "line"),
    [("[[google.x]]\nclient_id = 1\n[google]\n", 1), ("[google.client_id]\nx = 1\n", 1)],
)
def test_tables_in_odd_shapes_have_a_line_too(write: Write, text: str, line: int) -> None:
    path = write(text)
    assert f"{path}:{line}" in problems(path)[0].where


# Properties ------------------------------------------------------------------------------------------------------

values = st.one_of(
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.floats(width=32),
    st.text(max_size=20),
    st.sampled_from(["add", "shuffle", "auto", "https://example.com", "http://127.0.0.1:1/v1", "~", "/x"]),
)


def as_toml(value: object) -> str:
    if isinstance(value, float) and (math.isnan(value) or math.isinf(value)):
        return str(value)
    return toml(value)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(sorted(set(settings()) - {"google.client_secrets_file"})),
        values,
        min_size=1,
        max_size=6,
    )
)
def test_any_values_give_a_whole_config_or_one_problem_for_each_wrong_key(
    tmp_path: Path, given_values: dict[str, object]
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        "".join(f"{key} = {as_toml(value)}\n" for key, value in given_values.items()), encoding="utf-8"
    )
    try:
        loaded = load(path, {})
    except ConfigError as error:
        # A problem names a given key; the missing half of a client is the one that can name another.
        keys = [problem.where.split(": ")[-1] for problem in error.problems]
        assert len(set(keys)) == len(keys)
        assert all(
            any(name.endswith(key.partition(".")[2]) for key in given_values) or "client_" in name
            for name in keys
        )
    else:
        assert {key for key, origin in loaded.origins.items() if origin != "default"} == set(given_values)


@given(st.text(max_size=30))
def test_text_survives_being_written_as_toml(text: str) -> None:
    import tomllib

    assert tomllib.loads(f"a = {toml(text)}")["a"] == text


# The language of the mistakes ------------------------------------------------------------------------------------


def test_a_language_that_the_kiosk_does_not_speak_is_told_with_those_that_it_speaks(write: Write) -> None:
    path = write('[display]\nlanguage = "xx"\n')
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    (problem,) = caught.value.problems
    assert (problem.where, problem.wrong) == (f"{path}:2: [display] language", '"xx" is not one of them')
    assert problem.allowed.startswith('"auto", "ar", "bn", "de", "en"')


@pytest.mark.parametrize(
    ("content", "tag"),
    [
        ('[display]\nlanguage = "th"\nrotation = 45\n[nonsense]\n', LanguageTag.THAI),
        ('display.language = "zh_Hant"\nx = 1\n', LanguageTag.TRADITIONAL_CHINESE),
        ('[display]\nlanguage = "xx"\n', LanguageTag.AUTO),
        ("[display]\nlanguage = 3\n", LanguageTag.AUTO),
        ("[display]\nrotation = 45\n", LanguageTag.AUTO),
        ('display = "th"\n', LanguageTag.AUTO),
        ("[slideshow]\ndwell = 3\n", LanguageTag.AUTO),
        ('[display\nlanguage = "th"\n', LanguageTag.AUTO),
        (b"\xff\xfe", LanguageTag.AUTO),
    ],
)
def test_the_language_of_a_file_with_mistakes_is_known_if_that_line_is_sound(
    write: Write, content: str | bytes, tag: LanguageTag
) -> None:
    path = write(content)
    with pytest.raises(ConfigError):
        load(path, {})
    assert language_of(path, {}) is tag


def test_a_file_that_is_not_there_says_nothing_of_the_language(tmp_path: Path) -> None:
    assert language_of(tmp_path / "config.toml", {}) is LanguageTag.AUTO
