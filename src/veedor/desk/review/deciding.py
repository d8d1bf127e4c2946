"""What people decide about a rule. The caller has passed `access/`, which has it in the audit."""

from __future__ import annotations

from sqlalchemy.orm import Session

from veedor.access.principal import Principal
from veedor.access.scope import Scope
from veedor.desk.context import DeskPorts
from veedor.desk.review.bounds import Tally
from veedor.desk.review.errors import RuleNotInReview
from veedor.desk.review.keeper import tell
from veedor.desk.review.repository import Decision, note, review_rows, row_of
from veedor.desk.review.schemas import PrecisionListOut, ReviewAct, RulePrecisionOut, RuleReviewIn
from veedor.desk.review.tables import RuleReviewRow
from veedor.desk.review.tally import Window, tallies
from veedor.desk.scope_clause import only
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.errors import NotFound

_WHAT = {
    ReviewAct.RESTORE: "restored",
    ReviewAct.PIN: "pinned",
    ReviewAct.UNPIN: "unpinned",
    ReviewAct.BOUND: "bound",
}


def decide(ports: DeskPorts, who: Principal, camera_id: str, wish: RuleReviewIn) -> RulePrecisionOut:
    """Do it. Raises NotFound where the camera has no such rule, RuleNotInReview."""
    camera, now = ports.cameras.camera(camera_id), ports.clock.now()
    key = (camera_id, wish.rule)
    is_known = _is_written(ports, camera_id, wish.rule)
    with ports.database.session() as session:
        if not is_known and session.get(RuleReviewRow, key) is None and not _has_alerts(ports, session, key):
            raise NotFound(kind="rule", name=wish.rule)
        row = row_of(session, key, camera.agency_id, camera.name, now)
        if wish.act is ReviewAct.RESTORE and not row.in_review:
            raise RuleNotInReview(rule=wish.rule, camera=camera.name)
        _apply(row, wish)
        if wish.act is ReviewAct.RESTORE:
            row.counted_from = now
        what = _WHAT[wish.act]
        note(session, row, Decision(what, who, now, reason=wish.reason.strip(), numbers=row.numbers))
        tell(LiveFeedHub(ports.database, ports.clock), session, row, what)
    listed = precision_list(ports, only(camera.agency_id), Window.of_days(now, ports.config.review.days, *key))
    return next(one for one in listed.rules if one.rule == wish.rule)


def _apply(row: RuleReviewRow, wish: RuleReviewIn) -> None:
    if wish.act is ReviewAct.RESTORE:
        row.in_review = False
    elif wish.act is ReviewAct.BOUND:
        row.below = wish.below
    else:
        row.pinned = wish.act is ReviewAct.PIN
    if wish.act is ReviewAct.PIN and row.in_review:  # never demoted, from now on: it is back in the queue at once
        row.in_review, row.warned = False, True


def precision_list(ports: DeskPorts, scope: Scope, window: Window) -> PrecisionListOut:
    """How the rules of a window did, the most judged first within a camera."""
    config = ports.config.review
    with ports.database.reading() as session:
        found = tallies(session, scope, window)
        rows = review_rows(session, scope, window.camera_id)
    listed = []
    for key in sorted(found.keys() | rows.keys()):
        one, row = found.get(key), rows.get(key)
        if window.rule is not None and key[1] != window.rule:
            continue
        if one is None and row is not None and window.rule is None and not _worth_listing(row):
            continue
        name = one.camera_name if one is not None else row.camera_name if row is not None else key[0]
        told = (one.tally, one.severity, one.reasons) if one is not None else (Tally(), None, {})
        listed.append(RulePrecisionOut.of_rule(key, name, told, row, config))
    listed.sort(key=lambda rule: (not rule.in_review, not rule.warned, rule.camera_name, rule.rule))
    days = (window.now - window.since).total_seconds() / 86_400
    return PrecisionListOut(days=days, below=config.below, least_verdicts=config.least_verdicts, rules=listed)


def _worth_listing(row: RuleReviewRow) -> bool:
    return row.in_review or row.pinned or row.warned or row.below is not None


def _is_written(ports: DeskPorts, camera_id: str, rule: str) -> bool:
    document = ports.rules.check(ports.rules.show(camera_id).text).document or {}
    rules = document.get("rules") or ()
    return any(isinstance(one, dict) and str(one.get("name")).strip() == rule for one in rules)


def _has_alerts(ports: DeskPorts, session: Session, key: tuple[str, str]) -> bool:
    window = Window.of_days(ports.clock.now(), ports.config.review.days, *key)
    return bool(tallies(session, only(ports.cameras.camera(key[0]).agency_id), window))
