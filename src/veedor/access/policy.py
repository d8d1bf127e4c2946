"""The policy: readable files in `policies/`, evaluated by Cedar. Nothing here knows what the rules say.

In Cedar a rule that cannot be computed is passed over, a forbidding one too. Here it refuses: see `_allows`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import cedarpy

from veedor.model.covering import Findings

_FOLDER = Path(__file__).parent / "policies"


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """What the rules may know of a grant."""

    owner: str
    grantee: str
    lease_holds: bool
    found: Findings


@dataclass(frozen=True, slots=True)
class Question:
    """One decision, with all that it depends on: the same question has the same answer."""

    roles: frozenset[str]
    agency: str
    action: str
    owner: str
    grant: GrantFacts | None = None


@lru_cache(maxsize=20_000)
def allows(question: Question) -> bool:
    """Whether the policy allows it."""
    return decide(question)


def decide(question: Question) -> bool:
    """`allows` without its memory."""
    return _allows(cedarpy.is_authorized(_request(question), _policies(), _entities(question)))


def role_table(roles: Sequence[str], actions: Sequence[str]) -> dict[Any, list[Any]]:
    """Which actions each role has, on things of one's own agency."""
    table: dict[Any, list[Any]] = {}
    for role in roles:
        questions = [Question(frozenset({str(role)}), "own", str(action), "own") for action in actions]
        requests = [_request(one) for one in questions]
        answers = cedarpy.is_authorized_batch(requests, _policies(), _entities(questions[0]))
        table[role] = [action for action, answer in zip(actions, answers, strict=True) if _allows(answer)]
    return table


@cache
def _policies() -> cedarpy.PolicySet:
    files = sorted(_FOLDER.glob("*.cedar"))
    return cedarpy.PolicySet.from_str("\n".join(file.read_text(encoding="utf-8") for file in files))


def _allows(answer: cedarpy.AuthzResult) -> bool:
    return bool(answer.allowed) and not answer.diagnostics.errors


def _request(question: Question) -> dict[str, Any]:
    context: Mapping[str, Any] = {}
    if question.grant is not None:
        found = asdict(question.grant.found)
        context = {
            "grant": {
                **found,
                "unmet": sorted(question.grant.found.unmet),
                "owner": question.grant.owner,
                "grantee": question.grant.grantee,
                "lease_holds": question.grant.lease_holds,
            }
        }
    return {
        "principal": {"type": "Person", "id": "who"},
        "action": {"type": "Action", "id": question.action},
        "resource": {"type": "Thing", "id": "what"},
        "context": context,
    }


def _entities(question: Question) -> list[dict[str, Any]]:
    roles = [{"type": "Role", "id": role} for role in sorted(question.roles)]
    return [
        {"uid": {"type": "Person", "id": "who"}, "attrs": {"agency": question.agency}, "parents": roles},
        {"uid": {"type": "Thing", "id": "what"}, "attrs": {"owner": question.owner}, "parents": []},
    ]
