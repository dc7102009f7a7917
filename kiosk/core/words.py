"""Every sentence that the screen can say, in one place, so that a language can take its turn here.

"Google Photos" is written in full and never translated (its branding rules). Two sentences at
the most: it is read at 3 m.
"""

# ruff: noqa: RUF001  typographic quotation marks are meant
from __future__ import annotations

from kiosk.errors import Reason

SETUP_ADDRESS = "https://developers.google.com/photos/overview/configure-your-app"
DESKTOP_ADDRESS = "https://developers.google.com/identity/protocols/oauth2/native-app"
PHOTOS_ADDRESS = "https://photos.google.com"
PERMISSIONS_ADDRESS = "https://myaccount.google.com/permissions"

STARTING = "Starting"
ONE_MOMENT = "One moment"

SIGN_IN_TITLE = "Show your photos here"
SIGN_IN_BODY = "Scan this code with your phone, or open the address and type the code."
SIGN_IN_ASKING = "Asking Google for a code"
SIGN_IN_KEPT = (
    "The photos you pick are copied to this frame and stay on it until you disconnect: press Shift+D twice, "
    "or run “kiosk sign-out”."
)
SIGN_IN_ONCE = (
    "This sign-in is forgotten after one pick. The photos stay until you disconnect: press Shift+D twice, "
    "or run “kiosk sign-out”."
)
SIGN_IN_LOST = "the answer to a sign-in was lost on the way; somebody has to sign in once more"
SIGN_IN_BADGE = "Sign in again to add photos: press P"

NEW_CODE_SOON = "A new code comes in a minute."
NEW_CODE_BY_P = "Press P, or run “kiosk sign-in”, for a new code."

NO_CLIENT_TITLE = "This frame needs a Google client"
NO_CLIENT_BODY = "Make one in Google’s console and put its client_id and client_secret into the config file."

DESKTOP_TITLE = "A Desktop client is needed"
DESKTOP_BODY = (
    "Google does not let clients of the TV type ask for Google Photos. "
    "Make a client of type “Desktop app” and put it into the config file."
)
SECOND_ROAD_TITLE = "Sign in from a computer"
SECOND_ROAD_BODY = "This frame has a Desktop client. Run “kiosk sign-in” on the frame, for example over SSH."

PICK_TITLE = "Choose your photos"
PICK_BODY = "Scan this code and tap the photos you like, then Done."
PICK_HINT = "Looking for an album? Search its name in Google Photos."
PICK_CREATING = "Opening Google Photos"
PICK_EMPTY_TITLE = "No photos were chosen"
PICK_EMPTY_BODY = "Nothing has changed on this frame."
PICK_TIMED_OUT_TITLE = "Time ran out"
PICK_TIMED_OUT_BODY = "The code is no longer good."
PICK_NEXT_CODE = "A new code comes in a moment."
PICK_PRESS_P = "Press P, or run “kiosk pick”, for a new code."
PICK_CANCELLED_TITLE = "No photos yet"
PICK_CANCELLED_BODY = "Press P, or run “kiosk pick”, to choose some."
PICK_LOST_TITLE = "Some photos did not arrive"
PICK_LOST_BODY = "Google ended this pick before everything was copied."
PICK_REFUSED_TITLE = "Google refused this pick"

LISTING_TITLE = "Reading your choice"
DOWNLOADING_TITLE = "Copying your photos"
DOWNLOADING_BODY = "The first one appears in a moment."

NETWORK = "No connection to Google. The frame keeps trying."
BUSY = "Google is busy. The frame keeps trying."
CARD_FULL = "The card is full"
CARD_READ_ONLY = "The card cannot be written"
PAUSED = "Paused"

DISCONNECT_TITLE = "Disconnect this frame?"
DISCONNECT_BODY = (
    "All photos on this frame are erased. Google withdraws the permission of every frame that shares "
    "this Google Cloud project. Press Shift+D again to go on."
)
LEAVING_TITLE = "Disconnecting"
LEAVING_BODY = "Ending the connection to Google and erasing the photos on this frame."

REASONS: dict[Reason, tuple[str, str]] = {
    Reason.CLIENT: (
        "Google does not know this client",
        "Check client_id and client_secret in the config file.",
    ),
    Reason.API_DISABLED: (
        "The Google Photos Picker API is off",
        "Switch it on for this project in Google’s console; the frame then goes on by itself.",
    ),
    Reason.ADMIN_POLICY: (
        "This account may not do that",
        "A Google Workspace administrator blocks access to Google Photos. Use another account.",
    ),
    Reason.ORG_INTERNAL: (
        "This account may not do that",
        "The Google client is for one organisation only. Use an account of that organisation.",
    ),
    Reason.NO_PHOTOS_ACCOUNT: (
        "This account has no Google Photos",
        "Open Google Photos once with this account on your phone; the frame then goes on by itself.",
    ),
    Reason.TOO_MANY_SESSIONS: (
        "Too many picks are open",
        "Google allows only a few at a time for one person. Finish the others, or wait; the frame tries again.",
    ),
    Reason.ADDRESS: (
        "An unsafe address was refused",
        "The server handed out an address that is neither https nor on this machine.",
    ),
    Reason.ACCESS_DENIED: ("Sign-in was cancelled", "Nothing was connected."),
    Reason.ANSWER_LOST: (
        "Sign in once more",
        "Google’s answer was lost on the way to this frame. Nothing was connected.",
    ),
    Reason.SCOPE_MISSING: (
        "One box was not ticked",
        "To show photos, the frame needs the box for Google Photos.",
    ),
    Reason.OTHER: ("Google said no", "The log of this frame says why."),
}


def missing(failed: int, total: int) -> str:
    """What became of a pick of which some could not be had."""
    return f"{failed} of {photos(total)} could not be copied."


def minutes_left(minutes: int) -> str:
    return "1 minute left" if minutes == 1 else f"{minutes} minutes left"


def counted(done: int, total: int) -> str:
    return f"{done} of {total}"


def photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count} photos"


def adding(done: int, total: int) -> str:
    return f"Adding photos: {done} of {total}"


def config_at(path: str) -> str:
    return f"The config file is {path}"
