"""How a connection fails, and that it always ends: real sockets, a server that says what the test wants."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk import __version__
from kiosk.core.model import Deadline, Secret
from kiosk.errors import Reason, Refused, Unreachable
from kiosk.google.client import HttpTransport
from kiosk.google.wire import Request
from tests.google.conftest import Script, ScriptedServer, dripping, hanging_up, response, stalling

Serve = Callable[..., ScriptedServer]


def ask(transport: HttpTransport, url: str, within: float = 5.0, bearer: Secret | None = None) -> bytes:
    """The whole body of a GET."""
    until = Deadline(time.monotonic() + within)
    with transport.open(Request("GET", url), bearer, until) as reply:
        return b"".join(reply.pieces)


def test_an_answer_comes_whole_and_says_who_asked(server: ScriptedServer, transport: HttpTransport) -> None:
    server.say(200, b"hello")
    assert ask(transport, f"{server.url}/x?a=b") == b"hello"
    (heard,) = server.heard
    assert heard.target == "/x?a=b"
    assert heard.headers["user-agent"] == f"kiosk/{__version__}"
    assert heard.headers["accept-encoding"] == "identity"
    assert "authorization" not in heard.headers


def test_one_connection_serves_many_requests(server: ScriptedServer, transport: HttpTransport) -> None:
    server.say(200, b"x" * 300_000)
    for _ in range(3):
        assert len(ask(transport, server.url)) == 300_000
    assert len({heard.port for heard in server.heard}) == 1


def test_no_cookie_is_kept(server: ScriptedServer, transport: HttpTransport) -> None:
    server.say(200, b"{}", set_cookie="a=b; Path=/")
    ask(transport, server.url)
    ask(transport, server.url)
    assert "cookie" not in server.heard[1].headers


def test_no_password_file_replaces_the_bearer(
    server: ScriptedServer, transport: HttpTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.say()
    ask(transport, server.url)
    ask(transport, server.url, bearer=Secret("ya29.x"))
    assert [heard.headers.get("authorization") for heard in server.heard] == [None, "Bearer ya29.x"]


def test_a_redirect_is_handed_over_and_not_followed(server: ScriptedServer, transport: HttpTransport) -> None:
    server.say(302, b"elsewhere", location=f"{server.url}/elsewhere")
    with transport.open(Request("GET", server.url), None, Deadline(time.monotonic() + 5)) as reply:
        assert (reply.status, reply.headers["location"]) == (302, f"{server.url}/elsewhere")
    assert len(server.heard) == 1


@pytest.mark.parametrize("url", ["http://photos.example/", "ftp://127.0.0.1/", "https://u:p@h.example/", ""])
def test_an_address_that_is_neither_https_nor_loopback_is_refused(transport: HttpTransport, url: str) -> None:
    with pytest.raises(Refused) as caught:
        ask(transport, url)
    assert caught.value.reason is Reason.ADDRESS


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (stalling(), "time-out: no answer"),
        (stalling(b"HTTP/1.1 200 OK\r\nContent-Le"), "time-out: no answer"),
        (stalling(response(body=b"{", content_length="100")), "time-out: no answer"),
        (hanging_up(), "broke the connection off"),
        (hanging_up(response(body=b"{", content_length="100")), "cut off"),
        (hanging_up(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "cut off"),
        (hanging_up(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab"), "cut off"),
        (hanging_up(b"SSH-2.0-OpenSSH_9.2\r\n"), "does not speak HTTP"),
        (hanging_up(response(body=b"not gzip", content_encoding="gzip")), "no good answer"),
        (dripping(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200), "too slowly"),
        (dripping(response(body=b"x" * 1000)), "too slowly"),
        (dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 200), "too slowly"),
        (dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 1000), "too slowly"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_way_to_fail_ends_soon_and_is_unreachable(
    server: ScriptedServer, script: Script, says: str
) -> None:
    server.do(script)
    # Of the two limits the one that is meant is short; the other one is far away, however busy the machine.
    patience, within = (5.0, 0.3) if says == "too slowly" else (0.2, 10.0)
    transport = HttpTransport((5.0, patience))
    began = time.monotonic()
    with pytest.raises(Unreachable, match=says) as caught:
        ask(transport, server.url, within)
    transport.close()
    assert time.monotonic() - began < 4.0
    assert "127.0.0.1" in str(caught.value)


def test_the_whole_time_limits_a_read_that_waits_for_its_first_byte(server: ScriptedServer) -> None:
    server.do(stalling())
    transport = HttpTransport((5.0, 5.0))
    began = time.monotonic()
    with pytest.raises(Unreachable, match="too slowly"):
        ask(transport, server.url, within=0.2)
    transport.close()
    assert time.monotonic() - began < 4.0


def test_without_a_read_time_out_the_whole_time_still_holds(server: ScriptedServer) -> None:
    server.do(stalling())
    transport = HttpTransport((5.0, None))  # type: ignore[arg-type]
    with pytest.raises(Unreachable, match="too slowly"):
        ask(transport, server.url, within=0.2)
    transport.close()


def test_time_that_is_up_before_the_answer_is_unreachable(
    server: ScriptedServer, transport: HttpTransport
) -> None:
    server.say()
    with pytest.raises(Unreachable, match="too slowly"):
        ask(transport, server.url, within=-1.0)


def test_a_name_that_is_not_known_says_dns(transport: HttpTransport) -> None:
    with pytest.raises(Unreachable, match=r"DNS: no address is known for photos\.invalid"):
        ask(transport, "https://photos.invalid/secret-path")


def test_a_closed_port_says_that_it_refuses(serve: Serve, transport: HttpTransport) -> None:
    server = serve()
    server.stop()
    with pytest.raises(Unreachable, match=r"connect: 127\.0\.0\.1 refuses"):
        ask(transport, server.url)


def test_a_server_without_tls_says_tls(server: ScriptedServer, transport: HttpTransport) -> None:
    server.greet(hanging_up(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    with pytest.raises(Unreachable, match="TLS with 127"):
        ask(transport, server.url.replace("http:", "https:"))


def certificate(folder: Path, begins: int, ends: int) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that is good from this day to that, counted from today, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.datetime.now(datetime.UTC)
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today + datetime.timedelta(days=begins))
        .not_valid_after(today + datetime.timedelta(days=ends))
        .add_extension(host, critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def secure(serve: Serve, folder: Path, begins: int = -1, ends: int = 1) -> ScriptedServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder, begins, ends))
    return serve(tls=context)


def test_tls_keeps_the_deadline_too(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = secure(serve, tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
    server.say(200, b"hello")
    server.do(dripping(response(body=b"x" * 1000)))
    transport = HttpTransport((2.0, 2.0))
    assert ask(transport, server.url) == b"hello"
    with pytest.raises(Unreachable, match="too slowly"):
        ask(transport, server.url, within=0.4)
    transport.close()


def test_an_unknown_certificate_is_not_trusted(
    serve: Serve, tmp_path: Path, transport: HttpTransport
) -> None:
    server = secure(serve, tmp_path)
    with pytest.raises(Unreachable, match=r"TLS: the certificate of .* is not trusted") as caught:
        ask(transport, server.url)
    assert "clock" not in str(caught.value)
    assert server.heard == []


@pytest.mark.parametrize(("begins", "ends"), [(10, 20), (-20, -10)])
def test_a_certificate_of_another_time_says_check_the_clock(
    serve: Serve,
    tmp_path: Path,
    transport: HttpTransport,
    monkeypatch: pytest.MonkeyPatch,
    begins: int,
    ends: int,
) -> None:
    server = secure(serve, tmp_path, begins, ends)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
    with pytest.raises(Unreachable, match="check the clock"):
        ask(transport, server.url)


def test_a_proxy_is_used_for_other_hosts_and_named_when_it_refuses(
    server: ScriptedServer, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", server.url)
    server.say(407, b"")
    with pytest.raises(Unreachable, match="through the proxy"):
        ask(transport, "https://photos.invalid/", bearer=Secret("ya29.x"))
    (heard,) = server.heard
    assert (heard.method, heard.target) == ("CONNECT", "photos.invalid:443")
    assert "authorization" not in heard.headers


def test_a_proxy_that_drips_ends_as_well(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", server.url)
    server.do(dripping(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200))
    transport = HttpTransport((1.0, 1.0))
    with pytest.raises(Unreachable, match="too slowly"):
        ask(transport, "https://photos.invalid/", within=0.4)
    transport.close()


def test_no_proxy_stands_between_this_machine_and_itself(
    server: ScriptedServer, serve: Serve, transport: HttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve()
    monkeypatch.setenv("http_proxy", proxy.url)
    server.say(200, b"direct")
    assert ask(transport, server.url) == b"direct"
    assert proxy.heard == []
