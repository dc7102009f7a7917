"""The second road's conversation: the address out, the authorization code in, by loopback or pasted (RFC 8252
section 7.3).
"""

from __future__ import annotations

import os
import select
import sys
from typing import Any

from kiosk.cli.redirect import RedirectListener
from kiosk.config import Loaded
from kiosk.core.events import Asked, Verb
from kiosk.errors import Reason, Refused


def ask_browser(loaded: Loaded) -> Asked:
    """The verb that signs in with what the browser brought. Raises Refused when the person says no."""
    from kiosk.google import Endpoints, pkce

    google = loaded.config.google
    verifier, state = pkce.verifier(os.urandom(32)), pkce.state(os.urandom(32))
    with RedirectListener() as listener:
        endpoints = Endpoints(auth_url=google.auth_url)
        url = pkce.authorization_url(
            endpoints,
            google.client_id,
            listener.redirect_uri,
            verifier,
            state,
            lasting=google.keep_signed_in,
        )
        print(
            "Open this address in a browser and allow access to the photos that you pick:\n\n"
            f"  {url}\n\n"
            "If the browser runs on another machine, it ends on a page that does not open: copy that page's\n"
            "address from the address bar, paste it here and press Enter.",
            flush=True,
        )
        while True:
            address = _redirect(listener)
            try:
                code = pkce.code_from_redirect(address, state)
            except Refused as refused:
                if refused.reason is not Reason.OTHER:
                    raise
                print(f"{refused}", file=sys.stderr, flush=True)
            else:
                return Asked(
                    verb=Verb.SIGN_IN, code=code, verifier=verifier, redirect_uri=listener.redirect_uri
                )


def _redirect(listener: RedirectListener) -> str:
    """Whichever comes first: the browser at our loopback address, or a pasted line."""
    watch_stdin = True
    while True:
        inputs: list[Any] = [listener.ready, *([sys.stdin] if watch_stdin else [])]
        readable, _, _ = select.select(inputs, [], [])
        if listener.ready in readable:
            return listener.taken()
        line = sys.stdin.buffer.readline().decode("utf-8", "replace")
        if line.strip():
            return line.strip()
        watch_stdin = bool(line)  # at the end of the input only the browser is left
