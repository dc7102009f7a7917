"""Which base URLs get the access token."""

from __future__ import annotations

import pytest

from kiosk.google.endpoints import Endpoints, may_have_bearer

OWN = "https://photos.example.org/v1"
DEMO = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("picker", "url"),
    [
        (Endpoints().picker_url, "https://lh3.googleusercontent.com/ppa/x=w1-h1"),
        (Endpoints().picker_url, "https://photos.fife.usercontent.google.com/x"),
        (Endpoints().picker_url, "https://photospicker.googleapis.com/x"),
        (OWN, "https://photos.example.org/x"),
        (OWN, "https://photos.example.org:8443/x"),
        (DEMO, "http://127.0.0.1:9000/x"),
        (DEMO, "http://localhost/x"),
    ],
)
def test_the_bearer_goes_to_where_the_picker_api_belongs(picker: str, url: str) -> None:
    assert may_have_bearer(url, Endpoints(picker_url=picker))


@pytest.mark.parametrize(
    ("picker", "url"),
    [
        (Endpoints().picker_url, "https://photos.example.org/x"),
        (Endpoints().picker_url, "https://googleusercontent.com.example.org/x"),
        (Endpoints().picker_url, "https://evilgoogleusercontent.com/x"),
        (Endpoints().picker_url, "http://lh3.googleusercontent.com/x"),
        (Endpoints().picker_url, "https://storage.googleapis.com/x"),
        (Endpoints().picker_url, "https://4.3.2.1.bc.googleusercontent.com/x"),
        (Endpoints().picker_url, "http://127.0.0.1/x"),
        (Endpoints().picker_url, "https://127.0.0.1/x"),
        (Endpoints().picker_url, "https://user@lh3.googleusercontent.com/x"),
        (OWN, "https://lh3.googleusercontent.com/x"),
        (OWN, "https://sub.photos.example.org/x"),
        (DEMO, "https://lh3.googleusercontent.com/x"),
        ("not an address", "https://lh3.googleusercontent.com/x"),
    ],
)
def test_a_stranger_gets_no_bearer(picker: str, url: str) -> None:
    assert not may_have_bearer(url, Endpoints(picker_url=picker))
