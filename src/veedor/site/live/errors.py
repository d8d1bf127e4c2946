"""What can keep a live picture away."""

from __future__ import annotations

from veedor.kit.errors import Unavailable


class NoPicture(Unavailable):
    """No packet of this camera came lately, or none could be decoded. params: camera"""

    key = "error-live-no-picture"


class NotLive(Unavailable):
    """The camera is not configured here, or live view is shutting down. params: camera"""

    key = "error-live-not-live"
