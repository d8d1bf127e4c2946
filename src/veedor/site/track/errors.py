"""What can be wrong with the input of the tracker and of the track files."""

from __future__ import annotations

from veedor.kit.errors import UserError


class TimeWentBack(UserError):
    """params: at_s, last_s (texts, seconds). The tracker is unchanged; `reset()` it to start on a new clock."""

    key = "error-track-time-went-back"


class BadTime(UserError):
    """params: at_s. Not a finite number."""

    key = "error-track-bad-time"


class BadDetections(UserError):
    """params: problem. Columns of unequal length or wrong shape: a fault of the caller, not of the picture."""

    key = "error-track-bad-detections"


class MotFileError(UserError):
    """params: file, line, kind (number, columns, frame, id), value. A line that is not MOTChallenge text."""

    key = "error-track-mot-file"


class MotFileUnreadable(UserError):
    """params: file, line (the last that was read), problem. It is not there, is cut off, or is no text."""

    key = "error-track-mot-unreadable"
