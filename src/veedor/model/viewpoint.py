"""Where a camera looks: as it did when its zones were drawn, elsewhere because it was steered, or moved by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

HOME = ""  # the view that zones and calibration are for, where a rule names no preset


class ViewState(StrEnum):
    """`learning`: the camera's view is not known yet. `settled`: it is one of those known. `steered`: somebody turns
    the camera, or it is on its way or elsewhere by command. `moved`: it looks elsewhere and nobody told it to."""

    LEARNING = "learning"
    SETTLED = "settled"
    STEERED = "steered"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class ViewMovement:
    """What a view did. `matrix`: 3x3 by rows, from a point of the old picture (0..1) to where it is in the new one.

    `right`, `down`: how far the *view* moved, shares of the picture's width and height: what was in the middle is now
    further left, or up. `turned_deg`: clockwise, of the view. `zoomed`: 1.1 means that things look 10 % larger.
    `extent`: root mean square of how far the picture's points moved, a share of the width.
    """

    matrix: tuple[float, ...]
    right: float
    down: float
    turned_deg: float
    zoomed: float
    extent: float


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """`at`: the views that this is, HOME or the tokens and names of presets, where it is settled; more than one where
    they show the same. `turns`: the camera has a motor that was used, so that another view alone means nothing."""

    state: ViewState
    at: frozenset[str] = frozenset()
    turns: bool = False

    def is_at(self, preset: str | None) -> bool:
        """Whether zones that were drawn for `preset` (None: HOME) lie where they should."""
        if self.state is ViewState.LEARNING:
            return preset is None
        return self.state is ViewState.SETTLED and (preset or HOME) in self.at
