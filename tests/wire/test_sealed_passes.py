"""Passes of sealed persons: what a site believes, and what one of an older version makes of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from veedor.model.seal import Seal, new_opening
from veedor.wire import passes
from veedor.wire.keys import SigningKey
from veedor.wire.passes import PassRefused, decode_pass
from wire.test_passes import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def seal_of(site: Site, days: float = 30) -> Seal:
    return new_opening("pnp", "u1", "ana", "2026-118", site.clock.now()).seal(site.clock.now() + timedelta(days=days))


def sealed(site: Site, under: Seal, /, **changes: Any) -> str:
    """`changes` as in `Site.text`."""
    names = {"who_person": under.name, "who_name": under.name, "who_seal": under, "who_session": "s9", "session": "s9"}
    return site.text(**{**names, "person": under.name, "case": None, "seal": under.id, **changes})


def test_a_sealed_pass_names_the_seal_and_nothing_else(site: Site) -> None:
    seal = seal_of(site)
    text = sealed(site, seal)
    proved = site.check.check(text)
    assert (proved.identity.seal, proved.identity.person, proved.asked.case) == (seal, seal.name, None)
    _, who, _, what = decode_pass(text)
    assert who.fields["crit"] == what.fields["crit"] == ["seal"]
    assert b"ana" not in who.signed + what.signed
    assert b"2026-118" not in who.signed + what.signed
    assert "seal" not in decode_pass(site.text(id="p2"))[1].fields, "others have the text that they always had"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: {"case": "2026-118"}, "seal"),
        (lambda _: {"who_name": "ana"}, "seal"),
        (lambda _: {"who_person": "u1", "person": "u1"}, "seal"),
        (lambda _: {"seal": "0" * 32}, "seal"),
        (lambda _: {"who_seal": None, "seal": None}, "seal"),  # who has no seal cannot call themselves sealed
        (lambda site: {"who_seal": seal_of(site)}, "seal"),
        (lambda site: {"who_expires_at": site.clock.now() + timedelta(hours=1, seconds=1)}, "seal-life"),
        (lambda site: {"who_issued_at": site.clock.now() - timedelta(hours=11)}, None),
    ],
)
def test_what_does_not_hold_together_is_refused(
    site: Site, change: Callable[[Site], dict[str, Any]], reason: str | None
) -> None:
    seal = seal_of(site, days=1 / 24)
    life = {"who_expires_at": seal.until}
    text = sealed(site, seal, **{**life, **change(site)})
    if reason is None:
        site.check.check(text)
    else:
        assert site.refusal(text) == reason


def test_a_seal_has_an_end(site: Site) -> None:
    assert site.refusal(sealed(site, seal_of(site, days=91))) == "seal-life"
    seal = seal_of(site, days=1)
    late = sealed(site, seal)
    site.clock.advance(86_400 + 11)
    assert site.refusal(late) == "identity-expired"


def test_a_site_of_the_version_before_refuses_a_sealed_pass(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reader knows the fields of then; what `crit` names and it does not know refuses the document."""
    text, plain = sealed(site, seal_of(site)), site.text()

    def understood(told: dict[str, Any], kind: type) -> None:
        known = {one.name for one in dataclasses.fields(kind)} - {"seal"}
        if not known <= set(told) or not set(told.get("crit", [])) <= known:
            raise KeyError("crit")

    monkeypatch.setattr(passes, "understood", understood)
    assert site.refusal(text) == "malformed"
    site.check.check(plain)


def test_the_hub_cannot_take_the_seal_out(site: Site) -> None:
    """It has the login's key, not the agency's."""
    seal = seal_of(site)
    forger = SigningKey.generate()
    assert site.refusal(sealed(site, seal, agency_key=forger)) == "identity-signature"
    with pytest.raises(PassRefused):
        site.check.check(sealed(site, seal, person="u1"))
