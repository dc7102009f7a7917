"""The error tree: who can do something about it decides the class.

KioskError
  ConfigError(problems)     the owner: edit config.toml
  GoogleError
    Unreachable             nobody: DNS, connect, TLS, time-out; retry with back-off
    Busy(retry_after)       nobody: 429 and 5xx; retry when told
    SignInRequired          the person: access was revoked or has expired
    Refused(reason)         the owner: API off, scope, client type
    Gone                    us: a base URL, a picking session or a device code is no more; plan again
    Unexpected(sample)      us: not the documented shape; logged redacted, treated as Busy
  StorageError
    DiskFull                the owner or us: make room
    Unwritable              the owner: read-only or forbidden
    Corrupt(path)           us: set aside and rebuild or fetch again
    Locked                  the owner: put the right storage key back
  DisplayError              the owner: no screen opens
  AlreadyRunning            the owner: another kiosk has this state directory
  UpdateError               the installer: no release, not a sound one, or one that does not run here
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import attrs


class KioskError(Exception):
    """Anything this program knows how to answer. Its text is for people and never holds a secret."""


@attrs.frozen
class Problem:
    """One mistake in a configuration: where it is, what is wrong and what is allowed."""

    where: str
    """File and place in it, e.g. ``/etc/kiosk/config.toml: [slideshow] dwell_seconds``."""
    wrong: str
    allowed: str
    nearest: str = ""
    """The nearest known key, when a key is unknown; else empty."""

    def __str__(self) -> str:
        hint = f" Did you mean {self.nearest}?" if self.nearest else ""
        return f"{self.where}: {self.wrong}; allowed: {self.allowed}.{hint}"


class ConfigError(KioskError):
    """Every problem of one configuration, all at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class GoogleError(KioskError):
    """Something between this frame and Google."""


class Unreachable(GoogleError):
    """No answer at all: name resolution, connection, TLS or time-out."""


class Busy(GoogleError):
    """Google asks for patience: HTTP 429 or 5xx (google.rpc RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE).

    retry_after: seconds, as the server said, or None.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, quota: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.quota = quota
        """True for 429, after which Google's best practices ask for 30 s or more."""


class SignInRequired(GoogleError):
    """The access or refresh token is no longer good (401, or ``invalid_grant`` on refresh)."""


class Reason(Enum):
    """Why Google refuses; each has a sentence of its own on the screen."""

    DEVICE_SCOPE = "device_scope"
    """``invalid_scope`` at the device endpoint: this scope needs a Desktop client."""
    CLIENT_TYPE = "client_type"
    """``invalid_client`` that names the client type: not a TV client; the second road is open."""
    CLIENT = "client"
    """``invalid_client``: client id or secret is wrong."""
    STATE = "state"
    """The device endpoint refuses the ``state`` parameter: once more without it."""
    ACCESS_DENIED = "access_denied"
    """The person tapped Cancel."""
    SCOPE_MISSING = "scope_missing"
    """Signed in, but the box for the Picker scope was not ticked."""
    API_DISABLED = "api_disabled"
    """The Google Photos Picker API is not enabled in the Cloud project."""
    ADMIN_POLICY = "admin_policy"
    """``admin_policy_enforced``: a Workspace administrator blocks the scope."""
    ORG_INTERNAL = "org_internal"
    """``org_internal``: the client is for one organisation only."""
    NO_PHOTOS_ACCOUNT = "no_photos_account"
    """FAILED_PRECONDITION on create: no active Google Photos account."""
    TOO_MANY_SESSIONS = "too_many_sessions"
    """RESOURCE_EXHAUSTED on create: too many picking sessions for this person."""
    NOT_READY = "not_ready"
    """FAILED_PRECONDITION on list: the pick is not finished, keep polling."""
    ADDRESS = "address"
    """A server handed out an address that is neither https nor loopback."""
    ANSWER_LOST = "answer_lost"
    """The person agreed and the answer never came: the code is used up, and what it brought is lost."""
    OTHER = "other"


class Refused(GoogleError):
    """Google understood and says no; trying the same again does not help."""

    def __init__(self, reason: Reason, message: str = "") -> None:
        super().__init__(message or reason.value)
        self.reason = reason


class SlowDown(GoogleError):
    """``slow_down`` (RFC 8628 section 3.5): add 5 s to the interval, for good."""


class Pending(GoogleError):
    """``authorization_pending`` (RFC 8628 section 3.5): the person is not done yet."""


class Gone(GoogleError):
    """What was asked for has expired: a base URL, a picking session, a device code (``expired_token``)."""


class Unexpected(GoogleError):
    """Not the documented shape. ``sample`` is redacted and short enough for the log."""

    def __init__(self, message: str, sample: str = "") -> None:
        super().__init__(f"{message}: {sample}" if sample else message)
        self.sample = sample


class Unreadable(GoogleError):
    """The media bytes are not a picture, or not a whole one: once more, then set aside."""


class StorageError(KioskError):
    """Something with the card."""


class DiskFull(StorageError):
    """No room: ENOSPC, EDQUOT, EFBIG, or the limits in [storage]."""


class Unwritable(StorageError):
    """The card is read-only or the directory is forbidden (EROFS, EACCES, EPERM, EIO)."""


class Corrupt(StorageError):
    """A file is not what it was when it was stored."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path


class Locked(StorageError):
    """What is on the card is sealed with another key than the one that is given, or none is given."""


class DisplayError(KioskError):
    """No screen opens; the message lists each video driver and its reason."""


class AlreadyRunning(KioskError):
    """Another kiosk holds the lock of this state directory."""


class UpdateError(KioskError):
    """A release is not to be had, not sound, or does not run here; the one that ran goes on running."""
