"""The port through which a desk turns cameras. It checks no rights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from veedor.kit.messages import Message


@dataclass(frozen=True, slots=True)
class Steerer:
    """Who turns a camera. `rank`: a higher one takes over from a lower one. `via`: one connection of that person's:
    when it ends, only what it set in motion is stopped."""

    user_id: str
    name: str
    rank: int
    via: str = ""


@dataclass(frozen=True, slots=True)
class PtzState:
    """Whether a camera can be turned, and by whom it is now. `problem`: why it cannot be known."""

    available: bool
    holder: Steerer | None = None
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class PtzPreset:
    token: str
    name: str


class Ptz(Protocol):
    """Desk -> site: turning cameras. Every command takes or renews the lock of the one who gives it; it raises
    Conflict where somebody of the same or a higher rank has it. A motion ends by itself unless it is renewed."""

    def state(self, camera_id: str) -> PtzState: ...

    def move(self, camera_id: str, who: Steerer, velocity: tuple[float, float, float]) -> None:
        """Pan, tilt and zoom in -1..1, for at most a second; all zero: stop."""

    def leave(self, camera_id: str, who: Steerer, *, release: bool = False) -> None:
        """This connection is over: what it moves stops. `release`: give up the lock as well."""

    def presets(self, camera_id: str) -> list[PtzPreset]: ...

    def go_to(self, camera_id: str, who: Steerer, token: str) -> None: ...

    def save_preset(self, camera_id: str, who: Steerer, name: str, token: str | None = None) -> PtzPreset:
        """Keep where it looks now, under a new preset or in place of `token`."""

    def remove_preset(self, camera_id: str, who: Steerer, token: str) -> None: ...

    def on_change(self, listener: Callable[[str, Steerer | None], None]) -> None:
        """Call `listener` (camera id, holder) whenever another person, or nobody, has the lock."""
