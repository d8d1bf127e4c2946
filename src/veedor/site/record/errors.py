"""What can be wrong with footage. (`kit.errors.StoreError` and its children cover disk and index.)"""

from __future__ import annotations

from veedor.kit.errors import NotFound, StoreError


class NoFootage(NotFound):
    """Nothing was recorded there. params: camera, start, end (or at)"""

    key = "error-record-no-footage"


class NoSegment(NotFound):
    """params: segment"""

    key = "error-record-no-segment"


class FootageDamaged(StoreError):
    """A file of footage is not there or cannot be read. params: path, problem"""

    key = "error-record-damaged"
