"""Views in the API."""

from __future__ import annotations

from pydantic import Field

from veedor.desk.schemas import Out, UtcTime
from veedor.model.viewpoint import ViewState
from veedor.wire.views import ViewReport


class ViewOut(Out):
    """Where a camera looks: `settled` where its zones were drawn, `moved` elsewhere though nobody steered it,
    `steered` elsewhere by command, `learning` not known yet."""

    camera_id: str
    state: ViewState
    since: UtcTime | None
    sentence: str | None = Field(description="How it moved, in the reader's language")
    presets: list[str] = Field(description="Names of the presets at which it is")
    resting: list[str] = Field(description="Names of the rules that rest meanwhile")
    can_confirm: bool
    can_move_along: bool = Field(description="Whether it is known by how much zones would have to be moved")

    @staticmethod
    def of(camera_id: str, one: ViewReport, lang: str) -> ViewOut:
        return ViewOut(
            camera_id=camera_id,
            state=one.state,
            since=one.since,
            sentence=one.sentence.render(lang) if one.sentence else None,
            presets=list(one.at),
            resting=list(one.resting),
            can_confirm=one.can_confirm,
            can_move_along=one.movement is not None,
        )


class ConfirmedOut(Out):
    view: ViewOut
    is_calibration_stale: bool = Field(description="The camera must be calibrated anew before it measures metres")
