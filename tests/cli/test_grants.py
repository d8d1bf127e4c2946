"""`veedor grants` at a desk that no hub is joined to: told as on the sharing screen, ended at once, audited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from conftest import REPOSITORY
from desk.desks import PASSWORD, serving
from desk.two_agencies import MUNI, PNP, Two, make
from veedor.cli import output
from veedor.cli.app import app
from veedor.cli.grant_words import Known, sentence_of
from veedor.desk.audit.entry import detail_of
from veedor.desk.audit.log import AuditQuery

CASES = json.loads((REPOSITORY / "web" / "tests" / "grant-sentences.json").read_text(encoding="utf-8"))


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Two]:
    """The municipality's desk has its own key, and not the comisaría's."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("VEEDOR_URL", "VEEDOR_TOKEN", "VEEDOR_CA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(output, "lang", "en")
    monkeypatch.setattr(output.out, "width", 400)  # whatever the terminal of the tests had when this was imported
    desk = make(tmp_path, None, MUNI, PNP)
    people: dict[str, httpx.Client] = {}
    with serving(desk.app) as desk.url:
        yield Two(desk, people)
        for client in people.values():
            client.close()
    desk.ports.database.close()


def veedor(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=typed)


def log_in(two: Two, who: str) -> None:
    assert veedor("login", "--url", two.desk.url, "--user", who, typed=f"{PASSWORD}\n").exit_code == 0


def read(*arguments: str) -> Any:
    answer = veedor("grants", *arguments, "--json")
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_sentence_is_that_of_the_sharing_screen(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "lang", lang)
    known = Known(CASES["time_zone"], CASES["cameras"])
    assert CASES["grants"]
    for case in CASES["grants"]:
        assert sentence_of(case["grant"], known) == case[lang]


def test_grants_are_listed_with_where_they_stand(two: Two) -> None:
    active, draft = two.agree(), two.draft(rights=["alerts"], cameras={"kind": "all"})
    log_in(two, "mario")
    shown = veedor("grants", "list").stdout
    assert "may watch live and play back the camera Plaza of" in shown
    assert "may get alerts of all cameras of" in shown
    for part in (active, draft, "given", "Active", "Draft · Waits for your signature"):
        assert part in shown
    assert [one["id"] for one in read("list")] == [draft, active]
    assert [one["id"] for one in read("list", "--state", "active", "--state", "revoked")] == [active]
    assert "received" in [log_in(two, "petra"), veedor("grants", "list").stdout][1]


def test_one_is_shown_with_who_signed(two: Two) -> None:
    grant_id = two.agree(note="Convenio 14-2026 [bold]")
    log_in(two, "omar")
    shown = veedor("grants", "show", grant_id).stdout
    assert "Convenio 14-2026 [bold]" in shown
    assert [part for part in ("signed · mario", "signed · petra", "In force: ") if part not in shown] == []
    (whole,) = [one for one in read("list") if one["id"] == grant_id]
    assert read("show", grant_id) == whole
    assert veedor("grants", "show", "no-such-grant").exit_code == 2


def test_the_owner_revokes_at_its_own_site(two: Two) -> None:
    grant_id = two.agree()
    assert two.looks(two.pablo) == 200
    log_in(two, "mario")
    assert veedor("grants", "revoke", grant_id).exit_code == 2  # a reason is owed to the other agency
    assert veedor("grants", "revoke", grant_id, "--reason", " ").exit_code == 2
    assert two.looks(two.pablo) == 200
    done = veedor("grants", "revoke", grant_id, "--reason", "Oficio 12")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Revoked\n")
    assert two.looks(two.pablo) == 403
    assert "revoked · mario · Oficio 12" in veedor("grants", "show", grant_id).stdout
    assert veedor("grants", "revoke", grant_id, "--reason", "Otra vez").exit_code == 2
    entries = two.desk.audit.entries(AuditQuery(action="grant.sign", resource_id=grant_id, username="mario"))
    assert "Oficio 12" in {detail_of(one).get("reason") for one in entries if one.allowed}


def test_who_may_not_sign_revokes_nothing(two: Two) -> None:
    grant_id = two.agree()
    for who in ("omar", "sara"):
        log_in(two, who)
        assert veedor("grants", "revoke", grant_id, "--reason", "No").exit_code in (2, 4)
        assert two.looks(two.pablo) == 200
    assert read("list") == []  # of another agency than these two
    assert veedor("grants", "show", grant_id).exit_code == 2
