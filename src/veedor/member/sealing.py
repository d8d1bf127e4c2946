"""A site's part in sealing: for its own agency, whose key is here, it makes seals, opens them and signs the identities
that name them; of others it says which seals it saw, and takes their openings."""

from __future__ import annotations

import threading
from typing import Any

from veedor.access.actions import Action
from veedor.access.principal import Principal, Resource
from veedor.desk.context import DeskPorts
from veedor.desk.sealing import repository, seen
from veedor.desk.sealing.keeper import Keeper, NewSeal
from veedor.member.errors import BadArguments, PassForSomethingElse
from veedor.member.gate import principal_of
from veedor.member.refusals import noted
from veedor.wire.calls import Op
from veedor.wire.passcheck import PassCheck, Proved
from veedor.wire.seals import MOST_SEALS, ids

_ACTION_OF = {
    Op.IDENTITY_SEAL.value: Action.SELF,
    Op.SEAL_MAKE.value: Action.SEAL_MAKE,
    Op.SEAL_OPEN.value: Action.SEAL_OPEN,
}


class SealDesk:
    """Answers `seal.make`, `seal.open` and `identity.seal`."""

    def __init__(self, ports: DeskPorts, check: PassCheck, keeper: Keeper) -> None:
        self._ports = ports
        self._check = check
        self._keeper = keeper

    def answer(self, op: str, args: dict[str, Any], pass_text: str) -> dict[str, Any]:
        """Raises PassRefused, PassForSomethingElse, Forbidden, BadArguments, and what the keeper raises."""
        try:
            action = _ACTION_OF[op]
            with noted(self._ports, op, action, Resource("seal", None, self._ports.agency_id)):
                proved = self._check.check(pass_text)
            if op == Op.IDENTITY_SEAL:
                return {"value": self._identity(args, proved)}
            who = self._allowed(op, action, args, proved)
            return {"value": self._make(who, args) if op == Op.SEAL_MAKE else self._open(who, args)}
        except (KeyError, TypeError, ValueError) as problem:
            raise BadArguments(op=op, problem=repr(problem)[:200]) from problem

    def _allowed(self, op: str, action: Action, args: dict[str, Any], proved: Proved) -> Principal:
        who = principal_of(proved)
        resource = Resource("seal", str(args.get("seal_id") or "")[:64] or None, who.agency_id)
        self._own(proved, action)
        detail = {"pass": proved.asked.id, "op": op, "from": "hub"}
        self._ports.access.authorize(who, action, resource, detail=detail)
        return who

    def _own(self, proved: Proved, action: Action) -> None:
        """The pass must be for this, of somebody of this agency under their own name. Raises PassForSomethingElse."""
        told = proved.asked
        wrong = "action" if told.action != action.value else None
        if proved.identity.agency != self._ports.agency_id or proved.identity.seal is not None:
            wrong = "agency"
        if wrong is not None:
            resource = Resource("seal", None, self._ports.agency_id)
            detail = {"pass": told.id, "from": "hub"}
            self._ports.access.note(
                principal_of(proved), action, resource, allowed=False, reason=f"pass:{wrong}", detail=detail
            )
            raise PassForSomethingElse(action=told.action, act=told.action.replace(".", "-"), reason=wrong)

    def _make(self, who: Principal, args: dict[str, Any]) -> dict[str, Any]:
        texts = {name: str(args[name])[:200] for name in ("person", "case_number", "reason")}
        row = self._keeper.make(who, NewSeal(days=int(args["days"]), **texts))
        return repository.record_of(self._ports.secrets, row).to_json()

    def _open(self, who: Principal, args: dict[str, Any]) -> dict[str, Any]:
        return self._keeper.open(who, str(args["seal_id"])[:64]).to_json()

    def _identity(self, args: dict[str, Any], proved: Proved) -> str:
        """For the very person who asks. It is no look, and so no entry: the looks under it are."""
        self._own(proved, Action.SELF)
        key = str(args["session_key"])
        if len(bytes.fromhex(key)) != 32:
            raise ValueError("session_key")
        return self._keeper.identity(proved.identity, str(args["seal_id"])[:64], str(args["session"])[:64], key)


class SiteSeals:
    """What a site says of seals in `hub.sync`. `keeper`: None where the agency's key is at another site."""

    def __init__(self, ports: DeskPorts, keeper: Keeper | None) -> None:
        self._ports = ports
        self._keeper = keeper
        self._lock = threading.Lock()
        self._records_wanted: list[str] = []
        self._openings_wanted: list[str] = []

    def question(self) -> dict[str, Any]:
        with self._lock:
            records, openings = self._records_wanted, self._openings_wanted
        ports = self._ports
        with ports.database.reading() as session:
            told: dict[str, Any] = {"unopened": seen.unopened(session)}
            own = repository.seals_of(session, ports.agency_id, MOST_SEALS) if self._keeper else []
        if self._keeper is not None:
            told["seals"] = [row.id for row in own]
            told["records"] = [repository.record_of(ports.secrets, row).to_json() for row in own if row.id in records]
            found = [self._keeper.opening(one) for one in openings]
            told["openings"] = [one.to_json() for one in found if one and one.opening.agency == ports.agency_id]
        return told

    def heard(self, told: Any) -> bool:
        """Whether the hub asked for something that it can have at once."""
        if not isinstance(told, dict):
            return False
        seen.take_openings(self._ports, told.get("openings"))
        with self._lock:
            self._records_wanted = ids(told.get("records_wanted"))
            self._openings_wanted = ids(told.get("openings_wanted"))
            return bool(self._records_wanted)
