"""Which rules say something where the camera looks now: zones, lines and metres are of one view, and of no other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from veedor.model.viewpoint import Viewpoint
from veedor.site.rules.composition import CompositionParams
from veedor.site.rules.rule import Rule
from veedor.site.rules.schema import RuleParams


def is_bound(params: RuleParams, *, has_ground: bool) -> bool:
    """Whether the rule means places of the picture: a zone, a line, metres, or what was learned of each place."""
    placed = any(getattr(params, name, None) is not None for name in ("zone", "tripwire", "preset"))
    return placed or params.needs_ground or params.uses_learned or (has_ground and params.uses_ground)


def is_in_force(params: RuleParams, viewpoint: Viewpoint | None, *, has_ground: bool) -> bool:
    """Whether a rule runs at `viewpoint`; compositions: see `resting`."""
    if viewpoint is None or not is_bound(params, has_ground=has_ground):
        return True
    at_home = params.needs_ground or params.uses_learned or (has_ground and params.uses_ground)
    return viewpoint.is_at(getattr(params, "preset", None)) and (not at_home or viewpoint.is_at(None))


def resting(rules: Iterable[RuleParams], viewpoint: Viewpoint | None, *, has_ground: bool) -> frozenset[str]:
    """Names of the rules that rest at `viewpoint`, with those that hear them: what nobody looked for is not absent.
    `rules` in the order in which they hear each other."""
    names: set[str] = set()
    for one in rules:
        heard = (
            {name for group in one.refers().values() for name in group} if isinstance(one, CompositionParams) else ()
        )
        if not is_in_force(one, viewpoint, has_ground=has_ground) or names.intersection(heard):
            names.add(one.name)
    return frozenset(names)


def fresh(rule: Rule[Any]) -> Rule[Any]:
    """The rule as at its start, for when it runs again: nobody knows what happened meanwhile."""
    made = type(rule)(rule.params, rule.setting)
    made.take_over(rule)
    return made
