"""What is taken over from the boot partition, and what is left when the power goes in the middle of it."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import frozen

from kiosk.config import load
from kiosk.config.overlay import Overlay
from kiosk.core.model import Client, Secret
from kiosk.errors import ConfigError
from kiosk.system.boot_partition import Frame, take_over

ROOT = Path(__file__).parents[2]
SECRET, DIGITS = "GOCSPX-of-this-frame", "0123456789abcdef" * 4
GIFT = f"""\
[google]\r
client_id = "123"\r
client_secret = "{SECRET}"\r
[slideshow]\r
dwell_seconds = 12 # slowly\r
[storage]\r
key = "{DIGITS}"\r
"""
JSON = json.dumps({"installed": {"client_id": "123", "client_secret": SECRET, "project_id": "frame"}})


@frozen
class Card:
    """A frame's card in a folder: the boot partition and what belongs to root."""

    folder: Path

    @property
    def boot(self) -> Path:
        return self.folder / "firmware"

    @property
    def file(self) -> Path:
        return self.boot / "kiosk.toml"

    @property
    def credentials(self) -> Path:
        return self.folder / "credentials"

    @property
    def overlay(self) -> Path:
        return self.folder / "run" / "config.json"

    def take(self) -> Overlay | None:
        return take_over(Frame((self.boot, self.folder / "boot"), self.credentials), self.overlay)

    def taken(self) -> Overlay:
        taken = self.take()
        assert taken is not None
        return taken

    def kept(self, name: str = "client_secrets.json") -> bytes:
        return (self.credentials / name).read_bytes()

    def wrongs(self) -> list[str]:
        return [f"{problem.where}: {problem.wrong}" for problem in self.taken().problems]

    def client(self) -> Client:
        """What a frame that starts now has."""
        config = self.folder / "config.toml"
        config.write_text("")
        env = {"KIOSK_BOOT_OVERLAY": str(self.overlay), "CREDENTIALS_DIRECTORY": str(self.credentials)}
        return load(config, env).config.google.client


@pytest.fixture
def card(tmp_path: Path) -> Card:
    """As the installer leaves it, with an empty file for each credential."""
    card = Card(tmp_path)
    for folder in (card.boot, tmp_path / "boot", card.credentials, tmp_path / "run"):
        folder.mkdir()
    for name in ("client_secrets.json", "storage.key"):
        (card.credentials / name).touch(0o600)
    return card


def test_a_gifted_frame_takes_its_secrets_in_and_is_ready_at_each_boot(card: Card) -> None:
    card.file.write_bytes(GIFT.encode())
    card.file.chmod(0o640)
    for _boot in range(2):
        taken = card.taken()
        assert (taken.problems, taken.client, taken.secret_left) == ((), True, False)
        assert card.client() == Client("123", Secret(SECRET))
        assert card.kept("storage.key") == f"{DIGITS}\n".encode()
        assert card.file.read_bytes() == GIFT.replace(SECRET, "").replace(DIGITS, "").encode()
        assert stat.S_IMODE(card.file.stat().st_mode) == 0o640
        everywhere = b"".join(path.read_bytes() for path in (*card.boot.iterdir(), card.overlay))
        assert SECRET.encode() not in everywhere and DIGITS.encode() not in everywhere
        assert [path.name for path in card.boot.iterdir()] == ["kiosk.toml"]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in card.credentials.iterdir()}
    assert (modes, stat.S_IMODE(card.overlay.stat().st_mode)) == ({0o600}, 0o640)


def test_a_second_boot_writes_nothing_to_the_card(card: Card) -> None:
    card.file.write_bytes(GIFT.encode())
    card.take()
    before = {path: path.stat().st_mtime_ns for path in (card.file, *card.credentials.iterdir())}
    card.take()
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_what_is_blanked_is_overwritten_where_it_lay(card: Card) -> None:
    card.file.write_bytes(GIFT.encode())
    with card.file.open("rb") as before:
        card.take()
        assert before.read() == bytes(len(GIFT))


@pytest.mark.parametrize(
    "name", ["client_secrets.json", "client_secret_123-abc.apps.googleusercontent.com.json"]
)
def test_google_s_own_file_beside_it_is_enough(card: Card, name: str) -> None:
    (card.boot / name).write_text(JSON)
    with (card.boot / name).open("rb") as before:
        assert not card.taken().client, "one in config.toml counts more, at this boot as at the next"
        assert before.read() == bytes(len(JSON))
    assert list(card.boot.iterdir()) == []
    assert card.client() == Client("123", Secret(SECRET))


def test_google_s_file_and_the_settings_go_together_if_they_mean_one_client(card: Card) -> None:
    (card.boot / "client_secret.json").write_text(JSON)
    card.file.write_text("[google]\nclient_id = '123'\n[slideshow]\ndwell_seconds = 12\n")
    assert card.wrongs() == []
    assert card.client() == Client("123", Secret(SECRET))


def test_the_file_that_a_windows_editor_has_named_is_found_and_the_first_place_counts(card: Card) -> None:
    (card.folder / "boot" / "kiosk.toml").write_text("[slideshow]\ndwell_seconds = 1\n")
    assert card.taken().document.path == card.folder / "boot" / "kiosk.toml"
    (card.boot / "kiosk.toml.txt").write_text(GIFT)
    assert card.taken().document.path == card.boot / "kiosk.toml.txt"


def test_where_there_is_nothing_nothing_is_written(card: Card) -> None:
    assert card.take() is None
    assert not card.overlay.exists()


# What the owner has to mend -----------------------------------------------------------------------------------------


def test_a_slip_in_the_file_is_told_and_no_secret_leaves_it(card: Card) -> None:
    card.file.write_text(f"[google]\nclient_id = '1'\nclient_secret = '{SECRET}\n")
    assert card.wrongs()[0].startswith(f"{card.file}: it is not TOML")
    assert SECRET not in card.overlay.read_text()
    assert card.kept() == b""


def test_a_client_whose_secret_the_frame_never_got_is_told(card: Card) -> None:
    card.file.write_text("[google]\nclient_id = '1'\nclient_secret = ''\n")
    wrong = f"{card.file}:3: [google] client_secret: it is missing, while client_id is there"
    assert card.wrongs() == [wrong]
    (card.credentials / "client_secrets.json").write_text(JSON)
    assert card.wrongs() == [wrong], "it has that of another client"


def test_another_storage_key_never_takes_the_place_of_the_one_that_pictures_are_sealed_with(
    card: Card,
) -> None:
    (card.credentials / "storage.key").write_bytes(bytes(32))
    card.file.write_bytes(GIFT.encode())
    wrong = "this frame has another key already, and its pictures with it"
    assert card.wrongs() == [f"{card.file}:7: [storage] key: {wrong}"]
    assert card.kept("storage.key") == bytes(32)
    assert DIGITS in card.file.read_text()
    assert SECRET not in card.file.read_text()


def test_the_same_storage_key_is_no_mistake(card: Card) -> None:
    (card.credentials / "storage.key").write_bytes(bytes.fromhex(DIGITS))
    card.file.write_bytes(GIFT.encode())
    assert card.wrongs() == []
    assert card.kept("storage.key") == bytes.fromhex(DIGITS)
    assert DIGITS not in card.file.read_text()


@pytest.mark.parametrize(
    ("files", "wrong"),
    [
        ({"client_secret.json": "{"}, "{boot}/client_secret.json: {boot}/client_secret.json is not JSON"),
        (
            {"client_secret_1.json": JSON, "client_secret_2.json": JSON},
            "{boot}/client_secret_1.json: {boot}/client_secret_2.json stands beside it",
        ),
        (
            {
                "client_secret.json": JSON,
                "kiosk.toml": "[google]\nclient_id = '9'\nclient_secret = 'abcdefgh'",
            },
            "{boot}/client_secret.json: it stands beside another client_id in {boot}/kiosk.toml",
        ),
    ],
)
def test_a_client_that_is_not_clear_is_not_taken(card: Card, files: dict[str, str], wrong: str) -> None:
    for name, text in files.items():
        (card.boot / name).write_text(text)
    assert card.wrongs() == [wrong.format(boot=card.boot)]
    assert card.kept() == b""
    assert {path.name: path.read_text() for path in card.boot.iterdir()} == files


def test_a_secret_in_another_line_reaches_neither_the_overlay_nor_the_log(card: Card) -> None:
    card.file.write_text(
        f"# {SECRET}\n[google]\nclient_id = '1'\ndisplay_name = 'x{SECRET}'\nclient_secret = '{SECRET}'\n"
    )
    taken = card.taken()
    assert [problem.wrong for problem in taken.problems] == ["a secret stands in another line as well"]
    assert taken.secret_left, "and that it still stands there is said until somebody has erased it"
    assert SECRET not in card.overlay.read_text()


# What cannot be done ------------------------------------------------------------------------------------------------


def test_a_boot_partition_that_cannot_be_written_is_told_and_the_frame_has_its_secret(card: Card) -> None:
    card.file.write_bytes(GIFT.encode())
    blocking = card.boot / "kiosk.toml.new"
    blocking.mkdir()  # root writes through any mode
    taken = card.taken()
    assert (taken.problems, taken.client, taken.secret_left) == ((), True, True)
    assert card.file.read_bytes() == GIFT.encode()
    assert card.client() == Client("123", Secret(SECRET))
    blocking.rmdir()
    assert not card.taken().secret_left


def test_where_the_frame_cannot_keep_a_secret_it_stays_where_it_is(card: Card) -> None:
    card.file.write_bytes(GIFT.encode())
    shutil.rmtree(card.credentials)
    wrong = "what belongs there cannot be written (No such file or directory)"
    assert card.wrongs() == [
        f"{card.credentials}/{name}: {wrong}" for name in ("client_secrets.json", "storage.key")
    ]
    assert card.file.read_bytes() == GIFT.encode()
    assert SECRET not in card.overlay.read_text()


def test_a_file_that_cannot_be_read_is_told(card: Card) -> None:
    card.file.write_bytes(b"#" * 70_000)
    assert card.wrongs() == [f"{card.file}: it is larger than 64 KiB"]


# The power goes -----------------------------------------------------------------------------------------------------

CUTS = """
import os, sys
from pathlib import Path
from kiosk.system.boot_partition import Frame, take_over

folder = Path(sys.argv[1])
STEPS = ("open", "os.rename", "os.remove")

def run(last):
    left = [last]
    def cut(event, args):
        if event in STEPS and str(folder) in str(args[0]):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), 9)
    sys.addaudithook(cut)
    take_over(Frame((card / "firmware",), card / "credentials"), card / "run" / "config.json")
    os._exit(0)

for last in range(100):
    card = folder / str(last)
    (card / "run").mkdir(parents=True)
    for name in ("firmware", "credentials"):
        (card / name).mkdir()
        for file in (folder / name).iterdir():
            (card / name / file.name).write_bytes(file.read_bytes())
    child = os.fork()
    if not child:
        run(last)
    if os.waitpid(child, 0)[1] == 0:
        break
print(last)
"""
"""Kills at each opening, renaming and removing of a file, one after the other; the last one is not killed."""


def test_a_power_cut_between_any_two_steps_loses_no_secret_and_leaves_none_behind(card: Card) -> None:
    card.file.write_bytes(GIFT.encode())
    (card.boot / "client_secret_1.json").write_text(JSON)
    done = subprocess.run(
        (sys.executable, "-c", CUTS, card.folder),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    cuts = int(done.stdout)
    assert cuts > 15
    for cut in range(cuts):
        broken = Card(card.folder / str(cut))
        places = (*broken.boot.iterdir(), *broken.credentials.iterdir())
        for secret in (SECRET, DIGITS):
            assert any(secret.encode() in path.read_bytes() for path in places), (cut, secret)
            assert not broken.overlay.exists() or secret not in broken.overlay.read_text()
        shut = {
            path.name for path in broken.credentials.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077
        }
        assert not any("new" in name for name in shut)
        assert broken.wrongs() == []  # the next boot
        assert not broken.taken().secret_left
        assert broken.client() == Client("123", Secret(SECRET))
        assert [path.name for path in broken.boot.iterdir()] == ["kiosk.toml"]
        assert {path.name for path in broken.credentials.iterdir()} == {"client_secrets.json", "storage.key"}


def test_the_command_takes_over_nothing_where_nothing_is() -> None:
    if any(Path(place, "kiosk.toml").exists() for place in ("/boot/firmware", "/boot")):
        pytest.skip("a frame is installed here")
    done = subprocess.run(
        (sys.executable, "-m", "kiosk", "boot-config"), capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_frame_that_starts_shows_what_root_has_found(card: Card) -> None:
    card.file.write_text("[slideshow]\ndwell = 3\n")
    card.take()
    with pytest.raises(ConfigError, match=f"{card.file}:2: .* unknown key"):
        card.client()
