"""The ports through which a desk reads, writes and tries rules of a camera. They check no rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from veedor.kit.errors import VeedorError
from veedor.kit.messages import Message
from veedor.model.event import Event


@dataclass(frozen=True, slots=True)
class RulesState:
    """A camera's rules as written. `version` changes with the text; `is_default`: nobody has written any. `notes`:
    which of them rest, and why."""

    text: str
    version: str
    is_default: bool
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class RulesProblem:
    """What is wrong with rules, and where: line and column from 1, `path` such as `rules.2.zone`."""

    line: int
    column: int
    path: str
    message: Message


@dataclass(frozen=True, slots=True)
class RulesCheck:
    """Rules looked at. `document`: their sections as plain data, where nothing is wrong."""

    text: str
    document: dict[str, Any] | None
    problems: tuple[RulesProblem, ...]


class RulesBook(Protocol):
    """Desk -> site: the rules of its cameras, checked by the code that reads them."""

    def kinds(self, lang: str) -> list[dict[str, Any]]:
        """Every kind: `kind`, `meaning`, `needs`, `place`, and `parameters` as JSON Schema."""

    def show(self, camera_id: str) -> RulesState: ...

    def written(self) -> list[str]:
        """Ids of the cameras for which somebody has written rules."""

    def check(self, text: str, document: dict[str, Any] | None = None) -> RulesCheck:
        """What `text` says; with `document`, that put into the text first, its comments kept."""

    def write(self, camera_id: str, text: str, version: str) -> RulesState:
        """Make it the camera's rules, at once. Raises ConfigError, Conflict where `version` is not the present one."""

    def try_out(self, camera_id: str, text: str, start: datetime, end: datetime) -> list[Event]:
        """The events that these rules would have found in the tracks of the span. Raises ConfigError."""


class BacktestStatus(StrEnum):
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BacktestState:
    """The last backtest of a camera. `text`: the rules that are tried. `report`: what it said last (see
    `site/backtest/report.py`); None: nothing yet. `version` grows with every change."""

    id: str
    camera_id: str
    camera_name: str
    text: str
    started_at: datetime
    status: BacktestStatus = BacktestStatus.RUNNING
    report: Mapping[str, Any] | None = None
    problem: VeedorError | None = None
    version: int = 0


class Backtests(Protocol):
    """Desk -> site: changed rules over a camera's archive, beside those in force. One runs at a time."""

    def has_history(self, camera_id: str) -> bool:
        """Whether at least an hour of the camera's last week is archived."""

    def start(self, camera_id: str, text: str, start: datetime, end: datetime) -> BacktestState:
        """Raises ConfigError, Conflict where one runs, NotFound."""

    def state(self, camera_id: str) -> BacktestState:
        """The camera's last. Raises NotFound where none ran since the site started."""

    def wait(self, camera_id: str, after: int, timeout_s: float) -> BacktestState:
        """The same, once its version is beyond `after` or the time is over."""

    def cancel(self, camera_id: str) -> BacktestState:
        """End it; what it found so far stays. Raises NotFound."""
