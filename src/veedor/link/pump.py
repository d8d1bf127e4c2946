"""The site's way up: rows of its outboxes, in order, into the stream `UP` of its own server.

The pump remembers for each source how far JetStream has acknowledged, and how far the hub has told that it has it. A
stream that is lost is made anew, and what the hub does not have is sent again, with the same ids.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.kit.files import has_room
from veedor.kit.ids import new_id
from veedor.link.connection import LinkConnection, LinkStatus
from veedor.link.jetstream import INCARNATION, SiteStream, incarnation_of
from veedor.link.publishing import Publisher
from veedor.link.pump_state import PumpState
from veedor.wire import subjects
from veedor.wire.envelope import Envelope
from veedor.wire.errors import CallSilent

log = logging.getLogger(__name__)

WINDOW = 256  # messages that are published and not yet acknowledged
LOOK_S = 5.0  # a wake that was missed costs so much
GATHER_S = 0.02  # one thing that happens is several commits: what is new is looked for once
RETRY_S = (0.2, 5.0)
ANSWER_S = 20.0
DEDUPE_S = 600
ROOM_BYTES = 1 << 20  # what the stream needs at the least to go on
RENEW_EVERY_S = 30.0  # where no full disk explains the silence


class Source(Protocol):
    """An outbox. `name` never changes; `after` runs in the pump's thread, and gives rows of a higher sequence only, by
    sequence. A row may be deleted once `Pump.confirmed(name)` has passed it."""

    name: str

    def after(self, sequence: int, limit: int) -> Sequence[tuple[int, Envelope]]: ...


@dataclass(frozen=True, slots=True)
class PumpStatus:
    """`at_rest`: everything that the sources had was acknowledged at the last look."""

    at_rest: bool
    published: int
    problem: str = ""


class Pump:
    """`folder` holds what it remembers, on the disk of the stream. `connection` is to the site's own server; `renew`
    starts that server again: nothing else makes it write to a stream again once a write has failed."""

    def __init__(
        self,
        connection: LinkConnection,
        site_id: str,
        sources: Sequence[Source],
        folder: Path,
        clock: Clock,
        renew: Callable[[], None] | None = None,
    ) -> None:
        self.site_id = subjects.checked_id(site_id)
        self._folder = folder
        self._renew = renew
        self._renewed_at_s = float("-inf")
        self._not_taken = 0  # windows in succession for which the stream was silent
        self._was_full = False  # ... and that was while the disk was full
        self._connection = connection
        self._sources = list(sources)
        self._clock = clock
        self._state = PumpState(folder / "pump.db")
        self._stream = SiteStream(connection, site_id, site_id)
        self._publisher = Publisher(connection, site_id)
        self._ready = False
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.run, name=f"pump-{site_id}", daemon=True)
        self._status = PumpStatus(False, 0)
        self._published = 0
        self._work = threading.Lock()  # between the thread and `trim`

    # -- life

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        self._thread.join(ANSWER_S + 5.0)
        self._state.close()

    def wake(self) -> None:
        """There is a new row. From any thread; returns at once."""
        self._wake.set()

    @property
    def status(self) -> PumpStatus:
        return self._status

    def run(self) -> None:
        """Publishes for ever."""
        forget = self._connection.on_change(self._on_change)
        pause_s = RETRY_S[0]
        while not self._stop.is_set():
            try:
                self._stop.wait(GATHER_S)
                self._wake.clear()
                while self.run_once() and not self._stop.is_set():
                    pass
                pause_s = RETRY_S[0]
                self._status = PumpStatus(True, self._published)
                self._clock.wait(self._wake, LOOK_S)
            except VeedorError as problem:
                self._ready = False
                self._status = PumpStatus(False, self._published, str(problem))
                log.info("pump of %s: %s", self.site_id, problem)
                self._mend_stream()
                self._clock.wait(self._stop, pause_s)
                pause_s = min(pause_s * 2, RETRY_S[1])
        forget()

    def run_once(self) -> bool:
        """One window of each source: whether more of them may wait. Raises Unavailable, StoreError."""
        with self._work:
            if not self._ready:
                self._connection.run(self._prepare(), ANSWER_S)
                self._ready = True
            waiting = [self._publish(source) for source in self._sources]  # all of them, whatever the first one has
            return any(waiting)

    def _publish(self, source: Source) -> bool:
        rows = source.after(self._state.cursor(source.name), WINDOW)
        if not rows:
            return False
        envelopes = [envelope for _sequence, envelope in rows]
        try:
            count, stored = self._connection.run(self._publisher.publish(envelopes), ANSWER_S)
        except CallSilent:  # a refusal (its limit, say) is an answer: the stream works
            self._not_taken += 1
            raise
        self._not_taken = 0
        self._state.published(source.name, rows[count - 1][0], stored)
        self._published += count
        return count < len(rows) or len(rows) == WINDOW

    def _on_change(self, _status: LinkStatus) -> None:
        self._ready = False  # it may be another server now, or the same with less
        self._wake.set()

    # -- the stream

    def _mend_stream(self) -> None:
        """A stream whose disk was full, or failed, takes nothing more until its server was started again. It does not
        say so: it is silent. While the disk has no room, a start would help nothing."""
        if self._renew is None or self._not_taken == 0 or not self._connection.status.connected:
            return
        if not has_room(self._folder, ROOM_BYTES):
            self._was_full = True
            return
        now_s = self._clock.monotonic()
        is_due = self._not_taken > 1 and now_s - self._renewed_at_s >= RENEW_EVERY_S
        if not (self._was_full or is_due):
            return
        log.error("%s: the log takes nothing: its server is started again", self.site_id)
        self._renewed_at_s, self._was_full, self._not_taken = now_s, False, 0
        self._renew()

    async def _prepare(self) -> None:
        """The stream is there, and holds what was acknowledged; else it begins anew with what the hub lacks."""
        await self._publisher.attach()
        async with self._stream.open():
            info = await self._stream.info()
            known = self._state.stream()
            if info is not None and known == "":
                self._state.begin(incarnation_of(info))
                return
            if info is not None and known == incarnation_of(info):
                if int(info["state"]["last_seq"]) >= self._state.last_stored():
                    return
                log.error("%s: the log is shorter than what it had acknowledged: it begins anew", self.site_id)
                await self._stream.ask(f"STREAM.DELETE.{subjects.UP}")
            elif info is not None:
                log.error("%s: the log is not the one that was there: what the hub lacks is sent again", self.site_id)
                self._state.begin(incarnation_of(info))
                return
            elif known:
                log.error("%s: the log is gone: it begins anew", self.site_id)
            incarnation = new_id(self._clock.now())
            await self._stream.ask(f"STREAM.CREATE.{subjects.UP}", self._stream_config(incarnation))
            self._state.begin(incarnation)

    def _stream_config(self, incarnation: str) -> dict[str, object]:
        return {
            "name": subjects.UP,
            "subjects": [subjects.up_all(self.site_id)],
            "storage": "file",
            "retention": "limits",
            "discard": "new",  # a full disk refuses new messages; they wait in the outbox
            "max_age": 0,
            "num_replicas": 1,
            "duplicate_window": DEDUPE_S * 1_000_000_000,
            "deny_delete": True,
            "metadata": {INCARNATION: incarnation},
        }

    # -- what the hub has

    def hub_has(self, incarnation: str, sequence: int) -> None:
        """The hub has committed the stream's messages up to `sequence`; as it says at `hub.sync`."""
        with self._work:
            self._state.confirm(incarnation, sequence)

    def confirmed(self, source: str) -> int:
        """The source's rows up to this sequence are at the hub."""
        return self._state.confirmed(source)

    def trim(self, older_than: datetime) -> int:
        """Drop from the stream what the hub has and what is older than `older_than`; how many. Raises Unavailable."""
        with self._work:
            return self._connection.run(self._trim(older_than), ANSWER_S)

    async def _trim(self, older_than: datetime) -> int:
        async with self._stream.open():
            info = await self._stream.info()
            if info is None or incarnation_of(info) != self._state.stream():
                return 0
            first, last = int(info["state"]["first_seq"]), int(info["state"]["last_seq"])
            low, high = first, min(last, self._state.hub_sequence()) + 1
            while low < high:  # the first one that stays
                middle = (low + high) // 2
                stored = await self._stream.message(middle)
                if stored is not None and _time(str(stored["time"])) >= older_than:
                    high = middle
                else:
                    low = middle + 1
            if low <= first:
                return 0
            said = await self._stream.ask(f"STREAM.PURGE.{subjects.UP}", {"seq": low})
            return int(said["purged"])


def _time(text: str) -> datetime:
    """RFC 3339 with nanoseconds, which Python does not read."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}+00:00")
