"""A rules file, read and checked: all of its problems at once, each with its line and column."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from veedor.kit import configfile
from veedor.kit.errors import ConfigError
from veedor.kit.messages import Message, Param
from veedor.kit.reasons import os_reason
from veedor.model.event import Severity
from veedor.site.rules.composition import CompositionParams, circular
from veedor.site.rules.errors import RulesFileError
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.place import Wire, Zone
from veedor.site.rules.schema import Name, Polygon, RuleParams, Tripwire, class_words

MAX_BYTES = 1_000_000
MAX_VALUES = 50_000
MAX_DEPTH = 20
_SECTIONS = ("zones", "tripwires", "rules")
_POLYGON: TypeAdapter[Any] = TypeAdapter(Polygon)
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_TRIPWIRE: TypeAdapter[Tripwire] = TypeAdapter(Tripwire)

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one camera, valid: every name that a rule uses exists."""

    zones: Mapping[str, Zone] = field(default_factory=dict)
    wires: Mapping[str, Wire] = field(default_factory=dict)
    rules: tuple[RuleParams, ...] = ()

    @staticmethod
    def load(path: Path) -> RuleSet:
        """Read a rules file. Raises ConfigError: the first problem (all of them: `RuleSet.problems`)."""
        return RuleSet.loads(read_text(path), name=str(path))

    @staticmethod
    def loads(text: str, *, name: str) -> RuleSet:
        """Check `text`; `name` stands in errors for the file. Raises ConfigError."""
        rules, problems = check(text, name=name)
        if problems:
            raise problems[0]
        return rules

    @staticmethod
    def problems(path: Path) -> list[ConfigError]:
        """Everything that is wrong with a rules file, by line; empty where it is right."""
        try:
            return list(check(read_text(path), name=str(path))[1])
        except ConfigError as problem:
            return [problem]

    @staticmethod
    def default() -> RuleSet:
        """What a camera without a rules file gets: only what is wrong with the camera itself."""
        offline, tampered = KINDS["camera_offline"], KINDS["camera_tampered"]
        clock = KINDS["camera_clock"]
        return RuleSet(
            rules=(
                offline.Params(name="camera_offline", kind=offline.kind, severity=Severity.HIGH),
                tampered.Params(name="camera_tampered", kind=tampered.kind),
                clock.Params(name="camera_clock", kind=clock.kind),
            )
        )

    def without_schedules(self) -> RuleSet:
        """The same rules, always on: for footage whose time of day is not known."""
        return replace(self, rules=tuple(one.model_copy(update={"schedule": None}) for one in self.rules))

    @property
    def has_schedules(self) -> bool:
        return any(one.schedule is not None for one in self.rules)


def read_text(path: Path) -> str:
    """The file's text. Raises ConfigError where it cannot be read, is no UTF-8, or is too large to be a rules file."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as problem:
        reason = os_reason(problem)
        raise RulesFileError.at(str(path), (1, 1), "", Message(reason["detail"], {"said": reason["said"]})) from problem
    except UnicodeDecodeError as problem:
        raise RulesFileError.at(str(path), (1, 1), "", Message("reason-not-utf-8")) from problem
    if len(data) > MAX_BYTES:
        raise RulesFileError.at(str(path), (1, 1), "", Message("rules-problem-too-large"))
    return text


def check(text: str, *, name: str) -> tuple[RuleSet, list[ConfigError]]:
    """The rules that are right, and every problem in the order of lines."""
    try:
        tree = configfile.parse(text, name=name)
    except ConfigError as problem:
        return RuleSet(), [problem]
    except (RecursionError, ValueError):  # nested, or a number written, beyond what Python takes
        return RuleSet(), [RulesFileError.at(name, (1, 1), "", Message("rules-problem-too-large"))]
    return _Checker(tree, name).run()


class _Checker:
    """One pass over a parsed file, gathering problems."""

    def __init__(self, tree: Any, name: str) -> None:
        self._tree = tree
        self._name = name
        self._problems: list[RulesFileError] = []

    def run(self) -> tuple[RuleSet, list[ConfigError]]:
        if self._tree is None:
            self._say((), "rules-problem-empty-file")
        elif not is_small(self._tree):
            self._say((), "rules-problem-too-large")
        elif not isinstance(self._tree, dict):
            self._say((), "rules-problem-type", expected="mapping")
        else:
            rules = self._file(configfile.plain(self._tree))
            self._problems.sort(key=lambda one: one.order)
            return rules, list(self._problems)
        return RuleSet(), list(self._problems)

    def _file(self, data: dict[str, Any]) -> RuleSet:
        for key in data.keys() - set(_SECTIONS):
            self._say((key,), "rules-problem-unknown-key", given=key, **_guess(key, _SECTIONS))
        zones: dict[str, Zone] = {}
        for place, ring in self._places(data, "zones", _POLYGON):
            zones[place] = Zone(place, ring)
        wires: dict[str, Wire] = {}
        for place, wire in self._places(data, "tripwires", _TRIPWIRE):
            wires[place] = Wire(place, wire.from_, wire.to)
        return RuleSet(zones, wires, tuple(self._rules(data)))

    def _places(self, data: dict[str, Any], section: str, adapter: TypeAdapter[Any]) -> Iterable[tuple[str, Any]]:
        places = data.get(section)
        if places is None:
            return
        if not isinstance(places, dict):
            self._say((section,), "rules-problem-type", expected="mapping")
            return
        for place, value in places.items():
            if self._valid((section, place), _NAME, place) is None:
                continue
            found = self._valid((section, place), adapter, value)
            if found is not None:
                yield place, found

    def _rules(self, data: dict[str, Any]) -> Sequence[RuleParams]:
        rules = data.get("rules")
        if not isinstance(rules, list):
            self._say(
                ("rules",), "rules-problem-type" if "rules" in data else "rules-problem-no-rules", expected="list"
            )
            return []
        names: dict[str, int] = {}
        valid: list[tuple[int, RuleParams]] = []
        for number, raw in enumerate(rules):
            at: Location = ("rules", number)
            if not isinstance(raw, dict):
                self._say(at, "rules-problem-type", expected="mapping")
                continue
            name = raw.get("name")
            if isinstance(name, str) and names.setdefault(name.strip(), number) != number:
                self._say((*at, "name"), "rules-problem-duplicate", given=name)
            rule = self._rule(at, raw, data)
            if rule is not None:
                valid.append((number, rule))
        self._compositions(
            valid, [str(one["name"]).strip() for one in rules if isinstance(one, dict) and "name" in one]
        )
        return [rule for _, rule in valid]

    def _compositions(self, rules: Sequence[tuple[int, RuleParams]], names: Sequence[str]) -> None:
        """Rules that name other rules: those are there, and lead to no circle."""
        for number, rule in rules:
            for key, given in rule.refers().items() if isinstance(rule, CompositionParams) else ():
                for name in given:
                    if name not in names:
                        at: Location = ("rules", number, key)
                        self._say(at, "rules-problem-unknown-rule", given=name, **_guess(name, names))
        in_circles = circular([rule for _, rule in rules])
        for number, rule in rules:
            if rule.name in in_circles:
                self._say(("rules", number), "rules-problem-circular")

    def _rule(self, at: Location, raw: dict[str, Any], data: dict[str, Any]) -> RuleParams | None:
        kind = raw.get("kind")
        if "kind" not in raw:
            self._say(at, "rules-problem-missing", given="kind")
            return None
        if not isinstance(kind, str) or kind not in KINDS:
            self._say((*at, "kind"), "rules-problem-kind", given=str(kind), **_guess(str(kind), KINDS))
            return None
        params = KINDS[kind].Params
        for key, section in (("zone", "zones"), ("tripwire", "tripwires")):
            value = raw.get(key)
            if key in params.model_fields:
                if value is not None:
                    self._refers((*at, key), value, section, data)
                elif params.needs == key and key not in raw and not params.model_fields[key].is_required():
                    self._say(at, "rules-problem-missing", given=key)
        rule: RuleParams | None = self._valid(at, TypeAdapter(params), raw)
        return rule

    def _refers(self, at: Location, value: Any, section: str, data: dict[str, Any]) -> None:
        places = data.get(section)
        known = list(places) if isinstance(places, dict) else []
        if isinstance(value, str) and value.strip() not in [one.strip() for one in known]:
            self._say(at, f"rules-problem-unknown-{section[:-1]}", given=value, **_guess(value, known))

    def _valid(self, at: Location, adapter: TypeAdapter[Any], value: Any) -> Any:
        try:
            return adapter.validate_python(value)
        except ValidationError as invalid:
            for problem in invalid.errors():
                self._translate(at, problem, adapter)
        return None

    def _translate(self, at: Location, problem: ErrorDetails, adapter: TypeAdapter[Any]) -> None:
        """Say a pydantic error in our words."""
        where: Location = (*at, *problem["loc"])
        context: dict[str, Any] = problem.get("ctx", {})
        kind, given = problem["type"], problem["input"]
        last = str(problem["loc"][-1]) if problem["loc"] else ""
        if kind.startswith("rules-problem-"):
            guess = _guess(str(given), class_words()) if kind == "rules-problem-class" else {}
            self._say(where, kind, **{key: str(value) for key, value in context.items()}, **guess)
        elif kind == "extra_forbidden":
            self._say(where, "rules-problem-unknown-key", given=last, **_guess(last, _fields(adapter)))
        elif kind == "missing":
            self._say(where[:-1], "rules-problem-missing", given=last)
        elif kind in _LIMITS:
            self._say(where, _LIMITS[kind], limit=f"{next(iter(context.values())):g}", given=str(given))
        elif kind in ("literal_error", "enum"):
            choices = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
            self._say(where, "rules-problem-choice", given=str(given), choices=choices)
        elif kind == "string_too_long":
            self._say(where, "rules-problem-string-too-long")
        else:
            self._say(where, "rules-problem-type", expected=_expected(kind))

    def _say(self, at: Location, key: str, **params: Param) -> None:
        place = configfile.position(self._tree, at)
        path = ".".join(str(part) for part in at)
        params = {name: _shorten(value, 80) if isinstance(value, str) else value for name, value in params.items()}
        self._problems.append(RulesFileError.at(self._name, place, path, Message(key, params)))


_LIMITS = {
    "greater_than_equal": "rules-problem-at-least",
    "greater_than": "rules-problem-more-than",
    "less_than_equal": "rules-problem-at-most",
}


def _expected(pydantic_type: str) -> str:
    """The word of `rules-problem-type` for a pydantic error type such as float_type."""
    for start, word in (("float", "number"), ("finite", "number"), ("int", "whole"), ("bool", "bool"), ("str", "text")):
        if pydantic_type.startswith(start):
            return word
    return "list" if pydantic_type.startswith(("tuple", "list", "frozen_set")) else "mapping"


def _guess(given: str, known: Iterable[str]) -> dict[str, Param]:
    """Parameters `has_guess`, `guess`: the known word that looks most like `given`."""
    by_folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(given.casefold()[:100], list(by_folded), n=1, cutoff=0.6)
    return {"has_guess": "yes" if close else "no", "guess": by_folded[close[0]] if close else ""}


def _shorten(text: str, most: int) -> str:
    """`text`, cut where it is longer than a message can show."""
    return text if len(text) <= most else f"{text[:most]}…"


def _fields(adapter: TypeAdapter[Any]) -> Sequence[str]:
    """Every key that the adapter's model, or a model in it, takes."""
    model: Any = adapter._type
    names: list[str] = []
    for name, info in getattr(model, "model_fields", {}).items():
        names.append(info.alias or name)
        for part in (info.annotation, *get_args(info.annotation)):
            names += [one.alias or key for key, one in getattr(part, "model_fields", {}).items()]
    return names


def is_small(tree: Any) -> bool:
    """Whether a tree, its aliases written out, has at most MAX_VALUES values and MAX_DEPTH levels."""
    count = 0
    stack: list[tuple[Any, int]] = [(tree, 0)]
    while stack:
        node, depth = stack.pop()
        count += 1
        if count > MAX_VALUES or depth > MAX_DEPTH:
            return False
        if isinstance(node, dict):
            stack.extend((one, depth + 1) for one in node.values())
        elif isinstance(node, list):
            stack.extend((one, depth + 1) for one in node)
    return True
