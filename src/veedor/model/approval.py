"""The second person: what a colleague has agreed to, where a grant asks for two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from veedor.model.grant import Right

APPROVAL_LASTS = timedelta(minutes=10)

# What is about footage needs its span: nobody approves "whatever was ever recorded".
WITH_SPAN = frozenset({Right.PLAYBACK, Right.SEARCH, Right.EVIDENCE})


@dataclass(frozen=True, slots=True)
class Approval:
    """What was shown to the second person, and agreed to. It lets looks begin until `expires_at`; what has begun by
    then goes on. `text`: as the second person's session signed it, for other sites; None where there is no key."""

    by: str
    by_name: str
    for_person: str
    right: str
    camera_id: str
    purpose: str
    case_number: str | None
    span: tuple[datetime, datetime] | None
    expires_at: datetime
    text: str | None = None

    def covers(
        self,
        person_id: str,
        rights: frozenset[Right],
        camera_id: str,
        said: tuple[str | None, str | None],
        span: tuple[datetime, datetime] | None,
    ) -> bool:
        """Whether this look is what was agreed to. `said`: purpose and case number of the request; `span`: of the
        footage that it is about."""
        is_theirs = self.by != person_id and self.for_person == person_id and self.camera_id == camera_id
        is_right = self.right in {one.value for one in rights}
        is_said = (self.purpose, self.case_number) == said
        return is_theirs and is_right and is_said and self._in_span(span)

    def _in_span(self, span: tuple[datetime, datetime] | None) -> bool:
        if self.span is None:
            return self.right not in WITH_SPAN
        return span is not None and self.span[0] <= span[0] <= span[1] <= self.span[1]
