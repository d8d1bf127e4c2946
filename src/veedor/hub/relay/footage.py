"""wire.ports.Footage for cameras at other sites: nothing is stored here, and nothing flows unless somebody looks."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
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
KEEP_S = 600.0  # longer than the download of one segment over a bad link
MOST_LISTED = 100_000


def role_value(role: StreamRole | None) -> str | None:
    return role.value if role else None


class SegmentCopies:
    """Segments on their way through the hub: which camera a listed number is of, and copies that soon go again.

    Video stays at its site: a copy lives for `KEEP_S`, and what a dead process left is removed when the next begins.
    """

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._cameras: OrderedDict[int, str] = OrderedDict()

    def listed(self, segments: Iterable[Segment]) -> None:
        """Somebody was told of these numbers."""
        with self._lock:
            for one in segments:
                self._cameras[one.id] = one.camera_id
                self._cameras.move_to_end(one.id)
            while len(self._cameras) > MOST_LISTED:
                self._cameras.popitem(last=False)

    def camera_of(self, segment_id: int) -> str:
        """Raises NotFound for a number that nobody was told of lately."""
        with self._lock:
            found = self._cameras.get(segment_id)
        if found is None:
            raise NotFound(kind="segment", name=str(segment_id))
        return found

    def keep(self, pieces: Iterable[bytes]) -> Path:
        """A file that goes by itself."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".mp4", delete=False) as file:
            path = Path(file.name)
            timer = threading.Timer(KEEP_S, path.unlink, kwargs={"missing_ok": True})
            timer.daemon = True
            timer.start()
            for piece in pieces:
                file.write(piece)
        return path


class RelayFootage:
    """One person's way to footage. Segment numbers carry the site's number, so that no two are alike."""

    def __init__(self, remote: Remote, copies: SegmentCopies) -> None:
        self._remote = remote
        self._copies = copies

    def segments(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Segment]:
        found = self._remote.ask(camera_id, Op.FOOTAGE_SEGMENTS, span=(start, end), role=role_value(role))
        number = self._remote.cameras.site_of(camera_id).number
        segments = [_global(one, number) for one in values.load(list[Segment], found)]
        self._copies.listed(segments)
        return segments

    def gaps(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Gap]:
        found = self._remote.ask(camera_id, Op.FOOTAGE_GAPS, span=(start, end), role=role_value(role))
        return values.load(list[Gap], found)

    def recorded_until(
        self, camera_id: str, role: StreamRole | None = None, *, within: tuple[datetime, datetime] | None = None
    ) -> datetime | None:
        found = self._remote.ask(camera_id, Op.FOOTAGE_RECORDED_UNTIL, span=within, role=role_value(role))
        return datetime.fromisoformat(found) if found else None

    def segment(self, segment_id: int) -> Segment:
        camera_id = self._copies.camera_of(segment_id)
        number, local = divmod(segment_id, NUMBERS_PER_SITE)
        found = self._remote.ask(camera_id, Op.FOOTAGE_SEGMENT, segment_id=local)
        return _global(values.load(Segment, found), number)

    def segment_path(self, segment_id: int) -> Path:
        """A copy of the file, which goes by itself: see `SegmentCopies`."""
        camera_id = self._copies.camera_of(segment_id)
        local = segment_id % NUMBERS_PER_SITE
        answer = self._remote.open(camera_id, Op.FOOTAGE_SEGMENT_FILE, timeout_s=PLAY_S, segment_id=local)
        return self._copies.keep(_pieces(answer))

    def clip(
        self,
        camera_id: str,
        start: datetime,
        end: datetime,
        role: StreamRole | None = None,
        *,
        within: tuple[datetime, datetime] | None = None,  # noqa: ARG002  the site cuts by the grants that it knows
    ) -> Iterator[bytes]:
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

    def still(
        self,
        camera_id: str,
        at: datetime,
        role: StreamRole | None = None,
        *,
        within: tuple[datetime, datetime] | None = None,  # noqa: ARG002
    ) -> bytes:
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
