"""Every sentence that the screen can say, in one place, so that a language can take its turn here.

"Google Photos" is written in full and never translated (its branding rules). Two sentences at
the most: it is read at 3 m.
"""

# ruff: noqa: RUF001  typographic quotation marks are meant
from __future__ import annotations

from kiosk.core.message import Message, counted, said
from kiosk.errors import Reason

SETUP_ADDRESS = "https://developers.google.com/photos/overview/configure-your-app"
DESKTOP_ADDRESS = "https://developers.google.com/identity/protocols/oauth2/native-app"
PHOTOS_ADDRESS = "https://photos.google.com"
PERMISSIONS_ADDRESS = "https://myaccount.google.com/permissions"

STARTING = said("Starting")
ONE_MOMENT = said("One moment")

SIGN_IN_TITLE = said("Show your photos here")
SIGN_IN_BODY = said("Scan the QR code with your phone, or open the address and type the code.")
SIGN_IN_ASKING = said("Asking Google for a code")
SIGN_IN_KEPT = said(
    "This frame keeps the photos you pick, and this sign-in. To erase both later, press OK and choose "
    "“Disconnect”, or run “kiosk sign-out”."
)
SIGN_IN_ONCE = said(
    "This frame keeps the photos you pick, and forgets this sign-in. To erase the photos later, press OK and "
    "choose “Disconnect”, or run “kiosk sign-out”."
)
SIGN_IN_LOST = "the answer to a sign-in was lost on the way; somebody has to sign in once more"
"""For ``kiosk status`` and the log."""
SIGN_IN_BADGE = said("Sign in again to add photos: press OK")

NEW_CODE_SOON = said("A new code comes in a minute.")
NEW_CODE_BY_OK = said("Press OK, or run “kiosk sign-in”, for a new code.")

NO_CLIENT_TITLE = said("This frame needs a Google client")
NO_CLIENT_BODY = said(
    "Make one in Google’s console and put its client_id and client_secret into the config file."
)

DESKTOP_TITLE = said("A Desktop client is needed")
DESKTOP_BODY = said(
    "Google Photos asks for a client of type “Desktop app”. Make one and put it into the config file."
)
SECOND_ROAD_TITLE = said("Sign in from a computer")
SECOND_ROAD_BODY = said("Run “kiosk sign-in” on this frame, for example over SSH.")

PICK_TITLE = said("Choose your photos")
PICK_BODY = said("Scan the QR code and tap the photos you like, then Done.")
PICK_HINT = said("Looking for an album? Search its name in Google Photos.")
PICK_KEPT = said(
    "Photos you pick stay here. To erase them, press OK and choose “Disconnect”, or run “kiosk sign-out”."
)
"""For the visitor who meets the frame when somebody else has signed in."""
PICK_CREATING = said("Opening Google Photos")
PICK_EMPTY_TITLE = said("No photos were chosen")
PICK_EMPTY_BODY = said("Nothing has changed on this frame.")
PICK_TIMED_OUT_TITLE = said("Time ran out")
PICK_TIMED_OUT_BODY = said("The code is no longer good.")
PICK_NEXT_CODE = said("A new code comes in a moment.")
PICK_PRESS_OK = said("Press OK, or run “kiosk pick”, for a new code.")
PICK_CANCELLED_TITLE = said("No photos yet")
PICK_CANCELLED_BODY = said("Press OK, or run “kiosk pick”, to choose some.")
PICK_LOST_TITLE = said("Some photos did not arrive")
PICK_LOST_BODY = said("Google ended this pick before everything was copied.")
PICK_REFUSED_TITLE = said("Google refused this pick")
PICK_REFUSED_BODY = said(
    "Choose your photos once more. If that does not help, the log of this frame says why."
)
PICK_MISSING_AGAIN = said("To try again, press OK or run “kiosk pick”.")

LISTING_TITLE = said("Reading your choice")
DOWNLOADING_TITLE = said("Copying your photos")
DOWNLOADING_BODY = said("The first one appears in a moment.")
ARRIVED_TITLE = said("Your photos have arrived")

NETWORK = said("No connection to Google. The frame keeps trying.")
BUSY = said("Google is busy. The frame keeps trying.")
OFFLINE_TITLE = said("No connection to Google")
OFFLINE_BODY = said("Check the network of this frame. It keeps trying.")
BUSY_TITLE = said("Google is busy")
BUSY_BODY = said("You need not do anything. The frame keeps trying.")
CARD_FULL = said("The card is full")
CARD_FULL_BODY = said("Make room on the card, or raise the limits under [storage] in the config file.")
CARD_READ_ONLY = said("The card cannot be written")
CARD_BROKEN_BODY = said("Restart this frame. If that does not help, change the card.")
CARD_UNREADABLE = said("The card cannot be read")
CARD_LOCKED = said("The card is locked")
CARD_LOCKED_BODY = said("Put back the storage key that this frame was set up with.")
PAUSED = said("Paused")

DISCONNECT_TITLE = said("Disconnect this frame?")
DISCONNECT_BODY = said("Press Shift+D again to erase all photos on this frame.")
DISCONNECT_NOTE = said(
    "Google then also withdraws the permission of every other frame that shares this Google Cloud project."
)
HIDE_WHICH_TITLE = said("Hide which photo?")
HIDE_WHICH_SIDE = said("Left arrow: the left one. Right arrow: the right one. H: both.")
HIDE_WHICH_STACKED = said("Left arrow: the upper one. Right arrow: the lower one. H: both.")

NEW_HERE = said("New")

MENU_PICK = said("Choose photos")
MENU_STOP = said("Stop choosing")
MENU_HIDE = said("Hide this photo")
MENU_PAUSE = said("Pause")
MENU_RESUME = said("Go on")
MENU_SLEEP = said("Turn off the screen")
MENU_INFO = said("About this frame")
MENU_DISCONNECT = said("Disconnect")
MENU_CLOSE = said("Close")
MENU_BACK = said("Back")
MENU_LEFT, MENU_RIGHT = said("The left one"), said("The right one")
MENU_UPPER, MENU_LOWER = said("The upper one"), said("The lower one")
MENU_BOTH = said("Both")
MENU_ERASE_BODY = said("All photos on this frame are erased.")
MENU_KEEP, MENU_ERASE = said("Keep everything"), said("Erase and disconnect")
INFO_VERSION = said("Version")
INFO_ADDRESS = said("Address")
INFO_NO_ADDRESS = said("No network")
INFO_FREE = said("Free space")
INFO_PHOTOS = said("On this frame")
INFO_SIGNED_IN, INFO_SIGNED_OUT = said("Signed in"), said("Not signed in")
INFO_ERROR = said("Last error")
TOUCH_HINT = said("Swipe for another photo. Press and hold for the menu.")

LEAVING_TITLE = said("Disconnecting")
LEAVING_BODY = said("Ending the connection to Google and erasing the photos on this frame.")

REASONS: dict[Reason, tuple[Message, Message]] = {
    Reason.CLIENT: (
        said("Google does not know this client"),
        said("Check client_id and client_secret in the config file."),
    ),
    Reason.API_DISABLED: (
        said("The Google Photos Picker API is off"),
        said("Switch it on for this project in Google’s console; the frame then goes on by itself."),
    ),
    Reason.ADMIN_POLICY: (
        said("This account may not do that"),
        said("Its administrator blocks Google Photos. Sign in with another account."),
    ),
    Reason.ORG_INTERNAL: (
        said("This account may not do that"),
        said("The Google client is for one organisation only. Sign in with an account of that organisation."),
    ),
    Reason.NO_PHOTOS_ACCOUNT: (
        said("This account has no Google Photos"),
        said("Open Google Photos once with this account on your phone; the frame then goes on by itself."),
    ),
    Reason.TOO_MANY_SESSIONS: (
        said("Too many picks are open"),
        said("Google allows only a few at a time. Finish the others, or wait: the frame tries again."),
    ),
    Reason.ADDRESS: (
        said("An unsafe address was refused"),
        said(
            "Check the addresses under [google] in the config file. A server there sent a link without https."
        ),
    ),
    Reason.ACCESS_DENIED: (said("Sign-in was cancelled"), said("Nothing was connected.")),
    Reason.ANSWER_LOST: (
        said("Sign in once more"),
        said("Google’s answer was lost on the way to this frame, so nothing was connected."),
    ),
    Reason.SCOPE_MISSING: (
        said("One box was not ticked"),
        said("Sign in again and tick the box for Google Photos."),
    ),
    Reason.OTHER: (said("Google said no"), said("The log of this frame says why.")),
}


def missing(failed: int, total: int) -> Message:
    """What became of a pick of which some could not be had."""
    return counted(
        "{failed} of {count} photo could not be copied.",
        "{failed} of {count} photos could not be copied.",
        total,
        failed=failed,
    )


def minutes_left(minutes: int) -> Message:
    return counted("{count} minute left", "{count} minutes left", minutes)


def progress(done: int, total: int) -> Message:
    return said("{done} of {total}", done=done, total=total)


def photos(count: int) -> Message:
    return counted("{count} photo", "{count} photos", count)


def free_space(free: int) -> Message:
    """In whole GB, and below ten of them in MB. free: bytes."""
    if free >= 10_000_000_000:
        return said("{size} GB", size=free // 1_000_000_000)
    return said("{size} MB", size=free // 1_000_000)


def adding(done: int, total: int) -> Message:
    return said("Adding photos: {done} of {total}", done=done, total=total)


def mend_at(path: str) -> Message:
    """Under the mistakes of the config file."""
    return said("Mend this in {path}. The frame then goes on by itself.", path=path)


def mend_on_card(path: str) -> Message:
    """The same for the file on the boot partition, which is read when the frame starts."""
    return said(
        "Mend this in {path} on the memory card, with any computer. Then start the frame again.", path=path
    )


def secret_left(path: str) -> Message:
    """On a picture: the boot partition is read-only, so that what was taken from it is still there."""
    return said("A secret is still in {path}. Erase it there with a computer.", path=path)


def config_at(path: str) -> Message:
    return said("The config file is {path}", path=path)


def on_this_day(years: int) -> Message:
    """A picture's quiet mark: it was captured on this day of the year."""
    return counted("On this day, a year ago", "On this day, {count} years ago", years)


def mistakes(count: int) -> Message:
    return counted("The config file has a mistake", "The config file has mistakes", count)


def mistakes_more(count: int) -> Message:
    return counted("and {count} more", "and {count} more", count)
