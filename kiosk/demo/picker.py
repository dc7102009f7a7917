"""The Google Photos Picker API v1: sessions and mediaItems.

Source: Google's Picker REST reference (sessions.create, .get, .delete; mediaItems.list). JSON is written as protobuf
does: 64-bit integers as strings, false and empty fields left out, so an empty list is ``{}``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from kiosk.demo.answers import Answer, Request, json_answer, rpc_error
from kiosk.demo.library import DemoItem
from kiosk.demo.settings import PICKER_SCOPE, duration_text
from kiosk.demo.state import Access, BaseUrl, PickingSession, World, fresh

MAX_ITEMS = 2000
"""The reference: absent or 0 means 2,000, and more is made 2,000."""

_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)


def create(world: World, request: Request) -> Answer:
    """``POST /v1/sessions[?requestId=UUIDv4]``."""
    access = _authorised(world, request)
    if isinstance(access, Answer):
        return access
    request_id = request.query.get("requestId", "")
    if request_id and not _UUID4.fullmatch(request_id):
        return rpc_error("INVALID_ARGUMENT", "Request ID must be a UUID v4 in 8-4-4-4-12 form.")
    try:
        max_items = _max_items(request.json)
    except ValueError as wrong:
        return rpc_error("INVALID_ARGUMENT", str(wrong))
    if not world.settings.account(access.user).has_photos:
        return rpc_error("FAILED_PRECONDITION", "The user does not have an active Google Photos account.")
    with world.changed:
        known = _by_request_id(world, request_id, access)
        if known is not None and world.settings.repeated_request_id == "conflict":
            return rpc_error("ALREADY_EXISTS", "Requested entity already exists")
        if known is not None and world.settings.repeated_request_id == "same":
            return json_answer(session_json(world, known))
        live = [s for s in world.sessions.values() if s.user == access.user and world.clock() < s.expires_at]
        if len(live) >= world.settings.max_sessions:
            return rpc_error(
                "RESOURCE_EXHAUSTED", "Too many picking sessions for this user.", "TOO_MANY_SESSIONS"
            )
        session = _new_session(world, access, max_items, request_id)
        return json_answer(session_json(world, session))


def _max_items(body: object) -> int:
    """maxItemCount of a create body: an int64, so a string or a number."""
    if body is None:
        return MAX_ITEMS
    config = body.get("pickingConfig", {}) if isinstance(body, dict) else None
    if not isinstance(config, dict):
        raise ValueError("Invalid JSON payload received.")
    value = config.get("maxItemCount", 0)
    if not isinstance(value, int | str) or not re.fullmatch(r"-?\d{1,18}", str(value)):
        raise ValueError("Invalid value at 'session.picking_config.max_item_count' (TYPE_INT64).")
    if int(value) < 0:
        raise ValueError("Max item count must not be negative.")
    return min(int(value), MAX_ITEMS) or MAX_ITEMS


def _by_request_id(world: World, request_id: str, access: Access) -> PickingSession | None:
    for session in world.sessions.values():
        if request_id and (session.request_id, session.user) == (request_id, access.user):
            return session
    return None


def _new_session(world: World, access: Access, max_items: int, request_id: str) -> PickingSession:
    session = PickingSession(
        id=fresh("ps-"),
        client_id=access.client_id,
        user=access.user,
        max_items=max_items,
        created=world.clock(),
        expires_at=world.clock() + world.settings.session_lifetime,
        expire_time=world.wall() + timedelta(seconds=world.settings.session_lifetime),
        request_id=request_id,
    )
    world.sessions[session.id] = session
    world.changed.notify_all()
    return session


def picker_uri(world: World, session: PickingSession) -> str:
    """Where the person picks."""
    return f"{world.pages_url}/picker/{session.id}"


def session_json(world: World, session: PickingSession) -> dict[str, object]:
    """PickingSession; ``pollingConfig`` only while the pick is open, ``mediaItemsSet`` only once it is not."""
    answer: dict[str, object] = {
        "id": session.id,
        "pickerUri": picker_uri(world, session),
        "expireTime": rfc3339(session.expire_time),
        "pickingConfig": {"maxItemCount": str(session.max_items)},
    }
    if session.done:
        answer["mediaItemsSet"] = True
    else:
        left = max(0.0, world.settings.timeout_in - (world.clock() - session.created))
        answer["pollingConfig"] = {
            "pollInterval": world.settings.poll_interval,
            "timeoutIn": duration_text(left),
        }
    return answer


def get(world: World, request: Request) -> Answer:
    """``GET /v1/sessions/{id}``."""
    with world.changed:
        session = _session(world, request, request.path.rpartition("/")[2])
        return session if isinstance(session, Answer) else json_answer(session_json(world, session))


def delete(world: World, request: Request) -> Answer:
    """``DELETE /v1/sessions/{id}``; an expired session can still be deleted."""
    with world.changed:
        session = _session(world, request, request.path.rpartition("/")[2], though_expired=True)
        if isinstance(session, Answer):
            return session
        del world.sessions[session.id]
        world.changed.notify_all()
        return json_answer({})


def list_items(world: World, request: Request) -> Answer:
    """``GET /v1/mediaItems?sessionId=&pageSize=&pageToken=``: every listing hands out new base URLs."""
    query = request.query
    try:
        size = int(query.get("pageSize") or 0)
    except ValueError:
        size = -1
    if size < 0 or not query.get("sessionId"):
        access = _authorised(world, request)
        wrong = "Page size must not be negative." if size < 0 else "Session id is required."
        return access if isinstance(access, Answer) else rpc_error("INVALID_ARGUMENT", wrong)
    with world.changed:
        session = _session(world, request, query["sessionId"])
        if isinstance(session, Answer):
            return session
        if not session.done:
            message = "The user has not finished picking. Poll the session."
            return rpc_error("FAILED_PRECONDITION", message, "PENDING_USER_ACTION")
        start = _page_start(session, query.get("pageToken", ""))
        if start is None:
            return rpc_error("INVALID_ARGUMENT", "Invalid page token.")
        return json_answer(_page(world, session, start, size))


def _page(world: World, session: PickingSession, start: int, size: int) -> dict[str, object]:
    size = min(size or world.settings.page_size_default, world.settings.page_size_cap)
    answer: dict[str, object] = {}
    items = [world.library.get(item_id) for item_id in session.picked[start : start + size]]
    listed = [item_json(item, _new_base_url(world, session, item)) for item in items if item is not None]
    if listed:
        answer["mediaItems"] = listed
    if start + size < len(session.picked):
        answer["nextPageToken"] = _page_token(session, start + size)
    return answer


def _page_token(session: PickingSession, start: int) -> str:
    return f"pt-{session.id[3:11]}-{start}"


def _page_start(session: PickingSession, page_token: str) -> int | None:
    """Where a page begins; None for a token that this session never gave."""
    if not page_token:
        return 0
    start = page_token.rpartition("-")[2]
    if not start.isdecimal() or page_token != _page_token(session, int(start)):
        return None
    return int(start)


def _new_base_url(world: World, session: PickingSession, item: DemoItem) -> str:
    key = world.secret("base URL", "")
    expires_at = world.clock() + world.settings.base_url_lifetime
    world.base_urls[key] = BaseUrl(item, session.user, session.client_id, expires_at)
    return f"{world.url}/ppa/{key}"


def item_json(item: DemoItem, base_url: str) -> dict[str, object]:
    """PickedMediaItem."""
    metadata: dict[str, object] = {"width": item.width, "height": item.height}
    if item.camera_make:
        metadata |= {"cameraMake": item.camera_make, "cameraModel": item.camera_model}
    if item.kind == "VIDEO":
        metadata["videoMetadata"] = {"fps": item.fps, "processingStatus": "READY"}
    else:
        shot = {
            "focalLength": item.focal_length,
            "apertureFNumber": item.aperture,
            "isoEquivalent": item.iso,
            "exposureTime": item.exposure,
        }
        metadata["photoMetadata"] = {key: value for key, value in shot.items() if value is not None}
    return {
        "id": item.id,
        "createTime": rfc3339(item.created),
        "type": item.kind,
        "mediaFile": {
            "baseUrl": base_url,
            "mimeType": item.mime_type,
            "filename": item.filename,
            "mediaFileMetadata": metadata,
        },
    }


def rfc3339(moment: datetime) -> str:
    """``2026-03-01T10:00:00Z``, with a fraction only where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _authorised(world: World, request: Request) -> Access | Answer:
    """Who is calling, or why not: token, API, scope, in that order."""
    access = world.live_access(request.bearer)
    if access is None:
        message = (
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
            "valid authentication credential."
        )
        return rpc_error("UNAUTHENTICATED", message, "ACCESS_TOKEN_EXPIRED", "googleapis.com")
    if not world.settings.api_enabled:
        message = (
            "Google Photos Picker API has not been used in project 314159265358 before or it is disabled. Enable it "
            "by visiting the API library then retry."
        )
        return rpc_error("PERMISSION_DENIED", message, "SERVICE_DISABLED", "googleapis.com")
    if PICKER_SCOPE not in access.scopes:
        message = "Request had insufficient authentication scopes."
        return rpc_error("PERMISSION_DENIED", message, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "googleapis.com")
    return access


def _session(
    world: World, request: Request, session_id: str, *, though_expired: bool = False
) -> PickingSession | Answer:
    """The caller's session: NOT_FOUND if unknown or another's, PERMISSION_DENIED once its access has expired."""
    access = _authorised(world, request)
    if isinstance(access, Answer):
        return access
    session = world.sessions.get(session_id)
    if session is None or (session.user, session.client_id) != (access.user, access.client_id):
        return rpc_error("NOT_FOUND", "Requested entity was not found.")
    if world.clock() >= session.expires_at and not though_expired:
        return rpc_error("PERMISSION_DENIED", "Access to this picking session has expired.")
    return session
