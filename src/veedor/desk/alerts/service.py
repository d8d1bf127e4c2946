"""Alerts as they come in: the desk's end of `wire.ports.AlertSink`."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from veedor.desk.accounts.service import know_agency
from veedor.desk.alerts import repository
from veedor.desk.alerts.media import AlertMedia
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.context import DeskPorts
from veedor.desk.outward.outward import tell_alert, tell_ended
from veedor.desk.review.repository import goes_to_review
from veedor.desk.scoping import only, owner_of
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.errors import NotFound, VeedorError
from veedor.model.alert import AlertStatus, ClipState
from veedor.model.event import Event
from veedor.wire.messages import event_from_json, event_to_json

BURST = timedelta(minutes=5)  # alerts of one camera and rule this close together are shown as one burst


class AlertService:
    """Takes alerts from the site. Each call is durable before it returns, and may be repeated."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._feed = LiveFeedHub(ports.database, ports.clock)
        self._media = AlertMedia(ports.data_directory)

    def raise_alert(self, event: Event, snapshot_jpeg: bytes | None) -> None:
        """Store the alert: the picture's file first, then the row, so that a row never names a picture it lacks.

        Raises the StoreError tree (the site keeps the alert and tries again) and BadEventId.
        """
        if snapshot_jpeg:
            self._media.save_snapshot(event.id, snapshot_jpeg)
        else:
            self._media.snapshot(event.id)  # refuses an id that could not name a file
        name = self._camera_name(event.camera_id)
        with self._ports.database.session() as session:
            known = session.get(AlertRow, event.id)
            if known is not None:
                known.has_snapshot = known.has_snapshot or bool(snapshot_jpeg)
                return
            row = self._row(session, event, name, has_snapshot=bool(snapshot_jpeg))
            know_agency(session, self._ports.clock, row.agency_id)
            try:
                with session.begin_nested():
                    session.add(row)
                    session.flush()
            except IntegrityError:  # another process raised it between our look and our write
                return
            tell_alert(session, event, name, row.agency_id, row.raised_at)
            self._feed.publish(
                session,
                "alert.raised",
                {
                    "id": row.id,
                    "camera_id": row.camera_id,
                    "camera_name": row.camera_name,
                    "rule": row.rule,
                    "severity": row.severity,
                    "raised_at": row.raised_at.isoformat(),
                    "explanation": row.event["explanation"],
                    "group_id": row.group_id,
                    "in_review": row.in_review,
                },
                row.agency_id,
                row.camera_id,
            )

    def end_event(self, event: Event) -> None:
        """Note that an alert's event is over. Events that were never raised as alerts are no concern of the desk."""
        if event.ended_at is None:
            return
        with self._ports.database.session() as session:
            row = session.get(AlertRow, event.id)
            if row is None or row.ended_at is not None:
                return
            row.ended_at = event.ended_at
            row.event = {
                **row.event,
                "ended_at": event.ended_at.isoformat(),
                "end_s": event.end_s,
                "end_frame": event.end_frame,
            }
            tell_ended(session, row.id, row.event, row.agency_id)
            told = {"id": row.id, "ended_at": event.ended_at.isoformat()}
            self._feed.publish(session, "alert.ended", told, row.agency_id, row.camera_id)

    def latencies_s(self) -> list[float]:
        """Seconds from each event's completing frame to its alert, ascending: for reports."""
        with self._ports.database.reading() as session:
            return repository.latencies_s(session, only(self._ports.agency_id), repository.StatsQuery())

    def event(self, alert_id: str) -> Event:
        """The event behind an alert. Raises NotFound."""
        with self._ports.database.reading() as session:
            row = session.get(AlertRow, alert_id)
            if row is None:
                raise NotFound(kind="alert", name=alert_id)
            return event_from_json(row.event)

    def _row(self, session: Session, event: Event, camera_name: str, *, has_snapshot: bool) -> AlertRow:
        raised_at = self._ports.clock.now()
        group = repository.group_of(session, event.camera_id, event.rule, raised_at, BURST)
        return AlertRow(
            id=event.id,
            agency_id=owner_of(self._ports, event.camera_id),
            camera_id=event.camera_id,
            camera_name=camera_name,
            rule=event.rule,
            kind=event.kind,
            severity=event.severity.value,
            event=event_to_json(event),
            raised_at=raised_at,
            completed_at=event.completed_at,
            ended_at=event.ended_at,
            group_id=group or event.id,
            has_snapshot=has_snapshot,
            clip_state=ClipState.PENDING.value,
            in_review=goes_to_review(session, event),
            status=AlertStatus.NEW.value,
            version=0,
        )

    def _camera_name(self, camera_id: str) -> str:
        """The name for people; an alert is never lost for the lack of one."""
        try:
            return self._ports.cameras.camera(camera_id).name
        except VeedorError:
            return camera_id
