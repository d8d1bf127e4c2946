"""What can go wrong when footage is played."""

from __future__ import annotations

from veedor.kit.errors import Unavailable


class CopyBusy(Unavailable):
    """The site makes one working copy at a time. params: name (who has it)"""

    key = "error-playback-copy-busy"
