"""Signing statements on grants with the agency's key, for a person of the agency who asks from afar.

The site reads what it signs: a statement of its own agency, in the name of the very person who asks, who must have the
right to make it. Nothing else is ever signed with this key at somebody else's word.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
from typing import Any

from veedor.access.actions import Action
from veedor.access.principal import Resource
from veedor.desk.context import DeskPorts
from veedor.desk.grants.service import Agreements
from veedor.kit.errors import AccessError, NotFound, UserError
from veedor.kit.hashing import canonical_json
from veedor.member.errors import BadArguments, PassForSomethingElse
from veedor.member.gate import principal_of
from veedor.member.refusals import noted
from veedor.model.grant_reading import MalformedGrant, statement_of
from veedor.model.statement import STATEMENT_CONTEXT
from veedor.wire.keys import AgencyKey
from veedor.wire.passcheck import PassCheck

log = logging.getLogger(__name__)

# The action that a person needs for each kind of statement, and the kinds of grant that it may begin.
_ACTIONS = {
    "sign": (Action.GRANT_SIGN, Action.GRANT_REQUEST, Action.GRANT_EMERGENCY),
    "revoke": (Action.GRANT_SIGN, Action.GRANT_REQUEST),
    "review": (Action.GRANT_SIGN,),
}


class OwnSigner:
    """wire.ports.AgencySigner of a site: its own agency's key."""

    def __init__(self, agency_id: str, key: AgencyKey) -> None:
        self._agency_id = agency_id
        self._key = key

    def signs_for(self, agency_id: str) -> bool:
        return agency_id == self._agency_id

    def sign(self, agency_id: str, data: bytes) -> bytes:
        if agency_id != self._agency_id:
            raise NotFound(kind="agency-key", name=agency_id)
        return self._key.sign(data)


class StatementDesk:
    """Answers `statement.sign`."""

    def __init__(self, ports: DeskPorts, check: PassCheck, key: AgencyKey) -> None:
        self._ports = ports
        self._check = check
        self._key = key

    def sign(self, args: dict[str, Any], pass_text: str) -> dict[str, Any]:
        """Raises PassRefused, PassForSomethingElse, Forbidden, BadArguments."""
        nobodys = Resource("grant", None, self._ports.agency_id)
        with noted(self._ports, "statement.sign", Action.GRANT_SIGN, nobodys):
            proved = self._check.check(pass_text)
        principal = principal_of(proved)
        try:
            data = base64.b64decode(str(args["data"]), validate=True)
            told = json.loads(data)
            if canonical_json(told) != data or told["context"] != STATEMENT_CONTEXT:
                raise ValueError("not a statement")
            agency, by_id, kind = str(told["agency"]), str(told["by_id"]), str(told["kind"])
            resource = Resource("grant", str(told["grant_id"])[:100], agency)
        except (binascii.Error, ValueError, KeyError, TypeError) as problem:
            said = {"pass": proved.asked.id, "op": "statement.sign", "from": "hub"}
            self._ports.access.note(
                principal, Action.GRANT_SIGN, nobodys, allowed=False, reason="pass:arguments", detail=said
            )
            raise BadArguments(op="statement.sign", problem=repr(problem)[:200]) from problem
        action = next((one for one in _ACTIONS.get(kind, ()) if one.value == proved.asked.action), None)
        if action is None or by_id != principal.user_id or agency != self._ports.agency_id:
            said = {"pass": proved.asked.id, "op": "statement.sign", "statement": kind, "from": "hub"}
            self._ports.access.note(
                principal, Action.GRANT_SIGN, resource, allowed=False, reason="pass:statement", detail=said
            )
            raise PassForSomethingElse(
                action=proved.asked.action, act=proved.asked.action.replace(".", "-"), reason="statement"
            )
        detail = {"pass": proved.asked.id, "op": "statement.sign", "statement": kind, "from": "hub"}
        self._ports.access.authorize(principal, action, resource, reason=str(told["reason"])[:200], detail=detail)
        signature = self._key.sign(data)
        self._keep({**told, "signature": signature.hex()})
        return {"value": base64.b64encode(signature).decode()}

    def _keep(self, told: dict[str, Any]) -> None:
        """What was signed holds here at once: a revocation must not depend on the hub's telling it back, which a hub
        that is lost meanwhile never does. Of a grant that is not known here yet, it comes with the grant."""
        try:
            statement = statement_of({name: value for name, value in told.items() if name != "context"})
            Agreements(self._ports).merge([], [statement])
        except (MalformedGrant, UserError, AccessError) as problem:
            log.info("a statement that was signed for the hub is not kept here yet: %r", problem)
