"""page(state) -> Menu: what the open menu says. What can be chosen is menu.py's, the sentences are in words.py.

Rules:
- What an error says is English, and stands last; never a name, an e-mail address or a secret.
"""

from __future__ import annotations

from kiosk.core import access, menu, words
from kiosk.core.events import Entry
from kiosk.core.scene import Choice, Fact, Menu
from kiosk.core.state import Page, State

_TEXTS = {
    Entry.PICK: words.MENU_PICK,
    Entry.STOP: words.MENU_STOP,
    Entry.HIDE: words.MENU_HIDE,
    Entry.PAUSE: words.MENU_PAUSE,
    Entry.RESUME: words.MENU_RESUME,
    Entry.SLEEP: words.MENU_SLEEP,
    Entry.INFO: words.MENU_INFO,
    Entry.DISCONNECT: words.MENU_DISCONNECT,
    Entry.CLOSE: words.MENU_CLOSE,
    Entry.FIRST: words.MENU_LEFT,
    Entry.SECOND: words.MENU_RIGHT,
    Entry.BOTH: words.MENU_BOTH,
    Entry.ERASE: words.MENU_ERASE,
    Entry.BACK: words.MENU_BACK,
}
_STACKED = {Entry.FIRST: words.MENU_UPPER, Entry.SECOND: words.MENU_LOWER}


def page(state: State) -> Menu | None:
    """What the menu says; None while it is closed."""
    opened = state.menu
    if opened is None:
        return None
    screen = state.settings.screen
    texts = _TEXTS | _STACKED if screen.height > screen.width else _TEXTS
    if opened.page is Page.DISCONNECT:
        texts = texts | {Entry.BACK: words.MENU_KEEP}
    choices = tuple(Choice(entry, texts[entry]) for entry in menu.entries(state))
    focus = menu.focus(state)
    match opened.page:
        case Page.WHICH:
            return Menu(choices, focus, title=words.HIDE_WHICH_TITLE)
        case Page.DISCONNECT:
            title, body = words.DISCONNECT_TITLE, words.MENU_ERASE_BODY
            return Menu(choices, focus, title=title, body=body, footnote=words.DISCONNECT_NOTE)
        case Page.INFO:
            return Menu(choices, focus, title=words.MENU_INFO, facts=_facts(state))
    return Menu(choices, focus)


def _facts(state: State) -> tuple[Fact, ...]:
    found = state.menu.facts if state.menu is not None else None
    told: list[Fact] = []
    if state.opened:
        signed_in = words.INFO_SIGNED_IN if access.signed_in(state.access) else words.INFO_SIGNED_OUT
        told.append(Fact(words.INFO_PHOTOS, (words.photos(state.counts.stored),)))
        told.append(Fact("Google Photos", (signed_in,)))
    if found is not None:
        address = tuple(part for part in (found.name, *found.addresses) if part)
        told.append(Fact(words.INFO_ADDRESS, address if found.addresses else (words.INFO_NO_ADDRESS,)))
        if found.free is not None:
            told.append(Fact(words.INFO_FREE, (words.free_space(found.free),)))
        told.append(Fact(words.INFO_VERSION, (found.version,)))
    error = state.last_error
    if error is not None:
        told.append(Fact(words.INFO_ERROR, (error.text,), error.at.astimezone(state.settings.zone)))
    return tuple(told)
