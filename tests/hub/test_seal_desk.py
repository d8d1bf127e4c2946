"""What a site answers when its hub asks for seals: who may, for whom, and that each answer is in its audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desk.desks import AGENCY, Desk, make_desk
from veedor.access.actions import Action
from veedor.access.principal import Role
from veedor.desk.audit.log import AuditQuery
from veedor.desk.sealing.keeper import Keeper
from veedor.kit.errors import Forbidden, NotFound
from veedor.member.errors import BadArguments, PassForSomethingElse
from veedor.member.sealing import SealDesk
from veedor.model.seal import new_opening
from veedor.wire.calls import Op
from veedor.wire.keys import SigningKey
from veedor.wire.passcheck import Proved
from veedor.wire.passes import Identity, Pass, decode_identity

MAKE = {"person": "olga", "case_number": "2026-118", "days": 30, "reason": "Orden fiscal"}


class Proves:
    """In place of the check of passes, which has tests of its own: what it would have proved."""

    def __init__(self) -> None:
        self.proved: Proved | None = None

    def check(self, _text: str) -> Proved:
        assert self.proved is not None
        return self.proved


class Stand:
    def __init__(self, desk: Desk) -> None:
        self.desk, self.proves = desk, Proves()
        self.ids = {"olga": desk.add_user("olga", Role.OPERATOR), "sara": desk.add_user("sara", Role.SUPERVISOR)}
        keeper = Keeper(desk.ports, {AGENCY: SigningKey.generate()}.get)
        self.seals = SealDesk(desk.ports, self.proves, keeper)  # type: ignore[arg-type]

    def ask(self, op: Op, args: dict[str, Any], name: str, action: Action, /, **changes: Any) -> Any:
        now = self.desk.ports.clock.now()
        roles = ("supervisor",) if name == "sara" else ("operator",)
        later = now + timedelta(hours=1)
        who = Identity(AGENCY, self.ids[name], name, roles, "s1", "ab" * 32, now, later)
        asked = Pass("p1", AGENCY, self.ids[name], "s1", "site", action.value, (), now, now + timedelta(seconds=60))
        self.proves.proved = Proved(replace(who, **changes), asked)
        return self.seals.answer(op, args, "")["value"]

    def audited(self, action: str) -> list[tuple[str, bool]]:
        return [(row.username, row.allowed) for row in self.desk.audit.entries(AuditQuery(action=action))]


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    desk = make_desk(tmp_path)
    yield Stand(desk)
    desk.ports.database.close()


def test_a_supervisor_makes_and_opens_and_the_sealed_person_is_vouched_for(stand: Stand) -> None:
    seal_id = stand.ask(Op.SEAL_MAKE, MAKE, "sara", Action.SEAL_MAKE)["seal"]["id"]
    key = "cd" * 32
    args = {"seal_id": seal_id, "session": "s9", "session_key": key}
    found = decode_identity(stand.ask(Op.IDENTITY_SEAL, args, "olga", Action.SELF))
    assert (found.person, found.session, found.session_key) == (f"sealed:{seal_id}", "s9", key)
    with pytest.raises(NotFound):  # of somebody else
        stand.ask(Op.IDENTITY_SEAL, args, "sara", Action.SELF)
    assert stand.ask(Op.SEAL_OPEN, {"seal_id": seal_id}, "sara", Action.SEAL_OPEN)["person"] == "olga"
    assert (stand.audited("seal.make"), stand.audited("seal.open")) == ([("sara", True)], [("sara", True)])


def test_who_is_no_supervisor_is_refused_and_written_down(stand: Stand) -> None:
    with pytest.raises(Forbidden):
        stand.ask(Op.SEAL_MAKE, MAKE, "olga", Action.SEAL_MAKE)
    with pytest.raises(Forbidden):
        stand.ask(Op.SEAL_OPEN, {"seal_id": "x"}, "olga", Action.SEAL_OPEN)
    assert (stand.audited("seal.make"), stand.audited("seal.open")) == ([("olga", False)], [("olga", False)])


@pytest.mark.parametrize(
    ("op", "action"),
    [
        (Op.SEAL_MAKE, Action.SEAL_OPEN),
        (Op.SEAL_OPEN, Action.SEAL_MAKE),
        (Op.SEAL_MAKE, Action.LIVE_WATCH),
        (Op.IDENTITY_SEAL, Action.LIVE_WATCH),
    ],
)
def test_a_pass_for_something_else_opens_nothing(stand: Stand, op: Op, action: Action) -> None:
    with pytest.raises(PassForSomethingElse):
        stand.ask(op, {**MAKE, "seal_id": "x", "session": "s", "session_key": "cd" * 32}, "sara", action)


@pytest.mark.parametrize("op", [Op.SEAL_MAKE, Op.SEAL_OPEN, Op.IDENTITY_SEAL])
def test_neither_another_agency_nor_a_sealed_person_asks(stand: Stand, op: Op) -> None:
    action = {Op.SEAL_MAKE: Action.SEAL_MAKE, Op.SEAL_OPEN: Action.SEAL_OPEN}.get(op, Action.SELF)
    args = {**MAKE, "seal_id": "x", "session": "s", "session_key": "cd" * 32}
    now = stand.desk.ports.clock.now()
    under = new_opening(AGENCY, "u1", "olga", "2026-118", now).seal(now + timedelta(days=1))
    for changes in ({"agency": "other"}, {"seal": under, "person": under.name, "name": under.name}):
        with pytest.raises(PassForSomethingElse):
            stand.ask(op, args, "sara", action, **changes)


@pytest.mark.parametrize("change", [{"days": "many"}, {"person": None, "days": None}])
def test_what_cannot_be_read_is_said_to_be_so(stand: Stand, change: dict[str, Any]) -> None:
    with pytest.raises(BadArguments):
        stand.ask(Op.SEAL_MAKE, {**MAKE, **change}, "sara", Action.SEAL_MAKE)
    with pytest.raises(BadArguments):
        stand.ask(Op.IDENTITY_SEAL, {"seal_id": "x", "session": "s", "session_key": "short"}, "olga", Action.SELF)
