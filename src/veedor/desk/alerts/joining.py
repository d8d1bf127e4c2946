"""An agency's own alerts follow an incident that they are in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from veedor.access.principal import Principal
from veedor.desk.acts.repository import acts_of, append, new_act
from veedor.desk.alerts.errors import AlertClaimed
from veedor.desk.alerts.repository import project
from veedor.desk.alerts.tables import AlertRow
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.clock import Clock
from veedor.model.act import ActKind, SubjectKind
from veedor.model.alert import alert_allows, fold_alert


def escalate_own(
    session: Session,
    who: Principal,
    row: AlertRow,
    incident_id: str,
    by: tuple[Clock, LiveFeedHub],
    *,
    over_claim: bool = False,
) -> None:
    """Mark an alert of one's own agency as part of an incident; one that is in an incident already stays there.

    Raises AlertClaimed where a colleague looks into it, unless `over_claim`.
    """
    clock, feed = by
    now = clock.now()
    state = fold_alert(acts_of(session, SubjectKind.ALERT, row.id))
    if not alert_allows(state, ActKind.ESCALATE):
        return
    held = state.claimed_at(now)
    if held is not None and held.by != who.user_id and not over_claim:
        raise AlertClaimed(who=held.by_name or held.by, at=held.since.isoformat(timespec="seconds"))
    payload = {"incident_id": incident_id}
    append(session, new_act(who, (SubjectKind.ALERT, row.id), ActKind.ESCALATE, now, payload=payload), row.agency_id)
    project(session, row)
    told = {
        "id": row.id,
        "act": ActKind.ESCALATE.value,
        "status": row.status,
        "version": row.version,
        "by": who.username,
    }
    feed.publish(session, "alert.act", told, row.agency_id, row.camera_id)
