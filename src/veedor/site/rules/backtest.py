"""What rules would have found: a run over archived tracks, by the very code that runs live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from veedor.model.event import Event
from veedor.model.track import ArchivedTrack
from veedor.site.normality.baseline import Normality
from veedor.site.rules.engine import RuleEngine
from veedor.site.rules.export import last_states
from veedor.site.rules.ground import Ground
from veedor.site.rules.replay import from_archive
from veedor.site.rules.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class Backtest:
    """Events in order of completion; crossings per tripwire rule as (class, direction) -> count."""

    events: tuple[Event, ...]
    crossings: dict[str, dict[tuple[str, str], int]]


def backtest(  # noqa: PLR0913
    rules: RuleSet,
    tracks: Sequence[ArchivedTrack],
    span: tuple[datetime, datetime],
    *,
    camera_id: str,
    time_zone: str = "UTC",
    fps: float = 5.0,
    ground: Ground | None = None,
    normality: Normality | None = None,
) -> Backtest:
    """Run `rules` over the archived `tracks` of one camera within `span` (start, end).

    Rules about the camera itself (offline, tampered) find nothing here: the archive of tracks does not hold what they
    read.
    """
    engine = RuleEngine(rules, camera_id, time_zone, ground=ground, normality=normality)
    events = last_states(engine.run(from_archive(tracks, camera_id, *span, fps=fps)))
    return Backtest(tuple(events), engine.crossings())
