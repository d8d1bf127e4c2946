"""What a pump remembers: `pump.db`. Losing it costs messages that are sent twice, and known by their ids."""

from __future__ import annotations

import threading
from pathlib import Path

from veedor.kit.sqlite import open_database, store_errors, transaction

_MIGRATIONS = (
    """
    -- The stream that the rest of this file speaks of. hub_sequence: the hub has its messages up to there.
    CREATE TABLE stream (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        incarnation TEXT NOT NULL,
        hub_sequence INTEGER NOT NULL
    );
    -- cursor: rows up to there are on disk in the stream; confirmed: at the hub too, in whatever stream they were.
    CREATE TABLE source (
        name TEXT PRIMARY KEY,
        cursor INTEGER NOT NULL,
        confirmed INTEGER NOT NULL CHECK (confirmed <= cursor)
    );
    -- Windows that are in the stream and not yet confirmed: the last row of the source, and where it came to stand.
    CREATE TABLE published (
        stored INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        sequence INTEGER NOT NULL
    );
    """,
)


class PumpState:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection = open_database(path, _MIGRATIONS)
        with store_errors(path):
            self._connection.execute("PRAGMA synchronous = NORMAL")  # see above: it may be behind, never ahead

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def stream(self) -> str:
        """Incarnation; empty: none yet."""
        return self._one("SELECT incarnation FROM stream")

    def hub_sequence(self) -> int:
        return int(self._one("SELECT hub_sequence FROM stream") or 0)

    def last_stored(self) -> int:
        """The highest sequence that the stream is known to have had."""
        unconfirmed = int(self._one("SELECT max(stored) FROM published") or 0)
        return max(unconfirmed, self.hub_sequence())

    def cursor(self, source: str) -> int:
        return int(self._one("SELECT cursor FROM source WHERE name = ?", source) or 0)

    def confirmed(self, source: str) -> int:
        return int(self._one("SELECT confirmed FROM source WHERE name = ?", source) or 0)

    def begin(self, incarnation: str) -> None:
        """Another stream: all that is not confirmed is to be sent again."""
        with self._lock, store_errors(self._path), transaction(self._connection):
            self._connection.execute("DELETE FROM published")
            self._connection.execute("UPDATE source SET cursor = confirmed")
            self._connection.execute("INSERT OR REPLACE INTO stream VALUES (1, ?, 0)", (incarnation,))

    def published(self, source: str, sequence: int, stored: int) -> None:
        with self._lock, store_errors(self._path), transaction(self._connection):
            self._connection.execute(
                "INSERT INTO source VALUES (?, ?, 0) ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor",
                (source, sequence),
            )
            self._connection.execute("INSERT OR REPLACE INTO published VALUES (?, ?, ?)", (stored, source, sequence))

    def confirm(self, incarnation: str, hub_sequence: int) -> None:
        """Nothing happens where the hub speaks of another stream, or has less than it once said."""
        if incarnation != self.stream() or hub_sequence <= self.hub_sequence():
            return
        with self._lock, store_errors(self._path), transaction(self._connection):
            self._connection.execute("UPDATE stream SET hub_sequence = ?", (hub_sequence,))
            self._connection.execute(
                "UPDATE source SET confirmed = max(confirmed, coalesce((SELECT max(sequence) FROM published"
                " WHERE source = name AND stored <= ?), 0))",
                (hub_sequence,),
            )
            self._connection.execute("DELETE FROM published WHERE stored <= ?", (hub_sequence,))

    def _one(self, query: str, *values: str) -> str:
        """The one value; empty for none."""
        with self._lock, store_errors(self._path):
            row = self._connection.execute(query, values).fetchone()
        return "" if row is None or row[0] is None else str(row[0])
