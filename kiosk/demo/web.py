"""Where a person's browser goes: which page answers which address, and what its buttons do."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlencode

from kiosk.demo import consent, looks, pages, routes
from kiosk.demo.answers import HTML, Answer, Request, html_answer, json_answer, redirect
from kiosk.demo.consent import NotPossible
from kiosk.demo.media import sized
from kiosk.demo.picker import picker_uri
from kiosk.demo.renditions import Renditions
from kiosk.demo.sizing import Ask
from kiosk.demo.state import World

_STATIC = {
    "/demo.css": ("text/css; charset=UTF-8", looks.CSS),
    "/picker.js": ("text/javascript; charset=UTF-8", looks.PICKER_JS),
    "/done.js": ("text/javascript; charset=UTF-8", looks.DONE_JS),
    "/favicon.ico": ("image/svg+xml", looks.ICON_SVG),
}


def page(world: World, renditions: Renditions, request: Request) -> Answer:
    """Any page, style, script or thumbnail."""
    static = _STATIC.get(request.path)
    if static is not None:
        return Answer(200, static[1].encode(), static[0], (("Cache-Control", "no-cache"),))
    if request.path.startswith("/thumb/"):
        return _thumbnail(world, renditions, request)
    if request.path.startswith("/picker/"):
        return _picker(world, request)
    if request.path == routes.AUTH_PATH:
        return _authorization(world, request)
    handler = _PAGES.get((request.method, request.path))
    if handler is None:
        return html_answer(pages.message("Nothing here", "This address does not exist in the demo."), 404)
    return handler(world, request)


def _start(_world: World, _request: Request) -> Answer:
    return redirect("/device")


def _device(_world: World, request: Request) -> Answer:
    return html_answer(pages.device(request.query.get("user_code", "")))


def _account(world: World, request: Request) -> Answer:
    code = request.query.get("user_code", "")
    try:
        grant = consent.open_grant(world, code)
    except NotPossible as wrong:
        return html_answer(pages.device(code, str(wrong)), 400)
    link = "/device/consent?" + urlencode({"user_code": grant.user_code})
    return html_answer(pages.account(world.settings.accounts, link, grant.display_name))


def _consent(world: World, request: Request) -> Answer:
    code = request.query.get("user_code", "")
    try:
        grant = consent.open_grant(world, code)
    except NotPossible as wrong:
        return html_answer(pages.device(code, str(wrong)), 400)
    account = world.settings.account(request.query.get("user", ""))
    hidden = {"user_code": grant.user_code, "user": account.id}
    return html_answer(pages.consent(account, grant.scopes, grant.display_name, "/device/decide", hidden))


def _decide(world: World, request: Request) -> Answer:
    form = parse_qs(request.body.decode(errors="replace"))
    code = form.get("user_code", [""])[0]
    try:
        if form.get("decision") != ["allow"]:
            consent.deny_device(world, code)
            return redirect("/device/cancelled", 303)
        consent.approve_device(world, code, form.get("user", ["anna"])[0], form.get("scope", []))
    except NotPossible as wrong:
        return html_answer(pages.device(code, str(wrong)), 400)
    return redirect("/device/done?" + urlencode({"user_code": code}), 303)


def _cancelled(_world: World, _request: Request) -> Answer:
    return html_answer(
        pages.message("Nothing was shared", "Your frame can show a new code whenever you like.")
    )


def _done(world: World, request: Request) -> Answer:
    code = request.query.get("user_code", "")
    state, _ = consent.hop(world, code)
    return html_answer(pages.signed_in(code, waits=state != "none"))


def _next(world: World, request: Request) -> Answer:
    state, session = consent.hop(world, request.query.get("user_code", ""))
    answer = {"state": state}
    if session is not None:
        answer["url"] = picker_uri(world, session)
    return json_answer(answer, headers=(("Cache-Control", "no-store"),))


_PAGES: dict[tuple[str, str], Callable[[World, Request], Answer]] = {
    ("GET", "/"): _start,
    ("GET", "/device"): _device,
    ("GET", "/device/account"): _account,
    ("GET", "/device/consent"): _consent,
    ("POST", "/device/decide"): _decide,
    ("GET", "/device/cancelled"): _cancelled,
    ("GET", "/device/done"): _done,
    ("GET", "/device/next"): _next,
}


def _authorization(world: World, request: Request) -> Answer:
    """The consent page of the PKCE road: account, scopes, then back to the redirect address."""
    query = {name: value for name, value in request.query.items() if name != "demo_user"}
    try:
        consent.auth_client(world, query)
        if request.method == "POST":
            form = parse_qs(request.body.decode(errors="replace"))
            if form.get("decision") != ["allow"]:
                return redirect(consent.deny_authorization(world, query), 303)
            user = form.get("user", ["anna"])[0]
            return redirect(consent.authorize(world, query, user, form.get("scope", [])), 303)
    except NotPossible as wrong:
        return html_answer(pages.message("Access blocked", str(wrong)), 400)
    here = f"{routes.AUTH_PATH}?{urlencode(query)}"
    if "demo_user" not in request.query:
        return html_answer(pages.account(world.settings.accounts, here, "", field="demo_user"))
    account = world.settings.account(request.query["demo_user"])
    return html_answer(pages.consent(account, tuple(query["scope"].split()), "", here, {"user": account.id}))


def _picker(world: World, request: Request) -> Answer:
    """``/picker/{id}``, its items, its Done, and what is left of it afterwards."""
    session_id, _, action = request.path.removeprefix("/picker/").partition("/")
    if action == "finished":
        return html_answer(pages.finished())
    try:
        session = consent.open_session(world, session_id)
        if action == "items":
            return json_answer(
                [pages.item_json(item) for item in world.library.search(request.query.get("q", ""))]
            )
        if action == "done" and request.method == "POST":
            ids = request.json.get("ids") if isinstance(request.json, dict) else None
            if not isinstance(ids, list) or not all(isinstance(item_id, str) for item_id in ids):
                raise NotPossible("Send the ids of the chosen pictures.")
            with world.changed:
                consent.choose(world, session_id, ids)
                consent.finish(world, session_id)
            return json_answer({})
    except NotPossible as wrong:
        if action:
            return json_answer({"error": str(wrong)}, 409)
        return html_answer(pages.message("This link is used up", str(wrong)), 410)
    if action:
        return Answer(404, b"", HTML)
    return html_answer(pages.picker(session.id, session.max_items, len(world.library)))


def _thumbnail(world: World, renditions: Renditions, request: Request) -> Answer:
    """``/thumb/{item id}``: a square for the picker's grid. It belongs to the pages, so it wants no bearer."""
    item = world.library.get(request.path.removeprefix("/thumb/"))
    if item is None:
        return Answer(404, b"", HTML)
    return sized(world, renditions, item, Ask(320, 320, crop=True, no_overlay=True))
