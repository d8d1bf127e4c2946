"""wire.ports.Footage for cameras at other sites: nothing is stored here, and nothing flows unless somebody looks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from veedor.hub.relay.remote import Answer, Remote
from veedor.kit.errors import NotFound
from veedor.kit.messages import Message
from veedor.model.camera import StreamRole
from veedor.model.recording import Gap, Segment
from veedor.wire import values
from veedor.wire.calls import Op
from veedor.wire.ports import LockReport, LockState, Playback, PlayWish, RecordedTimeline

NUMBERS_PER_SITE = 2**40  # segment numbers of a site; together they stay exact in a browser's numbers
PLAY_S = 20.0


def role_value(role: StreamRole | None) -> str | None:
    return role.value if role else None


class RelayFootage:
    """One person's way to footage. Segment numbers carry the site's number, so that no two are alike."""

    def __init__(self, remote: Remote, folder: Path) -> None:
        self._remote = remote
        self._folder = folder

    def segments(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Segment]:
        found = self._remote.ask(camera_id, Op.FOOTAGE_SEGMENTS, span=(start, end), role=role_value(role))
        number = self._remote.cameras.site_of(camera_id).number
        return [_global(one, number) for one in values.load(list[Segment], found)]

    def gaps(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Gap]:
        found = self._remote.ask(camera_id, Op.FOOTAGE_GAPS, span=(start, end), role=role_value(role))
        return values.load(list[Gap], found)

    def recorded_until(self, camera_id: str, role: StreamRole | None = None) -> datetime | None:
        found = self._remote.ask(camera_id, Op.FOOTAGE_RECORDED_UNTIL, role=role_value(role))
        return datetime.fromisoformat(found) if found else None

    def segment(self, segment_id: int) -> Segment:
        site_number, local = divmod(segment_id, NUMBERS_PER_SITE)
        for camera in self._remote.cameras.cameras():
            site = self._remote.cameras.site_of(camera.id)
            if site.number == site_number:
                answer = self._remote.at(site, Op.FOOTAGE_SEGMENT, (), {"segment_id": local})
                try:
                    return _global(values.load(Segment, answer.head["value"]), site_number)
                finally:
                    answer.close()
        raise NotFound(kind="segment", name=str(segment_id))

    def segment_path(self, segment_id: int) -> Path:
        """A copy of the file, made for this look and gone with it: see `Copies`."""
        segment = self.segment(segment_id)
        answer = self._remote.open(
            segment.camera_id,
            Op.FOOTAGE_SEGMENT_FILE,
            span=(segment.started_at, segment.ended_at),
            timeout_s=PLAY_S,
            segment_id=segment_id % NUMBERS_PER_SITE,
        )
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".mp4", delete=False) as file:
            for piece in answer:
                file.write(piece)
        return Path(file.name)

    def clip(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> Iterator[bytes]:
        answer = self._remote.open(
            camera_id, Op.FOOTAGE_CLIP, span=(start, end), timeout_s=PLAY_S, role=role_value(role)
        )
        return _pieces(answer)

    def timeline(
        self, camera_id: str, start: datetime, end: datetime, resolution_s: float, role: StreamRole | None = None
    ) -> RecordedTimeline:
        found = self._remote.ask(
            camera_id, Op.FOOTAGE_TIMELINE, span=(start, end), resolution_s=resolution_s, role=role_value(role)
        )
        return values.load(RecordedTimeline, found)

    def play(self, camera_id: str, start: datetime, end: datetime, wish: PlayWish) -> Playback:
        answer = self._remote.open(
            camera_id, Op.FOOTAGE_PLAY, span=(start, end), timeout_s=PLAY_S, wish=values.dump(PlayWish, wish)
        )
        told: dict[str, Any] = answer.head["value"]
        return Playback(
            role=StreamRole(told["role"]),
            codec=str(told["codec"]),
            mime=str(told["mime"]),
            at=datetime.fromisoformat(told["at"]),
            until=datetime.fromisoformat(told["until"]),
            is_substitute=bool(told["is_substitute"]),
            is_copy=bool(told["is_copy"]),
            chunks=_pieces(answer),
        )

    def still(self, camera_id: str, at: datetime, role: StreamRole | None = None) -> bytes:
        answer = self._remote.open(camera_id, Op.FOOTAGE_STILL, at=at.isoformat(), role=role_value(role))
        return b"".join(_pieces(answer))

    def lock(self, lock_id: str, camera_id: str, start: datetime, end: datetime) -> LockReport:
        found = self._remote.ask(camera_id, Op.FOOTAGE_LOCK, span=(start, end), lock_id=lock_id)
        return self._report(found, camera_id)

    def unlock(self, lock_id: str) -> LockReport:
        """A lock does not say at which site it is held; evidence does, and unlocks there."""
        problem = Message("hub-at-the-site")
        return LockReport(lock_id, LockState.FAILED, problem=problem)

    def _report(self, found: Any, camera_id: str) -> LockReport:
        report = values.load(LockReport, found)
        number = self._remote.cameras.site_of(camera_id).number
        return replace(report, segments=tuple(_global(one, number) for one in report.segments))


def _global(segment: Segment, site_number: int) -> Segment:
    return replace(segment, id=site_number * NUMBERS_PER_SITE + segment.id)


def _pieces(answer: Answer) -> Iterator[bytes]:
    try:
        yield from answer
    finally:
        answer.close()
