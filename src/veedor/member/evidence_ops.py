"""Evidence that somebody of another agency, or of this one from afar, locks and takes: the owner's side.

A lock is held before anybody is told so. Nothing is handed out before the step stands in `evidence_given`, with the
hash of the statement that was signed about it. Under a grant for a span only files that lie in it whole are handed out:
they go byte for byte, so none can be cut at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veedor.access.actions import Action
from veedor.access.principal import Resource
from veedor.desk.evidence.collected import finished_segments
from veedor.desk.evidence.given import LOCKED, RECEIVED, TAKEN, Given, note_given, was_taken
from veedor.desk.footage.bounded import lies_within
from veedor.kit.errors import Conflict, NotFound
from veedor.kit.files import pieces_of
from veedor.model.camera import StreamRole
from veedor.model.evidence import EvidenceItem
from veedor.model.recording import Segment
from veedor.wire import values
from veedor.wire.footage_statement import FootageStatement, SignedFootage, Taker
from veedor.wire.ports import LockReport, LockState

if TYPE_CHECKING:
    from veedor.member.ops import Asked

LONGEST = timedelta(hours=24)  # of one lock, as at the desk: another agency's request may not fill the disk either


def lock(asked: Asked) -> Any:
    """Hold the span. Raises Conflict where the id stands for another span, the StoreError tree, ValueError."""
    return values.dump(LockReport, _held(asked))


def unlock(asked: Asked) -> Any:
    return values.dump(LockReport, asked.ports.footage.unlock(str(asked.args["lock_id"])))


def statement(asked: Asked) -> Any:
    """What is held, signed. From here on the taker's agency is known to have been told of these segments.

    Raises StillRecording, Conflict where the lock was released.
    """
    report, item, ports = _held(asked), _item(asked), asked.ports
    if report.state is not LockState.HELD:
        raise Conflict(problem=f"lock {item.id} was released")
    segments = [one for one in finished_segments(ports.footage, item) if lies_within(one, asked.bounds)]
    package_id = _text(asked, "package_id")
    told = FootageStatement(
        owner=ports.agency_id,
        site=asked.site_id,
        camera_id=item.camera_id,
        camera_name=item.camera_name,
        start=item.started_at,
        end=item.ended_at,
        lock_id=item.id,
        package_id=package_id,
        at=ports.clock.now(),
        taker=_taker(asked),
        grant_id=_grant_id(asked, Action.EVIDENCE_EXPORT),
        segments=tuple(segments),
        gaps=tuple(
            gap
            for role in StreamRole
            for gap in asked.footage.gaps(item.camera_id, item.started_at, item.ended_at, role)
        ),
    )
    text = told.text()
    signer = ports.signer if ports.signer is not None and ports.signer.signs_for(ports.agency_id) else None
    signed = SignedFootage(text, signer.sign(ports.agency_id, text) if signer else b"")
    _note(asked, TAKEN, item, segments, package_id=package_id, statement_sha256=signed.sha256)
    return signed.to_json()


def receipt(asked: Asked) -> Any:
    """The taker has all of it. Raises NotFound for what was never handed out."""
    item, package_id, sha256 = _item(asked), _text(asked, "package_id"), _text(asked, "statement_sha256")
    with asked.ports.database.session() as session:
        taken = was_taken(session, item, package_id, sha256)
        if taken is None:
            raise NotFound(kind="statement", name=sha256[:16])
        given = Given(taken.segments, taken.octets, taken.grant_id, package_id, sha256)
        note_given(session, RECEIVED, item, _taker(asked), given, asked.ports.clock.now())
    return True


def segment_file(asked: Asked, segment: Segment) -> Iterator[bytes]:
    """The file from `offset` on, so that an interrupted pull goes on. A span, where one is named, must be the
    segment's too. Raises ValueError."""
    if "start" in asked.args:
        start, end = asked.span
        if segment.ended_at <= start or segment.started_at >= end:
            raise ValueError("segment outside the span")
    if not lies_within(segment, asked.bounds):
        raise ValueError("segment reaches beyond what was granted")
    path = Path(asked.ports.footage.segment_path(segment.id))
    offset = int(asked.args.get("offset") or 0)
    if not 0 <= offset <= path.stat().st_size:
        raise ValueError("offset")
    return pieces_of(path, offset)


def _held(asked: Asked) -> LockReport:
    item = _item(asked)
    if item.ended_at - item.started_at > LONGEST:
        raise ValueError("span")
    report = asked.ports.footage.lock(item.id, item.camera_id, item.started_at, item.ended_at)
    report = replace(report, segments=tuple(one for one in report.segments if lies_within(one, asked.bounds)))
    if report.state is LockState.HELD:
        _note(asked, LOCKED, item, report.segments)
    return report


def _note(
    asked: Asked,
    kind: str,
    item: EvidenceItem,
    segments: list[Segment] | tuple[Segment, ...],
    *,
    package_id: str = "",
    statement_sha256: str = "",
) -> None:
    """Only what goes to another agency is given away; the own people's locks are acts on their incident."""
    if asked.principal.agency_id == asked.ports.agency_id and kind == LOCKED:
        return
    action = Action.EVIDENCE_LOCK if kind == LOCKED else Action.EVIDENCE_EXPORT
    octets = sum(one.octets for one in segments)
    given = Given(len(segments), octets, _grant_id(asked, action), package_id, statement_sha256)
    with asked.ports.database.session() as session:
        note_given(session, kind, item, _taker(asked), given, asked.ports.clock.now())


def _item(asked: Asked) -> EvidenceItem:
    camera = asked.ports.cameras.camera(asked.camera_id)
    return EvidenceItem(_text(asked, "lock_id"), "", camera.agency_id, camera.id, camera.name, *asked.span)


def _taker(asked: Asked) -> Taker:
    who = asked.principal
    return Taker(who.agency_id, who.user_id, who.username, who.purpose, who.case_number, who.approver)


def _grant_id(asked: Asked, action: Action) -> str | None:
    """The grant on which the gate let it through."""
    resource = Resource("evidence", asked.camera_id, asked.ports.agency_id, asked.camera_id, asked.span)
    return asked.ports.access.decide(asked.principal, action, resource).grant_id


def _text(asked: Asked, name: str) -> str:
    """An id that is told. Raises KeyError, ValueError."""
    told = asked.args[name]
    if not isinstance(told, str) or not 0 < len(told) <= 64 or not told.isprintable():
        raise ValueError(name)
    return told
