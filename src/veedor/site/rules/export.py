"""Events of an offline run as the JSON list that programs read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from veedor.model.event import Event


def last_states(events: Iterable[Event]) -> list[Event]:
    """One event per id, as it was told last, in order of completion."""
    by_id: dict[str, Event] = {}
    for event in events:
        by_id[event.id] = event
    return sorted(by_id.values(), key=lambda one: (one.completed_at, one.start_s))


def event_row(event: Event, lang: str) -> dict[str, Any]:
    """One event. Seconds from the start of the video; frames are those of the input; `explanation` in `lang`."""
    return {
        "rule": event.rule,
        "kind": event.kind,
        "start_s": round(event.start_s, 3),
        "end_s": None if event.end_s is None else round(event.end_s, 3),
        "start_frame": event.start_frame,
        "end_frame": event.end_frame,
        "track_ids": list(event.track_ids),
        "zone": event.zone,
        "explanation": event.explanation.render(lang),
    }


def event_rows(events: Iterable[Event], lang: str) -> list[dict[str, Any]]:
    """`event_row` of the last state of each event."""
    return [event_row(event, lang) for event in last_states(events)]
