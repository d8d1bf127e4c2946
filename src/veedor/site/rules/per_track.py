"""A little memory for each track, that ends with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from veedor.site.rules.trails import FORGET_S

T = TypeVar("T")


def middle(values: Sequence[float]) -> float:
    """The median of at least one: `statistics.median` for few numbers, without its checks."""
    some, half = sorted(values), len(values) // 2
    return some[half] if len(some) % 2 else (some[half - 1] + some[half]) / 2


class PerTrack(Generic[T]):
    """Track number -> what a rule remembers of it, forgotten `forget_s` after it was last asked for with `at`."""

    def __init__(self, make: Callable[[], T], forget_s: float = FORGET_S) -> None:
        self._make = make
        self._forget_s = forget_s
        self._kept: dict[int, tuple[T, float]] = {}
        self._pruned_at_s = float("-inf")

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, track_id: int) -> bool:
        return track_id in self._kept

    def items(self) -> Iterator[tuple[int, T]]:
        return ((track_id, value) for track_id, (value, _) in list(self._kept.items()))

    def get(self, track_id: int) -> T | None:
        found = self._kept.get(track_id)
        return found[0] if found else None

    def at(self, track_id: int, now_s: float) -> T:
        """The track's memory, made anew if it has none; it is seen now."""
        found = self._kept.get(track_id)
        value = found[0] if found and now_s - found[1] <= self._forget_s else self._make()
        self._kept[track_id] = (value, now_s)
        return value

    def drop(self, track_id: int) -> None:
        self._kept.pop(track_id, None)

    def rename(self, old: int, new: int) -> None:
        """Track `new` continues track `old`."""
        found = self._kept.pop(old, None)
        if found is not None:
            self._kept[new] = found

    def prune(self, now_s: float) -> None:
        """Forget what has not been seen for long; looks seldom."""
        if now_s - self._pruned_at_s > self._forget_s / 6:
            self._pruned_at_s = now_s
            self._kept = {key: kept for key, kept in self._kept.items() if now_s - kept[1] <= self._forget_s}
