"""A detector that knows the answers: it replays golden detections, for tests of everything behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from veedor.model.detection import Detections
from veedor.site.detect.detector import Canvases


class ScriptedDetector:
    """Gives the canvases of its life, in order, what `script` says; nothing once the script is over.

    With a function for a script, each canvas gets what the function sees in it.
    """

    def __init__(self, script: Iterable[Detections] | Callable[[Canvases], Detections]) -> None:
        self._see: Callable[[Canvases], Detections] | None = script if callable(script) else None
        self._script: Iterator[Detections] = iter(()) if callable(script) else iter(script)
        self.canvases = 0

    def detect(self, canvases: Canvases) -> list[Detections]:
        self.canvases += len(canvases)
        if self._see is not None:
            return [self._see(canvas) for canvas in canvases]
        return [next(self._script, Detections.empty()) for _ in canvases]
