"""What goes up: the outboxes of the site, as the pump reads them."""

from __future__ import annotations

from collections.abc import Sequence

from veedor.desk.audit.entry import entry_of, personal_of
from veedor.desk.audit.log import ChainedAuditLog
from veedor.desk.outward.outward import Outward
from veedor.site.alerting.outbox import Outbox
from veedor.wire.envelope import Envelope
from veedor.wire.facts import FactKind, audit_written, event_happened

Rows = Sequence[tuple[int, Envelope]]


class FactSource:
    """Alerts and acts: the desk's outbox."""

    name = "facts"

    def __init__(self, outward: Outward, site_id: str) -> None:
        self._outward = outward
        self._site_id = site_id

    def after(self, sequence: int, limit: int) -> Rows:
        return [
            (row.sequence, Envelope(row.message_id, row.kind, self._site_id, row.agency_id, row.at, row.body))
            for row in self._outward.after(sequence, limit)
        ]


class AuditSource:
    """The audit chain, which is its own outbox."""

    name = "audit"

    def __init__(self, log: ChainedAuditLog, site_id: str) -> None:
        self._log = log
        self._site_id = site_id

    def after(self, sequence: int, limit: int) -> Rows:
        found = []
        for row in self._log.after(sequence, limit):
            personal = None if row.form == 1 else personal_of(row)
            body = audit_written(entry_of(row).chained(), row.hash, personal)
            # Of a chain that was written anew each entry is another message, so that the hub gets to see both.
            message_id = f"audit-{row.sequence}-{row.hash[:24]}"
            found.append(
                (row.sequence, Envelope(message_id, FactKind.AUDIT, self._site_id, row.agency_id, row.at, body))
            )
        return found


class EventSource:
    """Events that raised no alert too: the site's own outbox."""

    name = "events"

    def __init__(self, outbox: Outbox, site_id: str, agency_id: str) -> None:
        self._outbox = outbox
        self._site_id = site_id
        self._agency_id = agency_id

    def after(self, sequence: int, limit: int) -> Rows:
        return [
            (
                row.sequence,
                Envelope(
                    f"event-{row.event.id}-{row.what}",
                    FactKind.EVENT,
                    self._site_id,
                    self._agency_id,
                    row.event.completed_at,
                    event_happened(row.event, self._agency_id),
                ),
            )
            for row in self._outbox.relay_after(sequence, limit)
        ]
