"""Second looks, kept beside their events: what came of each, and the picture of what was turned down.

Nothing that is turned down is lost: its event stays with all others, and here stands that it raised no alert and why,
with a picture, until `forget_pictures` takes that. The functions run within the caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from veedor.model.event import Event
from veedor.model.second_look import Outcome, SecondLook
from veedor.wire.messages import event_from_json
from veedor.wire.second_looks import LookCounts, TurnedDown

MIGRATION = """
    CREATE TABLE second_look (
        event_id TEXT PRIMARY KEY,
        camera_id TEXT NOT NULL,
        rule TEXT NOT NULL,
        at_us INTEGER NOT NULL,        -- when the event was complete: microseconds since 1970, UTC
        outcome TEXT NOT NULL CHECK (outcome IN ('confirmed', 'turned_down', 'unverified')),
        seen INTEGER NOT NULL,         -- pictures that show the object ...
        looked INTEGER NOT NULL,       -- ... of so many
        picture BLOB                   -- JPEG of what was turned down; null: of others, had none, or forgotten by now
    );
    CREATE INDEX second_look_at ON second_look (at_us);
    CREATE INDEX second_look_picture ON second_look (at_us) WHERE picture IS NOT NULL
    """


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) in microseconds since 1970; cameras by id, None: all."""

    start_us: int
    end_us: int
    camera_ids: Sequence[str] | None = None

    def params(self) -> tuple[Any, ...]:
        wanted = None if self.camera_ids is None else json.dumps(list(self.camera_ids))
        return self.start_us, self.end_us, wanted, wanted


_TURNED_DOWN = (
    "SELECT event.body, look.seen, look.looked, look.picture IS NOT NULL AS has_picture"
    " FROM second_look AS look JOIN event ON event.id = look.event_id"
    " WHERE look.at_us >= ? AND look.at_us < ? AND (? IS NULL OR look.camera_id IN (SELECT value FROM json_each(?)))"
    " AND look.outcome = 'turned_down' ORDER BY look.at_us DESC, look.event_id LIMIT ?"
)
_COUNTS = (
    "SELECT camera_id, rule, sum(outcome = 'confirmed'), sum(outcome = 'turned_down'), sum(outcome = 'unverified')"
    " FROM second_look WHERE at_us >= ? AND at_us < ? AND (? IS NULL OR camera_id IN (SELECT value FROM json_each(?)))"
    " GROUP BY camera_id, rule ORDER BY camera_id, rule"
)


def keep(database: sqlite3.Connection, event: Event, at_us: int, look: SecondLook, picture: bytes | None) -> None:
    turned_down = look.outcome is Outcome.TURNED_DOWN
    row = (event.id, event.camera_id, event.rule, at_us, look.outcome.value, look.seen, look.looked)
    database.execute(
        "INSERT OR IGNORE INTO second_look VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, picture if turned_down else None)
    )


def turned_down(database: sqlite3.Connection, span: Span, limit: int) -> list[TurnedDown]:
    """The newest first."""
    rows = database.execute(_TURNED_DOWN, (*span.params(), limit))
    return [
        TurnedDown(event_from_json(json.loads(row["body"])), row["seen"], row["looked"], bool(row["has_picture"]))
        for row in rows
    ]


def picture(database: sqlite3.Connection, camera_id: str, event_id: str) -> bytes | None:
    row = database.execute(
        "SELECT picture FROM second_look WHERE event_id = ? AND camera_id = ?", (event_id, camera_id)
    ).fetchone()
    return bytes(row["picture"]) if row is not None and row["picture"] is not None else None


def counts(database: sqlite3.Connection, span: Span) -> list[LookCounts]:
    """By camera and rule."""
    return [LookCounts(*row) for row in database.execute(_COUNTS, span.params())]


def forget(database: sqlite3.Connection, pictures_before_us: int, most_pictures: int) -> None:
    """Drop pictures that are too old or too many, and rows whose event has gone."""
    database.execute(
        "UPDATE second_look SET picture = NULL WHERE picture IS NOT NULL AND (at_us < ? OR event_id NOT IN"
        " (SELECT event_id FROM second_look WHERE picture IS NOT NULL ORDER BY at_us DESC LIMIT ?))",
        (pictures_before_us, most_pictures),
    )
    database.execute("DELETE FROM second_look WHERE event_id NOT IN (SELECT id FROM event)")
