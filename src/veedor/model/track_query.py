"""What somebody looks for among tracks, and what is found: class, path and times; never how a person looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from veedor.kit.errors import VeedorError
from veedor.model.detection import ObjectClass

MAX_LIMIT = 500


class VehicleColour(IntEnum):
    """The colour that most of a vehicle has. Numbers are stored: never reuse one; 0 stands for none."""

    WHITE = 1
    BLACK = 2
    GREY = 3
    RED = 4
    BLUE = 5
    GREEN = 6
    YELLOW = 7
    OTHER = 8

    @property
    def label(self) -> str:
        return self.name.lower()


# Whose box is the vehicle's own. On a bicycle or motorcycle most of what one sees is the rider: a person.
COLOURED = frozenset({ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK})


class Sector(StrEnum):
    """Where something goes in the picture, as on a compass that lies on it: N is up."""

    N = "n"
    NE = "ne"
    E = "e"
    SE = "se"
    S = "s"
    SW = "sw"
    W = "w"
    NW = "nw"


class Order(StrEnum):
    """Which come first, and so which are found where there are more than `limit`."""

    NEWEST = "newest"
    LONGEST = "longest"  # by how long they were seen


@dataclass(frozen=True, slots=True)
class ZoneWish:
    """A polygon in 0..1 of the picture. `inside_s` 0: entered it, however shortly; else stayed that long, in all."""

    ring: tuple[tuple[float, float], ...]
    inside_s: float = 0.0

    def __post_init__(self) -> None:
        if not 3 <= len(self.ring) <= 64 or not all(0 <= value <= 1 for point in self.ring for value in point):
            raise ValueError("ring")


@dataclass(frozen=True, slots=True)
class Between:
    """A number from `least` to `most`, both included; None: no limit on that side."""

    least: float | None = None
    most: float | None = None

    def __bool__(self) -> bool:
        return self.least is not None or self.most is not None


@dataclass(frozen=True, slots=True)
class TrackQuery:
    """Tracks that began within [start, end) on `cameras` and fit all that is asked. An empty tuple asks nothing;
    without cameras nothing is found.

    `speed_hps`: picture heights a second; `speed_mps` and `bearing_deg` (clockwise from north, from..to, across north
    where from > to) find only on cameras that are calibrated. `cursor`: what the page before gave.
    """

    start: datetime
    end: datetime
    cameras: tuple[str, ...]
    classes: tuple[ObjectClass, ...] = ()
    sectors: tuple[Sector, ...] = ()
    bearing_deg: tuple[float, float] | None = None
    speed_hps: Between = Between()
    speed_mps: Between = Between()
    dwell_s: Between = Between()
    zone: ZoneWish | None = None
    colours: tuple[VehicleColour, ...] = ()
    order: Order = Order.NEWEST
    limit: int = 50
    cursor: str | None = None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.end <= self.start:
            raise ValueError("span")
        if not 1 <= self.limit <= MAX_LIMIT:
            raise ValueError("limit")
        if self.colours and not set(self.classes) <= COLOURED:
            raise ValueError("only vehicles have a colour")


@dataclass(frozen=True, slots=True)
class FoundTrack:
    """One track that fits. `id` is the same wherever and however often it is found.

    `heading_deg`: where it went in the picture, clockwise from up; None: it stayed about where it was. `at`,
    `box_norm`: when it is seen largest, and where: for a picture cut from footage.
    """

    id: str
    camera_id: str
    track_id: int
    object_class: ObjectClass
    started_at: datetime
    ended_at: datetime
    dwell_s: float
    heading_deg: float | None
    speed_hps: float
    at: datetime
    box_norm: tuple[float, float, float, float]
    bearing_deg: float | None = None
    speed_mps: float | None = None
    colour: VehicleColour | None = None

    def __post_init__(self) -> None:
        if self.colour is not None and self.object_class not in COLOURED:
            raise ValueError("only vehicles have a colour")


@dataclass(frozen=True, slots=True)
class TrackPage:
    """What one site found, in the order asked for. `cursor`: there may be more; None: that was all.

    `searched_to`: set where the time that a search may take was over before all of the span was looked at: what began
    before it is still to be searched (from the cursor).
    """

    tracks: tuple[FoundTrack, ...]
    cursor: str | None = None
    searched_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """One site's part of an answer. `page` None: it did not answer, and `problem` is why."""

    site_id: str
    site: str
    page: TrackPage | None
    problem: VeedorError | None = None
