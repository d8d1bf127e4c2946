"""A site's side of exchanging heads: it signs its own, and keeps those of the hub and of all other sites."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from veedor.desk.agencies.keys import signer_of
from veedor.desk.agencies.repository import public_keys
from veedor.desk.audit import witness
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.audit.restores import held_elsewhere, own_signed
from veedor.desk.audit.restores import keep as keep_restore
from veedor.desk.context import DeskPorts
from veedor.desk.stream.hub import LiveFeedHub
from veedor.wire.heads import HEADS_EVERY_S, HUB_PLACE, OTHERS_EVERY_S, BadHead, SignedHead
from veedor.wire.joining import JoinAnswer
from veedor.wire.keys import SigningKey
from veedor.wire.restores import MOST_RESTORES, BadRestore, SignedRestore

log = logging.getLogger(__name__)


class SiteWitness:
    """`question` goes into `hub.sync`, what came back into `heard`. `key` is None at a site of an agency whose key is
    at another of its sites: such a one keeps heads, and sends none.

    What was signed is sent at most once a minute, heads of all others come every ten minutes: each one is kept for
    good at every site.
    """

    def __init__(self, ports: DeskPorts, joined: JoinAnswer, key: SigningKey | None) -> None:
        self._ports = ports
        self._joined = joined
        self._key = key
        self._audit = ChainedAuditLog(ports.database, ports.clock, ports.agency_id)
        self._teller = witness.Teller(LiveFeedHub(ports.database, ports.clock), (ports.agency_id,))
        self._asked_at: float | None = None
        self._others_at: float | None = None
        self._upto = 0
        self._hub_at = 0

    def question(self) -> dict[str, Any] | None:
        """None while it is too early for another."""
        now = self._ports.clock.monotonic()
        if self._asked_at is not None and now - self._asked_at < HEADS_EVERY_S:
            return None
        own = witness.sign_own(self._audit, self._key, self._joined.site_id, self._ports.clock) if self._key else None
        with self._ports.database.reading() as session:
            kept = witness.last_of(session, HUB_PLACE)
            restores = own_signed(session, self._ports.agency_id, self._joined.site_id)
        self._hub_at = kept.sequence if kept else 0
        others = self._others_at is None or now - self._others_at >= OTHERS_EVERY_S
        return {
            "own": own.to_json() if own else None,
            "hub_at": self._hub_at or None,
            "hub_kept": witness.head_of(kept).to_json() if kept else None,
            "restores": [one.signed(self._key).to_json() for one in restores] if self._key else [],
            "after": self._upto if others else None,
        }

    def heard(self, answer: dict[str, Any]) -> None:
        """Keep what came. Raises StoreError."""
        if "hub" not in answer:
            if (answer.get("send") and self._key is not None) or answer.get("again"):
                self._asked_at = None
            return
        now = self._ports.clock.monotonic()
        self._asked_at = now
        with self._ports.database.session() as session:
            keys = public_keys(session)
            witness.prove(session, self._ports.clock, self._teller)
            self._keep_restores(session, answer, keys)
            self._keep_hub(session, answer)
            if answer.get("lost") is not None:  # of this site's own chain, as the hub says
                held_elsewhere(session, int(answer["lost"]))
            for head in _read([answer.get("own")]):
                own = signer_of(session, self._ports.agency_id, head.at, head.signed_by)
                if own is not None and head.place == self._joined.site_id:
                    flaw = witness.keep_own(session, self._ports.clock, head, own, self._teller)
                    if flaw in (witness.FORK, witness.ROLLBACK):
                        held_elsewhere(session, head.sequence)
            for head in _read(answer.get("others") or []):
                if head.place not in (HUB_PLACE, self._joined.site_id):
                    witness.keep_told(session, self._ports.clock, head, self._teller)
        if answer.get("upto") is not None:
            self._others_at, self._upto = now, int(answer["upto"])

    def _keep_hub(self, session: Session, answer: dict[str, Any]) -> None:
        """First what the hub says now of the entry that we keep a head of: only so do its successive heads prove to be
        of one chain."""
        kept = witness.last_of(session, HUB_PLACE)
        pinned = self._pinned(session, answer)
        past = _read([answer.get("hub_past")])
        if kept is not None and self._hub_at:
            for head in past:
                if head.place == HUB_PLACE and head.sequence == self._hub_at:
                    witness.keep_again(session, self._ports.clock, head, pinned, self._teller)
            if not any(head.sequence == self._hub_at for head in past):
                witness.note_missing(session, self._ports.clock, kept, self._teller)
        for head in _read([answer.get("hub")]):
            if head.place == HUB_PLACE:
                witness.keep(session, self._ports.clock, head, pinned, self._teller)

    def _pinned(self, session: Session, answer: dict[str, Any]) -> str:
        """The hub's key. A site that joined before hubs had one holds on to the one that it heard first."""
        kept = witness.last_of(session, HUB_PLACE)
        return self._joined.hub_key or (kept.public_key if kept else None) or str(answer.get("key") or "")

    def _keep_restores(self, session: Session, answer: dict[str, Any], keys: Mapping[str, str | None]) -> None:
        """Before the heads that they explain."""
        for told in list(answer.get("restores") or [])[:MOST_RESTORES]:
            try:
                restore = SignedRestore.from_json(told)
            except BadRestore as problem:
                log.error("the hub told of a restore that cannot be read: %s", problem)
                continue
            is_hub = restore.place == HUB_PLACE
            key = self._pinned(session, answer) if is_hub else self._key_of(session, restore, keys)
            if restore.place != self._joined.site_id and key is not None:
                keep_restore(session, self._ports.clock, restore, key)

    def _key_of(self, session: Session, restore: SignedRestore, keys: Mapping[str, str | None]) -> str | None:
        if restore.agency_id not in keys:
            return None
        return signer_of(session, restore.agency_id, restore.restored_at, restore.signed_by)


def _read(told: list[Any]) -> list[SignedHead]:
    found = []
    for one in told:
        if one is None:
            continue
        try:
            found.append(SignedHead.from_json(one))
        except BadHead as problem:
            log.error("the hub told of a head that is none: %s", problem)
    return found
