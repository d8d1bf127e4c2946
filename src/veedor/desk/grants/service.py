"""What people do with grants. Each word is signed with their agency's key, stored, and told to open pages of both
agencies in one transaction. The caller has passed `access/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from veedor.access.principal import Principal
from veedor.desk.context import DeskPorts
from veedor.desk.grants import repository
from veedor.desk.grants.errors import NoAgencyKey, NotPossibleNow, ReasonNeeded
from veedor.desk.grants.repository import Told
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.ids import new_id
from veedor.model.grant import (
    EMERGENCY_LASTS,
    EMERGENCY_PURPOSE,
    CameraSelection,
    Grant,
    GrantKind,
    Right,
    Selecting,
)
from veedor.model.statement import GrantState, Statement, StatementKind, awaits_review, signers, state_of

REQUEST_LASTS = timedelta(days=7)  # how long a granted request can be looked at, and how long it waits
_ENDED = frozenset({GrantState.EXPIRED, GrantState.REVOKED})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: footage of one camera of `owner`, for a case."""

    owner: str
    camera_id: str
    span: tuple[datetime, datetime]
    case_number: str
    purpose: str
    note: str = ""


class Agreements:
    """Drafts, signatures, revocations, requests and emergencies of one desk."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._feed = LiveFeedHub(ports.database, ports.clock)

    def draft(self, grant: Grant) -> Told:
        """Keep new terms. Raises GrantDiffers, UnknownAgency."""
        with self._ports.database.session() as session:
            repository.add_grant(session, grant)
            self._tell(session, grant, "drafted")
        return grant, ()

    def sign(self, who: Principal, grant_id: str) -> Told:
        """Sign for one's agency. Raises NotFound, NotPossibleNow, NoAgencyKey."""
        return self._state(who, grant_id, StatementKind.SIGN, "")

    def revoke(self, who: Principal, grant_id: str, reason: str) -> Told:
        """End it for good; a request that waits is refused, or withdrawn. Raises as `sign`, and ReasonNeeded."""
        return self._state(who, grant_id, StatementKind.REVOKE, reason)

    def review(self, who: Principal, grant_id: str, reason: str) -> Told:
        """The owner says that they have looked at an emergency, and what they found. Raises as `revoke`."""
        return self._state(who, grant_id, StatementKind.REVIEW, reason)

    def request(self, who: Principal, asked: Asked) -> Told:
        """Ask for footage; it stands in the owner's queue, signed by the one who asks."""
        now = self._ports.clock.now()
        grant = Grant(
            id=new_id(now),
            owner=asked.owner,
            grantee=who.agency_id,
            kind=GrantKind.REQUEST,
            cameras=CameraSelection(Selecting.LIST, ids=frozenset({asked.camera_id})),
            rights=frozenset({Right.PLAYBACK.value, Right.EVIDENCE.value}),
            purposes=frozenset({asked.purpose}),
            starts_at=now,
            expires_at=now + REQUEST_LASTS,
            span=asked.span,
            conditions={"case_number": asked.case_number},
            note=asked.note,
        )
        return self._signed_at_once(who, grant, "requested", asked.note)

    def emergency(self, who: Principal, owner: str, camera_ids: list[str], reason: str) -> Told:
        """Take an hour of access. The owner is told at once and has to review it."""
        if not reason.strip():
            raise ReasonNeeded
        now = self._ports.clock.now()
        rights = (Right.LIVE, Right.PLAYBACK, Right.ALERTS)
        grant = Grant(
            id=new_id(now),
            owner=owner,
            grantee=who.agency_id,
            kind=GrantKind.EMERGENCY,
            cameras=CameraSelection(Selecting.LIST, ids=frozenset(camera_ids)),
            rights=frozenset(one.value for one in rights),
            purposes=frozenset({EMERGENCY_PURPOSE}),
            starts_at=now,
            expires_at=now + EMERGENCY_LASTS,
            note=reason,
        )
        return self._signed_at_once(who, grant, "emergency", reason)

    def _signed_at_once(self, who: Principal, grant: Grant, what: str, reason: str) -> Told:
        with self._ports.database.session() as session:
            repository.add_grant(session, grant)
            statement = self._statement(who, grant, StatementKind.SIGN, reason)
            repository.add_statement(session, statement)
            self._tell(session, grant, what)
        return grant, (statement,)

    def _state(self, who: Principal, grant_id: str, kind: StatementKind, reason: str) -> Told:
        if kind is not StatementKind.SIGN and not reason.strip():
            raise ReasonNeeded
        with self._ports.database.session() as session:
            grant, told = repository.grant_with_statements(session, who.agency_id, grant_id)
            self._check_possible(who, grant, told, kind)
            statement = self._statement(who, grant, kind, reason)
            repository.add_statement(session, statement)
            self._tell(session, grant, {"sign": "signed", "revoke": "revoked", "review": "reviewed"}[kind.value])
        return grant, (*told, statement)

    def _check_possible(self, who: Principal, grant: Grant, told: tuple[Statement, ...], kind: StatementKind) -> None:
        state = state_of(grant, told, self._ports.clock.now())
        if kind is StatementKind.SIGN:
            takes = grant.kind is GrantKind.EMERGENCY  # nobody signs that but who took it
            possible = state not in _ENDED and who.agency_id not in signers(grant, told) and not takes
        elif kind is StatementKind.REVOKE:
            possible = state not in _ENDED
        else:
            possible = who.agency_id == grant.owner and awaits_review(grant, told)
        if not possible:
            raise NotPossibleNow(state=state.value)

    def _statement(self, who: Principal, grant: Grant, kind: StatementKind, reason: str) -> Statement:
        """Signed here and now. Raises NoAgencyKey."""
        signer = self._ports.signer
        if signer is None or not signer.signs_for(who.agency_id):
            raise NoAgencyKey(name=who.agency_id)
        statement = Statement(
            grant_id=grant.id,
            terms_sha256=grant.sha256,
            kind=kind,
            agency=who.agency_id,
            by_id=who.user_id,
            by_name=who.username,
            at=self._ports.clock.now(),
            reason=reason.strip(),
        )
        return statement.signed(signer.sign(who.agency_id, statement.signed_bytes()))

    def _tell(self, session: Session, grant: Grant, what: str) -> None:
        """Open pages of both agencies, at this desk."""
        payload: dict[str, Any] = {"id": grant.id, "what": what, "kind": grant.kind.value}
        payload |= {"owner": grant.owner, "grantee": grant.grantee, "note": grant.note[:200]}
        if (
            what == "emergency"
        ):  # one more, while others wait for somebody to look at them, must not look like the first
            payload["waiting"] = repository.waiting_between(session, grant.owner, grant.grantee)
        kind = "grant.emergency" if what == "emergency" else "grant.changed"
        for agency_id in (grant.owner, grant.grantee):
            self._feed.publish(session, kind, payload, agency_id)

    def merge(self, grants: Iterable[Grant], statements: Sequence[Statement]) -> set[str]:
        """Take over what another desk knows and tell open pages; ids of what changed. See `merge_statements`."""
        with self._ports.database.session() as session:
            changed = repository.merge_statements(session, grants, statements)
            for grant, told in repository.grants_of(session) if changed else ():
                if grant.id in changed:
                    self._tell(session, grant, "emergency" if awaits_review(grant, told) else "merged")
        return changed
