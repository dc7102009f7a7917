"""Where Google answers, as a value, so that any conforming server can stand in."""

from __future__ import annotations

from attrs import frozen

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
