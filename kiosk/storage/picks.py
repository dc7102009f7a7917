"""Rows of picks and of the pending attempt. Every function works inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

from kiosk.core.model import (
    Attempt,
    DeviceCode,
    OpenPick,
    PickId,
    PickingSessionId,
    PickPhase,
    PickRequest,
    RequestId,
    Seconds,
    Secret,
)


def save_pick(
    connection: sqlite3.Connection, session_id: PickingSessionId, phase: PickPhase, expires_at: str | None
) -> PickId:
    """A picking session was made or has moved on."""
    row = connection.execute(
        "INSERT INTO picks (session_id, phase, expires_at)"
        " VALUES (seal('picks.session_id', ?), ?, seal('picks.expires_at', ?))"
        " ON CONFLICT (session_id) DO UPDATE SET phase = excluded.phase,"
        " expires_at = coalesce(excluded.expires_at, expires_at) RETURNING id",
        (session_id, phase.value, expires_at),
    ).fetchone()
    return PickId(row[0])


def ensure_pick(connection: sqlite3.Connection, pick_id: PickId) -> None:
    """A pick that a damaged catalog forgot goes on under its number."""
    connection.execute(
        "INSERT INTO picks (id, phase) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (pick_id, PickPhase.FETCHING.value),
    )


def forget_pick(connection: sqlite3.Connection, session_id: PickingSessionId) -> None:
    """The picking session is gone at Google; the pick stays as long as it has items."""
    connection.execute(
        "UPDATE picks SET session_id = NULL, phase = 'ended' WHERE session_id = seal('picks.session_id', ?)",
        (session_id,),
    )
    drop_empty_picks(connection)


def drop_empty_picks(connection: sqlite3.Connection) -> None:
    """Picks without items and without a picking session mean nothing any more."""
    connection.execute(
        "DELETE FROM picks WHERE session_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM media_items WHERE media_items.pick = picks.id)"
    )


def open_picks(connection: sqlite3.Connection) -> tuple[OpenPick, ...]:
    """Picks whose picking session still lives at Google, the oldest first."""
    rows = connection.execute(
        "SELECT id, unseal('picks.session_id', session_id), phase, unseal('picks.expires_at', expires_at) FROM picks"
        " WHERE session_id IS NOT NULL ORDER BY id"
    )
    return tuple(
        OpenPick(PickId(number), PickingSessionId(session_id), PickPhase(phase), parse_time(expires_at))
        for number, session_id, phase, expires_at in rows
    )


def save_pick_request(connection: sqlite3.Connection, request_id: RequestId, abandoned: bool) -> None:
    """A picking session is about to be made, or nobody waits for it any more."""
    connection.execute(
        "INSERT INTO pick_requests (request_id, abandoned) VALUES (seal('pick_requests.request_id', ?), ?)"
        " ON CONFLICT (request_id) DO UPDATE SET abandoned = excluded.abandoned",
        (request_id, int(abandoned)),
    )


def forget_pick_request(connection: sqlite3.Connection, request_id: RequestId) -> None:
    """Its picking session is known by its id, or is no more."""
    connection.execute(
        "DELETE FROM pick_requests WHERE request_id = seal('pick_requests.request_id', ?)", (request_id,)
    )


def pick_requests(connection: sqlite3.Connection) -> tuple[PickRequest, ...]:
    """Picking sessions that Google may have although their ids never came, the oldest first."""
    rows = connection.execute(
        "SELECT unseal('pick_requests.request_id', request_id), abandoned FROM pick_requests ORDER BY n"
    )
    return tuple(PickRequest(RequestId(request_id), bool(abandoned)) for request_id, abandoned in rows)


def save_attempt(connection: sqlite3.Connection, attempt: Attempt | None) -> None:
    """Keeps the pending attempt, or forgets it."""
    connection.execute("DELETE FROM attempt")
    if attempt is None:
        return
    code = attempt.code
    connection.execute(
        "INSERT INTO attempt VALUES (1, seal('attempt.request_id', ?), seal('attempt.device_code', ?),"
        " seal('attempt.user_code', ?), seal('attempt.verification_url', ?),"
        " seal('attempt.verification_url_complete', ?), ?, ?, seal('attempt.issued_at', ?),"
        " seal('attempt.expires_at', ?))",
        (
            attempt.request_id,
            code.device_code.reveal,
            code.user_code,
            code.verification_url,
            code.verification_url_complete,
            code.interval,
            code.expires_in,
            attempt.issued_at.isoformat(),
            attempt.expires_at.isoformat(),
        ),
    )


def load_attempt(connection: sqlite3.Connection) -> Attempt | None:
    """The pending attempt, if one is kept whole."""
    row = connection.execute(
        "SELECT unseal('attempt.request_id', request_id), unseal('attempt.issued_at', issued_at),"
        " unseal('attempt.expires_at', expires_at), unseal('attempt.device_code', device_code),"
        " unseal('attempt.user_code', user_code), unseal('attempt.verification_url', verification_url),"
        " unseal('attempt.verification_url_complete', verification_url_complete), interval, expires_in FROM attempt"
    ).fetchone()
    if row is None:
        return None
    issued_at, expires_at = parse_time(row[1]), parse_time(row[2])
    if issued_at is None or expires_at is None:
        return None
    code = DeviceCode(Secret(row[3]), row[4], row[5], row[6], Seconds(row[7]), Seconds(row[8]))
    return Attempt(RequestId(row[0]), code, issued_at, expires_at)


def parse_time(text: str | None) -> datetime | None:
    """RFC 3339 as an aware UTC time; None for what is not one."""
    try:
        parsed = datetime.fromisoformat(text or "")
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):  # the latter: a damaged record may hold a number instead
        return None
