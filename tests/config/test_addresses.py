"""The rule about addresses: https anywhere, plain http on this machine alone."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.core.addresses import Address, check_address, is_loopback, parse_address


@pytest.mark.parametrize(
    "url",
    [
        "https://oauth2.googleapis.com/token",
        "https://photospicker.googleapis.com/v1",
        "HTTPS://EXAMPLE.COM",
        "https://example.com.",
        "https://example.com:8443/a?b=c#d",
        "https://xn--bcher-kva.example/",
        "https://93.184.216.34/",
        "https://[2001:db8::1]:8443/v1",
        "https://a_b.example",
        "http://127.0.0.1",
        "http://127.0.0.1:8080/v1",
        "http://127.255.255.254/",
        "http://[::1]:1",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://localhost:65535/",
        "HTTP://LocalHost/",
        "http://127.0.0.1/?u=x@evil.com",
    ],
)
def test_an_address_that_keeps_the_rule_is_accepted(url: str) -> None:
    assert check_address(url) is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com", "plain http"),
        ("http://127.0.0.1.evil.com/", "plain http"),
        ("http://localhost.evil.com/", "plain http"),
        ("http://localhost./", "plain http"),
        ("http://notlocalhost/", "plain http"),
        ("http://10.0.0.1/", "plain http"),
        ("http://0.0.0.0/", "plain http"),
        ("http://128.0.0.1/", "plain http"),
        ("http://[::]/", "plain http"),
        ("http://[::ffff:127.0.0.1]/", "plain http"),
        ("http://127.0.0.1./", "four plain decimals"),
        ("http://2130706433/", "four plain decimals"),
        ("http://127.1/", "four plain decimals"),
        ("http://0x7f.0.0.1/", "four plain decimals"),
        ("http://0x7f000001/", "four plain decimals"),
        ("http://0177.0.0.1/", "four plain decimals"),
        ("http://127.0.0.256/", "four plain decimals"),
        ("https://1.2.3/", "four plain decimals"),
        ("http://127.0.0.1@evil.com/", "name or password"),
        ("http://evil.com:x@127.0.0.1/", "name or password"),
        ("http://evil.com\\@127.0.0.1/", "name or password"),
        ("https://user:secret@example.com/", "name or password"),
        ("http://127.0.0.1\\.evil.com/", "not a URL"),
        ("http:\\\\127.0.0.1", "not a URL"),
        ("http://127.0.0.1%2eevil.com/", "not a URL"),
        ("http://[::1%25lo]/", "not a URL"),
        ("http://[::1", "not a URL"),
        ("http://[1:2]/", "not an IPv6"),
        ("http://\uff11\uff12\uff17.0.0.1/", "outside ASCII"),  # full-width digits
        ("https://bücher.example/", "outside ASCII"),
        ("https://example.com:0/", "port 0"),
        ("https://example.com:65536/", "port 65536"),
        ("https://example.com:-1/", "not a URL"),
        ("https://example.com:http/", "not a URL"),
        ("https:///path", "not a URL"),
        ("https:example.com", "not a URL"),
        ("//example.com", "not a URL"),
        ("example.com", "not a URL"),
        ("", "not a URL"),
        ("https://-a.example/", "not a host name"),
        ("https://a..example/", "not a host name"),
        ("https://./", "not a host name"),
        (f"https://{'a' * 64}.example/", "not a host name"),
        (f"https://{'a.' * 130}example/", "not a host name"),
        ("https://example.com/a b", "blank"),
        ("https://example.com/\n", "blank"),
        (" https://example.com/", "blank"),
        ("https://example.com\x00.evil/", "blank"),
        ("https://example.com/\x7f", "blank"),
        ("ftp://127.0.0.1/", "ftp is not"),
        ("file:///etc/passwd", "not a URL"),
        ("javascript://127.0.0.1/%0aalert(1)", "javascript is not"),
    ],
)
def test_an_address_that_breaks_the_rule_is_refused_with_its_reason(url: str, why: str) -> None:
    assert why in (check_address(url) or "")


def test_the_parts_are_lower_case_and_the_port_is_always_known() -> None:
    assert parse_address("HTTPS://Example.COM/A") == Address("https", "example.com", 443)
    assert parse_address("http://LOCALHOST/A") == Address("http", "localhost", 80)
    assert parse_address("http://[::1]:8080") == Address("http", "::1", 8080)


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://localhost:1", "https://[::1]/"])
def test_loopback_is_told_with_either_scheme(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize("url", ["https://example.com/", "http://127.0.0.1@evil.com/", "nonsense"])
def test_what_leaves_this_machine_or_is_no_url_is_not_loopback(url: str) -> None:
    assert not is_loopback(url)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.integers(1, 65535))
def test_every_address_of_127_is_this_machine(b: int, c: int, d: int, port: int) -> None:
    assert check_address(f"http://127.{b}.{c}.{d}:{port}/x") is None


@given(st.ip_addresses(v=4).filter(lambda address: not address.is_loopback))
def test_no_other_ipv4_address_takes_plain_http(address: object) -> None:
    assert check_address(f"http://{address}/") is not None
    assert check_address(f"https://{address}/") is None


@given(st.ip_addresses(v=6))
def test_of_the_ipv6_addresses_only_one_takes_plain_http(address: object) -> None:
    assert (check_address(f"http://[{address}]/") is None) == (str(address) == "::1")


pieces = st.sampled_from(
    [
        "127.0.0.1",
        "localhost",
        "evil.com",
        "[::1]",
        "@",
        ":",
        ":80",
        "/",
        "\\",
        ".",
        "#",
        "?",
        "%40",
        "a",
        "0x7f",
        "\t",
    ]
)


@given(st.sampled_from(["http://", "https://", "HTTP://"]), st.lists(pieces, max_size=5).map("".join))
@example("http://", "127.0.0.1:80/@evil.com")
def test_what_is_accepted_reads_the_same_for_the_urllib_of_python(scheme: str, tail: str) -> None:
    address = parse_address(scheme + tail)
    if isinstance(address, Address):
        other = urlsplit(scheme + tail)
        assert other.hostname == address.host
        assert (other.port or {"http": 80, "https": 443}[other.scheme]) == address.port
        assert (other.username, other.password) == (None, None)


@given(st.text(max_size=80))
def test_no_text_whatever_breaks_the_check(text: str) -> None:
    assert check_address(text) is None or check_address(text)
