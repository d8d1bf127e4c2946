"""The site's side of wire.rules.Backtests: which archive, which rules are in force, at which pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from veedor.access.actions import Action
from veedor.compose.at_machine import machine_audit
from veedor.compose.config import SiteFile
from veedor.compose.stores import camera_store, rules_store
from veedor.kit.clock import Clock
from veedor.model.camera import Camera
from veedor.site.archive.archive import TrackArchive
from veedor.site.backtest.errors import NoHistory
from veedor.site.backtest.run import BacktestRun, Wanted
from veedor.site.backtest.runner import BacktestRunner
from veedor.site.normality.store import BaselineStore
from veedor.site.rules import edit
from veedor.site.rules.ground import Ground
from veedor.site.rules.ruleset import RuleSet, read_text
from veedor.site.rules_store import RulesStore
from veedor.site.run import Site
from veedor.wire.rules import BacktestState

_FILE = "YAML"
_WEEK = timedelta(days=7)
_ENOUGH_US = 3_600_000_000


class LocalBacktests:
    """wire.rules.Backtests."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._runner = BacktestRunner(site.config.data / "archive", site.clock)

    def has_history(self, camera_id: str) -> bool:
        end = self._site.clock.now()
        rows = self._site.parts.archive.watched(camera_id, end - _WEEK, end)
        if rows is None:  # files of a version that did not keep it
            return True
        return sum(one.until_us - one.from_us for one in rows) >= _ENOUGH_US

    def start(self, camera_id: str, text: str, start: datetime, end: datetime) -> BacktestState:
        RuleSet.loads(text, name=_FILE)
        camera = self._site.parts.cameras.camera(camera_id)
        refuse_empty(self._site.parts.archive, camera, (start, end))
        ground = ground_of(camera)
        baseline = BaselineStore(self._site.config.data / "normality").newest_file(camera.id)
        wanted = {
            "camera_id": camera.id,
            "start": start,
            "end": end,
            "new": text,
            "old": text_in_force(self._site.parts.rules, camera.id),
            "time_zone": self._site.config.time_zone,
            "fps": camera.analyse.fps,
            "ground": [*ground.matrix, ground.k1, ground.aspect] if ground is not None else None,
            "baseline": str(baseline) if baseline is not None else None,
        }
        return self._runner.start(camera.name, wanted)

    def state(self, camera_id: str) -> BacktestState:
        return self._runner.state(camera_id)

    def wait(self, camera_id: str, after: int, timeout_s: float) -> BacktestState:
        return self._runner.wait(camera_id, after, timeout_s)

    def cancel(self, camera_id: str) -> BacktestState:
        return self._runner.cancel(camera_id)

    def close(self) -> None:
        self._runner.close()


def offline_run(
    config: SiteFile, camera: str, rules: Path, span: tuple[datetime, datetime], clock: Clock
) -> BacktestRun:
    """A backtest at the machine itself, beside a running site or without it; `camera`: name or id. It is in the audit
    before it begins. Raises ConfigError, NotFound, NoHistory, the StoreError tree."""
    with camera_store(config, clock) as cameras:
        found = cameras.camera(camera)
    wanted = Wanted(
        found.id,
        *span,
        new=RuleSet.load(rules),
        old=RuleSet.loads(text_in_force(rules_store(config), found.id), name=_FILE),
        time_zone=config.time_zone,
        fps=found.analyse.fps,
        ground=ground_of(found),
        baseline=BaselineStore(config.data / "normality").newest_file(found.id),
    )
    archive = TrackArchive(config.data / "archive", clock)
    refuse_empty(archive, found, span)
    with machine_audit(config, clock) as audit:
        told = {"start": span[0].isoformat(), "end": span[1].isoformat(), "camera": found.name}
        audit.note(Action.BACKTEST_RUN, "backtest", found.id, told)
    return BacktestRun(archive, wanted, clock)


def refuse_empty(archive: TrackArchive, camera: Camera, span: tuple[datetime, datetime]) -> None:
    """Raises NoHistory where the archive has no day of the span."""
    first, last = (at.astimezone(UTC).date() for at in span)
    if not any(first <= day <= last for day in archive.days()):
        raise NoHistory(camera=camera.name)


def text_in_force(store: RulesStore, camera_id: str) -> str:
    """The camera's rules as they are written; the default ones where nobody has, or where the file is wrong."""
    path = store.path(camera_id)
    text = read_text(path) if path.is_file() else edit.default_text()
    if path.is_file() and RuleSet.problems(path):
        return edit.default_text()
    return text


def ground_of(camera: Camera) -> Ground | None:
    """The camera's calibration, where it can be trusted."""
    ground = Ground.of(camera.calibration)
    return ground if ground is not None and not ground.stale else None
