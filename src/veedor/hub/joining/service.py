"""Sites and invitations. Services flush; whoever opened the session commits."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.agencies.keys import offer
from veedor.desk.sites.tables import InvitationRow, SiteRow
from veedor.hub.joining.errors import InvitationRefused, KeyTaken, OtherAgency, OtherProtocol
from veedor.kit.clock import Clock
from veedor.kit.errors import NotFound
from veedor.kit.hashing import sha256_bytes
from veedor.kit.ids import new_id
from veedor.wire.joining import JoinRequest
from veedor.wire.version import PROTOCOL, is_near

INVITATION_LIFE = timedelta(hours=72)
_LINK_KEY = re.compile(r"U[A-Z2-7]{55}")


def sites(session: Session) -> list[SiteRow]:
    """Every site, the revoked too, by name."""
    return list(session.scalars(sa.select(SiteRow).order_by(SiteRow.name, SiteRow.id)))


def site(session: Session, site_id: str) -> SiteRow:
    """Raises NotFound."""
    row = session.get(SiteRow, site_id)
    if row is None:
        raise NotFound(kind="site", name=site_id)
    return row


def invite(
    session: Session, clock: Clock, agency_id: str, site_name: str, *, site_id: str | None = None
) -> tuple[InvitationRow, str]:
    """An invitation and its secret, which is shown once. `site_id`: a new key for a site that is there.

    An earlier one for the same site that nobody has used is worthless from now on: so it is taken back, too.
    """
    if session.get(AgencyRow, agency_id) is None:
        raise NotFound(kind="agency", name=agency_id)
    secret, now, name = secrets.token_urlsafe(32), clock.now(), site_name.strip()[:200]
    same = sa.and_(InvitationRow.site_id.is_(None), InvitationRow.site_name == name)
    _take_back(
        session, now, InvitationRow.site_id == site_id if site_id else same, InvitationRow.agency_id == agency_id
    )
    row = InvitationRow(
        id=new_id(now),
        secret_hash=_hash(secret),
        agency_id=agency_id,
        site_name=name,
        site_id=site(session, site_id).id if site_id else None,
        made_at=now,
        expires_at=now + INVITATION_LIFE,
    )
    session.add(row)
    session.flush()
    return row, secret


def join(session: Session, clock: Clock, request: JoinRequest) -> SiteRow:
    """Use an invitation: a new site, or a new key for the one that it names. Who asks again with the same key, since
    the answer was lost on a bad link, is told the same.

    Raises InvitationRefused, OtherAgency, OtherProtocol, KeyTaken; the invitation is then still good.
    """
    if not is_near(request.protocol):
        raise OtherProtocol(ours=PROTOCOL, theirs=request.protocol)
    now = clock.now()
    query = sa.select(InvitationRow).where(InvitationRow.secret_hash == _hash(request.secret)).with_for_update()
    invitation = session.scalars(query).one_or_none()
    if invitation is None or invitation.expires_at <= now:
        raise InvitationRefused(action="join", act="join", reason="invitation")
    if invitation.used_at is not None:
        return _joined_before(session, invitation, request)
    if request.agency_id != invitation.agency_id:
        raise OtherAgency(invited=invitation.agency_id, asked=request.agency_id)
    if not _LINK_KEY.fullmatch(request.link_key):
        raise InvitationRefused(action="join", act="join", reason="link key")
    holder = session.scalars(sa.select(SiteRow).where(SiteRow.link_key == request.link_key)).one_or_none()
    if holder is not None and holder.id != invitation.site_id:
        raise KeyTaken(name=holder.name)
    row = session.get(SiteRow, invitation.site_id) if invitation.site_id else None
    if row is None:
        row = _new_site(session, invitation, now)
    row.link_key, row.version, row.revoked_at = request.link_key, request.version[:40], None
    row.protocol, row.changed_at = request.protocol, now
    row.boot, row.boots, row.is_doubled = None, [], False
    invitation.used_at, invitation.site_id = now, row.id
    _keep_agency_key(session, row.agency_id, request.agency_key, now)
    session.flush()
    return row


def _joined_before(session: Session, invitation: InvitationRow, request: JoinRequest) -> SiteRow:
    """The site that used the invitation with this very key. Raises InvitationRefused."""
    row = session.get(SiteRow, invitation.site_id) if invitation.site_id else None
    same = row is not None and (row.agency_id, row.link_key) == (request.agency_id, request.link_key)
    if row is None or not same or row.revoked_at is not None:
        raise InvitationRefused(action="join", act="join", reason="invitation")
    return row


def _new_site(session: Session, invitation: InvitationRow, now: datetime) -> SiteRow:
    number = session.scalar(sa.select(sa.func.max(SiteRow.number))) or 0
    row = SiteRow(
        id=f"{_slug(invitation.site_name)}-{secrets.token_hex(4)}",
        number=number + 1,
        agency_id=invitation.agency_id,
        name=invitation.site_name,
        joined_at=now,
        health={},
        version="",
        link_key="",
        boots=[],
        is_doubled=False,
    )
    session.add(row)
    return row


def _keep_agency_key(session: Session, agency_id: str, key: str | None, now: datetime) -> None:
    """The first site of an agency brings the agency's key. A later one cannot replace it: what it brings is offered,
    for the day on which somebody says that they compared it (`desk.agencies.keys`)."""
    agency = session.get(AgencyRow, agency_id)
    if agency is None or key is None:
        return
    if agency.public_key is None:
        agency.public_key, agency.hosted = key, False
    elif agency.public_key != key:
        offer(session, agency_id, key, now)


def revoke(session: Session, clock: Clock, site_id: str) -> SiteRow:
    """The site may not connect any more, nor come back with an invitation from before; what it told stays.
    Idempotent."""
    row = site(session, site_id)
    _take_back(session, clock.now(), InvitationRow.site_id == site_id)
    if row.revoked_at is None:
        row.revoked_at = row.changed_at = clock.now()
    session.flush()
    return row


def _take_back(session: Session, now: datetime, *which: sa.ColumnElement[bool]) -> None:
    """Unused invitations end now."""
    unused = (InvitationRow.used_at.is_(None), InvitationRow.expires_at > now)
    session.execute(sa.update(InvitationRow).where(*unused, *which).values(expires_at=now))


def note_boot(row: SiteRow, boot: str) -> bool:
    """A run of a site called. True: one that another had followed speaks again, so two machines have this identity."""
    if row.boot == boot:
        return False
    doubled = boot in row.boots
    if row.boot is not None:
        row.boots = [*row.boots, row.boot][-8:]
    row.boot = boot
    row.is_doubled = row.is_doubled or doubled
    return doubled


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "site"


def _hash(secret: str) -> str:
    return sha256_bytes(secret.encode())
