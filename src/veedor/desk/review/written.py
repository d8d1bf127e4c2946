"""A rule as it is written, in one value that is another where the rule is another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from veedor.kit.hashing import canonical_json, sha256_bytes

_PLACES = (("zone", "zones"), ("tripwire", "tripwires"))
_OF_NO_MATTER = frozenset({"name", "severity"})  # they change how an event is told, not which there are


def fingerprints(document: Mapping[str, Any]) -> dict[str, str]:
    """Of every rule of a camera, by name: what it looks for, and the outline of its place."""
    found: dict[str, str] = {}
    for rule in document.get("rules") or ():
        if not isinstance(rule, Mapping) or not isinstance(rule.get("name"), str):
            continue
        said = {key: value for key, value in rule.items() if key not in _OF_NO_MATTER}
        places = [(document.get(section) or {}).get(rule[key]) for key, section in _PLACES if rule.get(key)]
        found[rule["name"].strip()] = sha256_bytes(canonical_json({"rule": said, "places": places}))
    return found
