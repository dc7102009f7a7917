"""``kiosk sign-in`` and ``kiosk sign-out``. One process writes credentials: the running kiosk, else this one.

Rules:
- "Signed in" is said when the count of sign-ins has gone up, and never because an older sign-in is still there.
- Whatever ends otherwise ends with what is known, in one sentence, and a code that is not 0.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kiosk.cli.browser import ask_browser
from kiosk.cli.exits import Exit
from kiosk.cli.ways import Alone, Facts, Way, way
from kiosk.config import Loaded, load
from kiosk.core import words
from kiosk.core.events import Asked, Verb
from kiosk.errors import ConfigError, KioskError, Problem, Reason, Refused, StorageError
from kiosk.system import paths

if TYPE_CHECKING:
    from kiosk.cli import Call

READY_SECONDS = 30.0
"""For reading the card."""
EXCHANGE_SECONDS = 60.0
LEAVE_SECONDS = 90.0
"""The parts of a disconnect have limits of their own, together less than half of this; then the card is tried again
and again."""
UNDER_WAY = ("asking", "waiting", "exchanging")


def sign_in(call: Call) -> int:
    """By the device flow; for a Desktop client, or with --browser, by authorization code with PKCE."""
    loaded = load(call.config_path, call.env)
    if not loaded.config.google.client_id:
        where = f"{loaded.place}: [google] client_id"
        raise ConfigError((Problem(where, "it is missing", "the client id from Google's console"),))
    with way(call, lambda: loaded) as through:
        if isinstance(through, Alone) and not loaded.config.google.keep_signed_in:
            raise KioskError(
                "[google] keep_signed_in is false, so nothing would be left of this sign-in: start the frame first"
            )
        facts = _ready(through)
        if facts["signed_in"]:
            print("This frame is signed in already; this signs it in anew.", flush=True)
        by_code = not call.args.browser and facts["sign_in"] != "second_road"
        if not (by_code and _by_code(through, facts)):
            _by_browser(through, loaded)
        through.settle()
    print("Signed in.")
    return Exit.OK


def _ready(through: Way) -> Facts:
    """Before the card has been read, and while it is erased, the frame takes no verb of the account."""
    facts = through.watch(lambda facts: facts["ready"], READY_SECONDS)
    if not facts["ready"]:
        raise KioskError(f"the frame is not ready ({facts['title']}): {facts['last_error'] or 'no reason'}")
    return facts


def _by_code(through: Way, before: Facts) -> bool:
    """True once somebody has signed in, False when this client needs the second road. Raises KioskError."""
    told = _Told(before)
    through.ask(Asked(verb=Verb.SIGN_IN))
    facts = through.watch(
        lambda facts: told.code(facts) or _more(facts, before) or facts["sign_in"] not in UNDER_WAY
    )
    if _more(facts, before):
        return True
    if facts["sign_in"] == "second_road":
        return False
    if facts["sign_in"] == "blocked":
        raise Refused(Reason.OTHER, _why(facts))
    if facts["sign_in"] == "declined":
        raise KioskError(_why(facts))
    raise KioskError("the code expired, or the sign-in was cancelled on the frame")


def _by_browser(through: Way, loaded: Loaded) -> None:
    """Raises KioskError unless somebody has signed in."""
    try:
        asked = ask_browser(loaded)
    except Refused as refused:
        raise KioskError(_sentence(refused.reason)) from refused  # never OTHER: those are asked about again
    before = through.facts()
    through.ask(asked)
    facts = through.watch(
        lambda facts: _more(facts, before) or facts["sign_in"] != "exchanging", EXCHANGE_SECONDS
    )
    if _more(facts, before):
        return
    if facts["sign_in"] == "exchanging":
        raise KioskError(
            f"Google has said nothing for {EXCHANGE_SECONDS:.0f} s; look at `kiosk status` later"
        )
    if facts["last_error_at"] == before["last_error_at"]:
        raise KioskError("the frame did not take the sign-in; try again")
    raise KioskError(_in_words(facts["last_error"]))


def _more(facts: Facts, before: Facts) -> bool:
    return bool(facts["sign_ins"] > before["sign_ins"])


def _why(facts: Facts) -> str:
    reason = Reason(facts["sign_in_reason"])
    if reason is Reason.OTHER and facts["last_error"]:
        return str(facts["last_error"])
    return _sentence(reason)


def _sentence(reason: Reason) -> str:
    """What the screen says."""
    if reason is Reason.DEVICE_SCOPE:
        return f"{words.DESKTOP_TITLE}. {words.DESKTOP_BODY}"
    return ". ".join(words.REASONS.get(reason, words.REASONS[Reason.OTHER]))


def _in_words(error: str) -> str:
    """A refusal without a message of its own carries the bare reason."""
    reason = next((reason for reason in Reason if reason.value == error), None)
    return _sentence(reason) if reason else error


class _Told:
    """Says each code once, and each trouble on the way to it."""

    def __init__(self, before: Facts) -> None:
        self._code: str | None = None
        self._error_at = before["last_error_at"]
        self.error: str | None = None
        """The last fault since ``before``, anybody's."""

    def code(self, facts: Facts) -> bool:
        code = facts["user_code"]
        if code and code != self._code:
            self._code = code
            print(f"Open {facts['verification_url']} and type the code {code}", flush=True)
        # The wait for a network has no end of its own; what ended the sign-in is said at the end.
        return facts["sign_in"] in UNDER_WAY and self.trouble(facts, " (still trying; Ctrl+C ends it)")

    def trouble(self, facts: Facts, more: str = "") -> bool:
        if facts["last_error_at"] != self._error_at:
            self._error_at = facts["last_error_at"]
            if facts["last_error"] != self.error:
                self.error = facts["last_error"]
                print(f"kiosk: {self.error}{more}", file=sys.stderr, flush=True)
        return False


def sign_out(call: Call) -> int:
    """Picking sessions deleted, access revoked, credentials, catalog and pictures erased; asks first."""
    print(
        "This deletes open picks, withdraws this frame's access to Google Photos and erases all its pictures.\n"
        "Google withdraws the access of the whole Cloud project: every frame of yours with the same client is\n"
        "signed out as well.",
        flush=True,
    )
    if not call.args.yes and not _sure():
        print("Nothing was changed.")
        return Exit.FAILED
    with way(call, lambda: _own(call)) as through:
        withdraws = _ready(through)["signed_in"]
        error = disconnect(through)
    if error:
        print(f"Erased here, but not without trouble: {error}", file=sys.stderr)
        print(f"To be sure, withdraw the access yourself at {words.PERMISSIONS_ADDRESS}", file=sys.stderr)
        return Exit.UNAVAILABLE
    print("Disconnected and erased.")
    if not withdraws:
        print(f"Nobody was signed in, so nothing was withdrawn: see {words.PERMISSIONS_ADDRESS}")
    return Exit.OK


def disconnect(through: Way, seconds: float = LEAVE_SECONDS) -> str | None:
    """None, or what Google did not do although everything here was erased in the end.

    Raises KioskError when it does not begin or is not over after ``seconds``; StorageError when this process cannot
    erase.
    """
    before = _ready(through)
    told = _Told(before)
    through.ask(Asked(verb=Verb.SIGN_OUT))
    facts = through.facts()
    if not (facts["title"] == words.LEAVING_TITLE or _erased(facts, before)):
        raise KioskError("the frame did not begin to disconnect; try again")
    facts = through.watch(lambda facts: told.trouble(facts) or _erased(facts, before), seconds)
    if not _erased(facts, before):
        known = f": {facts['last_error']}" if told.error else ""
        raise KioskError(f"after {seconds:.0f} s the frame is still disconnecting{known}")
    error: str | None = facts["disconnect_error"]
    return error


def _erased(facts: Facts, before: Facts) -> bool:
    return bool(facts["disconnects"] > before["disconnects"])


def _own(call: Call) -> Loaded:
    loaded = load(call.config_path, call.env)
    storage = loaded.config.storage
    dirs = paths.find(call.env, state_dir=storage.state_dir, cache_dir=storage.cache_dir)
    if not any(path.is_dir() and any(path.iterdir()) for path in (dirs.state, dirs.cache)):
        # Another user's frame, most likely: to report "erased" would be a lie.
        raise StorageError(f"nothing is kept in {dirs.state} and {dirs.cache}; is it another user's frame?")
    return loaded


def _sure() -> bool:
    try:
        return input("Type yes to go on: ").strip().lower() == "yes"
    except EOFError:
        return False
