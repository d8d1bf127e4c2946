"""Alerts as they become readable at the hub, and as they reach an open page: for the figures of their lateness."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import psycopg
from sqlalchemy.engine import make_url

from federation_stage import Stage


@dataclass(frozen=True, slots=True)
class Seen:
    raised_at: datetime
    late_s: float


class Watcher:
    """Notes when alerts can be read at the hub: polls the feed's table, whose row commits with the alert's."""

    EVERY_S = 0.01

    def __init__(self, dsn: str) -> None:
        url = make_url(dsn)
        told = {"host": url.query["host"], "user": url.username, "password": url.password, "dbname": url.database}
        self._connection = psycopg.connect(**told, autocommit=True)  # type: ignore[arg-type]
        self.seen: list[Seen] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def __enter__(self) -> Watcher:
        self._last, self._since = self._newest(), datetime.now(UTC)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10.0)
        self._connection.close()

    def _newest(self) -> int:
        row = self._connection.execute("SELECT coalesce(max(sequence), 0) FROM feed").fetchone()
        return int(row[0]) if row else 0

    def _run(self) -> None:
        query = "SELECT sequence, payload, kind FROM feed WHERE sequence > %s ORDER BY sequence"
        while not self._stop.wait(self.EVERY_S):
            rows = self._connection.execute(query, (self._last,), prepare=True).fetchall()
            now = datetime.now(UTC)
            for sequence, payload, kind in rows:
                self._last = sequence
                if kind == "alert.raised":
                    told = json.loads(payload) if isinstance(payload, str) else payload
                    raised_at = datetime.fromisoformat(told["raised_at"])
                    if raised_at > self._since:  # not those of the flood, which waited
                        self.seen.append(Seen(raised_at, (now - raised_at).total_seconds()))


@contextmanager
def listener(stage: Stage) -> Iterator[list[float]]:
    """Seconds from the raising of each alert to its arrival on a page's event stream."""
    arrived: list[float] = []
    since = datetime.now(UTC)  # a flood's alerts were raised before, and waited
    headers, stop = dict(stage.user.headers), threading.Event()

    def run() -> None:
        with (
            httpx.Client(base_url=stage.url, verify=False, headers=headers, timeout=60.0) as page,
            page.stream("GET", "/api/stream") as lines,
        ):
            kind = ""
            for line in lines.iter_lines():
                if stop.is_set():
                    return
                kind = line[7:] if line.startswith("event: ") else kind
                if line.startswith("data: ") and kind == "alert.raised":
                    raised_at = datetime.fromisoformat(json.loads(line[6:])["raised_at"])
                    if raised_at > since:
                        arrived.append((datetime.now(UTC) - raised_at).total_seconds())

    thread = threading.Thread(target=run, name="listener", daemon=True)
    thread.start()
    try:
        yield arrived
    finally:
        stop.set()
        thread.join(10.0)
