"""Where the frame keeps its things, and who may get at them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from kiosk.errors import Unwritable
from kiosk.system import Dirs, assets_dir, paths

SYSTEMD = {
    "STATE_DIRECTORY": "/var/lib/kiosk:/var/lib/other",
    "CACHE_DIRECTORY": "/var/cache/kiosk",
    "RUNTIME_DIRECTORY": "/run/kiosk",
    "CREDENTIALS_DIRECTORY": "/run/credentials/kiosk.service",
}
XDG = {"XDG_STATE_HOME": "/x/state", "XDG_CACHE_HOME": "/x/cache", "XDG_RUNTIME_DIR": "/run/user/7"}


def test_the_directories_of_systemd_come_before_xdg() -> None:
    assert paths.find({**XDG, **SYSTEMD}) == Dirs(
        Path("/var/lib/kiosk"),
        Path("/var/cache/kiosk"),
        Path("/run/kiosk"),
        Path("/run/credentials/kiosk.service"),
    )


def test_the_directories_of_xdg_come_before_the_home_directory() -> None:
    assert paths.find({**XDG, "HOME": "/home/anna"}) == Dirs(
        Path("/x/state/kiosk"), Path("/x/cache/kiosk"), Path("/run/user/7/kiosk")
    )


def test_without_anything_the_home_directory_and_a_private_one_in_tmp_serve(tmp_path: Path) -> None:
    assert paths.find({"HOME": "/home/anna"}, temp=tmp_path) == Dirs(
        Path("/home/anna/.local/state/kiosk"),
        Path("/home/anna/.cache/kiosk"),
        tmp_path / f"kiosk-{os.getuid()}",
    )


def test_the_keys_of_the_configuration_come_before_all() -> None:
    dirs = paths.find({**XDG, **SYSTEMD}, state_dir=Path("/s"), cache_dir=Path("/c"))
    assert (dirs.state, dirs.cache, dirs.runtime) == (Path("/s"), Path("/c"), Path("/run/kiosk"))


def test_relative_directories_in_the_environment_are_ignored() -> None:
    env = {
        "XDG_STATE_HOME": "x",
        "XDG_CACHE_HOME": "",
        "XDG_RUNTIME_DIR": "r",
        "STATE_DIRECTORY": "s",
        "HOME": "/h",
    }
    dirs = paths.find(env)
    assert dirs.state == Path("/h/.local/state/kiosk")
    assert dirs.cache == Path("/h/.cache/kiosk")
    assert dirs.runtime == Path(f"/tmp/kiosk-{os.getuid()}")


def test_without_a_home_in_the_environment_the_password_database_knows_it() -> None:
    assert paths.find({}).state.is_absolute()


def test_each_directory_can_tell_what_decided_on_it() -> None:
    told = paths.explain({**XDG, "STATE_DIRECTORY": "/s"}, cache_dir=Path("/c"))
    assert [(place.name, str(place.path), place.origin) for place in told] == [
        ("state", "/s", "STATE_DIRECTORY"),
        ("cache", "/c", "[storage] cache_dir"),
        ("runtime", "/run/user/7/kiosk", "XDG_RUNTIME_DIR"),
    ]
    assert [place.origin for place in paths.explain({"XDG_CACHE_HOME": "/x", "HOME": "/h"})] == [
        "default",
        "XDG_CACHE_HOME",
        "default",
    ]


def test_a_client_looks_for_the_socket_in_its_own_place_first_and_in_the_services_last(
    tmp_path: Path,
) -> None:
    candidates = paths.runtime_candidates({"XDG_RUNTIME_DIR": "/run/user/7"}, tmp_path)
    assert candidates[0] == Path("/run/user/7/kiosk")
    assert tmp_path / f"kiosk-{os.getuid()}" in candidates
    assert candidates[-1] == Path("/run/kiosk")
    assert paths.runtime_candidates({"RUNTIME_DIRECTORY": "/run/kiosk"}, tmp_path)[0] == Path("/run/kiosk")
    assert len(set(candidates)) == len(candidates)


def test_what_is_missing_is_made_for_us_alone(tmp_path: Path) -> None:
    dirs = Dirs(tmp_path / "a/state", tmp_path / "b/cache", tmp_path / "c/run")
    paths.make(dirs)
    paths.make(dirs)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (dirs.state, dirs.cache, dirs.runtime)] == [
        0o700
    ] * 3


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable, match="file/state cannot be made"):
        paths.make(Dirs(tmp_path / "file/state", tmp_path, tmp_path))


def test_parents_that_are_missing_are_made_for_us_alone_too(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        paths.make(Dirs(tmp_path / "a/b/state", tmp_path / "a/c/cache", tmp_path / "a/run"))
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a").rglob("*")} == {0o700}


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o777])
def test_a_directory_with_nothing_but_ours_in_it_is_shut(tmp_path: Path, mode: int) -> None:
    for name, content in (("state", "catalog.sqlite3"), ("cache", "renditions")):
        (tmp_path / name / content).mkdir(parents=True)
        (tmp_path / name).chmod(mode)
    paths.make(Dirs(tmp_path / "state", tmp_path / "cache", tmp_path / "run"))
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700


def test_a_directory_with_other_things_in_it_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "home" / "Documents").mkdir(parents=True)
    (tmp_path / "home").chmod(0o755)
    paths.make(Dirs(tmp_path / "home", tmp_path / "home", tmp_path / "run"))
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o755


@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_a_state_directory_that_everybody_may_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "temp" / "others").mkdir(parents=True)
    (tmp_path / "temp").chmod(mode)
    with pytest.raises(Unwritable, match=r"temp can be written by others; its mode should be 0700"):
        paths.make(Dirs(tmp_path / "temp", tmp_path / "cache", tmp_path / "run"))
    assert stat.S_IMODE((tmp_path / "temp").stat().st_mode) == mode


def test_a_link_in_place_of_the_runtime_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unwritable, match="not a directory but a link"):
        paths.make(Dirs(tmp_path, tmp_path, tmp_path / "run"))


def test_a_runtime_directory_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    run.chmod(0o777)
    with pytest.raises(Unwritable, match="0700"):
        paths.make(Dirs(tmp_path, tmp_path, run))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_a_runtime_directory_of_another_user_is_refused(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    os.chown(run, 12345, -1)
    with pytest.raises(Unwritable, match="uid 12345"):
        paths.make(Dirs(tmp_path, tmp_path, run))


def test_the_assets_are_in_the_package_of_a_wheel_and_beside_it_in_the_source_tree(tmp_path: Path) -> None:
    package = tmp_path / "kiosk"
    package.mkdir()
    assert assets_dir(package) == tmp_path / "assets"
    (package / "assets").mkdir()
    assert assets_dir(package) == package / "assets"
    assert (assets_dir() / "fonts").is_dir()
