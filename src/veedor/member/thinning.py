"""A live stream in the form for which its place has room: all of it, or of each GOP the keyframe alone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from veedor.kit.mp4.alone import keyframe_alone
from veedor.kit.mp4.boxes import BadMp4, first_sample
from veedor.member.admission import Place
from veedor.wire.ports import LiveFragment


class Thinner:
    """Of one viewer's stream. It changes at keyframes only, so that what a player has got always goes on where it
    ended. `place` None: everything goes through."""

    def __init__(self, place: Place | None) -> None:
        self._place = place
        self._thin = place.keyframes_only if place is not None else False
        self._began_ticks: int | None = None  # decode time of the newest keyframe
        self._gop_ticks: int | None = None  # how long the GOP before it was

    def take(self, fragment: LiveFragment) -> LiveFragment | None:
        """What of this fragment is to be sent; None: nothing."""
        if self._place is None:
            return fragment
        if fragment.is_init:  # times begin anew
            self._began_ticks = None
            return fragment
        if not fragment.starts_gop:
            return None if self._thin else fragment
        self._thin = self._place.again(fragment.dropped)
        with suppress(BadMp4):
            self._measure(fragment.data)
            if self._thin:
                fragment = replace(fragment, data=keyframe_alone(fragment.data, self._gop_ticks))
        return replace(fragment, keyframes_only=self._thin)

    def _measure(self, keyframe: bytes) -> None:
        """A keyframe that stands alone is to last until the next one, whose time is not known yet: as long as the GOP
        before it. A wrong guess does not add up, since each fragment has its own decode time."""
        at, before = first_sample(keyframe)[1].decode_ticks, self._began_ticks
        if before is not None and at > before:
            self._gop_ticks = at - before
        self._began_ticks = at
