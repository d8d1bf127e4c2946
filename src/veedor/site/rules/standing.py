"""How much is known of how well a kind of rule does."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """`measured`: on labelled data, with figures in docs/benchmarks.md. `demonstrated`: on real or rendered video or a
    real stream. `experimental`: on drawn tracks, on too few real examples to say anything, or on films that cannot show
    what the rule is about; off unless switched on."""

    MEASURED = "measured"
    DEMONSTRATED = "demonstrated"
    EXPERIMENTAL = "experimental"
