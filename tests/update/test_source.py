"""Fetching a release: from a folder and over real HTTP, and everything that may be wrong with it."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kiosk.errors import UpdateError
from kiosk.update import web
from kiosk.update.manifest import LOCK, MANIFEST, SIGNATURE
from kiosk.update.signature import trusted
from kiosk.update.source import Folder, Limits, Web, fetch, newest, offer, sources
from tests.update.releases import document, key, release, sealed, signed


@pytest.fixture
def maker(tmp_path: Path) -> Path:
    return key(tmp_path)


@pytest.fixture
def made(tmp_path: Path, maker: Path) -> Path:
    return release(tmp_path / "release", maker)


def fetched(folder: Path, tmp_path: Path) -> dict[str, bytes]:
    """All that arrives of the release in a folder."""
    into = tmp_path / "into"
    into.mkdir()
    fetch(offer(Folder(folder), trusted(tmp_path / "keys")), into)
    return {path.name: path.read_bytes() for path in into.iterdir()}


def refused(folder: Path, tmp_path: Path, reason: str) -> None:
    with pytest.raises(UpdateError, match=reason):
        fetched(folder, tmp_path)


def test_every_file_of_the_manifest_arrives_as_it_is_and_no_other(made: Path, tmp_path: Path) -> None:
    (made / "evil-1.0-py3-none-any.whl").write_bytes(b"not named")
    (made / "pip.conf").write_text("[global]\n")
    arrived = fetched(made, tmp_path)
    assert sorted(arrived) == sorted(document(made)["files"])
    assert all((made / name).read_bytes() == content for name, content in arrived.items())


def test_a_flipped_byte_in_any_file_is_found(made: Path, tmp_path: Path) -> None:
    for path in sorted(made.iterdir()):
        good = path.read_bytes()
        path.write_bytes(
            good[: len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) + good[len(good) // 2 + 1 :]
        )
        why = "not signed" if path.name in (MANIFEST, SIGNATURE) else "not the file that its manifest names"
        refused(made, tmp_path, why)
        path.write_bytes(good)
        shutil.rmtree(tmp_path / "into")
    assert fetched(made, tmp_path)


def test_a_file_that_is_missing_cut_or_longer_is_found(made: Path, tmp_path: Path) -> None:
    for name in (LOCK, MANIFEST, SIGNATURE):
        good = (made / name).read_bytes()
        for content, reason in (
            (good[:-1], "not the file|not signed"),
            (good + b"\n", "longer than|not signed"),
            (None, "No such file"),
        ):
            (made / name).unlink()
            if content is not None:
                (made / name).write_bytes(content)
            refused(made, tmp_path, reason)
            shutil.rmtree(tmp_path / "into")
            (made / name).write_bytes(good)


def test_a_link_on_a_stick_leads_nowhere(made: Path, tmp_path: Path) -> None:
    (made / LOCK).rename(tmp_path / "elsewhere")
    (made / LOCK).symlink_to(tmp_path / "elsewhere")
    refused(made, tmp_path, LOCK)


def test_a_signed_manifest_that_leads_out_of_the_folder_writes_nothing(
    made: Path, maker: Path, tmp_path: Path
) -> None:
    told = document(made)
    files = told["files"]
    assert isinstance(files, dict)
    files["../escaped.whl"] = files[LOCK]
    sealed(made, maker, json.dumps(told).encode())
    refused(made, tmp_path, "no place in a release")
    assert not (tmp_path / "escaped.whl").exists()


def test_of_a_folder_with_several_the_newest_for_this_machine_is_taken(maker: Path, tmp_path: Path) -> None:
    folder = tmp_path / "several"
    for number, machine in ((100, None), (300, None), (200, None), (400, "riscv64"), (500, None)):
        made = release(folder / f"r{number}", maker, number=number)
        if machine:
            signed(made, maker, number=number, machine=machine)
    (folder / "r500" / SIGNATURE).write_bytes(bytes(64))
    (folder / "notes.txt").touch()
    keys = trusted(tmp_path / "keys")
    best, wrong = newest(sources(str(folder)), keys, lambda manifest: manifest.machine != "riscv64")
    assert best is not None
    assert best.manifest.number == 300
    assert [line.split("/")[-1] for line in wrong] == [
        wrong[0].split("/")[-1],
        "r500: the release is not signed by a key that this frame trusts",
    ]
    assert "r400 is for Python" in wrong[0]


def test_a_folder_without_a_release_says_so(tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="holds no release"):
        sources(str(tmp_path))
    with pytest.raises(UpdateError, match="File name too long"):
        sources("/" + "a" * 300)


# --- over HTTP

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Serves a folder on loopback, but for what a test answers itself; remembers what was asked."""

    def __init__(self, folder: Path) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.over = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                if answer := server.answers.get(self.path):
                    answer(self)
                elif (path := folder / self.path[1:]).is_file():
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(path.read_bytes())
                else:
                    self.send_error(404)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server(made: Path) -> Iterator[Server]:
    one = Server(made)
    yield one
    one.close()


def from_web(server: Server, tmp_path: Path, quiet: float = 5.0) -> None:
    into = tmp_path / "into"
    into.mkdir()
    fetch(offer(Web(server.address, Limits(quiet)), trusted(tmp_path / "keys")), into)


def redirect(to: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.end_headers()

    return answer


def test_over_http_the_signature_comes_first_and_all_of_it_arrives(
    server: Server, made: Path, tmp_path: Path
) -> None:
    server.answers[f"/{LOCK}"] = redirect("/moved")
    server.answers["/moved"] = lambda handler: (
        handler.send_response(200),
        handler.end_headers(),
        handler.wfile.write((made / LOCK).read_bytes()),
    )[0]
    from_web(server, tmp_path)
    assert server.asked[:2] == [f"/{SIGNATURE}", f"/{MANIFEST}"]
    assert (tmp_path / "into" / LOCK).read_bytes() == (made / LOCK).read_bytes()


def test_nothing_is_fetched_of_what_is_not_signed(server: Server, made: Path, tmp_path: Path) -> None:
    (made / SIGNATURE).write_bytes(bytes(64))
    with pytest.raises(UpdateError, match="not signed"):
        from_web(server, tmp_path)
    assert server.asked == [f"/{SIGNATURE}", f"/{MANIFEST}"]


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("http://example.com/x", "plain http to example.com"),
        ("http://user:secret@127.0.0.1/x", "name or password"),
        ("file:///etc/passwd", "is not asked"),
        ("http://[bad", "ValueError"),
        ("\xff\xfe", "UnicodeDecodeError"),
        (f"/{SIGNATURE}", "more than 5 redirects"),
    ],
)
def test_a_redirect_leads_neither_off_https_nor_round_in_circles(
    server: Server, tmp_path: Path, to: str, reason: str
) -> None:
    server.answers[f"/{SIGNATURE}"] = redirect(to)
    with pytest.raises(UpdateError, match=reason):
        from_web(server, tmp_path)


def test_from_https_not_even_this_machine_is_reached_in_the_plain() -> None:
    with pytest.raises(UpdateError, match="leads away from https, to http://127"):
        web._target("https://example.com/a", "http://127.0.0.1/a")
    assert web._target("https://example.com/a/b", "c") == "https://example.com/a/c"


def test_a_file_without_an_end_is_cut_off_where_its_manifest_ends(server: Server, tmp_path: Path) -> None:
    sent = []

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not server.over.is_set():
                sent.append(handler.wfile.write(bytes(1 << 16)))
        except OSError:
            pass

    server.answers[f"/{LOCK}"] = endless
    with pytest.raises(UpdateError, match="longer than its manifest says"):
        from_web(server, tmp_path)
    server.answers[f"/{SIGNATURE}"] = endless
    shutil.rmtree(tmp_path / "into")
    with pytest.raises(UpdateError, match=r"manifest\.sig is longer than 64 bytes"):
        from_web(server, tmp_path)
    assert sum(sent) < 100_000_000


def test_a_server_that_stalls_is_left(server: Server, tmp_path: Path) -> None:
    def stall(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "64")
        handler.end_headers()
        server.over.wait(20)

    server.answers[f"/{SIGNATURE}"] = stall
    with pytest.raises(UpdateError, match=r"Timeout|TimedOut"):
        from_web(server, tmp_path, 0.2)


def test_a_server_that_drips_is_left_when_the_time_is_up(server: Server) -> None:
    clock = iter(range(0, 1000, 20))
    slow = Web(server.address, Limits(quiet=5.0, whole=50.0), lambda: float(next(clock)))
    with pytest.raises(UpdateError, match="takes longer than 50 s"):
        [*slow.pieces(MANIFEST), *slow.pieces(MANIFEST), *slow.pieces(MANIFEST)]


def test_what_is_not_there_and_who_does_not_answer_is_said(server: Server, tmp_path: Path) -> None:
    server.answers[f"/{MANIFEST}"] = lambda handler: handler.send_error(404)
    with pytest.raises(UpdateError, match=rf"/{MANIFEST} answers 404"):
        from_web(server, tmp_path)
    with pytest.raises(UpdateError, match="ConnectionError"):
        list(Web("http://127.0.0.1:1").pieces(MANIFEST))
    with pytest.raises(UpdateError, match=r"SSLError; is the clock right\?"):
        list(Web(server.address.replace("http:", "https:")).pieces(MANIFEST))
    assert str(Web("https://example.com")) == "https://example.com"
