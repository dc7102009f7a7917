"""Whatever a server answers: the status, headers and body of any call become a sound value or a named error.

An input is ``CALL STATUS``, header lines, an empty line, the body.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from kiosk.core.addresses import check_address
from kiosk.core.model import DeviceCode, Grant, MediaPage, PickingSession
from kiosk.errors import Busy, KioskError, Unexpected
from kiosk.google import oauth_wire, picker_wire
from kiosk.google.oauth_wire import Step
from kiosk.google.picker_wire import Call
from kiosk.google.wire import Answer
from tests.fuzz.targets.law import MARK, hides_the_mark, hold, number, which

ROOMS = ("kiosk.google", "kiosk.core.addresses")

DECIPHER: dict[str, Callable[[Answer], object]] = {
    "device_code": lambda answer: oauth_wire.decipher_device_code(answer, sent_state=True, lan_host=None),
    "poll": lambda answer: oauth_wire.decipher_grant(answer, Step.POLL),
    "exchange": lambda answer: oauth_wire.decipher_grant(answer, Step.EXCHANGE),
    "refresh": lambda answer: oauth_wire.decipher_grant(answer, Step.REFRESH),
    "revoke": oauth_wire.decipher_revocation,
    "create": lambda answer: picker_wire.decipher_picking_session(answer, Call.CREATE, lan_host=None),
    "get": lambda answer: picker_wire.decipher_picking_session(answer, Call.GET, lan_host=None),
    "list": picker_wire.decipher_media_page,
    "delete": picker_wire.decipher_deletion,
}


def once(content: bytes, _folder: Path) -> None:
    """Raises Broken, or whatever should not have come out of the deciphering."""
    head, _, body = content.partition(b"\n\n")
    first, *rest = head.decode("latin-1").split("\n")
    word, _, status = first.partition(" ")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
    }
    answer = Answer(number(status, 200), headers, body, secrets=(MARK,))
    try:
        value = DECIPHER[which(word, list(DECIPHER))](answer)
    except KioskError as error:
        hides_the_mark(error)
        _sound_error(error)
    else:
        _sound(value)


def _sound_error(error: KioskError) -> None:
    hold(len(str(error)) <= 600, "an error goes on and on")
    hold(str(error).isprintable(), "an error has control characters in it")
    if isinstance(error, Unexpected):
        hold(len(error.sample) <= 200, "a sample goes on and on")
    if isinstance(error, Busy) and error.retry_after is not None:
        hold(0 <= error.retry_after <= 86_400, "patience without an end")


def _sound(value: object) -> None:
    """What the rest of the program relies on."""
    match value:
        case DeviceCode():
            hold(0 < value.interval <= 300 and 0 < value.expires_in <= 86_400, "a device code's times")
            hold(check_address(value.verification_url) is None, "a device code's address")
        case Grant():
            hold(value.access_token.reveal.isascii(), "an access token that is no header's value")
            hold(0 < value.expires_in <= 86_400, "a grant's life")
        case PickingSession():
            hold(value.id not in {"", ".", ".."} and value.id.isascii(), "a picking session's id")
            hold(not value.picker_uri or check_address(value.picker_uri) is None, "a picker URI")
            hold(value.poll_interval is None or 0.1 <= value.poll_interval <= 3600, "a poll interval")
            hold(value.expires_at is None or value.expires_at > datetime(1826, 1, 1, tzinfo=UTC), "an expiry")
        case MediaPage():
            for item in value.items:
                hold(item.id.isascii() and bool(item.id), "a media item's id")
                hold(not item.base_url or check_address(item.base_url) is None, "a base URL")
                hold(item.filename.isprintable() and len(item.filename) <= 255, "a file name")
                hold(item.camera.isprintable() and len(item.camera) <= 60, "a camera")
