"""Who somebody at the hub is, proved to every site: an identity that their own agency signed, and passes made from it.

A person of an agency with a site logs in with `name@agency`; the agency's site looks at the password. A person of a
hosted agency logs in with their name alone; the hub has that agency's key. The session's private key is made here,
encrypted at rest, and gone with the session.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from veedor.access.actions import Action
from veedor.access.principal import Principal, Role
from veedor.desk.accounts.tables import UserRow
from veedor.desk.context import DeskPorts
from veedor.desk.sealing.repository import sealed
from veedor.desk.sites.tables import VouchedRow
from veedor.hub.relay.directory import SiteOfCamera
from veedor.hub.relay.remote import Ask, Wanted
from veedor.hub.sealing import HubSeals
from veedor.hub.sites import sites_of
from veedor.kit.errors import Forbidden, Unavailable
from veedor.kit.ids import new_id
from veedor.wire.approvals import ApprovalDocument, encode_approval
from veedor.wire.calls import Op
from veedor.wire.keys import AgencyKey, SessionKey
from veedor.wire.passes import IDENTITY_LIFE, PASS_LIFE, Identity, Pass, decode_identity, encode_identity, encode_pass

_KEEP = timedelta(days=1)


class Identities:
    """wire of a hub's logins: `desk.context.Vouching`, and the maker of passes."""

    def __init__(self, ports: DeskPorts, ask: Ask, hosted_key: Callable[[str], AgencyKey | None]) -> None:
        self._ports = ports
        self._ask = ask
        self._hosted_key = hosted_key
        self._lock = threading.Lock()
        self._recent: dict[str, tuple[str, SessionKey, datetime]] = {}
        self.seals = HubSeals(ports, hosted_key, self._ask_home, self._vouched)

    # -- logging in

    def concerns(self, username: str) -> bool:
        return "@" in username

    def vouch(self, session_id: str, username: str, password: str, code: str | None, address: str | None) -> str:
        """Raises what the agency's site raises, and Unavailable where none of its sites answers."""
        name, _, agency_id = username.strip().lower().rpartition("@")
        key = _new_key()
        args: dict[str, object] = {
            "username": name,
            "password": password,
            "code": code,
            "session": session_id,
            "session_key": key.public_hex,
            "address": address,
        }
        text = self._sign_at(self._home_of(agency_id), args)
        identity = decode_identity(text)
        if (identity.agency, identity.session, identity.session_key) != (agency_id, session_id, key.public_hex):
            raise Unavailable(name=agency_id, problem="its site signed somebody else", detail="hub-wrong-identity")
        with self._ports.database.session() as session:
            user = self._keep_user(session, identity)
            self._keep(session, identity, text, key)
            return user.id

    def opened_here(self, user: UserRow, session_id: str) -> None:
        """A person of a hosted agency: signed here. Of an agency whose key is elsewhere: no sites for them."""
        agency_key = self._hosted_key(user.agency_id)
        if agency_key is None:
            return
        key, now = _new_key(), self._ports.clock.now()
        identity = Identity(
            agency=user.agency_id,
            person=user.id,
            name=user.username,
            roles=tuple(user.roles),
            session=session_id,
            session_key=key.public_hex,
            issued_at=now,
            expires_at=now + IDENTITY_LIFE,
        )
        with self._ports.database.session() as session:
            self._keep(session, identity, encode_identity(identity, agency_key), key)

    def _home_of(self, agency_id: str) -> list[str]:
        """Sites of the agency that may know its people, the one heard last first."""
        with self._ports.database.reading() as session:
            return [row.id for row in sites_of(session, agency_id)]

    def _sign_at(self, site_ids: list[str], args: dict[str, object]) -> str:
        for site_id in site_ids:
            try:
                answer = self._ask(site_id, Op.IDENTITY_SIGN, args, "", 10.0)
            except Unavailable:
                continue
            try:
                return str(answer.head["value"])
            finally:
                answer.close()
        raise Unavailable(name="-", problem="no site of this agency answers", detail="hub-no-site-answers")

    def _keep_user(self, session: Session, identity: Identity) -> UserRow:
        """The person as their agency describes them now. They have no password here."""
        row = session.get(UserRow, identity.person)
        now = self._ports.clock.now()
        if row is None:
            row = UserRow(
                id=identity.person,
                agency_id=identity.agency,
                username=f"{identity.name}@{identity.agency}",
                full_name="",
                password_hash="",
                password_changed_at=now,
                created_at=now,
                roles=[],
            )
            session.add(row)
        if row.agency_id != identity.agency:
            raise Forbidden(action="login", act="login", reason="agency")
        known = {role.value for role in Role}
        row.roles = sorted(role for role in identity.roles if role in known)
        session.flush()
        return row

    def _keep(self, session: Session, identity: Identity, text: str, key: _StoredKey) -> None:
        now = self._ports.clock.now()
        session.execute(sa.delete(VouchedRow).where(VouchedRow.expires_at < now - _KEEP))
        row = VouchedRow(
            session_id=identity.session,
            agency_id=identity.agency,
            identity=text,
            private_key=self._ports.secrets.encrypt(key.private_hex),
            expires_at=identity.expires_at,
        )
        session.add(row)
        session.flush()

    # -- passes

    def mint(self, principal: Principal, wanted: Wanted) -> str:
        """Raises Forbidden where the session cannot speak to other sites: its agency's key is nowhere.

        Whether the case is sealed is asked here too, so that no way to a site can forget it."""
        principal = sealed(self._ports, principal)
        return self.seals.mint(principal, wanted) if principal.seal is not None else self._mint(principal, wanted)

    def _mint(self, principal: Principal, wanted: Wanted) -> str:
        identity, key, until = self._session(principal.session_id or "")
        now = self._ports.clock.now()
        if until <= now:
            raise Forbidden(action=wanted.action.value, act=wanted.action.value.replace(".", "-"), reason="identity")
        told = Pass(
            id=new_id(now),
            agency=principal.agency_id,
            person=principal.user_id,
            session=principal.session_id or "",
            site=wanted.site.site_id,
            action=wanted.action.value,
            cameras=wanted.cameras,
            issued_at=now,
            expires_at=now + PASS_LIFE,
            purpose=principal.purpose,
            case=principal.case_number,
            span=wanted.span,
        )
        text = encode_pass(identity, told, key)
        agreed = principal.approval.text if principal.approval else None
        return f"{text}.{agreed}" if agreed else text

    def sign_approval(self, who: Principal, wanted: ApprovalDocument) -> str | None:
        """With the key of the second person's own session; None where it has none."""
        try:
            identity, key, until = self._session(who.session_id or "")
        except Forbidden:
            return None
        return encode_approval(identity, wanted, key) if until > self._ports.clock.now() else None

    def _ask_home(self, who: Principal, op: Op, action: Action, args: dict[str, Any]) -> Any:
        """The agency's own site, which has its key, in the name of its person; it is told no case but in `args`."""
        who = replace(who, purpose=None, case_number=None, approved_by=None, approval=None)
        with self._ports.database.reading() as session:
            homes = [SiteOfCamera(row.id, row.agency_id, row.number) for row in sites_of(session, who.agency_id)]
        for home in homes[:1]:  # the one that has the key, heard last
            answer = self._ask(home.site_id, op, args, self._mint(who, Wanted(home, action, ())), 10.0)
            try:
                return answer.head["value"]
            finally:
                answer.close()
        raise Unavailable(name="-", problem="no site of this agency answers", detail="hub-no-site-answers")

    def _vouched(self, session_id: str) -> Identity:
        identity, _, until = self._session(session_id)
        if until <= self._ports.clock.now():
            raise Forbidden(action="session", act="session", reason="identity")
        return decode_identity(identity)

    def _session(self, session_id: str) -> tuple[str, SessionKey, datetime]:
        with self._lock:
            known = self._recent.get(session_id)
        if known is not None:
            return known
        with self._ports.database.reading() as session:
            row = session.get(VouchedRow, session_id)
        if row is None:
            raise Forbidden(action="session", act="session", reason="identity")
        key = _StoredKey(
            Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self._ports.secrets.decrypt(row.private_key)))
        )
        found = row.identity, key, row.expires_at
        with self._lock:
            if len(self._recent) > 2000:
                self._recent.clear()
            self._recent[session_id] = found
        return found


class _StoredKey(SessionKey):
    """A session's key that can be put away, encrypted: a restart of the hub must not log everybody out."""

    @property
    def private_hex(self) -> str:
        return self._key.private_bytes_raw().hex()


def _new_key() -> _StoredKey:
    return _StoredKey(Ed25519PrivateKey.generate())
