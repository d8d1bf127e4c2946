"""Who speaks, and the refusal of what is not theirs to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from veedor.desk.accounts.tables import AgencyRow
from veedor.desk.stream.hub import LiveFeedHub
from veedor.kit.errors import UserError


class ForeignFact(UserError):
    """A site spoke of another agency's thing. params: what, site, agency"""

    key = "error-desk-foreign-fact"


@dataclass(frozen=True, slots=True)
class Source:
    """A site and its agency, as its connection proved them; and when it was heard."""

    site_id: str
    agency_id: str
    received_at: datetime
    feed: LiveFeedHub

    def must_own(self, agency_id: str, what: str) -> None:
        """Raises ForeignFact where a thing is another agency's."""
        if agency_id != self.agency_id:
            raise ForeignFact(what=what[:80], site=self.site_id, agency=agency_id)

    def know(self, session: Session, agency_id: str) -> None:
        """Make a row for an agency that is only known by its id as yet: its incidents refer to it."""
        if session.get(AgencyRow, agency_id) is None:
            session.add(AgencyRow(id=agency_id, name=agency_id, created_at=self.received_at))
            session.flush()
