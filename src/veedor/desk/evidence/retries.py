"""When to try again what did not work: after longer and longer pauses."""

from __future__ import annotations

import threading

from veedor.kit.clock import Clock


class Retries:
    """Pauses by id, from `first_s`, doubled up to `longest_s`. In memory: a new start tries all at once."""

    def __init__(self, clock: Clock, first_s: float, longest_s: float) -> None:
        self._clock = clock
        self._first_s = first_s
        self._longest_s = longest_s
        self._lock = threading.Lock()
        self._at_s: dict[str, tuple[float, float]] = {}  # when, and the pause before it

    def is_due(self, key: str) -> bool:
        with self._lock:
            known = self._at_s.get(key)
        return known is None or self._clock.monotonic() >= known[0]

    def later(self, key: str, longest_s: float | None = None) -> None:
        """It did not work just now. `longest_s`: of the pauses, where another than the usual."""
        with self._lock:
            _, pause_s = self._at_s.get(key, (0.0, self._first_s / 2))
            pause_s = min(pause_s * 2, longest_s or self._longest_s)
            self._at_s[key] = (self._clock.monotonic() + pause_s, pause_s)

    def keep_only(self, keys: set[str]) -> None:
        """Forget what is settled."""
        with self._lock:
            self._at_s = {key: one for key, one in self._at_s.items() if key in keys}
