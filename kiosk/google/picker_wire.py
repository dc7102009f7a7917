"""The Photos Picker API on the wire (developers.google.com/photos/picker/reference/rest/v1).

Errors have google.rpc's shape (cloud.google.com/apis/design/errors): dispatched on ``error.status`` and
``error.details[].reason``. Numbers may come as text, false and empty members may be left out, enums may be
new.
"""

from __future__ import annotations

import json
from enum import Enum
from urllib.parse import quote, urlencode

from attrs import frozen

from kiosk.core.addresses import check_address
from kiosk.core.labels import camera_name
from kiosk.core.model import (
    Kind,
    MediaItem,
    MediaItemId,
    MediaPage,
    PickingSession,
    PickingSessionId,
    RequestId,
)
from kiosk.errors import Busy, Gone, GoogleError, Reason, Refused, SignInRequired
from kiosk.google import fields, redact
from kiosk.google.endpoints import Endpoints
from kiosk.google.wire import Answer, Request, by_status, json_object, retry_after, unexpected

PAGE_SIZE = 100
"""mediaItems.list: the most that Google gives on one page."""

_HOUR = 3600.0
_WEEK = 7 * 86_400.0


class Call(Enum):
    """Which method was answered: FAILED_PRECONDITION means something else at each."""

    CREATE = "sessions.create"
    GET = "sessions.get"
    LIST = "mediaItems.list"
    DELETE = "sessions.delete"


# Requests. --------------------------------------------------------------------------------------------------


def create_request(endpoints: Endpoints, request_id: RequestId, max_items: int) -> Request:
    """sessions.create; ``maxItemCount`` is an int64 and so travels as text."""
    url = f"{_base(endpoints)}/sessions?{urlencode({'requestId': request_id})}"
    body = json.dumps({"pickingConfig": {"maxItemCount": str(max_items)}}).encode()
    return Request("POST", url, body=body, bearer=True)


def get_request(endpoints: Endpoints, session_id: PickingSessionId) -> Request:
    """sessions.get"""
    return Request("GET", _session_url(endpoints, session_id), bearer=True)


def delete_request(endpoints: Endpoints, session_id: PickingSessionId) -> Request:
    """sessions.delete"""
    return Request("DELETE", _session_url(endpoints, session_id), bearer=True)


def list_request(endpoints: Endpoints, session_id: PickingSessionId, page_token: str | None) -> Request:
    """mediaItems.list, one page."""
    query = {"sessionId": session_id, "pageSize": str(PAGE_SIZE)} | (
        {"pageToken": page_token} if page_token else {}
    )
    return Request("GET", f"{_base(endpoints)}/mediaItems?{urlencode(query)}", bearer=True)


def _base(endpoints: Endpoints) -> str:
    return endpoints.picker_url.rstrip("/")


def _session_url(endpoints: Endpoints, session_id: PickingSessionId) -> str:
    return f"{_base(endpoints)}/sessions/{quote(session_id, safe='')}"


# Answers. ---------------------------------------------------------------------------------------------------


def decipher_picking_session(answer: Answer, call: Call, *, lan_host: str | None) -> PickingSession:
    """A PickingSession. ``picker_uri`` may be empty in an answer to sessions.get (it is dead once the person
    is done).

    Raises Refused, Gone, SignInRequired, Busy, Unreachable, Unexpected.
    """
    body = _settled(answer, call)
    session_id = fields.plain(body.get("id"))
    # "." and ".." would be taken out of the path and turn a deletion into another request (RFC 3986 section
    # 5.2.4).
    if session_id is None or session_id in {".", ".."}:
        raise unexpected(answer, "a picking session without an id")
    done = fields.flag(body.get("mediaItemsSet"))
    uri = body.get("pickerUri") or ""
    if uri or (call is Call.CREATE and not done):
        uri = fields.page_address(uri, lan_host=lan_host)
    polling = _members(body.get("pollingConfig"))
    return PickingSession(
        id=PickingSessionId(session_id),
        picker_uri=str(uri),
        media_items_set=done,
        poll_interval=None if done else fields.pace(polling.get("pollInterval"), _HOUR),
        timeout_in=None if done else fields.seconds(polling.get("timeoutIn"), 0.0, _WEEK),
        expires_at=fields.moment(body.get("expireTime")),
    )


def decipher_media_page(answer: Answer) -> MediaPage:
    """One page; ``{}`` is an empty list. An item without an id is left out; one without a base URL that may be asked
    has an empty one, so that it alone is given up, by its name.

    Raises Refused(NOT_READY) while the person picks, Gone, SignInRequired, Busy, Unreachable, Unexpected.
    """
    body = _settled(answer, Call.LIST)
    listed = body.get("mediaItems") or []
    page_token = body.get("nextPageToken") or None
    if not isinstance(listed, list) or (page_token is not None and fields.text(page_token) is None):
        raise unexpected(answer, "a page of media items of another shape")
    found = (_media_item(_members(entry)) for entry in listed)
    return MediaPage(tuple(item for item in found if item is not None), fields.text(page_token))


def decipher_deletion(answer: Answer) -> None:
    """The picking session is no more. Raises Gone where it was none before (NOT_FOUND), SignInRequired,
    Busy ...
    """
    if not answer.good or _rpc_error(answer) is not None:
        raise _error(answer, Call.DELETE)
    if answer.body.strip() and answer.json is None:
        raise by_status(answer)


def _media_item(entry: dict[str, object]) -> MediaItem | None:
    media_file = _members(entry.get("mediaFile"))
    metadata = _members(media_file.get("mediaFileMetadata"))
    item_id = fields.plain(entry.get("id"))
    if item_id is None:
        return None
    mime_type = fields.printable(media_file.get("mimeType")).lower()
    video = entry.get("type") == "VIDEO" or mime_type.startswith("video/")
    return MediaItem(
        id=MediaItemId(item_id),
        kind=Kind.VIDEO if video else Kind.PHOTO,
        base_url=_base_url(media_file.get("baseUrl")),
        mime_type=mime_type,
        filename=fields.printable(media_file.get("filename")),
        size=fields.size(metadata.get("width"), metadata.get("height")),
        captured_at=fields.moment(entry.get("createTime")),
        camera=_camera(metadata),
    )


def _camera(metadata: dict[str, object]) -> str:
    make, model = (fields.printable(metadata.get(each)) for each in ("cameraMake", "cameraModel"))
    return camera_name(make, model)


def _base_url(value: object) -> str:
    return value if isinstance(value, str) and check_address(value) is None else ""


def _members(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


# Errors. ----------------------------------------------------------------------------------------------------

# google.rpc.Code, the ones that heal by waiting; and google.api.ErrorReason, by what can be done about it.
_TROUBLE = frozenset(
    {"INTERNAL", "UNAVAILABLE", "UNKNOWN", "DEADLINE_EXCEEDED", "ABORTED", "CANCELLED", "DATA_LOSS"}
)
_QUOTA = frozenset({"RATE_LIMIT_EXCEEDED", "RESOURCE_QUOTA_EXCEEDED", "QUOTA_EXCEEDED"})
_DISABLED = frozenset({"SERVICE_DISABLED", "API_DISABLED", "ACCESS_NOT_CONFIGURED"})
_SCOPE = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "INSUFFICIENT_SCOPES"})
_PROJECT = frozenset({"BILLING_DISABLED", "CONSUMER_INVALID", "CONSUMER_SUSPENDED", "USER_PROJECT_DENIED"})


@frozen
class _RpcError:
    """google.rpc.Status in JSON."""

    status: str
    message: str
    reasons: frozenset[str]
    retry_delay: float | None


def _settled(answer: Answer, call: Call) -> dict[str, object]:
    if not answer.good or _rpc_error(answer) is not None:
        raise _error(answer, call)
    return json_object(answer)


def _rpc_error(answer: Answer) -> _RpcError | None:
    body = _members(answer.json).get("error")
    if not isinstance(body, dict):
        return None
    details = body.get("details")
    entries = [_members(entry) for entry in details] if isinstance(details, list) else []
    reasons = (fields.text(entry.get("reason")) for entry in entries)
    delays = (fields.seconds(entry.get("retryDelay"), 0.0, 24 * _HOUR) for entry in entries)
    return _RpcError(
        status=fields.text(body.get("status")) or "",
        message=fields.text(body.get("message")) or "",
        reasons=frozenset(reason for reason in reasons if reason is not None),
        retry_delay=next((delay for delay in delays if delay is not None), None),
    )


def _error(answer: Answer, call: Call) -> GoogleError:
    error = _rpc_error(answer)
    if error is None:
        return _by_status(answer, call)
    wait = retry_after(answer)
    wait = error.retry_delay if wait is None else wait
    if error.status in _TROUBLE:
        return Busy(f"Google has trouble of its own ({error.status})", wait)
    match error.status:
        case "UNAUTHENTICATED":
            return SignInRequired("the access token is no longer good")
        case "FAILED_PRECONDITION":
            return _failed_precondition(answer, error, call)
        case "RESOURCE_EXHAUSTED":
            return _exhausted(error, call, wait)
        case "PERMISSION_DENIED":
            return _denied(answer, error, call)
        case "ALREADY_EXISTS" if call is Call.CREATE:
            # Documented for the sibling API alone (developers.google.com/photos/ambient/reference/rest/v1/devices).
            return Gone("Google has a picking session for this request id already")
        case "NOT_FOUND" if call is not Call.CREATE:
            return Gone("Google no longer knows this picking session")
        case _:
            return _unlisted(answer, error, call, wait)


def _unlisted(answer: Answer, error: _RpcError, call: Call, wait: float | None) -> GoogleError:
    fallback = _by_status(answer, call)
    if isinstance(fallback, Busy):
        return Busy(str(fallback), wait, quota=fallback.quota)
    return _other(answer, error) if isinstance(fallback, Refused) else fallback


def _failed_precondition(answer: Answer, error: _RpcError, call: Call) -> GoogleError:
    if call is Call.LIST:
        return Refused(Reason.NOT_READY, "the pick is not finished")
    if call is Call.CREATE:
        return Refused(Reason.NO_PHOTOS_ACCOUNT, "this account has no Google Photos")
    return _other(answer, error)


def _exhausted(error: _RpcError, call: Call, wait: float | None) -> GoogleError:
    # developers.google.com/photos/overview/api-limits-quotas: the quota of the project; sessions.create:
    # those of a person
    if call is not Call.CREATE or error.reasons & _QUOTA or "quota" in error.message.lower():
        return Busy("Google asks for patience: the quota is used up", wait, quota=True)
    return Refused(Reason.TOO_MANY_SESSIONS, "too many picking sessions are open for this person")


def _denied(answer: Answer, error: _RpcError, call: Call) -> GoogleError:
    message = error.message.lower()
    if error.reasons & _SCOPE or "insufficient authentication scope" in message:
        return Refused(Reason.SCOPE_MISSING, "the sign-in does not include the Picker scope")
    if error.reasons & _DISABLED or "has not been used in project" in message or "it is disabled" in message:
        return Refused(
            Reason.API_DISABLED, "the Google Photos Picker API is not enabled in the Cloud project"
        )
    if error.reasons & _QUOTA:
        return Busy("Google asks for patience: the quota is used up", retry_after(answer), quota=True)
    if call is Call.CREATE or error.reasons & _PROJECT:
        return _other(answer, error)
    return Gone("access to this picking session has expired")


def _other(answer: Answer, error: _RpcError) -> Refused:
    status = error.status or f"HTTP {answer.status}"
    return Refused(Reason.OTHER, redact.said(f"{status}: {error.message}", answer.secrets))


def _by_status(answer: Answer, call: Call) -> GoogleError:
    fallback = by_status(answer)
    if not isinstance(fallback, Refused) or call is Call.CREATE:
        return fallback
    if answer.status == 403 or (call is Call.DELETE and _rpc_error(answer) is None):
        # Google always says why. Anybody in between can answer 403, and the picking session would stay.
        return unexpected(answer, f"a refusal without a reason (HTTP {answer.status})")
    if answer.status in {404, 410}:
        return Gone(f"this picking session is gone (HTTP {answer.status})")
    return fallback
