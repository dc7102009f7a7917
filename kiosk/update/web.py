"""A file over HTTP, in pieces: redirects followed by hand, so that none leads away from https."""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

from kiosk.core.addresses import check_address
from kiosk.errors import UpdateError

_MOST_REDIRECTS = 5


def chunks(url: str, quiet_seconds: float, size: int) -> Generator[bytes, None, None]:
    """The content of `url`. quiet_seconds: without a byte, for connecting and for each piece. Raises UpdateError."""
    try:
        with requests.Session() as http:
            # Neither a .netrc nor a proxy of root's shell has a say; nobody watches what a timer does.
            http.trust_env = False
            for _ in range(_MOST_REDIRECTS + 1):
                if wrong := check_address(url):
                    raise UpdateError(f"{_shown(url)} is not asked: {wrong}")
                headers = {"Accept-Encoding": "identity"}
                with http.get(
                    url, stream=True, timeout=quiet_seconds, allow_redirects=False, headers=headers
                ) as answer:
                    if answer.is_redirect:
                        url = _target(url, answer.headers["location"])
                        continue
                    if answer.status_code != requests.codes.ok:
                        raise UpdateError(f"{url} answers {answer.status_code}")
                    # read1 of urllib3's stream: what has arrived, so that a server that drips is noticed.
                    while piece := answer.raw.read1(size):
                        yield piece
                    return
            raise UpdateError(f"{url}: more than {_MOST_REDIRECTS} redirects")
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        # ValueError: a redirect that is no address, from urllib and from requests.
        hint = "; is the clock right?" if isinstance(error, requests.exceptions.SSLError) else ""
        raise UpdateError(f"{url}: {type(error).__name__}{hint}") from error


def _target(url: str, location: str) -> str:
    """Where a redirect leads. From https it leads to https, not back to this machine either."""
    target = urljoin(url, location)
    if url.startswith("https:") and not target.startswith("https:"):
        raise UpdateError(f"{url} leads away from https, to {_shown(target)}")
    return target


def _shown(url: str) -> str:
    """What a server said, for the log."""
    return "".join(letter for letter in url[:200] if letter.isprintable())
