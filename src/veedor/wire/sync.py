"""`hub.sync`: what a site and its hub tell each other every few seconds, and at once when something changed.

It is state, never a log: told twice it is the same, and each side says only what the other does not have. A site's
question: `boot` (which run of the site speaks), `version` (of the program), `protocol` (of the link, see
`wire/version.py`; without it: 1), `cameras` (their digest; the list where the hub asked for it), `streams`, `health`,
`people` (who may log in), `knows` (what it has of the hub's roster), `grants`. The answer: `now`, `protocol`,
`lease_s`, `doubled` (two machines speak with this site's identity), `send_cameras`, `agencies`, `grants`, `knows`
(marks of its grants), `position` (how far the hub has read the site's log), `again_s` (when to ask again: the more
sites, the later; a site with news asks within 5 s, and one that has to hear some is called at once).

`roster` and `sites` (`wire/roster.py`) are what the hub signed of agencies and sites; a site keeps both, and has them
in its question once `send_roster` asks for them. About once a minute both have `heads` too: signed heads of audit
chains (`wire/heads.py`). `seals`: see `wire/seals.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from veedor.kit.hashing import canonical_json, sha256_bytes
from veedor.model.agency import Agency, kind_of
from veedor.model.grant import Grant
from veedor.model.grant_reading import MalformedGrant, grant_of, statement_of
from veedor.model.statement import Statement

SYNC_EVERY_S = 5.0  # of few sites
LEASE_S = 900.0
_QUESTIONS_PER_S = 7.0  # that a hub is asked where there is no news
_LONGEST_S = 30.0
_MISSED = 3  # questions that do not come before a site counts as away

Told = tuple[Grant, tuple[Statement, ...]]


def every_s(sites: int) -> float:
    """How often each of so many sites asks a hub."""
    return min(max(SYNC_EVERY_S, sites / _QUESTIONS_PER_S), _LONGEST_S)


def again_s(answer: Mapping[str, Any]) -> float:
    """When a site asks again, as the hub said. One of a version that does not say so has few sites."""
    told = answer.get("again_s")
    if not isinstance(told, int | float) or isinstance(told, bool):
        return SYNC_EVERY_S
    return min(max(float(told), 1.0), _LONGEST_S)


def away_after_s(sites: int) -> float:
    """How long nothing is heard of one of so many sites before it counts as away."""
    return _MISSED * every_s(sites)


def agency_to_json(agency: Agency) -> dict[str, Any]:
    return {
        "id": agency.id,
        "name": agency.name,
        "kind": agency.kind.value,
        "parent_id": agency.parent_id,
        "area": dict(agency.area) if agency.area is not None else None,
        "public_key": agency.public_key,
        "hosted": agency.hosted,
    }


def agency_from_json(value: dict[str, Any]) -> Agency:
    """Raises KeyError. A kind of a newer version is `other`; what an older one does not say is none."""
    return Agency(
        id=str(value["id"]),
        name=str(value["name"]),
        kind=kind_of(str(value["kind"])),
        parent_id=value.get("parent_id"),
        area=value.get("area"),
        public_key=value.get("public_key"),
        hosted=bool(value.get("hosted")),
    )


def marks(told: Iterable[Told]) -> dict[str, str]:
    """Of each grant, a mark that changes with its statements: the same at both ends when both know the same."""
    return {grant.id: _mark(statements) for grant, statements in told}


def missing(told: Iterable[Told], known: dict[str, Any]) -> list[dict[str, Any]]:
    """Grants, with their statements, of which the other side has another mark, or none; drafts stay at home."""
    return [
        {"terms": grant.terms(), "statements": [one.plain() for one in statements]}
        for grant, statements in told
        if statements and known.get(grant.id) != _mark(statements)
    ]


def grants_from_json(values: Sequence[dict[str, Any]]) -> tuple[list[Grant], list[Statement]]:
    """What came; what this version cannot read is passed over, for it may not decide about it."""
    grants: list[Grant] = []
    statements: list[Statement] = []
    for value in values:
        try:
            grant = grant_of(value["terms"])
            stated = [statement_of(one) for one in value["statements"]]
        except (MalformedGrant, KeyError, TypeError):
            continue
        grants.append(grant)
        statements += stated
    return grants, statements


def agencies_digest(agencies: Iterable[dict[str, Any]]) -> str:
    return sha256_bytes(canonical_json(sorted(agencies, key=lambda one: str(one["id"]))))


def _mark(statements: Iterable[Statement]) -> str:
    return sha256_bytes(canonical_json(sorted(one.id for one in statements)))[:16]
