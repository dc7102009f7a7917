"""Which endpoint a request is for. The names are what tests aim faults at and count."""

from __future__ import annotations

DEVICE_CODE = "device_code"
TOKEN = "token"
REVOKE = "revoke"
AUTH = "auth"
SESSIONS_CREATE = "sessions.create"
SESSIONS_GET = "sessions.get"
SESSIONS_DELETE = "sessions.delete"
MEDIA_ITEMS_LIST = "mediaItems.list"
MEDIA = "media"
VIDEO = "video"
"""The other host that a ``=dv`` request is sent on to."""
PAGE = "page"
"""What a person's browser asks for: pages, their style, thumbnails."""
UNKNOWN = "unknown"

FOR_PEOPLE = frozenset({AUTH, PAGE})
"""All that the LAN listener serves."""

AUTH_PATH = "/o/oauth2/v2/auth"
MEDIA_PREFIX = "/ppa/"
VIDEO_PREFIX = "/videoplayback/"

_EXACT = {
    ("POST", "/device/code"): DEVICE_CODE,
    ("POST", "/token"): TOKEN,
    ("POST", "/revoke"): REVOKE,
    ("GET", AUTH_PATH): AUTH,
    ("POST", AUTH_PATH): AUTH,
    ("POST", "/v1/sessions"): SESSIONS_CREATE,
    ("GET", "/v1/mediaItems"): MEDIA_ITEMS_LIST,
}
_BELOW_SESSIONS = {"GET": SESSIONS_GET, "DELETE": SESSIONS_DELETE}
_PAGE_PREFIXES = ("/device", "/picker/", "/thumb/")
_PAGES = frozenset({"/", "/demo.css", "/picker.js", "/done.js", "/favicon.ico"})


def route_of(method: str, path: str) -> str:
    """The route name of a request; UNKNOWN for what no endpoint answers."""
    exact = _EXACT.get((method, path))
    if exact is not None:
        return exact
    if path.startswith("/v1/sessions/"):
        return _BELOW_SESSIONS.get(method, UNKNOWN)
    if method in ("GET", "HEAD") and path.startswith(MEDIA_PREFIX):
        return MEDIA
    if method in ("GET", "HEAD") and path.startswith(VIDEO_PREFIX):
        return VIDEO
    if path in _PAGES or path.startswith(_PAGE_PREFIXES):
        return PAGE
    return UNKNOWN
