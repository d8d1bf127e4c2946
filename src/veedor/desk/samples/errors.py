"""What can go wrong with samples."""

from __future__ import annotations

from veedor.kit.errors import Conflict


class SampleAnswered(Conflict):
    """Somebody else has said something of it already. params: who, at (text)"""

    key = "error-samples-answered"
