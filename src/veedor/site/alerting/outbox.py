"""Events, kept; and alerts on their way to the desk, handed over at least once, in order per camera.

Invariants
1. An event and its outbox row are written in one transaction: an alert is never lost, nor raised without its event.
2. A row goes only after the sink has returned, which means that the desk has it durably. A crash in between delivers
   it again; the sink takes it once, by event id.
3. Rows of one camera are delivered in the order in which they were written; one camera's trouble delays no other.
4. A row that the sink refuses as wrong (not: cannot take now) is given up after `give_up_after` attempts; it stays,
   marked, with the reason.
5. Where the site is federated, an event that begins or ends also gets a row in `relay` in that transaction, for the
   hub: `relay_after` gives them in order, `relay_trim` forgets what is safe elsewhere.
6. What a second look found stands beside its event, written in that transaction (`looks.py`): an event that raised no
   alert since it was turned down can be told from one that needed nobody.
7. Events that a dead process left open are ended at start, dated to their completion: when they ended is not known.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from veedor.kit.clock import Clock
from veedor.kit.errors import StoreError, Unavailable
from veedor.kit.sqlite import open_database, store_errors, transaction
from veedor.model.event import Event
from veedor.model.second_look import SecondLook
from veedor.site.alerting import looks
from veedor.wire.messages import event_from_json, event_to_json
from veedor.wire.ports import AlertSink
from veedor.wire.second_looks import LookCounts, TurnedDown

log = logging.getLogger(__name__)

_MIGRATIONS = (
    """
    CREATE TABLE event (
        id TEXT PRIMARY KEY,
        camera_id TEXT NOT NULL,
        started_us INTEGER NOT NULL,   -- microseconds since 1970, UTC
        ended_us INTEGER,              -- null: it goes on
        alerted INTEGER NOT NULL CHECK (alerted IN (0, 1)),
        body TEXT NOT NULL             -- the event as JSON
    ) WITHOUT ROWID;
    CREATE INDEX event_started ON event (started_us);
    CREATE INDEX event_open ON event (id) WHERE ended_us IS NULL;
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of delivery
        camera_id TEXT NOT NULL,
        event_id TEXT NOT NULL,
        what TEXT NOT NULL CHECK (what IN ('raise', 'end')),
        body TEXT NOT NULL,            -- the event as it is to be told: a burst has another explanation
        snapshot BLOB,                 -- null: no picture could be had
        attempts INTEGER NOT NULL DEFAULT 0,
        given_up TEXT,                 -- null: to be delivered; else why it was refused
        UNIQUE (event_id, what)
    );
    CREATE INDEX outbox_due ON outbox (camera_id, seq) WHERE given_up IS NULL
    """,
    """
    CREATE TABLE relay (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of writing; a number is never used twice
        event_id TEXT NOT NULL,
        what TEXT NOT NULL CHECK (what IN ('began', 'ended')),
        UNIQUE (event_id, what)
    )
    """,
    looks.MIGRATION,
)


@dataclass(frozen=True, slots=True)
class OutboxConfig:
    retry_first_s: float = 0.5
    retry_most_s: float = 30.0
    give_up_after: int = 8
    keep_days: float = 365.0
    picture_days: float = 30.0  # pictures of what a second look turned down ...
    most_pictures: int = 2000  # ... and at most so many, about 100 kB each
    federated: bool = False  # events are told to a hub as well


@dataclass(frozen=True, slots=True)
class RelayRow:
    """An event that began or ended, for the hub, as it is now."""

    sequence: int
    what: str  # began, ended
    event: Event


@dataclass(frozen=True, slots=True)
class _Row:
    seq: int
    camera_id: str
    what: str
    body: str
    snapshot: bytes | None
    attempts: int


class Outbox:
    """The site's events (`record`, `events`) and the worker that hands alerts over (`start`, `stop`). Thread-safe."""

    def __init__(self, path: Path, clock: Clock, config: OutboxConfig = OutboxConfig()) -> None:
        self._path = path
        self._clock = clock
        self._config = config
        self._lock = threading.RLock()
        self._database = open_database(path, _MIGRATIONS)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._retry_at_s: dict[str, float] = {}  # camera -> monotonic
        self._thread: threading.Thread | None = None
        self._cleaned_at_s = float("-inf")
        self._end_orphans()

    def record(
        self,
        event: Event,
        *,
        alert: Event | None = None,
        snapshot_jpeg: bytes | None = None,
        look: SecondLook | None = None,
    ) -> None:
        """Keep an event, or the end of one. With `alert` (the event as the policy wants it told) also raise it; with
        `look`, what a second look at it found.

        Durable when it returns. Recording the same thing again changes nothing. Raises StoreError.
        """
        body = json.dumps(event_to_json(event), ensure_ascii=False)
        with self._writing() as database:
            known = database.execute("SELECT alerted, ended_us FROM event WHERE id = ?", (event.id,)).fetchone()
            if known is None:
                database.execute(
                    "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        event.id,
                        event.camera_id,
                        _us(event.started_at),
                        _us(event.ended_at) if event.ended_at else None,
                        int(alert is not None),
                        body,
                    ),
                )
                self._relay(database, event.id, "began")
                if event.ended_at is not None:
                    self._relay(database, event.id, "ended")
                if look is not None:
                    looks.keep(database, event, _us(event.completed_at), look, snapshot_jpeg)
                if alert is not None:
                    self._put(database, alert, "raise", snapshot_jpeg)
            elif event.ended_at is not None and known["ended_us"] is None:
                self._end(database, event, event.ended_at, bool(known["alerted"]))
        self._wake.set()

    def events(self, start: datetime, end: datetime, camera_ids: Sequence[str] | None = None) -> list[Event]:
        """Events that overlap [start, end), by start; those that go on overlap everything after their start."""
        query = (
            "SELECT body FROM event WHERE started_us < ? AND (ended_us IS NULL OR ended_us >= ?)"
            " AND (? IS NULL OR camera_id IN (SELECT value FROM json_each(?))) ORDER BY started_us, id"
        )
        wanted = None if camera_ids is None else json.dumps(list(camera_ids))
        with self._lock, store_errors(self._path):
            rows = self._database.execute(query, (_us(end), _us(start), wanted, wanted)).fetchall()
        return [event_from_json(json.loads(row["body"])) for row in rows]

    def turned_down(
        self, start: datetime, end: datetime, camera_ids: Sequence[str] | None = None, limit: int = 500
    ) -> list[TurnedDown]:
        """Events complete in [start, end) that raised no alert since a second look turned them down, newest first."""
        with self._lock, store_errors(self._path):
            return looks.turned_down(self._database, looks.Span(_us(start), _us(end), camera_ids), limit)

    def turned_down_picture(self, camera_id: str, event_id: str) -> bytes | None:
        """Its JPEG, where that is still kept."""
        with self._lock, store_errors(self._path):
            return looks.picture(self._database, camera_id, event_id)

    def look_counts(self, start: datetime, end: datetime, camera_ids: Sequence[str] | None = None) -> list[LookCounts]:
        """What came of the second looks at events complete in [start, end), by camera and rule."""
        with self._lock, store_errors(self._path):
            return looks.counts(self._database, looks.Span(_us(start), _us(end), camera_ids))

    def pending(self) -> int:
        """Rows that the desk does not have yet."""
        with self._lock, store_errors(self._path):
            row = self._database.execute("SELECT count(*) FROM outbox WHERE given_up IS NULL").fetchone()
        return int(row[0])

    def given_up(self) -> list[tuple[str, str]]:
        """Event id and reason of each row that the desk refused."""
        with self._lock, store_errors(self._path):
            rows = self._database.execute("SELECT event_id, given_up FROM outbox WHERE given_up IS NOT NULL").fetchall()
        return [(row["event_id"], row["given_up"]) for row in rows]

    def relay_after(self, sequence: int, limit: int = 500) -> list[RelayRow]:
        """What is told to the hub after `sequence`, in order."""
        query = (
            "SELECT relay.seq, relay.what, event.body FROM relay JOIN event ON event.id = relay.event_id"
            " WHERE relay.seq > ? ORDER BY relay.seq LIMIT ?"
        )
        with self._lock, store_errors(self._path):
            rows = self._database.execute(query, (sequence, limit)).fetchall()
        return [RelayRow(row["seq"], row["what"], event_from_json(json.loads(row["body"]))) for row in rows]

    def relay_trim(self, up_to: int) -> int:
        """Forget what the hub has, up to and with `up_to`; returns how many rows there were."""
        with self._writing() as database:
            return database.execute("DELETE FROM relay WHERE seq <= ?", (up_to,)).rowcount

    def start(self, sink: AlertSink) -> None:
        """Begin handing over to `sink`, with what an earlier process left behind first."""
        self._thread = threading.Thread(target=self._run, args=(sink,), name="outbox", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End after the delivery in progress, and close. What is not delivered yet stays for the next start."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                return  # the sink hangs: the process is about to end, and the rows are safe
        with self._lock:
            self._database.close()

    # -- writing

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, store_errors(self._path), transaction(self._database) as database:
            yield database

    def _put(self, database: sqlite3.Connection, event: Event, what: str, snapshot: bytes | None) -> None:
        database.execute(
            "INSERT OR IGNORE INTO outbox (camera_id, event_id, what, body, snapshot) VALUES (?, ?, ?, ?, ?)",
            (event.camera_id, event.id, what, json.dumps(event_to_json(event), ensure_ascii=False), snapshot),
        )

    def _end(self, database: sqlite3.Connection, event: Event, ended_at: datetime, alerted: bool) -> None:
        event = replace(event, ended_at=ended_at)
        database.execute(
            "UPDATE event SET ended_us = ?, body = ? WHERE id = ?",
            (_us(ended_at), json.dumps(event_to_json(event), ensure_ascii=False), event.id),
        )
        self._relay(database, event.id, "ended")
        if alerted:
            self._put(database, event, "end", None)

    def _relay(self, database: sqlite3.Connection, event_id: str, what: str) -> None:
        if self._config.federated:
            database.execute("INSERT OR IGNORE INTO relay (event_id, what) VALUES (?, ?)", (event_id, what))

    def _end_orphans(self) -> None:
        with self._writing() as database:
            for row in database.execute("SELECT body, alerted FROM event WHERE ended_us IS NULL").fetchall():
                event = event_from_json(json.loads(row["body"]))
                self._end(database, event, event.completed_at, bool(row["alerted"]))

    # -- handing over

    def _run(self, sink: AlertSink) -> None:
        while not self._stopping.is_set():
            try:
                rest_s = self.deliver(sink)
                self._clean()
            except Exception:  # this thread is the only way out for alerts: it must go on
                log.exception("the outbox has failed; trying again")
                rest_s = self._config.retry_most_s
            self._clock.wait(self._wake, rest_s)
            self._wake.clear()

    def deliver(self, sink: AlertSink) -> float:
        """Hand over everything that is due. Returns the seconds until something may be due again."""
        progress = True
        while progress and not self._stopping.is_set():
            progress = False
            for row in self._heads():
                if self._stopping.is_set():
                    break
                progress = self._deliver_row(sink, row) or progress
        now_s = self._clock.monotonic()
        waits = [at_s - now_s for at_s in self._retry_at_s.values()]
        return min(max(min(waits, default=60.0), 0.01), 60.0)

    def _heads(self) -> list[_Row]:
        """The first row of each camera that is not resting after a failure."""
        query = (
            "SELECT seq, camera_id, what, body, snapshot, attempts FROM outbox WHERE seq IN"
            " (SELECT min(seq) FROM outbox WHERE given_up IS NULL GROUP BY camera_id) ORDER BY seq"
        )
        with self._lock, store_errors(self._path):
            rows = [_Row(**dict(row)) for row in self._database.execute(query)]
        now_s = self._clock.monotonic()
        return [row for row in rows if self._retry_at_s.get(row.camera_id, now_s) <= now_s]

    def _deliver_row(self, sink: AlertSink, row: _Row) -> bool:
        """Hand one over; whether its camera's next row may follow at once."""
        try:
            event = event_from_json(json.loads(row.body))
            if row.what == "raise":
                sink.raise_alert(event, row.snapshot)
            else:
                sink.end_event(event)
        except (Unavailable, StoreError) as problem:
            log.warning("the desk cannot take row %d now: %s", row.seq, problem)
            self._failed(row, None)
            return False
        except Exception as problem:
            log.exception("the desk refuses row %d: %.200s", row.seq, row.body)
            last = row.attempts + 1 >= self._config.give_up_after
            self._failed(row, f"{type(problem).__name__}: {problem}" if last else None)
            return last
        with self._writing() as database:
            database.execute("DELETE FROM outbox WHERE seq = ?", (row.seq,))
        self._retry_at_s.pop(row.camera_id, None)
        return True

    def _failed(self, row: _Row, given_up: str | None) -> None:
        with self._writing() as database:
            database.execute(
                "UPDATE outbox SET attempts = attempts + 1, given_up = ? WHERE seq = ?", (given_up, row.seq)
            )
        if given_up is not None:
            self._retry_at_s.pop(row.camera_id, None)
            return
        rest_s = min(self._config.retry_first_s * 2 ** min(row.attempts, 16), self._config.retry_most_s)
        self._retry_at_s[row.camera_id] = self._clock.monotonic() + rest_s

    def _clean(self) -> None:
        """Once an hour: forget events, and refused rows, that are older than `keep_days`."""
        now_s = self._clock.monotonic()
        if now_s - self._cleaned_at_s < 3600:
            return
        self._cleaned_at_s = now_s
        before = _us(self._clock.now() - timedelta(days=self._config.keep_days))
        with self._writing() as database:
            database.execute(
                "DELETE FROM outbox WHERE given_up IS NOT NULL AND event_id IN"
                " (SELECT id FROM event WHERE ended_us < ?)",
                (before,),
            )
            database.execute(
                "DELETE FROM event WHERE ended_us < ? AND id NOT IN (SELECT event_id FROM outbox)"
                " AND id NOT IN (SELECT event_id FROM relay)",
                (before,),
            )
            pictures_before = _us(self._clock.now() - timedelta(days=self._config.picture_days))
            looks.forget(database, pictures_before, self._config.most_pictures)


def _us(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
