"""Values on the wire: what came in, what goes out, and the two shapes in which Google says no."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Mapping
from typing import Any

import attrs
from PIL import Image, ImageDraw

JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=UTF-8"

RPC_CODES = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}
"""google.rpc status names and their HTTP numbers (google/rpc/code.proto)."""


@attrs.frozen
class Request:
    """One request as it arrived, with its secrets, so that a test can assert them."""

    number: int
    route: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = attrs.field(repr=False)
    """Names in lower case."""
    body: bytes = attrs.field(repr=False)
    form: Mapping[str, str]
    json: Any
    when: float
    """On the server's clock, seconds."""
    status: int = 0
    """Of the answer; 0 while there is none (or never was one)."""
    sent: int = 0
    """Bytes of body handed to the socket."""
    on_lan: bool = False

    @property
    def bearer(self) -> str | None:
        """The access token in ``Authorization: Bearer ...``, or None."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        return value.strip() if kind.lower() == "bearer" and value.strip() else None

    @property
    def had_bearer(self) -> bool:
        """True if the request carried an access token."""
        return self.bearer is not None


@attrs.frozen
class Answer:
    """One answer, whole."""

    status: int
    body: bytes = attrs.field(default=b"", repr=lambda body: f"{len(body)} bytes")
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(value: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """A JSON body as Google writes it."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), JSON, headers)


def oauth_error(status: int, error: str, description: str = "") -> Answer:
    """The flat shape of the OAuth endpoints (RFC 6749 section 5.2)."""
    body = {"error": error}
    if description:
        body["error_description"] = description
    return json_answer(body, status)


def rpc_error(name: str, message: str, reason: str = "", domain: str = "photos.googleapis.com") -> Answer:
    """The nested shape of the Photos APIs (google.rpc.Status in JSON)."""
    code = RPC_CODES[name]
    error: dict[str, object] = {"code": code, "message": message, "status": name}
    if reason:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": kind, "reason": reason, "domain": domain}]
    return json_answer({"error": error}, code)


def html_answer(text: str, status: int = 200) -> Answer:
    """A page for a person. It may load nothing from anywhere else."""
    policy = "default-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
    extra = (
        ("Content-Security-Policy", policy),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
    )
    return Answer(status, text.encode(), HTML, extra)


def redirect(location: str, status: int = 302) -> Answer:
    """Send the client on to another address."""
    return Answer(status, b"", HTML, (("Location", location), ("Cache-Control", "no-store")))


@functools.cache
def tile_png() -> bytes:
    """The grey picture that comes with a 403 on media: an image body that is no photograph."""
    image = Image.new("RGB", (240, 240), (232, 234, 237))
    draw = ImageDraw.Draw(image)
    draw.ellipse((84, 84, 156, 156), outline=(154, 160, 166), width=8)
    draw.line((100, 140, 140, 100), fill=(154, 160, 166), width=8)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def tile(status: int = 403) -> Answer:
    """The refusal of a base URL: an error status with an image/png body (seen live)."""
    return Answer(status, tile_png(), "image/png")
