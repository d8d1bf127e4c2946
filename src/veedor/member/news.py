"""Whether something changed at this site that its hub has to hear of before the site would ask it anyway.

A hub of many sites lets each of them ask seldom. But who was disabled here must be out there, and a grant that was
revoked here must end there, as soon as with few sites.
"""

from __future__ import annotations

import threading
from typing import Any

import sqlalchemy as sa

from veedor.desk.accounts.tables import UserRow
from veedor.desk.context import DeskPorts
from veedor.desk.grants.repository import revisions
from veedor.kit.errors import StoreError
from veedor.wire.sync import SYNC_EVERY_S

_PEOPLE = sa.select(
    UserRow.id,
    UserRow.username,
    UserRow.full_name,
    UserRow.roles,
    UserRow.password_changed_at,
    UserRow.disabled_at,
    UserRow.totp_confirmed_at,
).order_by(UserRow.id)


class News:
    """`told`, when the hub is told how things stand; `wait`, until it is to be told again."""

    def __init__(self, ports: DeskPorts) -> None:
        self._ports = ports
        self._told: Any = None

    def told(self) -> None:
        """What stands here now is what the hub is about to be told. Raises StoreError."""
        self._told = self._standing()

    def wait(self, wake: threading.Event, longest_s: float) -> None:
        """Return when `wake` is set, `longest_s` are over, or there is news, for which is looked every few seconds."""
        clock = self._ports.clock
        until_s = clock.monotonic() + longest_s
        while (left_s := until_s - clock.monotonic()) > 0:
            if clock.wait(wake, min(SYNC_EVERY_S, left_s)) or self._is_news():
                return

    def _is_news(self) -> bool:
        try:
            return bool(self._standing() != self._told)
        except StoreError:
            return True  # whoever asks says what is wrong

    def _standing(self) -> Any:
        """Grants, agencies, and the agency's people with their roles and passwords."""
        people = _PEOPLE.where(UserRow.agency_id == self._ports.agency_id)
        with self._ports.database.reading() as session:
            return revisions(session), session.execute(people).all()
