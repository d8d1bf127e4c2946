"""Errors of the simulator."""

from __future__ import annotations

from veedor.kit.errors import UserError


class UnservableFile(UserError):
    """params: file, problem"""

    key = "error-ingest-unservable-file"
