"""Every table of the desk, imported, so that `Base.metadata` is complete. Each room adds its line."""

from __future__ import annotations

import veedor.desk.accounts.tables
import veedor.desk.acts.tables
import veedor.desk.agencies.tables
import veedor.desk.alerts.tables
import veedor.desk.approvals.tables
import veedor.desk.audit.tables
import veedor.desk.backtest.tables
import veedor.desk.bookmarks.tables
import veedor.desk.commands.tables
import veedor.desk.evidence.tables
import veedor.desk.grants.tables
import veedor.desk.incidents.tables
import veedor.desk.inward.tables
import veedor.desk.outward.tables
import veedor.desk.proposals.tables
import veedor.desk.review.tables
import veedor.desk.samples.tables
import veedor.desk.sealing.tables
import veedor.desk.shifts.tables
import veedor.desk.sites.tables
import veedor.desk.stream.tables
import veedor.desk.walls.tables  # noqa: F401
from veedor.desk.database import Base

METADATA = Base.metadata
