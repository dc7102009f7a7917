"""Keys of keyboards and remote controls, as SDL delivers them -> verbs.

On a console SDL reads the kernel's input devices, and knows the kernel's keys up to 248 with holes between them
(SDL 2.32, src/events/scancodes_linux.h). kiosk/system/inputs.py reads those that it drops; no key is in both tables.
"""

from __future__ import annotations

import pygame

from kiosk.core.events import Verb

_MEDIA = 1 << 30
"""SDL's bit for keys without a letter (SDLK_SCANCODE_MASK); pygame has no names for these."""
_AC_HOME, _AC_BACK, _AC_FORWARD = _MEDIA | 269, _MEDIA | 270, _MEDIA | 271
_AUDIO_NEXT, _AUDIO_PREVIOUS, _AUDIO_STOP, _AUDIO_PLAY = (_MEDIA | code for code in (258, 259, 260, 261))
_REWIND, _FAST_FORWARD, _SLEEP = _MEDIA | 285, _MEDIA | 286, _MEDIA | 282
_SELECT, _APPLICATION, _MENU = _MEDIA | 119, _MEDIA | 101, _MEDIA | 118

KEYS = {
    pygame.K_RIGHT: Verb.NEXT,
    pygame.K_PAGEDOWN: Verb.NEXT,
    pygame.K_LEFT: Verb.PREVIOUS,
    pygame.K_PAGEUP: Verb.PREVIOUS,
    pygame.K_UP: Verb.UP,
    pygame.K_DOWN: Verb.DOWN,
    pygame.K_RETURN: Verb.OK,
    pygame.K_KP_ENTER: Verb.OK,
    pygame.K_m: Verb.MENU,
    pygame.K_i: Verb.INFO,
    pygame.K_SPACE: Verb.PLAY_PAUSE,
    pygame.K_p: Verb.PICK,
    pygame.K_ESCAPE: Verb.CANCEL,
    pygame.K_BACKSPACE: Verb.CANCEL,
    pygame.K_h: Verb.HIDE,
    pygame.K_s: Verb.SLEEP,
    pygame.K_q: Verb.QUIT,
}
"""Of a keyboard."""
MEDIA = {
    _AUDIO_NEXT: Verb.NEXT,
    _AC_FORWARD: Verb.NEXT,
    _FAST_FORWARD: Verb.NEXT,
    _AUDIO_PREVIOUS: Verb.PREVIOUS,
    _REWIND: Verb.PREVIOUS,
    _SELECT: Verb.OK,
    _MENU: Verb.MENU,
    _APPLICATION: Verb.MENU,
    _AC_HOME: Verb.MENU,
    _AC_BACK: Verb.CANCEL,
    _AUDIO_PLAY: Verb.PLAY_PAUSE,
    _AUDIO_STOP: Verb.PAUSE,
    pygame.K_POWER: Verb.SLEEP,
    _SLEEP: Verb.SLEEP,
}
"""Of remote controls, and of the keyboards that have them too."""


def verb(key: int, modifiers: int) -> Verb | None:
    """What this key asks for; None for nothing. Of a combination with Ctrl, Alt or Meta nothing is meant here."""
    if modifiers & (pygame.KMOD_CTRL | pygame.KMOD_ALT | pygame.KMOD_META):
        return None
    # Disconnecting erases everything, so it needs a shift.
    if key == pygame.K_d and modifiers & pygame.KMOD_SHIFT:
        return Verb.SIGN_OUT
    return KEYS.get(key) or MEDIA.get(key)
