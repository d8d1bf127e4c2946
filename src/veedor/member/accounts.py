"""A site's side of sharing accounts with the other sites of its agency, as a part of `hub.sync`."""

from __future__ import annotations

import logging
from typing import Any

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource
from veedor.desk.accounts import synced
from veedor.desk.accounts.synced import Home, Taken
from veedor.desk.agencies.repository import public_keys
from veedor.desk.context import DeskPorts
from veedor.wire import accounts as wire
from veedor.wire.accounts import AccountList, AccountRecord, BadAccount
from veedor.wire.keys import SigningKey

log = logging.getLogger(__name__)


class SiteAccounts:
    """`question` goes into `hub.sync`, what came back into `heard`. `key`: the agency's, where it is at this site.

    Both sides first compare one digest; marks of each person, and then records, follow only where it differs.
    """

    def __init__(self, ports: DeskPorts, site_id: str, key: SigningKey | None) -> None:
        self._ports = ports
        self._key = key
        self._home = Home(site_id, ports.config.site_name, ports.agency_id)
        self._agrees = True
        self._hub_marks: dict[str, Any] | None = None
        self._refused: set[str] = set()  # marks of what was refused: told once, not every five seconds

    @property
    def signs(self) -> bool:
        """Whether this site vouches for people, and signs for its agency."""
        return self._key is not None

    def question(self) -> dict[str, Any]:
        agency_id = self._ports.agency_id
        with self._ports.database.session() as session:
            if self._key is not None:
                synced.sign_own(session, self._ports.clock, self._key, self._home)
            records, listed = synced.records_of(session, agency_id), synced.list_of(session, agency_id)
        marked = wire.marks(records, listed)
        told: dict[str, Any] = {"digest": wire.digest(marked)}
        if not self._agrees:
            told["marks"] = marked
        if self._hub_marks is not None:
            told["records"] = wire.missing(records, self._hub_marks)
            is_news = listed is not None and self._hub_marks.get("") != marked[""]
            told["list"] = listed.to_json() if listed is not None and is_news else None
        return told

    def heard(self, answer: dict[str, Any] | None) -> bool:
        """Take what came; whether there is more to be said at once. A hub of an older version says nothing."""
        if answer is None:
            return False
        taken = [self._take(one) for one in answer.get("records") or []]
        self._take_list(answer.get("list"))
        with self._ports.database.reading() as session:
            agency_id = self._ports.agency_id
            marked = wire.marks(synced.records_of(session, agency_id), synced.list_of(session, agency_id))
        agreed, knew = self._agrees, self._hub_marks
        self._agrees = wire.digest(marked) == answer.get("digest")
        self._hub_marks = None if self._agrees else dict(answer.get("marks") or {})
        return not self._agrees and (agreed or any(taken) or self._hub_marks != knew)

    # -- taking

    def _take(self, told: Any) -> bool:
        """Whether it was news. What the agency's key did not sign is refused, and that is in the audit."""
        try:
            record = AccountRecord.from_json(told)
        except BadAccount as problem:
            return self._refuse(str(told)[:64], str(problem), {})
        if record.agency != self._ports.agency_id or not record.signed_by(self._public_key()):
            about = {"username": record.username, "revision": record.revision}
            return self._refuse(record.person, "forged account", about, record.mark())
        with self._ports.database.session() as session:
            taken = synced.take(session, record, self._ports.clock.now(), is_home=self._key is not None)
        if taken is not None:
            self._note(taken)
        return taken is not None

    def _take_list(self, told: Any) -> None:
        if told is None:
            return
        try:
            listed = AccountList.from_json(told)
        except BadAccount as problem:
            self._refuse("list", str(problem), {})
            return
        if listed.agency != self._ports.agency_id or not listed.signed_by(self._public_key()):
            self._refuse("list", "forged account list", {"at": listed.at.isoformat()})
            return
        with self._ports.database.session() as session:
            synced.keep_list(session, listed, self._ports.clock.now())

    def _public_key(self) -> str:
        """The pinned one; where the key is here, its own."""
        if self._key is not None:
            return self._key.public_hex
        with self._ports.database.reading() as session:
            return public_keys(session).get(self._ports.agency_id) or ""

    # -- the audit

    def _note(self, taken: Taken) -> None:
        record = taken.record
        if not taken.changed and not taken.problem:
            return
        who = Principal(record.home, f"site:{record.home}"[:64], record.agency, frozenset())
        detail = {"username": record.username, "revision": record.revision, "changed": list(taken.changed)}
        reason = taken.problem or f"as its home says: {record.home_name}"
        self._ports.access.note(
            who,
            Action.USER_EDIT,
            Resource("user", record.person, record.agency),
            allowed=not taken.problem,
            reason=reason[:200],
            detail=detail,
        )

    def _refuse(self, person: str, reason: str, detail: dict[str, Any], mark: str = "") -> bool:
        name = f"{person} {reason} {mark}"
        if name not in self._refused and len(self._refused) < 1000:
            self._refused.add(name)
            log.error("the hub told of an account that cannot be: %s: %s", person, reason)
            who = Principal("hub", "hub", self._ports.agency_id, frozenset())
            resource = Resource("user", person[:64], self._ports.agency_id)
            self._ports.access.note(who, Action.USER_EDIT, resource, allowed=False, reason=reason, detail=detail)
        return False
