"""Cutting the clips of alerts: a worker that begins where it, or a process that died, left off."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from veedor.desk.alerts import repository
from veedor.desk.alerts.media import AlertMedia
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.context import DeskPorts
from veedor.desk.outward.outward import tell_clip
from veedor.desk.rounds import Rounds
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.errors import NotFound, StoreError, Unavailable
from veedor.kit.messages import Message
from veedor.model.alert import ClipState
from veedor.model.event import Event
from veedor.wire.messages import event_from_json

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClipConfig:
    """How alert clips are cut. All in seconds.

    `before_s`, `after_s`: around the event's start and the moment it completed; `longest_s`: of a long event the end
    is kept, since that is what raised the alert. `patience_s`: how long footage up to the clip's end is waited for,
    counted while this worker runs; `site_patience_s`: how long a site that does not answer, a full disk or
    a file that cannot be read is. `keep_media_days`: pictures and clips of alerts that became no incident go then;
    the alerts themselves stay.
    """

    before_s: float = 5.0
    after_s: float = 5.0
    longest_s: float = 60.0
    every_s: float = 0.5
    patience_s: float = 30.0
    site_patience_s: float = 900.0
    keep_media_days: float = 90.0
    tidy_every_s: float = 3600.0


def clip_span(event: Event, config: ClipConfig) -> tuple[datetime, datetime]:
    """[start, end) of an event's clip."""
    end = event.completed_at + timedelta(seconds=config.after_s)
    start = event.started_at - timedelta(seconds=config.before_s)
    return max(start, end - timedelta(seconds=config.longest_s)), end


class ClipWorker(Rounds):
    """Takes each pending clip to ready or failed."""

    def __init__(self, ports: DeskPorts, config: ClipConfig | None = None) -> None:
        self._config = config or ClipConfig()
        super().__init__("clips", ports.clock, self._config.every_s)
        self._ports = ports
        self._feed = LiveFeedHub(ports.database, ports.clock)
        self._media = AlertMedia(ports.data_directory)
        self._tidied_s: float | None = None
        self._first_seen_s: dict[str, float] = {}  # only of pending alerts; monotonic, so a clock step harms nothing

    def start(self) -> None:
        self._media.remove_unfinished()
        super().start()

    def round(self) -> None:
        self.run_once()
        self._tidy_now_and_then()

    def run_once(self) -> int:
        """Look at every pending clip once; return how many were settled."""
        with self._ports.database.reading() as session:
            pending = repository.pending_clips(session)
        ids = {row.id for row in pending}
        self._first_seen_s = {key: at for key, at in self._first_seen_s.items() if key in ids}
        reached: dict[str, datetime | None] = {}
        settled = 0
        for row in pending:
            if self._stop.is_set():
                break
            settled += self._settle(row, reached)
        return settled

    def _tidy_now_and_then(self) -> None:
        now_s = self._ports.clock.monotonic()
        if self._tidied_s is None or now_s - self._tidied_s >= self._config.tidy_every_s:
            self._tidied_s = now_s
            self.tidy()

    def tidy(self) -> int:
        """Remove pictures and clips past their time, the rows first: none promises a file that is gone."""
        oldest = self._ports.clock.now() - timedelta(days=self._config.keep_media_days)
        removed = 0
        while not self._stop.is_set():
            with self._ports.database.session() as session:
                old = repository.with_old_media(session, oldest)
                for row in old:
                    row.has_snapshot = False
                    row.clip_state = ClipState.FAILED.value
                    row.clip_problem = Message("alerts-clip-expired").to_json()
            for row in old:
                self._media.remove(row.id)
            removed += len(old)
            if not old:
                break
        return removed

    def _settle(self, row: AlertRow, reached: dict[str, datetime | None]) -> bool:
        """Cut the clip if its footage is there, or will not come. `reached` saves asking twice in one round."""
        waited_s = self._ports.clock.monotonic() - self._first_seen_s.setdefault(row.id, self._ports.clock.monotonic())
        try:
            start, end = clip_span(event_from_json(row.event), self._config)
            if row.camera_id not in reached:
                reached[row.camera_id] = self._ports.footage.recorded_until(row.camera_id)
            until = reached[row.camera_id]
            if (until is None or until < end) and waited_s < self._config.patience_s:
                return False
            self._media.save_clip(row.id, self._ports.footage.clip(row.camera_id, start, end))
        except NotFound:
            return self._done(row, ClipState.FAILED, Message("alerts-clip-no-footage"))
        except (Unavailable, StoreError) as problem:  # a full or busy disk passes, and holds up no other clip
            if waited_s < self._config.site_patience_s:
                log.warning("clip of alert %s: %s", row.id, problem)
                return False
            return self._done(row, ClipState.FAILED, problem.message)
        except Exception:
            log.exception("clip of alert %s", row.id)
            return self._done(row, ClipState.FAILED, Message("alerts-clip-fault"))
        return self._done(row, ClipState.READY, None)

    def _done(self, row: AlertRow, state: ClipState, problem: Message | None) -> bool:
        with self._ports.database.session() as session:
            current = session.get(AlertRow, row.id)
            if current is None:
                return False
            current.clip_state = state.value
            current.clip_problem = problem.to_json() if problem else None
            tell_clip(session, row.id, state.value, row.agency_id)
            self._feed.publish(
                session, "alert.clip", {"id": row.id, "state": state.value}, row.agency_id, row.camera_id
            )
        self._first_seen_s.pop(row.id, None)
        return True
