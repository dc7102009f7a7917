"""Where Google answers, as a value, so that any conforming server can stand in."""

from __future__ import annotations

from attrs import frozen

from kiosk.core.addresses import Address, parse_address

PICKER_SCOPE = "https://www.googleapis.com/auth/photospicker.mediaitems.readonly"
"""The one scope that this frame asks for
(developers.google.com/photos/picker/reference/rest/v1/sessions/create).
"""


@frozen(kw_only=True)
class Endpoints:
    """The addresses of ``[google]`` in config.toml, without a slash at the end. The defaults are Google's
    own.
    """

    device_code_url: str = "https://oauth2.googleapis.com/device/code"
    token_url: str = "https://oauth2.googleapis.com/token"
    revoke_url: str = "https://oauth2.googleapis.com/revoke"
    auth_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    picker_url: str = "https://photospicker.googleapis.com/v1"
    library_url: str = "https://photoslibrary.googleapis.com/v1"


_PICTURES = (".googleusercontent.com", ".google.com", ".ggpht.com")
"""lh3.googleusercontent.com is where base URLs have led so far; the others are Google's own as well. No page promises
any of them. Not googleapis.com: storage.googleapis.com serves whatever anybody put there ..."""
_RENTED = ".bc.googleusercontent.com"
"""... and these are the machines of Google's customers."""


def may_have_bearer(url: str, endpoints: Endpoints) -> bool:
    """Whether the access token may go to this base URL, which a server handed out.

    Only to where the Picker API itself is: the same host, Google's hosts where it is Google's, this machine where it is
    on this machine.
    """
    here, there = parse_address(endpoints.picker_url), parse_address(url)
    if not isinstance(here, Address) or not isinstance(there, Address):
        return False
    if here.loopback or there.loopback:
        return here.loopback and there.loopback
    if there.scheme != "https":
        return False
    return there.host == here.host or (
        here.host.endswith(".googleapis.com")
        and there.host.endswith(_PICTURES)
        and not there.host.endswith(_RENTED)
    )
