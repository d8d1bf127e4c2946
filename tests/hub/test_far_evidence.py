"""Evidence across sites: asked for, held, pulled whole, written down at both ends; and everything that is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.far import OWNER, SITE, TAKER, Afar
from stored_footage import START
from veedor.access.actions import Action
from veedor.access.principal import Principal, Role
from veedor.desk.acts.repository import acts_of
from veedor.desk.audit.entry import detail_of
from veedor.desk.evidence import repository
from veedor.desk.evidence.given import all_given
from veedor.desk.evidence.schemas import evidence_out, package_out
from veedor.desk.evidence.service import packages_folder, pulled_folder
from veedor.desk.evidence.signing import Signer, read_public_key
from veedor.desk.evidence.tables import EvidenceRow, PackageRow
from veedor.desk.evidence.verify import verify_package
from veedor.kit.errors import Forbidden, StoreFull
from veedor.kit.hashing import canonical_json, sha256_file
from veedor.model.act import ActKind, SubjectKind
from veedor.model.evidence import fold_evidence
from veedor.wire.ports import LockReport


@pytest.fixture
def afar(tmp_path: Path) -> Iterator[Afar]:
    made = Afar(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def petra(afar: Afar) -> Principal:
    return afar.log_in()


def status(afar: Afar, evidence_id: str) -> tuple[str, str | None]:
    """Status of a lock, and why it is not further."""
    with afar.hub.ports.database.reading() as session:
        row = session.get(EvidenceRow, evidence_id)
        assert row is not None
        return row.status, json.dumps(row.problem) if row.problem else None


def package(afar: Afar, package_id: str) -> PackageRow:
    with afar.hub.ports.database.reading() as session:
        row = session.get(PackageRow, package_id)
    assert row is not None
    return row


def held(afar: Afar, who: Principal, **span: Any) -> tuple[str, str]:
    """Incident and lock, held by the owner."""
    incident = afar.incident(who)
    lock = afar.lock(who, incident, **span)
    afar.worker().ask_once()
    assert status(afar, lock)[0] == "held"
    return incident, lock


def exported(afar: Afar, who: Principal, incident: str) -> str:
    return afar.service(who, Action.EVIDENCE_EXPORT).export(who, incident, "oficio 12")


def steps(afar: Afar) -> list[tuple[str, str, str]]:
    with afar.site.ports.database.reading() as session:
        return [(row.kind, row.agency_id, row.person_name) for row in reversed(all_given(session))]


def test_a_lock_is_requested_until_the_owner_holds_it(afar: Afar, petra: Principal) -> None:
    grant = afar.agree()
    incident = afar.incident(petra)
    lock = afar.lock(petra, incident)
    assert status(afar, lock) == ("requested", None)
    worker = afar.worker()
    afar.down = True
    worker.ask_once()
    asked, why = status(afar, lock)
    assert asked == "requested"
    assert why is not None
    assert "no link" in why
    afar.down = False
    worker.ask_once()
    assert status(afar, lock)[0] == "requested", "a pause is kept"
    afar.clock.advance(2)
    worker.ask_once()
    assert status(afar, lock) == ("held", None)
    assert afar.footage.lock_calls == [lock]
    with afar.site.ports.database.reading() as session:
        (row,) = all_given(session)
    assert (row.kind, row.agency_id, row.person_name, row.grant_id) == ("locked", TAKER, "petra", grant.id)
    assert (row.purpose, row.case_number, row.segments) == ("Robo", "2026-118", 4)


def test_asking_twice_holds_once(afar: Afar, petra: Principal) -> None:
    """The answer was lost on its way: the owner is asked again and has one lock, one step of custody."""
    afar.agree()
    incident = afar.incident(petra)
    lock = afar.lock(petra, incident)
    row = afar.hub.ports.database
    with row.reading() as session:
        item = repository.item_of(session.get(EvidenceRow, lock))
    first, again = afar.far(petra).lock(item), afar.far(petra).lock(item)
    assert first == again
    assert steps(afar) == [("locked", TAKER, "petra")]


def test_without_the_right_evidence_nothing_is_asked(afar: Afar, petra: Principal) -> None:
    afar.agree(rights=frozenset({"live", "playback"}))
    incident = afar.incident(petra)
    with pytest.raises(Forbidden) as refused:
        afar.lock(petra, incident)
    assert refused.value.params["reason"] == "right"
    assert afar.footage.lock_calls == []


def test_a_grant_that_ends_before_the_site_is_asked_is_a_refusal_with_its_reason(afar: Afar, petra: Principal) -> None:
    afar.agree(expires_at=afar.clock.now() + timedelta(minutes=5))
    lock = afar.lock(petra, afar.incident(petra))
    afar.clock.advance(600)
    afar.worker().ask_once()
    asked, why = status(afar, lock)
    assert asked == "failed"
    assert "expired" in str(why)
    newest = afar.audited("evidence.lock")[0]
    assert (newest.allowed, newest.reason, detail_of(newest)["lock_id"]) == (False, "expired", lock)
    assert afar.footage.lock_calls == []


def test_a_span_outside_the_grants_is_refused_by_both(afar: Afar, petra: Principal) -> None:
    afar.agree(span=(START, START + timedelta(seconds=8)))
    incident = afar.incident(petra)
    with pytest.raises(Forbidden) as refused:
        afar.lock(petra, incident, end_s=12)
    assert refused.value.params["reason"] == "span"
    lock = afar.lock(petra, incident)  # inside
    with afar.hub.ports.database.session() as session:  # a hub in wrong hands asks for more
        row = session.get(EvidenceRow, lock)
        assert row is not None
        row.ended_at = START + timedelta(seconds=12)
    afar.worker().ask_once()
    assert status(afar, lock)[0] == "failed"
    assert afar.footage.lock_calls == []


def test_an_owner_whose_disk_is_full_says_so_and_holds_later(
    afar: Afar, petra: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    afar.agree()
    real = afar.footage.lock

    def full(*_args: object) -> LockReport:
        raise StoreFull(path="/recordings")

    monkeypatch.setattr(afar.footage, "lock", full)
    lock = afar.lock(petra, afar.incident(petra))
    worker = afar.worker()
    worker.ask_once()
    asked, why = status(afar, lock)
    assert asked == "failed"
    assert "/recordings" in str(why)
    assert steps(afar) == []
    monkeypatch.setattr(afar.footage, "lock", real)
    afar.clock.advance(5)
    worker.ask_once()
    assert status(afar, lock)[0] == "held"


def test_who_has_logged_out_is_waited_for(afar: Afar, petra: Principal) -> None:
    afar.agree()
    lock = afar.lock(petra, afar.incident(petra))
    with afar.hub.ports.database.session() as session:
        afar.sessions.revoke(session, TAKER, petra.user_id)
    worker = afar.worker()
    worker.ask_once()
    asked, why = status(afar, lock)
    assert asked == "requested"
    assert "petra" in str(why)
    afar.log_in_again(petra.user_id)
    afar.clock.advance(5)
    worker.ask_once()
    assert status(afar, lock)[0] == "held"


def test_a_package_has_the_originals_and_the_owners_signed_words(afar: Afar, petra: Principal, tmp_path: Path) -> None:
    grant = afar.agree()
    incident, lock = held(afar, petra)
    package_id = exported(afar, petra, incident)
    afar.worker().build_once()
    row = package(afar, package_id)
    assert row.state == "ready", row.problem
    folder = packages_folder(afar.hub.ports.data_directory) / package_id
    assert verified(afar, folder) == ()
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (span,) = manifest["spans"]
    origin = span["origin"]
    assert (origin["agency_id"], origin["site_id"], origin["grant_id"]) == (OWNER, SITE, grant.id)
    assert (origin["purpose"], origin["case_number"], origin["taken_by"]) == ("Robo", "2026-118", "petra")
    assert len(span["segments"]) == 4
    for segment in span["segments"]:
        original = afar.footage.segment_path(segment["segment_id"])
        assert sha256_file(folder / segment["file"]) == sha256_file(original) == segment["sha256"]
    assert len(span["stills"]) == 3
    kinds = [act["kind"] for act in manifest["chain_of_custody"] if act["subject_id"] == lock]
    assert kinds == ["request_lock", "hold", "export", "received"]
    assert steps(afar) == [("locked", TAKER, "petra"), ("taken", TAKER, "petra"), ("received", TAKER, "petra")]
    files = [one for one in afar.audited("evidence.export") if detail_of(one)["op"] == "footage.segment_file"]
    assert {detail_of(one)["segment_id"] for one in files} == {"1", "2", "3", "4"}
    assert {detail_of(one)["package_id"] for one in files} == {package_id}
    assert not (pulled_folder(afar.hub.ports.data_directory) / package_id).exists()


def verified(afar: Afar, folder: Path) -> tuple[str, ...]:
    key = afar.folder / "public.pem"
    key.write_bytes(Signer.open(afar.folder / "keys" / "evidence.pem").public_pem)
    return tuple(one.message.key for one in verify_package(folder, read_public_key(key)).problems)


def test_an_interrupted_pull_goes_on_where_it_stopped(afar: Afar, petra: Principal) -> None:
    afar.agree()
    incident, lock = held(afar, petra)
    package_id = exported(afar, petra, incident)
    afar.cut_after = 512
    sizes = {one.id: one.octets for one in afar.footage.segments("plaza", START, START + timedelta(seconds=8))}
    assert min(sizes.values()) > 1024, "each file needs several tries"
    afar.worker().build_once()
    row = package(afar, package_id)
    assert (row.state, row.problem is not None) == ("building", True)
    come = package_out(row, "en", pulled_folder(afar.hub.ports.data_directory)).pulled
    assert come is not None
    assert (come.segments, come.bytes) == (0, 512)
    assert (come.of_segments, come.of_bytes) == (len(sizes), sum(sizes.values()))
    tries = 0
    while package(afar, package_id).state == "building":
        tries += 1
        assert tries < 100
        afar.clock.advance(60)
        afar.worker().build_once()  # a new process each time
    row = package(afar, package_id)
    assert row.state == "ready", row.problem
    assert package_out(row, "en", pulled_folder(afar.hub.ports.data_directory)).pulled is None
    crossed = sum(octets for _, octets in afar.sent)
    assert crossed == sum(sizes.values()), "no octet crossed twice"
    taken = [kind for kind, _, _ in steps(afar)]
    assert taken == ["locked", "taken", "received"]
    with afar.hub.ports.database.reading() as session:
        acts = acts_of(session, SubjectKind.EVIDENCE, lock)
        told = evidence_out(session.get_one(EvidenceRow, lock), fold_evidence(acts), acts, "en")
    assert [act.kind for act in acts].count(ActKind.RECEIVED) == 1
    assert (told.agency_id, told.received, told.conflicting_acts) == (OWNER, True, [])


def test_octets_that_a_power_cut_spoiled_are_fetched_anew(afar: Afar, petra: Principal) -> None:
    afar.agree()
    incident, lock = held(afar, petra)
    package_id = exported(afar, petra, incident)
    afar.cut_after = 512
    afar.worker().build_once()
    (part,) = (pulled_folder(afar.hub.ports.data_directory) / package_id / lock).glob("*.part")
    part.write_bytes(bytes(part.stat().st_size))
    afar.cut_after = None
    afar.clock.advance(60)
    afar.worker().build_once()
    assert package(afar, package_id).state == "ready", package(afar, package_id).problem


def test_a_changed_byte_at_the_owner_is_found_and_nothing_is_handed_over(afar: Afar, petra: Principal) -> None:
    afar.agree()
    incident, _ = held(afar, petra)
    path = afar.footage.segment_path(2)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    package_id = exported(afar, petra, incident)
    afar.worker().build_once()
    row = package(afar, package_id)
    assert row.state == "failed"
    assert "plaza-1.mp4" in json.dumps(row.problem)
    assert not (packages_folder(afar.hub.ports.data_directory) / package_id).exists()
    assert "received" not in [kind for kind, _, _ in steps(afar)]


@pytest.mark.parametrize("what", ["octets", "signature", "another lock"])
def test_what_is_not_the_owners_word_is_not_believed(afar: Afar, petra: Principal, what: str) -> None:
    afar.agree()
    incident, _ = held(afar, petra)

    def tamper(op: str, value: Any) -> Any:
        if op != "evidence.statement":
            return value
        told = json.loads(value["text"])
        if what == "octets":
            told["segments"][0]["sha256"] = "0" * 64
        if what == "another lock":
            told["lock_id"] = "other"
        signature = "00" * 64 if what == "signature" else value["signature"]
        return {"text": canonical_json(told).decode(), "signature": signature}

    afar.tamper = tamper
    package_id = exported(afar, petra, incident)
    afar.worker().build_once()
    row = package(afar, package_id)
    assert row.state == "failed"
    assert "owner-statement" in json.dumps(row.problem)
    assert afar.sent == []


def test_an_export_is_refused_where_a_grant_has_ended_and_never_made_smaller(afar: Afar, petra: Principal) -> None:
    afar.agree(expires_at=afar.clock.now() + timedelta(minutes=5))
    incident, _ = held(afar, petra)
    afar.clock.advance(600)
    with pytest.raises(Forbidden) as refused:
        exported(afar, petra, incident)
    assert refused.value.params["reason"] == "expired"


def test_an_operator_may_lock_and_not_export(afar: Afar) -> None:
    olga = afar.log_in("olga", role=Role.OPERATOR)
    afar.agree()
    incident, lock = held(afar, olga)
    with afar.hub.ports.database.reading() as session:
        item = repository.item_of(session.get(EvidenceRow, lock))
    with pytest.raises(Forbidden):
        afar.far(olga).collect(item, "p1", afar.folder / "pulled", lambda: False)
    assert incident
    assert [kind for kind, _, _ in steps(afar)] == ["locked"]


def test_a_package_with_other_originals_than_the_owner_signed_for_is_not_authentic(
    afar: Afar, petra: Principal
) -> None:
    """Whoever holds the hub's key puts another file in and signs anew: the owner's words give it away."""
    afar.agree()
    incident, _ = held(afar, petra)
    package_id = exported(afar, petra, incident)
    afar.worker().build_once()
    folder = packages_folder(afar.hub.ports.data_directory) / package_id
    manifest = json.loads((folder / "manifest.json").read_bytes())
    segment = manifest["spans"][0]["segments"][0]
    (folder / segment["file"]).write_bytes(b"another film")
    segment |= {"sha256": sha256_file(folder / segment["file"]), "bytes": 12}
    for one in manifest["files"]:
        if one["path"] == segment["file"]:
            one |= {"sha256": segment["sha256"], "bytes": 12}
    data = canonical_json(manifest)
    (folder / "manifest.json").write_bytes(data)
    signer = Signer.open(afar.folder / "keys" / "evidence.pem")
    (folder / "manifest.sig").write_bytes(signer.sign(data))
    assert verified(afar, folder) == ("evidence-verify-owner-segments",)


def test_a_site_that_has_just_started_is_waited_for_and_nothing_fails(afar: Afar, petra: Principal) -> None:
    """For some seconds after its start a site takes no passes: one of them may have been used before."""
    afar.agree()
    lock = afar.lock(petra, afar.incident(petra))
    afar.restart_site()
    worker = afar.worker()
    worker.ask_once()
    asked, why = status(afar, lock)
    assert asked == "requested"
    assert "restart" in str(why)
    afar.clock.advance(20)
    worker.ask_once()
    assert status(afar, lock)[0] == "held"
    incident = incident_of(afar, lock)
    package_id = exported(afar, petra, incident)
    afar.restart_site()
    worker.build_once()
    assert package(afar, package_id).state == "building"
    afar.clock.advance(20)
    worker.build_once()
    assert package(afar, package_id).state == "ready", package(afar, package_id).problem


def incident_of(afar: Afar, evidence_id: str) -> str:
    with afar.hub.ports.database.reading() as session:
        row = session.get(EvidenceRow, evidence_id)
    assert row is not None
    return row.incident_id
