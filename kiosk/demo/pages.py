"""The pages' markup. Everything that comes from outside goes through ``escape``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from kiosk.demo.library import DemoItem
from kiosk.demo.settings import PICKER_SCOPE, DemoAccount

_SCOPE_TEXTS = {
    PICKER_SCOPE: ("See the photos and videos that you choose", "Only what you pick, each time you pick."),
    "openid": ("Know who you are", "An opaque number, nothing else."),
    "email": ("See your e-mail address", "The address of this account."),
    "profile": ("See your name and picture", "As in your account."),
}


def shell(title: str, body: str, *, script: str = "", wide: bool = False) -> str:
    """A whole page. Every one says that it is the demo."""
    tag = f'<script src="/{script}" defer></script>' if script else ""
    kind = "wide" if wide else "card"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f"<title>{escape(title)} · demo</title>"
        '<meta name="color-scheme" content="light dark"><link rel="stylesheet" href="/demo.css">'
        f'<link rel="icon" href="/favicon.ico" type="image/svg+xml">{tag}</head><body class="{kind}">'
        '<p class="demo"><b>Demo</b> Nothing here is Google. It all runs on the frame.</p>'
        f"<main>{body}</main></body></html>"
    )


def message(title: str, text: str) -> str:
    """One sentence and no button."""
    return shell(title, f"<h1>{escape(title)}</h1><p class=lead>{escape(text)}</p>")


def device(user_code: str, error: str = "") -> str:
    """Where the person types the code that the frame shows."""
    wrong = f'<p class="error" id="error" role="alert">{escape(error)}</p>' if error else ""
    described = ' aria-describedby="error" aria-invalid="true"' if error else ""
    prompt = (
        "Check that this is the code on your frame." if user_code else "Enter the code that your frame shows."
    )
    return shell(
        "Connect a device",
        f"""<h1>Connect your frame</h1><p class="lead">{prompt}</p>
        <form action="/device/account" method="get">
        <label for="user_code">Code</label>
        <input id="user_code" name="user_code" class="code" value="{escape(user_code)}" maxlength="20" required
          autocomplete="off" autocapitalize="characters" spellcheck="false" placeholder="XXXX-XXXX"{described}>
        {wrong}
        <div class="actions"><button class="primary" id="next">Next</button></div></form>""",
    )


def account(accounts: Sequence[DemoAccount], link: str, display_name: str, field: str = "user") -> str:
    """Which of the demo's people is this?"""
    rows = "".join(
        f'<li><a class="row" href="{escape(link)}&amp;{field}={escape(one.id)}" data-user="{escape(one.id)}">'
        f'<span class="avatar" aria-hidden="true">{escape(one.name[:1])}</span>'
        f"<span><b>{escape(one.name)}</b><small>{escape(one.email)}</small></span></a></li>"
        for one in accounts
    )
    target = f"to connect <b>{escape(display_name)}</b>" if display_name else "to continue"
    return shell(
        "Choose an account",
        f'<h1>Choose an account</h1><p class="lead">{target}</p><ul class="rows">{rows}</ul>',
    )


def consent(
    who: DemoAccount, scopes: Sequence[str], display_name: str, action: str, hidden: Mapping[str, str]
) -> str:
    """What the frame asks for, a box for each scope, Allow and Cancel."""
    name = escape(display_name or "Your photo frame")
    fields = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">' for key, value in hidden.items()
    )
    boxes = "".join(_scope_row(scope) for scope in scopes)
    return shell(
        "Allow access",
        f"""<p class="who"><span class="avatar small" aria-hidden="true">{escape(who.name[:1])}</span>
        {escape(who.email)}</p>
        <h1><b>{name}</b> wants access to your account</h1>
        <form method="post" action="{escape(action)}">{fields}
        <fieldset><legend>Tick what it may do</legend>{boxes}</fieldset>
        <p class="fine">The frame keeps copies of the photos that you pick, until you erase them there.</p>
        <div class="actions"><button class="plain" name="decision" value="cancel">Cancel</button>
        <button class="primary" id="allow" name="decision" value="allow">Allow</button></div></form>""",
    )


def _scope_row(scope: str) -> str:
    title, detail = _SCOPE_TEXTS.get(scope, (scope, ""))
    return (
        f'<label class="row scope"><span><b>{escape(title)}</b><small>{escape(detail)}</small></span>'
        f'<input type="checkbox" name="scope" value="{escape(scope)}" checked></label>'
    )


def signed_in(user_code: str, *, waits: bool) -> str:
    """After Allow: on to the picker if the frame asked for the hop, else back to the frame."""
    back = '<p class="lead" id="back"{0}>Go back to your frame and scan the second code.</p>'
    if not waits:
        return shell(
            "Connected", '<div class="tick" aria-hidden="true"></div><h1>Connected</h1>' + back.format("")
        )
    return shell(
        "Connected",
        '<div class="tick" aria-hidden="true"></div><h1>Connected</h1>'
        f'<p class="lead" id="wait" role="status" data-code="{escape(user_code)}">Taking you to your photos'
        '<span class="dots" aria-hidden="true"></span></p>' + back.format(" hidden"),
        script="done.js",
    )


def picker(session_id: str, max_items: int, total: int) -> str:
    """The grid. Its pictures come by script, so that 2,000 of them open at once."""
    limit = f"Choose up to {max_items}" if max_items < 2000 else "Choose photos for your frame"
    return shell(
        "Choose photos",
        f"""<header class="bar top"><h1>{limit}</h1>
        <div class="search"><label class="hidden" for="search">Search your photos</label>
        <input id="search" type="search" placeholder="Search {total:,} photos and albums" autocomplete="off"></div>
        </header>
        <div id="grid" data-session="{escape(session_id)}" data-max="{max_items}"></div>
        <p id="empty" class="lead" hidden>Nothing found. Try a date, a file name or an album's name.</p>
        <footer class="bar bottom"><span id="count" role="status" aria-live="polite">Nothing chosen</span>
        <button class="plain" id="clear" hidden>Clear</button>
        <button class="primary" id="done" disabled>Done</button></footer>""",
        script="picker.js",
        wide=True,
    )


def finished() -> str:
    """After Done."""
    return shell(
        "Done",
        '<div class="tick" aria-hidden="true"></div><h1>Done</h1>'
        '<p class="lead" id="finished">You can return to your frame. Your photos are on their way.</p>',
    )


def item_json(item: DemoItem) -> dict[str, object]:
    """What the grid needs to know of one item."""
    return {
        "id": item.id,
        "name": item.filename,
        "year": str(item.created.year),
        "day": item.created.strftime("%-d %B %Y"),
        "video": item.kind == "VIDEO",
    }
