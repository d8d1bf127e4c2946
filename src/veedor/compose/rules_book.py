"""The site's side of wire.rules.RulesBook: rule files, read, checked and written by the site's own code."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from veedor.compose.calibration import uncalibrated
from veedor.compose.errors import RulesChanged
from veedor.kit.errors import ConfigError
from veedor.kit.hashing import sha256_bytes
from veedor.kit.messages import Message
from veedor.model.event import Event
from veedor.site.rules import edit
from veedor.site.rules.archived import Pace
from veedor.site.rules.backtest import backtest
from veedor.site.rules.ground import Ground
from veedor.site.rules.kinds import KINDS
from veedor.site.rules.reference import json_schema, meaning, place_of
from veedor.site.rules.ruleset import RuleSet, check, read_text
from veedor.site.run import Site
from veedor.wire.rules import RulesCheck, RulesProblem, RulesState

_FILE = "YAML"  # the file's name in errors: whoever edits in a browser has not chosen one


class LocalRulesBook:
    """wire.rules.RulesBook."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._store = site.parts.rules
        self._writing = threading.Lock()

    def kinds(self, lang: str) -> list[dict[str, Any]]:
        return [
            {
                "kind": kind,
                "meaning": meaning(kind, lang),
                "needs": rule.Params.needs,
                "place": place_of(kind),
                "standing": rule.standing.value,
                "needs_ground": rule.Params.needs_ground,
                "parameters": json_schema(kind, lang),
            }
            for kind, rule in KINDS.items()
        ]

    def show(self, camera_id: str) -> RulesState:
        path = self._store.path(camera_id)
        if not path.is_file():
            return RulesState(edit.default_text(), "", True)
        text = read_text(path)
        return RulesState(text, sha256_bytes(text.encode()), False, self._notes(camera_id))

    def _notes(self, camera_id: str) -> tuple[Message, ...]:
        camera = self._site.parts.cameras.camera(camera_id)
        trusted = self._site.views.is_trusted(camera.id)
        return tuple(uncalibrated(camera, self._site.reasoner.rules(camera.id), trusted=trusted))

    def written(self) -> list[str]:
        cameras = self._site.parts.cameras.cameras()
        return [camera.id for camera in cameras if self._store.path(camera.id).is_file()]

    def check(self, text: str, document: dict[str, Any] | None = None) -> RulesCheck:
        if document is not None:
            text = edit.put(text, document)
        _rules, problems = check(text, name=_FILE)
        told = tuple(_problem(one) for one in problems)
        return RulesCheck(text, None if problems else edit.document(text), told)

    def write(self, camera_id: str, text: str, version: str) -> RulesState:
        name = self._site.parts.cameras.camera(camera_id).name
        with self._writing:
            if self.show(camera_id).version != version:
                raise RulesChanged(name=name)
            self._store.write(camera_id, text, name=_FILE)
        self._site.follow_configuration()
        return self.show(camera_id)

    def try_out(self, camera_id: str, text: str, start: datetime, end: datetime) -> list[Event]:
        rules = RuleSet.loads(text, name=_FILE)
        camera = self._site.parts.cameras.camera(camera_id)
        tracks = self._site.parts.archive.tracks(camera_id, start, end)
        done = backtest(
            rules,
            tracks,
            (start, end),
            camera_id=camera_id,
            time_zone=self._site.config.time_zone,
            pace=Pace(camera.analyse.fps),
            ground=Ground.of(camera.calibration),
        )
        return list(done.events)


def _problem(error: ConfigError) -> RulesProblem:
    told = error.params
    detail = str(told.get("detail") or "")
    message = Message(detail, told) if detail else error.message
    return RulesProblem(int(str(told["line"])), int(str(told["column"])), str(told.get("path") or ""), message)
