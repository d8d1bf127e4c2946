"""Who goes over a line, and which way: for the tripwire and for counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from veedor.site.rules.place import Wire
from veedor.site.rules.rule import Setting, choice
from veedor.site.rules.schema import Name, Seconds, TrackRuleParams
from veedor.site.rules.trails import FORGET_S
from veedor.site.rules.view import Moment, View

Direction = Literal["left_to_right", "right_to_left"]
_MARGIN_OF_BOX = 0.1  # a foot point trembles by some hundredths of the height of its box: a palm for a person
_MARGIN_MIN = 0.005  # of the picture's height


class LineParams(TrackRuleParams):
    """What rules about a line have."""

    needs = "tripwire"

    tripwire: Name
    bridge_s: Annotated[Seconds, Field(gt=0)] = 3.0


@dataclass(slots=True)
class Walker:
    """One track near the line: its settled side (+1 right, -1 left, 0 not yet), and its way since it settled there.

    `odd`: whether it has passed the line itself, rather than round its ends, an odd number of times since.
    """

    point: tuple[float, float]
    distance: float
    sign: int
    side: int
    last: Moment
    odd: bool = False
    beyond_since: Moment | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """A wire in picture heights: its start, the way to its end, and its length."""

    x: float
    y: float
    along_x: float
    along_y: float
    length: float

    @staticmethod
    def of(wire: Wire, aspect: float) -> _Line:
        x, y = wire.start[0] * aspect, wire.start[1]
        along_x, along_y = wire.end[0] * aspect - x, wire.end[1] - y
        return _Line(x, y, along_x, along_y, float(np.hypot(along_x, along_y)) or 1.0)


class Crossings:
    """A crossing belongs to a track: it has settled on one side, a margin away from the line, then on the other, and
    its path in between went through the line. Trembling on the line is none, nor is walking round its end; two tracks
    that swap sides at once are two. A track that begins within the margin has no side yet, unless it continues one that
    was lost a moment ago (`Trails.heirs`): then it goes on with that one's."""

    def __init__(self, params: LineParams, setting: Setting) -> None:
        self.params = params
        self._trails = setting.trails
        self.wire: Wire = setting.wires[params.tripwire]
        self._choice = choice(params)
        self._lines: dict[float, _Line] = {}  # by the aspect of the picture
        self._walkers: dict[int, Walker] = {}
        self._pruned_at_s = 0.0

    def clear(self) -> None:
        self._walkers.clear()

    def step(self, view: View) -> list[tuple[int, Direction]]:
        """The tracks that have crossed with this moment."""
        now_s = view.moment.at_s
        if now_s - self._pruned_at_s > FORGET_S / 6:
            self._pruned_at_s = now_s
            self._walkers = {k: v for k, v in self._walkers.items() if now_s - v.last.at_s <= self.params.bridge_s}
        rows = view.rows_of(self._choice)
        if not rows:
            return []
        line = self._lines.get(view.aspect)
        if line is None:
            line = self._lines[view.aspect] = _Line.of(self.wire, view.aspect)
        listed, first, _ = view.listed()
        at_foot = self.params.anchor == "foot"
        crossed: list[tuple[int, Direction]] = []
        for place in [first + row for row in rows]:
            if at_foot:
                x, y = listed.foot[place]
                x *= view.aspect
            else:
                x, y = listed.spot[place]
            # > 0: right of start -> end, since y points down
            distance = (line.along_x * (y - line.y) - line.along_y * (x - line.x)) / line.length
            margin = max(_MARGIN_OF_BOX * listed.height[place], _MARGIN_MIN)
            direction = self._walk(listed.ids[place], (x, y), (distance, margin), view)
            if direction is not None:
                crossed.append((listed.ids[place], direction))
        return crossed

    def _walk(
        self, track_id: int, point: tuple[float, float], reach: tuple[float, float], view: View
    ) -> Direction | None:
        """Take one step of a track, `reach` being its distance from the line and the margin; the crossing, if any."""
        distance, margin = reach
        now, sign = view.moment, _sign(distance)
        walker = self._known(track_id, now)
        if walker is None and abs(distance) < margin:
            walker = self._inherited(track_id, now)
        if walker is None:
            side = sign if abs(distance) >= margin else 0
            self._walkers[track_id] = Walker(point, distance, sign, side, now)
            return None
        if sign and walker.sign and sign != walker.sign and self._through(walker, point, distance, view.aspect):
            walker.odd = not walker.odd
        walker.point, walker.distance, walker.last = point, distance, now
        walker.sign = sign or walker.sign
        return self._settle(walker, sign if abs(distance) >= margin else 0, now)

    def _known(self, track_id: int, now: Moment) -> Walker | None:
        walker = self._walkers.get(track_id)
        return walker if walker is not None and now.at_s - walker.last.at_s <= self.params.bridge_s else None

    def _inherited(self, track_id: int, now: Moment) -> Walker | None:
        """What is known of the lost track that a new one on the line continues. One that begins clearly on a side
        inherits nothing: a jump over the line is more often somebody else."""
        lost = self._trails.heirs.get(track_id)
        walker = self._known(lost, now) if lost is not None else None
        if lost is not None and walker is not None:
            self._walkers[track_id] = self._walkers.pop(lost)
        return walker

    def _settle(self, walker: Walker, side: int, now: Moment) -> Direction | None:
        """Follow the settled side: `side` is where the track clearly is, 0 on the line."""
        if side == 0:
            walker.beyond_since = None
            return None
        if side == walker.side:
            walker.odd, walker.beyond_since = False, None
            return None
        walker.beyond_since = walker.beyond_since or now
        if now.at_s - walker.beyond_since.at_s < self.params.debounce_s - 1e-6:
            return None
        crossed = walker.odd and walker.side != 0
        walker.side, walker.odd, walker.beyond_since = side, False, None
        if not crossed:
            return None
        return "left_to_right" if side > 0 else "right_to_left"

    def _through(self, walker: Walker, point: tuple[float, float], distance: float, aspect: float) -> bool:
        """Whether the step from the walker's last point to `point` meets the line between its two ends."""
        share = walker.distance / (walker.distance - distance) if walker.distance != distance else 0.0
        share = min(max(share, 0.0), 1.0)
        x = walker.point[0] + share * (point[0] - walker.point[0])
        y = walker.point[1] + share * (point[1] - walker.point[1])
        ax, ay = self.wire.start[0] * aspect, self.wire.start[1]
        dx, dy = self.wire.end[0] * aspect - ax, self.wire.end[1] - ay
        place = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)
        return 0.0 <= place <= 1.0


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
