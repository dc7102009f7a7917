"""The doctor's look at directories, space, clock, credentials and the screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve

from kiosk.config import Config, GoogleConfig, LanguageTag, StorageConfig, StorageKey
from kiosk.core.model import Credentials, Secret
from kiosk.doctor import Check, Verdict, as_json, checks, exit_code, table
from kiosk.doctor.check import fail, ok, warn
from kiosk.doctor.language import screen_language, told
from kiosk.doctor.machine import clock, credentials, decoder, directories, faces, free_space, storage_key
from kiosk.doctor.screen import DRIVERS, Tried, display, text, try_driver
from kiosk.errors import ConfigError, Problem
from kiosk.language import Choice
from kiosk.storage.credentials import CredentialsFile
from kiosk.storage.decode_process import Limits
from kiosk.storage.decoder import Decoder
from kiosk.storage.envelope import Seals
from kiosk.system import Dirs, assets_dir
from tests.doctor.conftest import Serve
from tests.hostile.standins import spoilt, standin


@pytest.fixture
def dirs(tmp_path: Path) -> Dirs:
    made = Dirs(tmp_path / "state", tmp_path / "cache", tmp_path / "run")
    for path in (made.state, made.cache, made.runtime):
        path.mkdir(mode=0o700)
    return made


def only(found: list[Check], name: str) -> Check:
    (check,) = [check for check in found if check.name == name]
    return check


# The decoder -----------------------------------------------------------------------------------------------------


def test_a_decoder_with_all_its_limits_is_fine() -> None:
    assert decoder().verdict is Verdict.OK


def test_it_says_whether_faces_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    off = faces(evolve(Config(), picture=evolve(Config().picture, faces=False)))
    assert off.verdict is Verdict.OK and "[picture] faces" in off.says
    on = faces(Config())
    assert on.verdict is Verdict.OK and on.says.startswith("looked for")
    monkeypatch.setattr("kiosk.doctor.machine.head_finder", lambda: None)
    assert faces(Config()).verdict is Verdict.WARN
    monkeypatch.setattr("kiosk.doctor.machine.can_look", lambda: False)
    absent = faces(Config())
    assert absent.verdict is Verdict.OK and "[faces] extra" in absent.says


def test_a_decoder_with_fewer_limits_is_pointed_out() -> None:
    patch = "child.confine.filter_calls = lambda abi: 'no filter here'"
    check = decoder(Decoder(words=spoilt(Limits(), patch)))
    assert check.verdict is Verdict.WARN
    assert "no filter here" in check.says


@pytest.mark.parametrize("words", [("/nowhere/python",), standin("os._exit(3)")])
def test_a_decoder_that_does_not_start_is_a_fault(words: tuple[str, ...]) -> None:
    check = decoder(Decoder(words=words))
    assert check.verdict is Verdict.FAIL
    assert check.cure


# Directories and space -------------------------------------------------------------------------------------------


def test_directories_that_can_be_written_to_are_fine_and_keep_nothing_of_the_trial(dirs: Dirs) -> None:
    assert {check.verdict for check in directories(dirs)} == {Verdict.OK}
    assert not list(dirs.state.iterdir())


def test_directories_that_the_first_start_will_make_are_fine(tmp_path: Path) -> None:
    found = directories(Dirs(tmp_path / "a/b", tmp_path / "c", tmp_path / "d"))
    assert {check.verdict for check in found} == {Verdict.OK}
    assert "will be made" in found[0].says
    assert not list(tmp_path.iterdir())


def test_a_state_directory_that_others_can_enter_is_pointed_out(dirs: Dirs) -> None:
    dirs.state.chmod(0o755)
    check = only(directories(dirs), "state directory")
    assert (check.verdict, check.cure) == (Verdict.WARN, f"chmod 700 {dirs.state}")


def test_a_file_in_place_of_a_directory_is_a_failure(dirs: Dirs, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = directories(evolve(dirs, state=tmp_path / "file", cache=tmp_path / "file/below"))
    assert [check.verdict for check in found] == [Verdict.FAIL, Verdict.FAIL, Verdict.OK]


def test_a_directory_that_refuses_to_be_written_to_is_a_failure(dirs: Dirs) -> None:
    # /proc/self/fd is a directory that nobody, not even root, can make a file in.
    check = only(directories(evolve(dirs, cache=Path("/proc/self/fd"))), "cache directory")
    assert check.verdict is Verdict.FAIL
    assert check.cure


def with_storage(**keys: int) -> Config:
    return Config(storage=StorageConfig(**keys))


def test_free_space_is_held_against_both_limits(dirs: Dirs) -> None:
    assert free_space(with_storage(cache_max_mb=1, keep_free_mb=0), dirs).verdict is Verdict.OK
    assert free_space(with_storage(cache_max_mb=1_000_000_000, keep_free_mb=0), dirs).verdict is Verdict.WARN
    full = free_space(with_storage(cache_max_mb=1, keep_free_mb=1_000_000_000), dirs)
    assert full.verdict is Verdict.FAIL
    assert "keep_free_mb" in full.cure


def test_pictures_that_are_stored_already_count_as_room(dirs: Dirs) -> None:
    (dirs.cache / "renditions").mkdir()
    with (dirs.cache / "renditions/large").open("wb") as file:
        file.truncate(10**12)  # sparse: it takes no room
    assert free_space(with_storage(cache_max_mb=10**6, keep_free_mb=0), dirs).verdict is Verdict.OK


# Clock -----------------------------------------------------------------------------------------------------------


def test_a_clock_before_the_birth_of_this_program_is_wrong(tmp_path: Path) -> None:
    check = clock(datetime(1970, 1, 1, 0, 1, tzinfo=UTC), tmp_path)
    assert check.verdict is Verdict.FAIL
    assert "1970" in check.says


def test_a_clock_that_systemd_has_synchronised_is_fine(tmp_path: Path) -> None:
    assert clock(datetime(2026, 6, 1, tzinfo=UTC), tmp_path).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("said", "verdict", "says"),
    [
        ("yes", Verdict.OK, "set by the network"),
        ("no", Verdict.WARN, "not set"),
        ("?", Verdict.WARN, "not known"),
    ],
)
def test_timedatectl_is_asked_where_there_is_no_timesyncd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, verdict: Verdict, says: str
) -> None:
    program = tmp_path / "timedatectl"
    program.write_text(f"#!/bin/sh\necho '{said}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    check = clock(datetime(2026, 6, 1, tzinfo=UTC), tmp_path / "missing")
    assert check.verdict is verdict
    assert says in check.says


def test_a_machine_without_timedatectl_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert clock(datetime(2026, 6, 1, tzinfo=UTC), tmp_path / "missing").verdict is Verdict.WARN


# Credentials -----------------------------------------------------------------------------------------------------

MINE = Config(google=GoogleConfig(client_id="mine", client_secret=Secret("shh")))


def keep(dirs: Dirs, client_id: str = "mine") -> Path:
    file = CredentialsFile(dirs.state)
    file.save(Credentials(Secret("1//refresh"), client_id, ("scope",)))
    return file.path


def test_a_frame_that_is_signed_in_is_fine(dirs: Dirs) -> None:
    keep(dirs)
    found = credentials(MINE, dirs)
    assert [check.verdict for check in found] == [Verdict.OK, Verdict.OK]
    assert "1//refresh" not in table(found)
    assert "shh" not in table(found)


def test_a_frame_without_a_client_fails_and_is_told_where_to_put_one(dirs: Dirs) -> None:
    check = only(credentials(Config(), dirs), "google client")
    assert check.verdict is Verdict.FAIL
    assert "[google]" in check.cure


def test_a_frame_that_nobody_signed_in_to_yet_does_not_fail(dirs: Dirs) -> None:
    assert only(credentials(MINE, dirs), "sign-in").verdict is Verdict.WARN


def test_a_frame_that_keeps_no_sign_in_needs_none(dirs: Dirs) -> None:
    forgetful = evolve(MINE, google=evolve(MINE.google, keep_signed_in=False))
    check = only(credentials(forgetful, dirs), "sign-in")
    assert check.verdict is Verdict.OK
    assert "keep_signed_in is false" in check.says


def test_credentials_of_another_client_are_pointed_out(dirs: Dirs) -> None:
    keep(dirs, "other")
    assert "another client_id" in only(credentials(MINE, dirs), "sign-in").says


def test_credentials_that_others_can_read_are_a_failure(dirs: Dirs) -> None:
    path = keep(dirs)
    path.chmod(0o644)
    check = only(credentials(MINE, dirs), "sign-in")
    assert (check.verdict, check.cure) == (Verdict.FAIL, f"chmod 600 {path}")


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff"])
def test_credentials_that_are_damaged_are_a_failure(dirs: Dirs, content: bytes) -> None:
    keep(dirs).write_bytes(content)
    assert only(credentials(MINE, dirs), "sign-in").verdict is Verdict.FAIL


def test_credentials_that_cannot_be_read_are_a_failure(dirs: Dirs) -> None:
    CredentialsFile(dirs.state).path.mkdir()
    assert only(credentials(MINE, dirs), "sign-in").verdict is Verdict.FAIL


# Screen ----------------------------------------------------------------------------------------------------------


def test_the_doctor_tries_the_same_drivers_as_the_kiosk_and_in_the_same_order() -> None:
    from kiosk.display.drivers import REAL

    assert DRIVERS == REAL


def test_a_driver_is_tried_in_a_program_of_its_own() -> None:
    tried = try_driver("dummy", dict(os.environ))
    assert tried.sizes
    assert tried.reason == ""


def test_a_driver_that_sdl_does_not_have_says_so() -> None:
    assert "no-such-driver" in try_driver("no-such-driver", dict(os.environ)).reason


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashes (signal 11)"),
        ("raise SystemExit('no pygame here')", "no pygame here"),
        ("pass", "says nothing"),
        ('print(\'{"driver": "x", "sizes": []}\')', "no screen connected"),
    ],
)
def test_whatever_a_driver_does_the_doctor_goes_on(program: str, reason: str) -> None:
    tried = try_driver("x", dict(os.environ), (sys.executable, "-c", program))
    assert tried == Tried("x", (), tried.reason)
    assert reason in tried.reason


def test_a_driver_that_hangs_is_left_behind() -> None:
    program = (sys.executable, "-c", "import threading; threading.Event().wait()")
    assert "hangs" in try_driver("x", dict(os.environ), program, 0.2).reason


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb")
def test_a_real_screen_is_found_with_its_size() -> None:
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "800x480x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            screen = f":{server.stdout.readline().strip()}"
            check = only(display({**os.environ, "DISPLAY": screen, "SDL_VIDEODRIVER": "x11"}), "display")
        finally:
            server.terminate()
    assert (check.verdict, check.says) == (Verdict.OK, "x11, 800x480")


def test_a_driver_without_a_screen_is_never_taken_for_one() -> None:
    check = only(display({**os.environ, "SDL_VIDEODRIVER": "dummy"}), "display")
    assert check.verdict is Verdict.WARN
    assert "SDL_VIDEODRIVER" in check.cure


def test_without_any_screen_each_driver_tells_its_reason_and_its_cure() -> None:
    env = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR")
    }
    env["SDL_VIDEODRIVER"] = "x11,wayland"
    found = display(env)
    assert [check.name for check in found] == ["driver x11", "driver wayland", "display"]
    assert found[0].says == "not here: DISPLAY is not set"
    assert found[1].says == "not here: WAYLAND_DISPLAY is not set"
    assert all("inside of the desktop" in check.cure for check in found[:2])
    assert "out of the environment" in found[-1].cure
    assert found[-1].verdict is Verdict.FAIL


def test_text_needs_raqm_and_our_fonts(tmp_path: Path) -> None:
    found = text(assets_dir() / "fonts")
    assert only(found, "fonts").verdict is Verdict.OK
    assert only(found, "picture formats").verdict is Verdict.OK
    assert only(text(tmp_path), "fonts").verdict is Verdict.FAIL
    (tmp_path / "broken.otf").write_bytes(b"not a font")
    assert "damaged" in only(text(tmp_path), "fonts").says


# As a whole ------------------------------------------------------------------------------------------------------


def test_a_broken_configuration_fails_with_every_problem_and_no_host_is_asked(dirs: Dirs) -> None:
    problems = (
        Problem("c.toml:3: [display] widht", "unknown key", "width", "width"),
        Problem("c.toml", "bad", "good"),
    )
    found = checks(ConfigError(problems), dirs, {**os.environ, "SDL_VIDEODRIVER": "dummy"})
    told = [check for check in found if check.name == "configuration"]
    assert [check.says for check in told] == ["c.toml:3: [display] widht: unknown key", "c.toml: bad"]
    assert [check.cure for check in told] == ["allowed: width; did you mean width?", "allowed: good"]
    assert only(found, "network").verdict is Verdict.WARN
    assert exit_code(found) == 1


def test_a_sound_configuration_is_looked_at_from_end_to_end(dirs: Dirs, serve: Serve) -> None:
    base = f"http://127.0.0.1:{serve(401)}"
    google = evolve(
        MINE.google, device_code_url=base, token_url=base, auth_url=base, picker_url=base, revoke_url=base
    )
    found = checks(evolve(MINE, google=google), dirs, {**os.environ, "SDL_VIDEODRIVER": "dummy"})
    assert only(found, "configuration").verdict is Verdict.OK
    assert only(found, "picker endpoint").verdict is Verdict.OK
    assert only(found, "sign-in").verdict is Verdict.WARN


def test_the_exit_code_counts_failures_only() -> None:
    assert exit_code([ok("a", "fine"), warn("b", "hm", "look")]) == 0
    assert exit_code([ok("a", "fine"), fail("b", "no", "mend")]) == 1
    assert exit_code([]) == 0


def test_the_table_has_a_line_for_each_check_and_its_cure_below() -> None:
    assert table([ok("one", "fine"), fail("three", "no", "mend it")]).splitlines() == [
        "ok    one    fine",
        "fail  three  no",
        "             -> mend it",
        "",
        "2 checks, 1 failed, 0 to look at",
    ]


def test_programs_get_the_same_as_json() -> None:
    assert json.loads(as_json([warn("b", "hm", "look")])) == [
        {"name": "b", "verdict": "warn", "says": "hm", "cure": "look"}
    ]


# Storage key -----------------------------------------------------------------------------------------------------


def key_in(folder: Path, number: int = 7) -> StorageKey:
    path = folder / f"{number}.key"
    path.write_bytes(bytes([number]) * 32)
    return StorageKey(Secret((bytes([number]) * 32).hex()), path)


def sealed_sign_in(dirs: Dirs, key: StorageKey) -> None:
    file = CredentialsFile(dirs.state, Seals(key.bytes, wanted=True))
    file.save(Credentials(Secret("1//refresh"), "client", ()))


def test_without_encryption_no_key_is_missed(dirs: Dirs) -> None:
    check = storage_key(Config(), dirs, None)
    assert (check.verdict, check.cure) == (Verdict.OK, "")


def test_a_key_on_the_card_that_it_locks_is_told(dirs: Dirs, tmp_path: Path) -> None:
    key = key_in(tmp_path)
    check = storage_key(Config(storage=StorageConfig(encrypt=True)), dirs, key)
    assert check.verdict is Verdict.WARN
    assert "on the same card as the pictures" in check.says
    assert str(key.path) in check.says
    assert key.digits.reveal not in check.says + check.cure


def test_a_key_elsewhere_is_fine(dirs: Dirs) -> None:
    elsewhere = StorageKey(Secret("07" * 32), Path("/proc/self/status"))
    assert storage_key(Config(storage=StorageConfig(encrypt=True)), dirs, elsewhere).verdict is Verdict.OK


def test_a_missing_or_wrong_key_is_a_failure_that_names_the_right_one(dirs: Dirs, tmp_path: Path) -> None:
    right = key_in(tmp_path)
    sealed_sign_in(dirs, right)
    for encrypt, key in ((True, key_in(tmp_path, 8)), (False, None)):
        check = storage_key(Config(storage=StorageConfig(encrypt=encrypt)), dirs, key)
        assert check.verdict is Verdict.FAIL
        assert f"sealed with the storage key {Seals(right.bytes).key_id}" in check.says


def test_a_sealed_sign_in_is_read_with_its_key(dirs: Dirs, tmp_path: Path) -> None:
    key = key_in(tmp_path)
    sealed_sign_in(dirs, key)
    config = Config(google=GoogleConfig(client_id="client"))
    assert only(credentials(config, dirs, key), "sign-in").verdict is Verdict.OK
    assert only(credentials(config, dirs), "sign-in").verdict is Verdict.FAIL


def test_the_language_of_the_screens_is_told_with_the_reason() -> None:
    found = screen_language(LanguageTag.AUTO, {"LANG": "pt_PT.UTF-8"})
    assert (found.verdict, found.says) == (Verdict.OK, "Brazilian Portuguese (pt_BR): LANG=pt_PT.UTF-8")
    found = screen_language(LanguageTag.ARABIC, {"LANG": "de_DE"})
    assert (found.verdict, found.says) == (Verdict.OK, "Arabic (ar): [display] language")
    assert screen_language(LanguageTag.AUTO, {"LANG": "sv_SE"}).verdict is Verdict.OK


def test_a_language_without_its_catalog_is_told() -> None:
    found = told(Choice("de", "", "LANG=de"), translated=False)
    assert found.verdict is Verdict.WARN
    assert "German (de): LANG=de; its catalog is missing" in found.says
