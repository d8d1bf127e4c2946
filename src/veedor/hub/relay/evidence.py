"""desk.evidence.collected.FarEvidence: locks at other sites, and footage that comes from there as evidence.

What has come lies in a folder of the package until that is built: a pull that was interrupted goes on at the octet
where it stopped. Nothing that the site says is believed further than its signed statement; each file is held against
the SHA-256 that stands in it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from veedor.access.actions import Action
from veedor.desk.evidence.collected import Collected, still_times
from veedor.desk.evidence.errors import OriginalDamaged, OwnerStatementBad
from veedor.hub.relay.footage import PLAY_S
from veedor.hub.relay.remote import Remote
from veedor.kit.errors import NotFound, StoreFull, Unavailable
from veedor.kit.files import write_file
from veedor.kit.hashing import sha256_file
from veedor.kit.sqlite import store_errors
from veedor.model.camera import StreamRole
from veedor.model.evidence import EvidenceItem
from veedor.model.recording import Gap, Segment
from veedor.wire import values
from veedor.wire.calls import Op
from veedor.wire.footage_statement import FootageStatement, SignedFootage
from veedor.wire.ports import LockReport

SPARE_BYTES = 200_000_000
MOST_STILL_BYTES = 20_000_000
LOCK_S = 20.0
_SHA256 = re.compile(r"[0-9a-f]{64}")

Join = Callable[[Sequence[tuple[Segment, Path]], datetime, datetime], Iterator[bytes] | None]
"""site.record.clip.joined_segments: one playable file of copies of one stream."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the pulling needs of the hub. `agency_key`: the pinned key (hex) of an agency."""

    agency_key: Callable[[str], str | None]
    agency_name: Callable[[str], str]
    join: Join


class RelayEvidence:
    """Evidence at other sites for one person. `remote`: their way to sites, for one action."""

    def __init__(self, remote: Callable[[Action], Remote], means: Means) -> None:
        self._remote = remote
        self._means = means

    def lock(self, item: EvidenceItem) -> LockReport:
        span = (item.started_at, item.ended_at)
        remote = self._remote(Action.EVIDENCE_LOCK)
        told = remote.ask(item.camera_id, Op.FOOTAGE_LOCK, timeout_s=LOCK_S, span=span, lock_id=item.id)
        return values.load(LockReport, told)

    def unlock(self, item: EvidenceItem) -> LockReport:
        remote = self._remote(Action.EVIDENCE_UNLOCK)
        return values.load(LockReport, remote.ask(item.camera_id, Op.FOOTAGE_UNLOCK, lock_id=item.id))

    def collect(self, item: EvidenceItem, package_id: str, folder: Path, stop: Callable[[], bool]) -> Collected:
        """Raises OwnerStatementBad, OriginalDamaged, StoreFull, Unavailable, and what the site raises."""
        return _Pull(self._remote(Action.EVIDENCE_EXPORT), self._means, item, package_id, folder, stop).run()


@dataclass(frozen=True, slots=True)
class _Pull:
    """One item on its way into `folder`."""

    remote: Remote
    means: Means
    item: EvidenceItem
    package_id: str
    folder: Path
    stop: Callable[[], bool]

    def run(self) -> Collected:
        with store_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        signed = self._statement()
        said = signed.read()
        key = self.means.agency_key(said.owner)
        self._check(said, signed, key)
        self._require_space(said.segments)
        for segment in said.segments:
            self._segment(segment)
        self._stills()
        self._ask(Op.EVIDENCE_RECEIPT, statement_sha256=signed.sha256)
        octets = sum(one.octets for one in said.segments)
        origin = self._origin(said, key if signed.signature else None)
        return Collected(_Copies(self.folder, said, self.means.join), signed, origin, len(said.segments), octets)

    def _ask(self, op: Op, **args: Any) -> Any:
        span = (self.item.started_at, self.item.ended_at)
        told = {"lock_id": self.item.id, "package_id": self.package_id, **args}
        return self.remote.ask(self.item.camera_id, op, timeout_s=LOCK_S, span=span, **told)

    # -- what the owner says

    def _statement(self) -> SignedFootage:
        """The one that was had first: the owner wrote down that it gave out this very one."""
        kept = self.folder / "statement.json"
        if kept.is_file():
            with store_errors(kept):
                return SignedFootage.from_json(json.loads(kept.read_bytes()))
        signed = SignedFootage.from_json(self._ask(Op.EVIDENCE_STATEMENT))
        self._check(signed.read(), signed, self.means.agency_key(self.item.agency_id))
        write_file(kept, json.dumps(signed.to_json()).encode())
        return signed

    def _check(self, said: FootageStatement, signed: SignedFootage, key: str | None) -> None:
        item, site = self.item, self.remote.cameras.site_of(self.item.camera_id)
        about = (said.owner, said.site, said.camera_id, said.lock_id, said.package_id, said.start, said.end)
        wanted = (
            item.agency_id,
            site.site_id,
            item.camera_id,
            item.id,
            self.package_id,
            item.started_at,
            item.ended_at,
        )
        ids = [one.id for one in said.segments]
        problem = None
        if about != wanted:
            problem = "about"
        elif signed.signature and not signed.is_signed_by(key):
            problem = "signature"
        elif len(set(ids)) != len(ids) or not all(self._is_of_item(one) for one in said.segments):
            problem = "segments"
        if problem is not None:
            raise OwnerStatementBad(site=site.site_id, problem=problem)

    def _is_of_item(self, segment: Segment) -> bool:
        is_whole = _SHA256.fullmatch(segment.sha256) is not None and segment.octets >= 0 and segment.id >= 0
        in_span = segment.started_at < self.item.ended_at and segment.ended_at > self.item.started_at
        return is_whole and in_span and segment.camera_id == self.item.camera_id

    def _origin(self, said: FootageStatement, key: str | None) -> dict[str, Any]:
        """For the manifest. `agency_key`: None where the site had none to sign with."""
        return {
            "agency_id": said.owner,
            "agency": self.means.agency_name(said.owner),
            "site_id": said.site,
            "grant_id": said.grant_id,
            "purpose": said.taker.purpose,
            "case_number": said.taker.case_number,
            "taken_by": said.taker.name,
            "approved_by": said.taker.approved_by,
            "agency_key": key,
        }

    # -- what comes

    def _require_space(self, segments: Sequence[Segment]) -> None:
        there = sum(one.stat().st_size for one in self.folder.iterdir() if one.is_file())
        wanted = sum(one.octets for one in segments) - there
        if shutil.disk_usage(self.folder).free < wanted + SPARE_BYTES:
            raise StoreFull(path=str(self.folder))

    def _segment(self, segment: Segment) -> None:
        """Byte for byte, from where an earlier try stopped. What was resumed and does not fit is fetched anew once: a
        power cut may have left octets that were never written."""
        whole, part = self.folder / f"{segment.id}.mp4", self.folder / f"{segment.id}.part"
        with store_errors(part):
            if whole.is_file():
                return
            offset = part.stat().st_size if part.is_file() else 0
            for begin in dict.fromkeys((offset if offset <= segment.octets else 0, 0)):
                if begin == 0:
                    part.unlink(missing_ok=True)
                self._fetch(segment, part, begin)
                if sha256_file(part) == segment.sha256:
                    part.replace(whole)
                    return
            found = sha256_file(part)
            part.unlink()
        raise OriginalDamaged(path=segment.path, problem=f"SHA-256 is {found}, was {segment.sha256}")

    def _fetch(self, segment: Segment, part: Path, offset: int) -> None:
        span = (self.item.started_at, self.item.ended_at)
        told = {"lock_id": self.item.id, "package_id": self.package_id, "segment_id": segment.id, "offset": offset}
        answer = self.remote.open(self.item.camera_id, Op.FOOTAGE_SEGMENT_FILE, timeout_s=PLAY_S, span=span, **told)
        try:
            with part.open("ab") as file:
                for piece in answer:
                    file.write(piece)
                    if self.stop():
                        raise Unavailable(name="veedor", problem="stopping")
                    if file.tell() > segment.octets:
                        return  # longer than was signed: the hash will say so
        finally:
            answer.close()

    def _stills(self) -> None:
        """Pictures of the span as the site makes them; an empty file: there is none at that moment."""
        for number, at in enumerate(still_times(self.item)):
            path = self.folder / f"still-{number}.jpg"
            if path.is_file():
                continue
            try:
                span = (at, at + timedelta(microseconds=1))
                answer = self.remote.open(self.item.camera_id, Op.FOOTAGE_STILL, at=at.isoformat(), span=span)
                try:
                    picture = b"".join(answer)
                finally:
                    answer.close()
            except NotFound:
                picture = b""
            write_file(path, picture[:MOST_STILL_BYTES])


class _Copies:
    """desk.evidence.collected.PackedFootage of one item, from what was pulled."""

    def __init__(self, folder: Path, said: FootageStatement, join: Join) -> None:
        self._folder = folder
        self._said = said
        self._join = join

    def segments(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Segment]:
        roles = (StreamRole.MAIN, StreamRole.SUB) if role is None else (role,)
        for one in roles:
            found = [
                segment
                for segment in self._said.segments
                if segment.role is one
                and segment.camera_id == camera_id
                and segment.started_at < end
                and segment.ended_at > start
            ]
            if found:
                return found
        return []

    def gaps(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> list[Gap]:
        wanted = role or StreamRole.MAIN
        return [
            gap
            for gap in self._said.gaps
            if gap.role is wanted
            and gap.camera_id == camera_id
            and gap.started_at < end
            and (gap.ended_at is None or gap.ended_at > start)
        ]

    def recorded_until(
        self,
        camera_id: str,  # noqa: ARG002
        role: StreamRole | None = None,  # noqa: ARG002
        *,
        within: tuple[datetime, datetime] | None = None,  # noqa: ARG002
    ) -> datetime | None:
        """The owner has seen to it that nothing of the span was still being written."""
        return None

    def segment_path(self, segment_id: int) -> Path:
        return self._folder / f"{segment_id}.mp4"

    def clip(self, camera_id: str, start: datetime, end: datetime, role: StreamRole | None = None) -> Iterator[bytes]:
        files = [(one, self.segment_path(one.id)) for one in self.segments(camera_id, start, end, role)]
        made = self._join(files, start, end)
        if made is None:
            raise NotFound(kind="footage", name=camera_id)
        return made

    def still(self, camera_id: str, at: datetime, role: StreamRole | None = None) -> bytes:  # noqa: ARG002
        item = EvidenceItem("", "", "", camera_id, "", self._said.start, self._said.end)
        number = still_times(item).index(at)
        picture = (self._folder / f"still-{number}.jpg").read_bytes()
        if not picture:
            raise NotFound(kind="still", name=camera_id)
        return picture
