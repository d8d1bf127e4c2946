"""Scene facts: what is true of the whole picture, measured on pixels by `site/scene`, read as numbers by rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SceneFacts:
    """Numbers about one analysed frame.

    `learned`: whether the view's normal state is known yet; until then the other values mean nothing.
    `view_shift`: distance between the learned view and this one, as a share of the picture's width
    (1.0: no resemblance). `sharpness`: edge energy relative to the learned normal (1.0 = normal, 0 = none).
    `covered`: share of the picture, 0..1, that lost its normal structure. `frozen_s`: seconds for which
    the very same picture, sensor noise included, has come.
    """

    learned: bool = False
    view_shift: float = 0.0
    sharpness: float = 1.0
    covered: float = 0.0
    frozen_s: float = 0.0
