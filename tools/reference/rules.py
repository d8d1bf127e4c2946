"""`rules.md`: every kind of rule and every key it takes, from the models that check a rules file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from tools.reference import settings, text

_INTRO = (
    "A rules file belongs to one camera. It has three sections: `zones` (name: list of corners `[x, y]`), `tripwires` "
    "(name: `from` and `to`) and `rules` (a list). Places are shares of the picture: `[0, 0]` is its top left corner, "
    "`[1, 1]` its bottom right one. Lengths of time are seconds. `veedor rules check` names everything that is wrong "
    "with a file, by line and column. How rules work, and how to choose values: [rules](../design/rules.md)."
)


def pages() -> dict[str, str]:
    """File names and contents."""
    from veedor.compose.demo_rules import BY_CLIP
    from veedor.site.rules.kinds import KINDS
    from veedor.site.rules.schema import CLASS_WORDS, RuleParams, Schedule, TrackRuleParams, Tripwire, ZoneRuleParams

    common = (
        ("Every rule", RuleParams, RuleParams.model_fields),
        ("Every rule about tracks", TrackRuleParams, _added(TrackRuleParams, RuleParams)),
        ("Every rule about a zone", ZoneRuleParams, _added(ZoneRuleParams, TrackRuleParams)),
    )
    parts = [_INTRO, f"An example, the demo's own:\n\n```yaml\n{BY_CLIP['vtest'].strip()}\n```"]
    parts += [_section(f"## {heading}", model, names) for heading, model, names in common]
    parts.append("Classes: " + ", ".join(text.code(word) for word in CLASS_WORDS) + ".")
    parts += [_section(f"## `{key}`", model, model.model_fields) for key, model in _parts(Schedule, Tripwire)]
    for kind, rule in KINDS.items():
        base = next(model for model in (ZoneRuleParams, TrackRuleParams, RuleParams) if issubclass(rule.Params, model))
        title = next(heading for heading, model, _ in common if model is base)
        takes = f"Takes what {title[0].lower()}{title[1:]} takes, and:"
        told = f"![{kind}](drawings/{kind}.svg)\n\n{_told(rule)}\n\n{_standing(rule)}\n\n{takes}"
        heading = f"## Kind `{kind}`\n\n{told}"
        parts.append(_section(heading, rule.Params, _added(rule.Params, base)))
    return {"rules.md": text.page("Rules", *parts)}


def _told(rule: Any) -> str:
    """What a kind does, and in another paragraph what it cannot see."""
    return "\n\n".join(text.sentence(one) for one in (rule.__doc__ or "").strip().split("\n\n"))


def _standing(rule: Any) -> str:
    """What is known of how well a kind does, and what it needs."""
    from veedor.kit.messages import render

    said = render("rules-standing", "en", {"standing": rule.standing.value})
    needs = " Needs a calibrated camera: it rests where there is none." if rule.Params.needs_ground else ""
    return f"Standing: {said}.{needs}"


def _parts(schedule: type[BaseModel], tripwire: type[BaseModel]) -> Iterable[tuple[str, type[BaseModel]]]:
    return ("schedule", schedule), ("tripwires", tripwire)


def _added(model: type[BaseModel], base: type[BaseModel]) -> list[str]:
    """Fields that `model` has and `base` has not, or has with another default."""
    return [
        name
        for name, field in model.model_fields.items()
        if name not in base.model_fields
        or (field.default, field.is_required())
        != (base.model_fields[name].default, base.model_fields[name].is_required())
    ]


def _section(heading: str, model: type[BaseModel], names: Iterable[str]) -> str:
    rows = settings.rows(model, names)
    return "\n\n".join(part for part in (heading, text.table(settings.HEADINGS, rows) if rows else "") if part)
