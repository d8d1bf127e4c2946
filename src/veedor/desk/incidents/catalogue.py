"""Types of incident and the steps of their checklists. Names for people are in the catalogues `incidents.ftl`."""

from __future__ import annotations

from veedor.kit.messages import render

_COMMON = ("confirm_on_camera", "send_unit")

TYPES: dict[str, tuple[str, ...]] = {
    "robbery": (*_COMMON, "describe_suspects", "follow_on_cameras", "notify_police", "lock_footage"),
    "traffic_accident": (*_COMMON, "call_ambulance", "notify_police", "divert_traffic", "lock_footage"),
    "injured_person": (*_COMMON, "call_ambulance", "stay_on_camera"),
    "disturbance": (*_COMMON, "count_people", "notify_police", "stay_on_camera"),
    "suspicious_vehicle": (*_COMMON, "write_down_plate", "notify_police", "follow_on_cameras"),
    "suspicious_object": (*_COMMON, "keep_people_away", "notify_police"),
    "fire": (*_COMMON, "call_fire_brigade", "keep_people_away", "divert_traffic"),
    "domestic_violence": ("send_unit", "notify_police", "lock_footage"),
    "missing_person": ("write_down_description", "follow_on_cameras", "notify_police", "lock_footage"),
    "drugs_or_alcohol": (*_COMMON, "notify_police"),
    "damage": (*_COMMON, "describe_suspects", "lock_footage"),
    "other": _COMMON,
}


def type_name(type_: str, lang: str) -> str:
    """The type as people call it; a type that only another desk knows keeps its own word."""
    return render(f"incident-type-{type_.replace('_', '-')}", lang) if type_ in TYPES else type_


def step_name(step: str, lang: str) -> str:
    """The step as an instruction."""
    return render(f"incident-step-{step.replace('_', '-')}", lang)


def steps_of(type_: str) -> tuple[str, ...]:
    """The checklist of a type."""
    return TYPES.get(type_, TYPES["other"])
