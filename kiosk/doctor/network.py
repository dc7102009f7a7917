"""Name resolution, TLS and Google's endpoints. Speaks to the hosts in the configuration and to no other.

The kiosk itself speaks through requests; here it is the standard library, layer by layer, so that each can be
named.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from attrs import frozen

from kiosk.config import GoogleConfig
from kiosk.core.addresses import Address, parse_address
from kiosk.doctor.check import Check, Verdict, fail, ok, warn

SECONDS = 5.0
"""For each step. Longer than a slow mobile network needs, short enough for somebody who waits."""
_CLOCK_TOLERANCE = timedelta(minutes=5)
"""Access tokens live for an hour, certificates for weeks: minutes do no harm yet."""
# X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED (openssl verify(1)): a wrong clock is the usual reason.
_CLOCK_ERRORS = (9, 10)
_INTERCEPTED = "something on the way answers in place of the server: a captive portal, a filter, a proxy"
_BLOCKED = "check the network, the router and its firewall"


@frozen
class Question:
    """A request that changes nothing: without a client or an access token the answer is 4xx, a sign of life."""

    name: str
    url: str
    form: str | None = None
    """The body of a POST; None for GET."""


@frozen
class Answer:
    """What an endpoint said; `date` is the server's clock, where it told."""

    status: int
    date: datetime | None


def network(
    google: GoogleConfig, env: Mapping[str, str], now: datetime, seconds: float = SECONDS
) -> list[Check]:
    """Everything about the network, once for each host; a host that has no address is asked nothing more."""
    urls = (google.device_code_url, google.token_url, google.auth_url, google.picker_url)
    found: list[Check] = []
    reachable: dict[Address, bool] = {}
    for address in dict.fromkeys(parsed for url in urls if isinstance(parsed := parse_address(url), Address)):
        name = resolution(address, seconds)
        found.append(name)
        secure = (
            tls(address, env, seconds) if name.verdict is Verdict.OK and address.scheme == "https" else None
        )
        found += [secure] if secure else []
        reachable[address] = all(check.verdict is Verdict.OK for check in (name, secure) if check)
    dates: list[datetime] = []
    for question in _questions(google):
        parsed = parse_address(question.url)
        if isinstance(parsed, Address) and reachable[parsed]:
            check, date = endpoint(question, env, seconds)
            found.append(check)
            dates += [date] if date else []
    return found + ([against(dates[0], now)] if dates else [])


def _questions(google: GoogleConfig) -> tuple[Question, ...]:
    return (
        Question("device endpoint", google.device_code_url, "client_id="),
        Question("token endpoint", google.token_url, "grant_type="),
        Question("picker endpoint", f"{google.picker_url}/sessions/doctor"),
    )


def addresses_of(address: Address) -> list[str]:
    """The IP addresses of the host; raises OSError or UnicodeError."""
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def resolution(
    address: Address, seconds: float = SECONDS, look_up: Callable[[Address], list[str]] = addresses_of
) -> Check:
    """Whether the host has an address. The resolver knows no time-out of its own, so a thread waits for it."""
    name = f"name {address.host}"
    answers: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()

    def wait() -> None:
        try:
            answers.put(look_up(address))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=wait, name="doctor-resolver", daemon=True).start()
    cure = "check the network cable or Wi-Fi, and the name server in /etc/resolv.conf"
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        return fail(name, f"no answer of the name server within {seconds:g} s", cure)
    if not isinstance(answer, list):
        return fail(name, f"no address: {getattr(answer, 'strerror', None) or answer}", cure)
    return ok(name, ", ".join(answer[:3]))


def tls(address: Address, env: Mapping[str, str], seconds: float = SECONDS) -> Check:
    """A handshake with the certificates that the kiosk itself trusts."""
    name = f"TLS {address.host}"
    try:
        with (
            socket.create_connection((address.host, address.port), timeout=seconds) as plain,
            _context(env).wrap_socket(plain, server_hostname=address.host) as secure,
        ):
            return ok(name, f"{secure.version()}, certificate accepted")
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in _CLOCK_ERRORS:
            cure = "the clock of this machine is probably wrong: see the clock check"
            return fail(name, error.verify_message, cure)
        return fail(name, f"the certificate is refused: {error.verify_message}", _INTERCEPTED)
    except ssl.SSLError as error:
        return fail(name, f"no TLS: {error.reason or error}", _INTERCEPTED)
    except OSError as error:
        return fail(name, f"no connection: {error.strerror or error}", _BLOCKED)


def _context(env: Mapping[str, str]) -> ssl.SSLContext:
    # As requests chooses: these variables first, then the certificates of certifi.
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if env.get(variable):
            return ssl.create_default_context(cafile=env[variable])
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def endpoint(
    question: Question, env: Mapping[str, str], seconds: float = SECONDS
) -> tuple[Check, datetime | None]:
    """Whether something that speaks Google's dialect answers there, and the server's clock."""
    try:
        answer = _ask(question, env, seconds)
    except (OSError, http.client.HTTPException) as error:
        why = str(error) or type(error).__name__
        return fail(question.name, f"{question.url}: {why}", _BLOCKED), None
    return _judged(question, answer.status), answer.date


def _judged(question: Question, status: int) -> Check:
    name, says = question.name, f"{question.url} answers HTTP {status}"
    if status >= 500:
        return warn(name, says, "the server has a problem; the kiosk tries again by itself")
    if status < 400:
        return fail(name, f"{says}, which it would not", _INTERCEPTED)
    if status == 404:
        return fail(name, says, f"check the address of the {name} in [google]")
    return ok(name, f"{says}, so it is alive")


def _ask(question: Question, env: Mapping[str, str], seconds: float) -> Answer:
    parts = urlsplit(question.url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=_context(env))
    else:  # to this machine alone: the configuration takes no other
        connection = http.client.HTTPConnection(host, parts.port, timeout=seconds)
    try:
        if question.form is None:
            connection.request("GET", parts.path)
        else:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", parts.path, question.form, headers)
        response = connection.getresponse()
        return Answer(response.status, _date(response.getheader("Date")))
    finally:
        connection.close()


def _date(header: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def against(server: datetime, now: datetime) -> Check:
    """Our clock held against the server's (RFC 9110 section 6.6.1)."""
    apart = now - server
    if abs(apart) <= _CLOCK_TOLERANCE:
        return ok("clock against server", f"{abs(apart).total_seconds():.0f} s apart")
    direction = "ahead" if apart > timedelta() else "behind"
    cure = "sudo timedatectl set-ntp true, and see that the network lets NTP through"
    return fail("clock against server", f"this machine is {abs(apart)} {direction}", cure)
