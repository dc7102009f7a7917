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
    RequestId,
    Seconds,
    Secret,
)


def save_pick(
    connection: sqlite3.Connection, session_id: PickingSessionId, phase: PickPhase, expires_at: str | None
) -> PickId:
    """A picking session was made or has moved on."""
    row = connection.execute(
        "INSERT INTO picks (session_id, phase, expires_at) VALUES (?, ?, ?)"
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
        "UPDATE picks SET session_id = NULL, phase = 'ended' WHERE session_id = ?", (session_id,)
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
        "SELECT id, session_id, phase, expires_at FROM picks WHERE session_id IS NOT NULL ORDER BY id"
    )
    return tuple(
        OpenPick(PickId(number), PickingSessionId(session_id), PickPhase(phase), parse_time(expires_at))
        for number, session_id, phase, expires_at in rows
    )


def save_attempt(connection: sqlite3.Connection, attempt: Attempt | None) -> None:
    """Keeps the pending attempt, or forgets it."""
    connection.execute("DELETE FROM attempt")
    if attempt is None:
        return
    code = attempt.code
    connection.execute(
        "INSERT INTO attempt VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        "SELECT request_id, issued_at, expires_at, device_code, user_code, verification_url,"
        " verification_url_complete, interval, expires_in FROM attempt"
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
    except (ValueError, OverflowError):
        return None
