"""What can be wrong with a file of districts."""

from __future__ import annotations

from veedor.kit.errors import UserError


class BadDistricts(UserError):
    """params: detail (a catalogue key that says why), number (which feature, from 1; 0: the file as a whole)"""

    key = "error-map-districts"
