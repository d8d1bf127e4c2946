"""An agency lost its key: what is offered counts for nothing until somebody at each machine has compared it."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agreements import GRANTEE, KEYS, OWNER, PUBLIC, T0, grant, said
from desk.desks import make_desk, serving
from hub.machines import Hub, Machine
from hub.test_after_restore import site_row
from veedor.access.principal import Role
from veedor.compose.agency_keys import host_own_agency
from veedor.compose.errors import AgencyKeyLost
from veedor.desk.agencies.keys import keys_of
from veedor.desk.agencies.repository import agency, save
from veedor.desk.app import create_app
from veedor.desk.audit import witness
from veedor.desk.audit.entry import detail_of
from veedor.desk.audit.log import AuditQuery
from veedor.desk.grants.errors import ForgedStatement
from veedor.desk.grants.repository import merge_statements
from veedor.hub.joining import service
from veedor.hub.signing import HostedKeys
from veedor.kit.clock import SimulatedClock
from veedor.link.keys import new_seed, public_of
from veedor.model.agency import Agency, AgencyKind
from veedor.wire.heads import SignedHead, sign_head
from veedor.wire.joining import JoinRequest
from veedor.wire.keys import AgencyKey, SigningKey, key_fingerprint, same_fingerprint
from veedor.wire.version import PROTOCOL
from veedor_process import run_veedor

ME = f"os:{pwd.getpwuid(os.getuid()).pw_name}"
NEW = SigningKey.generate()
FINGERPRINT = key_fingerprint(NEW.public_hex)
THEIRS = "pnp-site"


def veedor(folder: Path, *arguments: str, code: int = 0) -> str:
    done = run_veedor("--lang", "en", *arguments, cwd=folder)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = Hub(tmp_path / "hub")
    with made.ports.database.session() as session:
        save(session, Agency(GRANTEE, "Policía", AgencyKind.POLICE, public_key=PUBLIC[GRANTEE]), T0)
        session.add(site_row(THEIRS, GRANTEE, T0, 2))
    yield made
    made.ports.database.close()


@pytest.fixture
def site(hub: Hub, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "site", hub)
    made.roster.run_once()
    yield made
    made.desk.ports.database.close()


def join_anew(hub: Hub) -> None:
    """The agency's site, which lost `agency.key`, joins again with the one that it made."""
    with hub.ports.database.session() as session:
        _, secret = service.invite(session, hub.clock, GRANTEE, "Comisaría", site_id=THEIRS)
    with hub.ports.database.session() as session:
        service.join(
            session, hub.clock, JoinRequest(secret, PROTOCOL, "1", GRANTEE, public_of(new_seed()), NEW.public_hex)
        )


def trust_at_hub(hub: Hub) -> None:
    """As `veedor hub trust` does it, by an administrator who compared."""
    desk = make_client_desk(hub)
    with serving(create_app(desk.ports)) as desk.url, desk.client("adela") as adela:
        told = adela.get(f"/api/agencies/{GRANTEE}/keys").json()
        assert told["pinned"]["public_key"] == PUBLIC[GRANTEE]
        (offered,) = told["offered"]
        assert (offered["public_key"], offered["fingerprint"]) == (NEW.public_hex, FINGERPRINT)
        body = {"name": "Policía", "kind": "police", "public_key": NEW.public_hex, "repin": True}
        assert adela.put(f"/api/agencies/{GRANTEE}", json=body).status_code == 200
        told = adela.get(f"/api/agencies/{GRANTEE}/keys").json()
        assert (told["pinned"]["public_key"], told["offered"]) == (NEW.public_hex, [])
        assert [one["public_key"] for one in told["former"]] == [PUBLIC[GRANTEE]]


def make_client_desk(hub: Hub) -> Any:
    hub.desk.add_user("adela", Role.ADMINISTRATOR)
    return hub.desk


def pinned(site: Machine) -> str | None:
    with site.desk.ports.database.reading() as session:
        return agency(session, GRANTEE).public_key


def told_of(site: Machine) -> list[str]:
    return [text for text, _hint in site.problems() if "offers another key" in text]


def test_what_a_joining_site_offers_is_believed_by_nobody(hub: Hub, site: Machine) -> None:
    join_anew(hub)
    with hub.ports.database.reading() as session:
        known = keys_of(session, GRANTEE)
    assert (known.pinned, known.offered) == (PUBLIC[GRANTEE], (NEW.public_hex,))
    site.roster.run_once()
    assert (pinned(site), told_of(site)) == (PUBLIC[GRANTEE], [])


def test_at_a_site_the_key_counts_once_somebody_there_has_compared_it(hub: Hub, site: Machine) -> None:
    join_anew(hub)
    trust_at_hub(hub)
    site.roster.run_once()
    assert pinned(site) == PUBLIC[GRANTEE], "the hub alone cannot put a key in"
    assert told_of(site) == ["The hub offers another key of Policía than the one that is pinned here"]

    shown = veedor(site.folder, "site", "trust", GRANTEE)
    assert key_fingerprint(PUBLIC[GRANTEE]) in shown
    assert FINGERPRINT in shown
    assert pinned(site) == PUBLIC[GRANTEE]
    other = key_fingerprint(PUBLIC["other"])
    refused = veedor(site.folder, "site", "trust", GRANTEE, "--key", other, "--yes", code=2)
    assert other in refused
    half = FINGERPRINT[:19]
    veedor(site.folder, "site", "trust", GRANTEE, "--key", half, "--yes", code=2)
    assert pinned(site) == PUBLIC[GRANTEE]

    done = veedor(site.folder, "site", "trust", GRANTEE, "--key", FINGERPRINT.upper(), "--yes", "--json")
    assert json.loads(done[done.index("{") : done.index("}") + 1]) == {"trusted": True}
    assert pinned(site) == NEW.public_hex
    (entry,) = site.desk.audit.entries(AuditQuery(action="agency.edit"))
    detail = detail_of(entry)
    assert (entry.username, entry.resource_id, detail["fingerprint"]) == (ME, GRANTEE, FINGERPRINT)
    assert detail["before"] == key_fingerprint(PUBLIC[GRANTEE])
    assert site.desk.audit.verify().intact
    assert told_of(site) == []
    site.roster.run_once()
    assert (pinned(site), told_of(site)) == (NEW.public_hex, [])

    one = grant(id="g-new", starts_at=T0, expires_at=T0 + timedelta(days=1))
    with site.desk.ports.database.session() as session:
        merge_statements(session, [one], [said(one, OWNER)])
    with pytest.raises(ForgedStatement), site.desk.ports.database.session() as session:
        merge_statements(session, [one], [said(one, GRANTEE)])
    words = said(one, GRANTEE)
    with site.desk.ports.database.session() as session:
        assert merge_statements(session, [one], [words.signed(NEW.sign(words.signed_bytes()))]) == {"g-new"}


def test_an_offer_that_the_hub_takes_back_is_gone(hub: Hub, site: Machine) -> None:
    join_anew(hub)
    trust_at_hub(hub)
    site.roster.run_once()
    assert told_of(site)
    with hub.ports.database.session() as session:
        save(session, Agency(GRANTEE, "Policía", AgencyKind.POLICE, public_key=PUBLIC[GRANTEE]), T0, repin=True)
    site.roster.run_once()
    assert told_of(site) == []
    assert FINGERPRINT not in veedor(site.folder, "site", "trust", GRANTEE)


def test_heads_of_the_key_before_stay_as_history(hub: Hub, site: Machine) -> None:
    """What it signed while it was the agency's is told from what it signs after, and from what nobody signed."""

    def head(sequence: int, key: SigningKey, at: datetime) -> dict[str, Any]:
        return sign_head(key, SignedHead(THEIRS, GRANTEE, sequence, f"{sequence:064d}", at)).to_json()

    def hears(*others: dict[str, Any]) -> list[tuple[int, str, str]]:
        site.roster._witness.heard({"hub": None, "others": list(others)})
        with site.desk.ports.database.reading() as session:
            rows = witness.heads(session, THEIRS, None, 100)
        return [(row.sequence, row.flaw, row.public_key) for row in reversed(rows)]

    old, began = KEYS[GRANTEE], hub.clock.now()
    first, second = head(1, old, began), head(2, old, began + timedelta(minutes=1))
    assert hears(first) == [(1, "", old.public_hex)]
    hub.clock.advance(3600)
    join_anew(hub)
    trust_at_hub(hub)
    site.roster.run_once()
    veedor_now = datetime.now(tz=began.tzinfo)
    veedor(site.folder, "site", "trust", GRANTEE, "--key", FINGERPRINT, "--yes")
    # The hub tells again what it holds, and one that was on its way: of the key before, and from before.
    assert hears(first, second) == [(1, "", old.public_hex), (2, "", old.public_hex)]
    later = veedor_now + timedelta(days=1)
    assert hears(head(3, NEW, later))[-1] == (3, "", NEW.public_hex)
    assert hears(head(4, old, later))[-1] == (4, "signature", NEW.public_hex)


def test_at_the_agencys_own_site_the_key_that_waited_aside_signs(hub: Hub, tmp_path: Path) -> None:
    home = Machine(tmp_path / "home", hub)
    home.roster.run_once()
    home.files.folder.mkdir(parents=True, exist_ok=True)
    made = AgencyKey.create(home.files.agency_key_aside)
    with hub.ports.database.session() as session:
        save(session, Agency(OWNER, OWNER, AgencyKind.OTHER, public_key=made.public_hex), T0, repin=True)
    home.roster.run_once()
    assert not home.files.agency_key.exists()
    veedor(home.folder, "site", "trust", OWNER, "--key", key_fingerprint(made.public_hex), "--yes")
    assert AgencyKey.load(home.files.agency_key).public_hex == made.public_hex
    assert not home.files.agency_key_aside.exists()
    home.desk.ports.database.close()


def test_a_hub_makes_another_key_for_its_own_agency_at_its_machine_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    desk = make_desk(tmp_path / "data", SimulatedClock(T0))
    keys, ports = tmp_path / "keys", desk.ports

    def start() -> str:
        hosted = HostedKeys(keys / "agencies")
        host_own_agency(OWNER, keys / "agencies", ports.database, hosted, ports.clock)
        found = hosted.key(OWNER)
        assert found is not None
        return found.public_hex

    first = start()
    assert start() == first
    file = keys / "agencies" / f"{OWNER}.key"
    kept = file.rename(tmp_path / "lost.key")
    with pytest.raises(AgencyKeyLost) as lost:
        start()
    assert "veedor hub new-key" in str(lost.value.hint("en"))
    kept.rename(file)
    (tmp_path / "hub.yaml").write_text(f"hub: Lima\nagency: Muni\nagency_id: {OWNER}\ndata: data\nkeys: keys\n")
    made = json.loads(veedor(tmp_path, "hub", "new-key", "--yes", "--json"))
    assert start() == made["public_key"] != first
    with ports.database.reading() as session:
        known = keys_of(session, OWNER)
    assert (known.pinned, [key for key, _ in known.former]) == (made["public_key"], [first])
    (entry,) = desk.audit.entries(AuditQuery(action="agency.edit"))
    assert (entry.username, detail_of(entry)["fingerprint"]) == (ME, made["fingerprint"])
    assert start() == made["public_key"], "once"
    ports.database.close()


def test_fingerprints_are_compared_whole() -> None:
    assert same_fingerprint(FINGERPRINT.replace("-", " ").upper(), NEW.public_hex)
    assert same_fingerprint(NEW.public_hex, NEW.public_hex)
    for wrong in ("", FINGERPRINT[:-1], FINGERPRINT + "0", PUBLIC[OWNER]):
        assert not same_fingerprint(wrong, NEW.public_hex)
