"""Commitments: an opening fits its own seal, and nothing that was changed does."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from veedor.model.seal import Opening, case_key, new_opening, seal_of

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(days=30)
OPENING = new_opening("pnp", "u1", "quispe", "CASO-77319", NOW)
SEAL = OPENING.seal(UNTIL)


def test_it_fits_and_is_the_hmac_that_it_says() -> None:
    assert OPENING.fits(SEAL, "pnp")
    text = (
        f'{{"agency":"pnp","case":"CASO-77319","context":"veedor-seal-1","seal":"{SEAL.id}"}}'  # as anybody computes it
    )
    assert SEAL.case == hmac.new(bytes.fromhex(OPENING.secret), text.encode(), hashlib.sha256).hexdigest()
    assert SEAL.person != SEAL.case
    assert "quispe" not in str(SEAL.plain())
    assert seal_of(SEAL.plain()) == SEAL


@pytest.mark.parametrize("field", [one.name for one in fields(Opening) if one.name != "at"])
def test_a_changed_opening_does_not_fit(field: str) -> None:
    value = getattr(OPENING, field)
    changed = replace(OPENING, **{field: value[:-1] + ("0" if value[-1] != "0" else "1")})
    assert not changed.fits(SEAL, "pnp")


@pytest.mark.parametrize(
    "secret",
    ["", OPENING.secret[:-2], OPENING.secret + "00", OPENING.secret.upper() + " ", "g" * 64],
    ids=["none", "short", "long", "a blank", "no hex"],
)
def test_a_secret_of_another_length_is_none(secret: str) -> None:
    """HMAC would fill a short key with zeros, and two secrets could open one seal."""
    assert not replace(OPENING, secret=secret).fits(SEAL, "pnp")


def test_it_opens_one_seal_of_one_agency() -> None:
    assert not OPENING.fits(SEAL, "muni")
    assert not OPENING.fits(replace(SEAL, id="0" * 32), "pnp")
    again = new_opening("pnp", "u1", "quispe", "CASO-77319", NOW).seal(UNTIL)
    assert {again.person, again.case}.isdisjoint({SEAL.person, SEAL.case}), "each sealing has a secret of its own"


@pytest.mark.parametrize(
    "change",
    [{"id": "x"}, {"person": "b" * 63}, {"case": "B" * 64}, {"until": "2026-04-01T00:00:00"}, {"until": "soon"}],
)
def test_what_is_no_seal_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"until|seal|isoformat"):
        seal_of({**SEAL.plain(), **change})


def test_a_case_is_the_same_however_it_is_written() -> None:
    assert case_key("Caso 77.319") == case_key("CASO-77319") == "caso77319"
    assert case_key(" - ") == ""
