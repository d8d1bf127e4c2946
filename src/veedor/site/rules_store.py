"""Where a site keeps the rules of its cameras: one YAML file per camera, `<data>/rules/<camera id>.yaml`.

Files, so that an engineer can edit, copy and version them. A file that is wrong never silences a camera: the last
good rules (or the defaults) go on, and the error, with its line, is among the site's problems.
"""

from __future__ import annotations

from pathlib import Path

from veedor.kit.errors import ConfigError, VeedorError
from veedor.kit.files import write_file
from veedor.site.rules.ruleset import RuleSet


class RulesStore:
    """Reads rule files as they change. One per site; used from one thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._seen: dict[str, tuple[float, int]] = {}
        self._rules: dict[str, RuleSet] = {}
        self.problems: dict[str, ConfigError] = {}

    def path(self, camera_id: str) -> Path:
        return self._directory / f"{camera_id}.yaml"

    def changed(self, camera_id: str) -> bool:
        """Whether the camera's file is another than the one last read."""
        return self._stamp(camera_id) != self._seen.get(camera_id)

    def rules(self, camera_id: str) -> RuleSet:
        """The camera's rules: its file, or the last good state of it, or the defaults."""
        stamp = self._stamp(camera_id)
        if camera_id in self._rules and stamp == self._seen.get(camera_id):
            return self._rules[camera_id]
        self._seen[camera_id] = stamp
        path = self.path(camera_id)
        try:
            self._rules[camera_id] = RuleSet.load(path) if stamp[1] >= 0 else RuleSet.default()
            self.problems.pop(camera_id, None)
        except ConfigError as problem:
            self.problems[camera_id] = problem
            self._rules.setdefault(camera_id, RuleSet.default())
        return self._rules[camera_id]

    def read_again(self) -> None:
        """Every file counts as changed: what is right in one may have changed."""
        self._seen.clear()

    def write(self, camera_id: str, text: str, *, name: str) -> RuleSet:
        """Check `text` and make it the camera's rules. Raises ConfigError (naming `name`) and changes nothing."""
        rules = RuleSet.loads(text, name=name)
        write_file(self.path(camera_id), text.encode())
        return rules

    def problem_list(self) -> list[VeedorError]:
        return list(self.problems.values())

    def _stamp(self, camera_id: str) -> tuple[float, int]:
        try:
            stat = self.path(camera_id).stat()
        except FileNotFoundError:
            return (0.0, -1)
        return (stat.st_mtime, stat.st_size)
