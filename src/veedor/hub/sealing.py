"""A hub's part in sealing: it asks for seals where the agency's key is, puts them into passes, and carries openings.

The secrets of agencies that have a site stay there. Here is what is needed to know a sealed case in a request.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from veedor.access.actions import Action
from veedor.access.principal import Principal
from veedor.access.sealing import sealed_refusal
from veedor.desk.agencies.repository import public_keys
from veedor.desk.context import DeskPorts
from veedor.desk.sealing import repository
from veedor.desk.sealing.errors import SealOver
from veedor.desk.sealing.keeper import Keeper, NewSeal, check, new_session_id
from veedor.desk.sealing.tables import SealRow
from veedor.desk.sites.tables import SiteRow
from veedor.hub.relay.remote import Wanted
from veedor.kit.errors import Forbidden, Unavailable
from veedor.kit.ids import new_id
from veedor.wire.calls import Op
from veedor.wire.keys import SessionKey, SigningKey
from veedor.wire.passes import PASS_LIFE, Identity, Pass, decode_identity, encode_pass
from veedor.wire.seals import MOST_SEALS, BadSeal, SealRecord, SignedOpening, ids

log = logging.getLogger(__name__)

AskHome = Callable[[Principal, Op, Action, dict[str, Any]], Any]
"""A call to the site that has the agency's key, in the name of its person; what stands in the head under `value`."""

Login = tuple[str, SessionKey, datetime]
"""Identity as text, the key that it names, and until when it counts."""


class HubSeals:
    """`desk.context.Sealing` of a hub, and the maker of sealed passes. `ask_home` never names a case. `vouched`: the
    identity of a login, by its id; raises Forbidden where it has none that counts."""

    def __init__(
        self,
        ports: DeskPorts,
        hosted_key: Callable[[str], SigningKey | None],
        ask_home: AskHome,
        vouched: Callable[[str], Identity],
    ) -> None:
        self._ports = ports
        self._ask_home = ask_home
        self._vouched = vouched
        self.keeper = Keeper(ports, hosted_key)
        self._lock = threading.Lock()
        self._logins: dict[tuple[str, str], Login] = {}

    # -- making and opening

    def make(self, who: Principal, wanted: NewSeal) -> SealRow:
        if self.keeper.holds(who.agency_id):
            return self.keeper.make(who, wanted)
        check(wanted, self._ports.config.seal_longest_days)
        args = {"person": wanted.person.partition("@")[0], "case_number": wanted.case_number}
        told = self._ask_home(
            who, Op.SEAL_MAKE, Action.SEAL_MAKE, {**args, "days": wanted.days, "reason": wanted.reason}
        )
        record = SealRecord.from_json(told)
        with self._ports.database.session() as session:
            known = session.get(SealRow, record.seal.id)  # `hub.sync` may have told of it already
            return known or repository.add(session, self._ports.secrets, who.agency_id, record)

    def open(self, who: Principal, seal_id: str) -> None:
        if self.keeper.holds(who.agency_id):
            self.keeper.open(who, seal_id)
            return
        with self._ports.database.reading() as session:
            row = repository.get_seal(session, who.agency_id, seal_id)
        if row.opened_at is not None:
            raise SealOver
        told = SignedOpening.from_json(self._ask_home(who, Op.SEAL_OPEN, Action.SEAL_OPEN, {"seal_id": seal_id}))
        if not self._take(told, who.agency_id, by=who):
            raise BadSeal(problem="opening")

    def _take(self, signed: SignedOpening, agency_id: str, by: Principal | None = None) -> bool:
        """Keep an opening that the agency signed; False for another. Whether it fits is for its readers to compute."""
        ports, opening = self._ports, signed.opening
        with ports.database.session() as session:
            row = session.get(SealRow, opening.seal_id)
            key = public_keys(session).get(agency_id)
            is_theirs = row is not None and row.agency_id == agency_id == opening.agency
            if row is None or not is_theirs or not signed.signed_by(key):
                return False
            if row.opened_at is None:
                row.opened_at = opening.at
                row.opened_by, row.opened_by_name = (by.user_id, by.username[:200]) if by else (None, None)
            repository.keep_opening(session, signed, ports.clock.now())
        return True

    # -- passes

    def mint(self, who: Principal, wanted: Wanted) -> str:
        """A pass in which the seal stands for person and case. Never one with the name: Forbidden where it cannot be,
        Unavailable where the agency's site does not answer."""
        refusal = sealed_refusal(who, wanted.action)
        seal = who.seal
        if refusal is not None or seal is None:
            action = wanted.action.value
            raise Forbidden(action=action, act=action.replace(".", "-"), reason=refusal or "sealed")
        identity, key, _ = self._login(who, seal.id)
        now = self._ports.clock.now()
        told = Pass(
            id=new_id(now),
            agency=who.agency_id,
            person=seal.name,
            session=decode_identity(identity).session,
            site=wanted.site.site_id,
            action=wanted.action.value,
            cameras=wanted.cameras,
            issued_at=now,
            expires_at=now + PASS_LIFE,
            purpose=who.purpose,
            span=wanted.span,
            seal=seal.id,
        )
        return encode_pass(identity, told, key)

    def _login(self, who: Principal, seal_id: str) -> Login:
        """In memory alone: a restart asks for another."""
        name = (who.session_id or "", seal_id)
        now = self._ports.clock.now()
        with self._lock:
            known = self._logins.get(name)
            if known is not None and known[2] > now:
                return known
        key, session = SessionKey(Ed25519PrivateKey.generate()), new_session_id()
        if self.keeper.holds(who.agency_id):
            text = self.keeper.identity(self._vouched(who.session_id or ""), seal_id, session, key.public_hex)
        else:
            told = {"seal_id": seal_id, "session": session, "session_key": key.public_hex}
            text = str(self._ask_home(who, Op.IDENTITY_SEAL, Action.SELF, told))
        found = decode_identity(text)
        said = (found.agency, found.seal.id if found.seal else None, found.session, found.session_key)
        if said != (who.agency_id, seal_id, session, key.public_hex):
            raise Unavailable(name=who.agency_id, problem="its site signed somebody else", detail="hub-wrong-identity")
        with self._lock:
            self._logins = {one: login for one, login in self._logins.items() if login[2] > now}
            made: Login = (text, key, found.expires_at)
            self._logins[name] = made
            return made

    # -- hub.sync

    def answer(self, site: SiteRow, told: Any) -> dict[str, Any]:
        """What of seals a site is told, and asked for."""
        said = told if isinstance(told, dict) else {}
        self._take_records(site, said.get("records"))
        for one in list(said.get("openings") or [])[:MOST_SEALS]:
            try:
                if not self._take(SignedOpening.from_json(one), site.agency_id):
                    raise BadSeal(problem="opening")
            except BadSeal as problem:
                log.error("site %s: %s", site.id, problem)
        with self._ports.database.reading() as session:
            rows = [row for row in repository.seals_of(session, site.agency_id) if not row.has_secret]
            known = {row.id for row in rows}
            openings = {one: repository.openings_of(session, one) for one in ids(said.get("unopened"))}
        for seal_id in [one for one, kept in openings.items() if not kept]:
            hosted = self.keeper.opening(seal_id)
            openings[seal_id] = [hosted] if hosted else []
        found = [one for kept in openings.values() for one in kept]
        return {
            "records_wanted": [one for one in ids(said.get("seals")) if one not in known],
            "openings_wanted": [row.id for row in rows if row.opened_at is None][:MOST_SEALS],
            "openings": [one.to_json() for one in found],
        }

    def _take_records(self, site: SiteRow, told: Any) -> None:
        """Of the site's own agency alone: a hub that was restored knows again what it has forgotten."""
        for one in list(told or [])[:MOST_SEALS]:
            try:
                record = SealRecord.from_json(one)
            except BadSeal as problem:
                log.error("site %s: %s", site.id, problem)
                continue
            with self._ports.database.session() as session:
                if session.get(SealRow, record.seal.id) is None:
                    repository.add(session, self._ports.secrets, site.agency_id, record)
