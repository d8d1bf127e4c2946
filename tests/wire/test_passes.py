"""Passes: each byte counts, each pass once, each at its own site, and time never runs backward."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import ConfigError, StoreCorrupt
from veedor.model.seal import Seal
from veedor.wire.keys import AgencyKey, SessionKey
from veedor.wire.passcheck import SKEW, HighWater, PassCheck
from veedor.wire.passes import Identity, Pass, PassRefused, decode_pass, encode_identity, encode_pass

AGENCY, OTHER, SESSION = AgencyKey.generate(), AgencyKey.generate(), SessionKey.generate()
SEAL = Seal("a" * 32, datetime(2026, 4, 1, tzinfo=UTC), "b" * 64, "c" * 64)
AFTER_START_S = 60.0  # a site takes no passes from before it ran


class Site:
    """A site that has pinned the key of `pnp`, and what its callers carry."""

    def __init__(self, directory: Path) -> None:
        self.clock = SimulatedClock()
        self.file = directory / "high-water"
        self.pinned = {"pnp": AGENCY.public_hex}
        self.check = self.started()
        self.clock.advance(AFTER_START_S)

    def started(self) -> PassCheck:
        return PassCheck("site-1", self.pinned.get, HighWater(self.file, self.clock))

    def identity(self, **changes: Any) -> Identity:
        now = self.clock.now()
        one = Identity(
            agency="pnp",
            person="u1",
            name="ana",
            roles=("operator",),
            session="s1",
            session_key=SESSION.public_hex,
            issued_at=now - timedelta(minutes=5),
            expires_at=now + timedelta(hours=8),
        )
        return replace(one, **changes)

    def asked(self, **changes: Any) -> Pass:
        now = self.clock.now()
        one = Pass(
            id="p1",
            agency="pnp",
            person="u1",
            session="s1",
            site="site-1",
            action="live.watch",
            cameras=("plaza",),
            issued_at=now,
            expires_at=now + timedelta(seconds=60),
            purpose="Robo",
            case="2026-118",
            grant="g1",
            span=(now - timedelta(hours=1), now),
        )
        return replace(one, **changes)

    def text(self, *, agency_key: AgencyKey = AGENCY, session_key: SessionKey = SESSION, **changes: Any) -> str:
        """`who_<field>` changes the identity, any other name the pass."""
        who = {name.removeprefix("who_"): value for name, value in changes.items() if name.startswith("who_")}
        what = {name: value for name, value in changes.items() if not name.startswith("who_")}
        return encode_pass(encode_identity(self.identity(**who), agency_key), self.asked(**what), session_key)

    def refusal(self, text: str) -> str:
        with pytest.raises(PassRefused) as refused:
            self.check.check(text)
        return str(refused.value.params["reason"])


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_good_pass_says_who_and_what(site: Site) -> None:
    proved = site.check.check(site.text())
    assert proved.identity == site.identity()
    assert proved.asked == site.asked()
    assert b"alg" not in json.dumps([one.name for one in (*fields(Identity), *fields(Pass))]).encode()


def test_every_character_counts(site: Site) -> None:
    text = site.text()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place, letter in enumerate(text):
        swapped = "." if letter != "." and place % 50 == 0 else alphabet[(alphabet.find(letter) + 1) % 64]
        assert site.refusal(text[:place] + swapped + text[place + 1 :]), place
    for changed in (text + "A", text + "=", text + ".", text[:-1], text.replace(".", " ", 1), " " + text, "", "á..."):
        assert site.refusal(changed) == "malformed"
    site.check.check(text)  # none of that used it up


@pytest.mark.parametrize("field", [one.name for one in fields(Pass)])
def test_a_changed_field_of_a_pass_is_not_signed(site: Site, field: str) -> None:
    value = getattr(site.asked(), field) or "0" * 32
    changed = site.asked(**{field: other(value)})
    forged = encode_pass("I", changed, SESSION).split(".")[1]
    who_payload, who_signature, _, signature = site.text().split(".")
    assert site.refusal(f"{who_payload}.{who_signature}.{forged}.{signature}") == "pass-signature"


@pytest.mark.parametrize("field", [one.name for one in fields(Identity)])
def test_a_changed_field_of_an_identity_is_not_signed(site: Site, field: str) -> None:
    changed = {field: SEAL if field == "seal" else other(getattr(site.identity(), field))}
    forged = encode_identity(site.identity(**changed), AGENCY).split(".")[0]
    _, who_signature, payload, signature = site.text().split(".")
    expected = "unpinned" if field == "agency" else "identity-signature"
    assert site.refusal(f"{forged}.{who_signature}.{payload}.{signature}") == expected


def other(value: Any) -> Any:
    """The same kind of value, a little different."""
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1] != "0" else "1")
    if isinstance(value, tuple):
        return (*value[:-1], other(value[-1]))
    return value + timedelta(microseconds=1)


def test_once_and_never_again(site: Site) -> None:
    text = site.text()
    site.check.check(text)
    assert site.refusal(text) == "replay"
    site.clock.advance(30)
    assert site.refusal(text) == "replay"
    site.clock.advance(60)
    assert site.refusal(text) == "expired"
    site.check.check(site.text(id="p2"))


def test_a_restart_forgives_no_replay(site: Site) -> None:
    text = site.text()
    site.check.check(text)
    ahead = site.text(id="p3", issued_at=site.clock.now() + SKEW, expires_at=site.clock.now() + timedelta(seconds=60))
    site.check.check(ahead)
    site.check = site.started()
    assert site.refusal(text) == "restart"
    assert site.refusal(ahead) == "restart"
    site.clock.advance(13)
    assert site.refusal(text) == "restart"
    site.check.check(site.text(id="p2"))


def test_time_never_runs_backward(site: Site) -> None:
    text = site.text(id="p9")
    site.clock.advance(3600)
    site.check.check(site.text(id="p2"))
    site.clock.step_wall(-3600)
    assert site.refusal(text) == "expired"
    assert site.refusal(site.text(id="p3")) == "expired"
    site.check = site.started()  # nor does a restart help
    assert site.refusal(text) == "expired"
    assert HighWater(site.file, site.clock).now() > site.clock.now() + timedelta(minutes=59)


def test_somebody_who_is_trusted_may_say_that_it_is_later(site: Site) -> None:
    high = HighWater(site.file, site.clock)
    later = site.clock.now() + timedelta(hours=1)
    assert high.see(later) == later
    assert high.see(later - timedelta(minutes=1)) == later
    assert HighWater(site.file, site.clock).now() == later


def test_a_damaged_high_water_stops_rather_than_guesses(site: Site) -> None:
    site.file.write_text("yesterday")
    with pytest.raises(StoreCorrupt):
        site.started()


def _seconds(value: float) -> Callable[[Site], Any]:
    return lambda site: site.clock.now() + timedelta(seconds=value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"site": "site-2"}, "site"),
        ({"person": "u2"}, "identity"),
        ({"agency": "muni"}, "identity"),
        ({"session": "s2"}, "identity"),
        ({"issued_at": _seconds(11), "expires_at": _seconds(71)}, "future"),
        ({"issued_at": _seconds(-75), "expires_at": _seconds(-15)}, "expired"),
        ({"expires_at": _seconds(61)}, "life"),
        ({"expires_at": _seconds(0)}, "life"),
        ({"who_agency": "other", "agency": "other"}, "unpinned"),
        ({"who_issued_at": _seconds(11)}, "identity-future"),
        ({"who_issued_at": _seconds(-3600), "who_expires_at": _seconds(-11)}, "identity-expired"),
        ({"who_issued_at": _seconds(-3600), "who_expires_at": _seconds(12 * 3600)}, "identity-life"),
        ({"who_session_key": SessionKey.generate().public_hex}, "pass-signature"),
        ({"who_session_key": "no key"}, "pass-signature"),
        ({"agency_key": OTHER}, "identity-signature"),
        ({"session_key": SessionKey.generate()}, "pass-signature"),
        ({"cameras": ("",)}, "malformed"),
        ({"action": ""}, "malformed"),
        ({"cameras": ("x" * 400,) * 100}, "malformed"),
    ],
)
def test_reasons(site: Site, changes: dict[str, Any], reason: str) -> None:
    plain = {name: value(site) if callable(value) else value for name, value in changes.items()}
    assert site.refusal(site.text(**plain)) == reason


def test_clocks_may_differ_a_little(site: Site) -> None:
    site.check.check(site.text(id="a", issued_at=_seconds(10)(site), expires_at=_seconds(70)(site)))
    site.check.check(site.text(id="b", issued_at=_seconds(-45)(site), expires_at=_seconds(-9)(site)))


def test_a_new_key_counts_once_it_is_pinned(site: Site) -> None:
    text = site.text(agency_key=OTHER)
    assert site.refusal(text) == "identity-signature"
    site.pinned["pnp"] = OTHER.public_hex
    site.check.check(text)
    assert site.refusal(site.text(id="p2")) == "identity-signature"


def test_one_sort_of_document_is_not_another(site: Site) -> None:
    who = encode_identity(site.identity(), AGENCY)
    with pytest.raises(PassRefused):
        decode_pass(f"{who}.{who}")
    # Even with the same fields: the sort is signed too.
    payload = site.text().split(".")[2]
    assert site.refusal(f"{who}.{payload}.{who.split('.')[1]}") == "pass-signature"


def test_the_agencys_key_is_a_private_file(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "agency.pem"
    key = AgencyKey.create(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert AgencyKey.load(file).public_hex == key.public_hex
    assert key.public_hex in repr(key)
    with pytest.raises(ConfigError):
        AgencyKey.create(file)
    assert AgencyKey.load(file).public_hex == key.public_hex
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="600"):
        AgencyKey.load(file)
    with pytest.raises(ConfigError):
        AgencyKey.load(tmp_path / "none.pem")
    assert [one.name for one in file.parent.iterdir()] == ["agency.pem"]
