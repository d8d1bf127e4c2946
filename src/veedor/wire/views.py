"""The port through which a desk asks whether a camera looks where its zones were drawn. It checks no rights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from veedor.kit.messages import Message
from veedor.model.viewpoint import ViewMovement, ViewState
from veedor.wire.rules import RulesCheck


@dataclass(frozen=True, slots=True)
class ViewReport:
    """`movement`: with `moved`; None where nothing is as it was. `sentence`: what it did, for people, with `moved`.
    `view`: the token of the preset whose view moved; empty: the camera's own. `at`: names of the presets at which it
    is. `resting`: names of the rules that rest now. `can_confirm`: whether enough has been seen of it."""

    state: ViewState
    since: datetime | None
    movement: ViewMovement | None
    sentence: Message | None
    view: str
    at: tuple[str, ...]
    resting: tuple[str, ...]
    can_confirm: bool


class CameraViews(Protocol):
    """Desk -> site."""

    def report(self, camera_id: str) -> ViewReport | None:
        """None where nobody compares: the camera is not analysed, or has only just been added."""

    def is_trusted(self, camera_id: str) -> bool:
        """Whether the picture lies as it did when the camera was calibrated, as far as is known."""

    def confirm(self, camera_id: str) -> bool:
        """A person says that the view is right as it is; whether the calibration is stale by that.
        Raises ViewUnseen (Conflict) where too little has been seen."""

    def moved_along(self, camera_id: str) -> RulesCheck:
        """The camera's rules with zones and lines where the registration says that they lie now; nothing is saved.
        Raises ViewUnmoved (Conflict) where that is not known."""

    def on_change(self, listener: Callable[[str], None]) -> None:
        """`listener` is called with the camera's id when its state has changed; from any thread."""
