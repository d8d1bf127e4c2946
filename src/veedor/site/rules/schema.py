"""The parts that the parameters of several rules share, as pydantic models. Lengths of time are seconds, places 0..1.

Each check raises a PydanticCustomError whose type is a catalogue key, so that `ruleset.py` can say it in any language.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from veedor.kit.geometry import is_simple_polygon
from veedor.model.detection import CLASS_NUMBERS, VEHICLES, ObjectClass, class_named, own_classes
from veedor.model.event import Severity

MAX_CORNERS = 200
CLASS_GROUPS: dict[str, frozenset[ObjectClass]] = {"vehicle": VEHICLES}
CLASS_WORDS = tuple(one.label for one in ObjectClass if one is not ObjectClass.UNKNOWN) + tuple(CLASS_GROUPS)


class Strict(BaseModel):
    """Frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _name(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("rules-problem-empty-name", "a name is empty")
    return value.strip()


Name = Annotated[str, Field(strict=True, max_length=100), AfterValidator(_name)]


def _names(value: Any) -> Any:
    """`"A, B"`, as a form writes it, is the list of the two."""
    return [one for one in value.split(",") if one.strip()] if isinstance(value, str) else value


Names = Annotated[tuple[Name, ...], BeforeValidator(_names, json_schema_input_type=str)]
Seconds = Annotated[float, Field(strict=True, ge=0, le=7 * 86_400)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Ratio = Annotated[float, Field(strict=True, gt=0, le=100)]


def _preset(value: Any) -> Any:
    """`2`, as presets are often called, is a name."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


PresetName = Annotated[Name, BeforeValidator(_preset, json_schema_input_type=str)]
Enabled = Annotated[bool, Field(strict=True)]  # False by default where a kind is experimental


def _second_look(value: Any) -> Any:
    """YAML's `true` and `false` as the words that a form writes."""
    return str(value).lower() if isinstance(value, bool) else value


SecondLook = Annotated[Literal["auto", "true", "false"], BeforeValidator(_second_look)]


def _point(value: Any) -> tuple[float, float]:
    numbers = isinstance(value, list | tuple) and len(value) == 2
    if not numbers or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
        raise PydanticCustomError("rules-problem-point", "a point is two numbers, [x, y]")
    x, y = value
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise PydanticCustomError("rules-problem-off-picture", "the point is off the picture", {"point": f"[{x}, {y}]"})
    return float(x), float(y)


Point = Annotated[tuple[float, float], BeforeValidator(_point)]


def _polygon(value: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    ring = value[:-1] if len(value) > 3 and value[0] == value[-1] else value
    if len(ring) < 3 or len(ring) > MAX_CORNERS:
        raise PydanticCustomError("rules-problem-corners", "a zone has 3 to 200 corners", {"count": str(len(ring))})
    if not is_simple_polygon(np.asarray(ring)):
        raise PydanticCustomError("rules-problem-self-crossing", "the zone's outline crosses or touches itself")
    return ring


Polygon = Annotated[tuple[Point, ...], AfterValidator(_polygon)]


class Tripwire(Strict):
    """A line from one point to another. Right and left are those of somebody who stands at `from` and looks at `to`."""

    from_: Annotated[Point, Field(alias="from")]
    to: Point

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if float(np.hypot(self.to[0] - self.from_[0], self.to[1] - self.from_[1])) < 1e-3:
            raise PydanticCustomError("rules-problem-zero-length", "the tripwire has no length")
        return self


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPANISH_DAYS = {"lun": 0, "mar": 1, "mié": 2, "mie": 2, "jue": 3, "vie": 4, "sáb": 5, "sab": 5, "dom": 6}
DAY_NUMBERS = {**{day: number for number, day in enumerate(DAYS)}, **_SPANISH_DAYS}


def _days(value: Any) -> Any:
    """`[mon, wed..fri]` as the set of day numbers, Monday 0."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple):
        return value
    days: set[int] = set()
    for item in value:
        first, dots, last = str(item).lower().partition("..")
        if first not in DAY_NUMBERS or (dots and last not in DAY_NUMBERS):
            raise PydanticCustomError("rules-problem-day", "no such day", {"given": str(item)})
        start, stop = DAY_NUMBERS[first], DAY_NUMBERS[last if dots else first]
        days.update((start + step) % 7 for step in range((stop - start) % 7 + 1))
    if not days:
        raise PydanticCustomError("rules-problem-day", "no day", {"given": "[]"})
    return frozenset(days)


def _minute(value: Any) -> Any:
    """`"22:30"` as the minute of the day, 0..1440."""
    found = re.fullmatch(r"([01]?\d|2[0-4]):([0-5]\d)", value) if isinstance(value, str) else None
    minute = int(found[1]) * 60 + int(found[2]) if found else 1441
    if minute > 1440:
        raise PydanticCustomError("rules-problem-time", 'a time is "HH:MM"', {"given": str(value)})
    return minute


# `json_schema_input_type` says what people write, which is what the schema of a form must name.
Day = Annotated[str, Field(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)(\.\.(mon|tue|wed|thu|fri|sat|sun))?$")]
ClockTime = Annotated[str, Field(pattern=r"^([01]?\d|2[0-4]):[0-5]\d$")]
Minute = Annotated[int, BeforeValidator(_minute, json_schema_input_type=ClockTime)]


class Schedule(Strict):
    """When a rule is on, in the site's time zone. A span over midnight belongs to the day on which it begins."""

    days: Annotated[frozenset[int], BeforeValidator(_days, json_schema_input_type=list[Day])] = frozenset(range(7))
    from_: Annotated[Minute, Field(alias="from")] = 0
    to: Minute = 1440

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.from_ == self.to:
            raise PydanticCustomError("rules-problem-empty-schedule", "the schedule begins and ends at the same time")
        return self

    def covers(self, weekday: int, minute: float) -> bool:
        """Whether local `minute` of the day (0..1440) on `weekday` (Monday 0) is within."""
        if self.from_ < self.to:
            return weekday in self.days and self.from_ <= minute < self.to
        if minute >= self.from_:
            return weekday in self.days
        return minute < self.to and (weekday - 1) % 7 in self.days


class MinSize(Strict):
    """The smallest box that counts: shares of the picture's height and of its area."""

    height: Share = 0.0
    area: Share = 0.0


def _min_size(value: Any) -> Any:
    return {"height": value} if isinstance(value, int | float) and not isinstance(value, bool) else value


def class_words() -> tuple[str, ...]:
    """Every word that `classes` may name: those of any installation, then the agency's own."""
    return CLASS_WORDS + tuple(one.name for one in own_classes())


def _class(value: str) -> str:
    if value not in class_words():
        raise PydanticCustomError("rules-problem-class", "no such class", {"given": value})
    return value


def not_empty(value: tuple[Any, ...]) -> tuple[Any, ...]:
    """Checked after the items, so that a list of wrong items is not also called empty."""
    if not value:
        raise PydanticCustomError("rules-problem-too-short", "the list is empty")
    return value


ClassWord = Annotated[str, Field(json_schema_extra={"enum": list(CLASS_WORDS)}), AfterValidator(_class)]
Classes = Annotated[tuple[ClassWord, ...], AfterValidator(not_empty)]


class RuleParams(Strict):
    """What every rule has."""

    needs: ClassVar[Literal["zone", "tripwire"] | None] = None  # the place that this kind cannot do without
    needs_ground: ClassVar[bool] = False  # whether it rests until the camera is calibrated
    uses_ground: ClassVar[bool] = False  # whether it takes metres where there are some
    needs_learned: ClassVar[bool] = False  # whether it compares with what was learned of each place

    @property
    def uses_learned(self) -> bool:
        """Whether it asks what was learned of each place of the picture."""
        return self.needs_learned

    name: Name
    kind: str
    enabled: Enabled = True
    severity: Severity = Severity.MEDIUM
    schedule: Schedule | None = None
    debounce_s: Seconds = 0.0
    cooldown_s: Seconds = 0.0


class TrackRuleParams(RuleParams):
    """What every rule about tracks has."""

    classes: Classes | None = None  # None: all
    min_size: Annotated[MinSize, BeforeValidator(_min_size)] = MinSize()
    cooldown_per: Literal["rule", "track"] = "rule"
    anchor: Literal["foot", "center"] = "foot"
    second_look: SecondLook = "auto"  # heeded where alerts are raised, by no rule
    preset: PresetName | None = None  # None: where the camera looks when nobody steers it

    @property
    def class_table(self) -> NDArray[np.bool_]:
        """(CLASS_NUMBERS,) bool by ObjectClass number. A track without a class passes every filter: an import may have
        none."""
        table = np.zeros(CLASS_NUMBERS, np.bool_)
        if self.classes is None:
            table[:] = True
        for word in self.classes or ():
            for one in CLASS_GROUPS.get(word) or (class_named(word),):
                if one is not None:
                    table[one] = True
        table[ObjectClass.UNKNOWN] = True
        return table


class ZoneRuleParams(TrackRuleParams):
    """What every rule about a zone has. Without a zone it is about the whole picture."""

    zone: Name | None = None
    absence_s: Seconds = 2.0
