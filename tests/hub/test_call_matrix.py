"""Every call that may cross, for every role, agency and grant, and with passes that are not for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from agreements import KEYS, PUBLIC, said
from agreements import grant as make_grant
from desk.fakes import FakeFootage
from desk.matrix import LETTERS
from hub.call_matrix import AT_GATE, AT_KEY, CAMERA, UNANSWERED, WITHOUT_PASS, Row, statement_args
from hub.far import OWNER, SITE, TAKER, Afar
from veedor.access.actions import Action
from veedor.access.principal import Principal
from veedor.desk.accounts import service as accounts
from veedor.desk.agencies import repository as agencies
from veedor.desk.audit.entry import detail_of
from veedor.desk.audit.log import AuditQuery
from veedor.desk.errors import WrongPassword
from veedor.desk.grants.service import Agreements
from veedor.desk.sealing.keeper import Keeper
from veedor.hub.relay.directory import SiteOfCamera
from veedor.hub.relay.remote import Wanted
from veedor.kit.errors import VeedorError
from veedor.kit.ids import new_id
from veedor.member.errors import BadArguments, UnknownOp
from veedor.member.identity import IdentityDesk
from veedor.member.member import _NOT_AT_GATE
from veedor.member.ops import HANDLERS
from veedor.member.sealing import SealDesk
from veedor.member.signing import StatementDesk
from veedor.model.grant import Right
from veedor.model.statement import StatementKind
from veedor.wire.calls import Op
from veedor.wire.passcheck import HighWater, PassCheck
from veedor.wire.passes import decode_pass, encode_pass

# Agency -> why it is refused on a camera of the owner. The owner itself and TAKER, which has a grant, are not.
FOREIGN = {"other": "agency", "late": "expired", "former": "revoked"}
FIRST = list({row.op: row for row in reversed(AT_GATE)}.values())[::-1]


@dataclass
class Stand:
    """One site with its gate, and a person of each role in each agency."""

    afar: Afar
    people: dict[tuple[str, str], Principal]
    desks: dict[Op, Callable[[Op, dict[str, Any], str], Any]]

    def passed(self, who: Principal, action: Action, cameras: tuple[str, ...] = (CAMERA,), site: str = SITE) -> str:
        return self.afar.identities.mint(who, Wanted(SiteOfCamera(site, OWNER, 1), action, cameras))

    def args(self, row: Row, who: Principal) -> dict[str, Any]:
        if row.op is Op.STATEMENT_SIGN:
            about = make_grant(owner=OWNER, grantee=TAKER)
            now = self.afar.clock.now()
            said_by = said(about, who.agency_id, by_id=who.user_id, by_name=who.username, at=now)
            return statement_args(said_by.signed_bytes())
        if row.op is Op.CAMERA_SETTINGS:
            return {"camera_id": CAMERA, **row.args, "command_id": new_id(self.afar.clock.now())}
        return {"camera_id": CAMERA, **row.args} if row.op in HANDLERS else row.args

    def got(self, row: Row, who: Principal, text: str | None = None, args: dict[str, Any] | None = None) -> str:
        """`answer`, or the error's class, with the reason where it has one."""
        text = self.passed(who, row.action) if text is None else text
        args = self.args(row, who) if args is None else args
        self.afar.site.ptz.holder = None
        try:
            if row.op in self.desks:
                self.desks[row.op](row.op, args, text)
            else:
                _, pieces = self.afar.gate.answer(row.op.value, args, text)
                if row.op is not Op.LIVE_WATCH and pieces is not None:
                    assert b"".join(pieces)  # type: ignore[arg-type]
        except VeedorError as problem:
            reason = problem.params.get("reason")
            return f"{type(problem).__name__}:{reason}" if reason else type(problem).__name__
        return "answer"

    def somebody(self, row: Row, agency_id: str = OWNER) -> Principal:
        return self.people[agency_id, row.roles[0]]

    def refused(self) -> Any:
        """The newest entry of the site's audit, which must be a refusal."""
        (entry,) = self.afar.site.audit.entries(AuditQuery(limit=1))
        assert not entry.allowed, (entry.action, entry.reason, entry.detail)
        return entry


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("matrix")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("late", "former"):
            patch.setitem(KEYS, name, KEYS["other"])
            patch.setitem(PUBLIC, name, PUBLIC["other"])
        afar = Afar(folder)
        ports = afar.site.ports = replace(afar.site.ports, footage=FakeFootage(folder))
        for desk in (afar.site, afar.hub):
            _know(desk.ports)
        _agree(afar)
        afar.restart_site()
        check = PassCheck(SITE, PUBLIC.get, HighWater(folder / "time", afar.clock))
        afar.clock.advance(60)
        people = {
            (agency, letter): afar.log_in(f"{role.value}-{agency}", agency, role)
            for agency in (OWNER, TAKER, *FOREIGN)
            for letter, role in LETTERS.items()
        }
        seals = SealDesk(ports, check, Keeper(ports, KEYS.get))
        statements = StatementDesk(ports, check, KEYS[OWNER])
        desks: dict[Op, Any] = {row.op: seals.answer for row in AT_KEY}
        desks[Op.STATEMENT_SIGN] = lambda _op, args, text: statements.sign(args, text)
        yield Stand(afar, people, desks)
        afar.stop()


def _know(ports: Any) -> None:
    with ports.database.session() as session:
        for name in FOREIGN:
            accounts.ensure_agency(session, ports.clock, name, name.title())
            known = replace(agencies.agency(session, name), public_key=PUBLIC[name])
            agencies.save(session, known, ports.clock.now())


def _agree(afar: Afar) -> None:
    """With every right there is: what TAKER may not even so, no grant gives."""
    now = afar.clock.now()
    rights = frozenset(one.value for one in Right)
    for grantee, until in {TAKER: 9, "late": 0, "former": 9}.items():
        one = make_grant(
            id=f"g-{grantee}",
            grantee=grantee,
            rights=rights,
            starts_at=now - timedelta(days=2),
            expires_at=now + timedelta(days=until),
        )
        stated = [said(one, agency, at=now - timedelta(days=1)) for agency in (OWNER, grantee)]
        if grantee == "former":
            stated.append(said(one, OWNER, StatementKind.REVOKE, at=now - timedelta(minutes=5)))
        Agreements(afar.site.ports).merge([one], stated)


def test_every_call_has_a_row() -> None:
    rows = {(row.op, row.action) for row in AT_GATE}
    assert rows == {(op, action) for op, handler in HANDLERS.items() for action in handler.actions}
    assert len(rows) == len(AT_GATE)
    elsewhere = {row.op for row in AT_KEY} | WITHOUT_PASS
    assert elsewhere == _NOT_AT_GATE
    assert set(HANDLERS) | elsewhere | UNANSWERED == set(Op)


@pytest.mark.parametrize("row", AT_GATE, ids=str)
def test_roles_of_the_own_agency_and_under_a_grant(stand: Stand, row: Row) -> None:
    expected, got = {}, {}
    for agency in (OWNER, TAKER):
        for letter in LETTERS:
            may = letter in row.roles
            crosses = agency == OWNER or row.crosses
            expected[agency, letter] = row.ok if may and crosses else f"Forbidden:{'agency' if may else 'role'}"
            got[agency, letter] = stand.got(row, stand.people[agency, letter])
    assert got == expected


@pytest.mark.parametrize("row", FIRST, ids=str)
def test_another_agency_without_a_grant_that_stands(stand: Stand, row: Row) -> None:
    expected, got = {}, {}
    for agency, why in FOREIGN.items():
        for letter in LETTERS:
            reason = "role" if letter not in row.roles else why if row.crosses else "agency"
            expected[agency, letter] = f"Forbidden:{reason}"
            got[agency, letter] = stand.got(row, stand.people[agency, letter])
    assert got == expected
    entry = stand.refused()
    assert (entry.action, entry.user_agency_id, entry.resource_id) == (row.action, "former", CAMERA)


@pytest.mark.parametrize("row", AT_KEY, ids=str)
def test_what_the_agency_key_does_is_for_its_own_people(stand: Stand, row: Row) -> None:
    for letter in LETTERS:
        got = stand.got(row, stand.people[OWNER, letter])
        assert got == (row.ok if letter in row.roles else "Forbidden:role"), letter
        for agency in (TAKER, *FOREIGN):
            got = stand.got(row, stand.people[agency, letter])
            assert got.startswith("PassForSomethingElse:"), (agency, letter)
            entry = stand.refused()
            assert (entry.user_agency_id, entry.action, entry.reason) == (agency, row.action, f"pass:{got[21:]}")


def forged(stand: Stand, row: Row, who: Principal) -> str:
    """The pass of one person, signed with the key of another one's session."""
    other = next(one for one in stand.people.values() if one.agency_id == who.agency_id and one != who)
    identities = stand.afar.identities
    identity, _, _ = identities._session(who.session_id or "")
    _, key, _ = identities._session(other.session_id or "")
    text = stand.passed(who, row.action)
    return encode_pass(identity, decode_pass(text)[2], key)


def borrowed(stand: Stand, row: Row, who: Principal) -> str:
    """One person's pass, genuine, beside the identity of another one of the same agency."""
    other = next(one for one in stand.people.values() if one.agency_id == who.agency_id and one != who)
    identity, _, _ = stand.afar.identities._session(other.session_id or "")
    parts = stand.passed(who, row.action).split(".")
    return ".".join([identity, *parts[2:]])


@pytest.mark.parametrize("row", [*FIRST, *AT_KEY], ids=str)
def test_passes_that_are_not_for_it(stand: Stand, row: Row) -> None:
    """Of somebody who may, so that nothing else is in the way."""
    who = stand.somebody(row, TAKER if row.crosses else OWNER)
    another = Action.AUDIT_READ
    used = stand.passed(who, row.action)
    assert stand.got(row, who, used) == row.ok
    expected = {
        "replayed": (used, "PassRefused:replay"),
        "key": (forged(stand, row, who), "PassRefused:pass-signature"),
        "identity": (borrowed(stand, row, who), "PassRefused:pass-signature"),
        "site": (stand.passed(who, row.action, site="site-pnp"), "PassRefused:site"),
        "none": ("", "PassRefused:malformed"),
    }
    reason = "statement" if row.op is Op.STATEMENT_SIGN else "action"
    expected["action"] = (stand.passed(who, another), f"PassForSomethingElse:{reason}")
    if row.op in HANDLERS:
        expected["camera"] = (stand.passed(who, row.action, ("parque",)), "PassForSomethingElse:camera")
    got = {}
    for name, (text, _) in expected.items():
        got[name] = stand.got(row, who, text)
        if row.op in HANDLERS:
            told = detail_of(entry := stand.refused())
            assert (entry.action, entry.reason) == (HANDLERS[row.op].actions[0], "pass:" + got[name].split(":")[1])
            assert told["op"] == row.op
            assert CAMERA in (entry.resource_id, *told.get("cameras", ()))
        else:
            entry = stand.refused()
            assert (entry.action, entry.reason) == (row.action, "pass:" + got[name].split(":")[1])
    assert got == {name: want for name, (_, want) in expected.items()}


@pytest.mark.parametrize("row", FIRST, ids=str)
def test_what_cannot_be_read_is_refused_under_the_name_of_who_asked(stand: Stand, row: Row) -> None:
    who = stand.somebody(row)
    bad = {"start": "yesterday", "camera_id": CAMERA, "cameras": [CAMERA]}
    assert stand.got(row, who, args=bad) == BadArguments.__name__
    entry = stand.refused()
    assert (entry.username, entry.action, entry.reason) == (who.username, row.action, "pass:arguments")
    assert stand.got(row, who, args={}) == BadArguments.__name__
    assert stand.refused().resource_id is None


def test_a_statement_that_cannot_be_read_is_refused_under_the_name_of_who_asked(stand: Stand) -> None:
    (row,) = [one for one in AT_KEY if one.op is Op.STATEMENT_SIGN]
    who = stand.somebody(row, OWNER)
    assert stand.got(row, who, args={"data": "?"}) == BadArguments.__name__
    entry = stand.refused()
    assert (entry.username, entry.action, entry.reason) == (who.username, Action.GRANT_SIGN, "pass:arguments")


def test_a_pass_for_a_span_opens_nothing_outside_it(stand: Stand) -> None:
    """Nor what is asked for without a span."""
    (row,) = [one for one in FIRST if one.op is Op.FOOTAGE_STILL]
    who = stand.somebody(row)
    now = stand.afar.clock.now()
    wanted = Wanted(SiteOfCamera(SITE, OWNER, 1), row.action, (CAMERA,), (now, now + timedelta(seconds=1)))
    assert stand.got(row, who, stand.afar.identities.mint(who, wanted)) == "PassForSomethingElse:span"


def test_what_no_site_answers_and_what_a_password_opens(stand: Stand) -> None:
    who = stand.people[OWNER, "s"]
    for op in [*UNANSWERED, *_NOT_AT_GATE]:
        with pytest.raises(UnknownOp):
            stand.afar.gate.answer(op.value, {"camera_id": CAMERA}, stand.passed(who, Action.CAMERA_LIST))
    desk = IdentityDesk(stand.afar.site.ports, KEYS[OWNER])
    with pytest.raises(WrongPassword):
        desk.sign({"username": who.username, "password": "wrong", "session": "s9", "session_key": "cd" * 32})
