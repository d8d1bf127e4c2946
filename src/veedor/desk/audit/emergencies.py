"""Emergency accesses that ended and that nobody of the owner has looked at: a habit that both agencies' officers see.

Nobody is stopped in an emergency for want of a review; so that it does not become the usual way, it is told of each
person who has left several behind, and of an agency whose people have together.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from veedor.desk.audit.habits import Flag, Habit
from veedor.desk.grants.repository import Told, unreviewed
from veedor.model.statement import StatementKind, ends_at


def emergency_flags(session: Session, agency_id: str, until: datetime, limit: int, zone: tzinfo) -> list[Flag]:
    """Of the emergencies that ended before `until`, at the agency's cameras or by its people, however long ago.
    A flag without a user name is about an agency, where no one of its people took all of them."""
    people: dict[tuple[str, str], list[Told]] = defaultdict(list)
    takers: dict[str, list[Told]] = defaultdict(list)
    for told in unreviewed(session, agency_id):
        if ends_at(*told) < until:
            people[_taker(told), told[0].grantee].append(told)
            takers[told[0].grantee].append(told)
    named = [_flag(name, agency, found, limit, zone) for (name, agency), found in people.items()]
    whole = [
        _flag("", agency, found, limit, zone)
        for agency, found in takers.items()
        if len({_taker(told) for told in found}) > 1
    ]
    return [one for one in (*named, *whole) if one.count >= limit]


def _taker(told: Told) -> str:
    grant, statements = told
    signed = (one.by_name for one in statements if one.agency == grant.grantee and one.kind is StatementKind.SIGN)
    return next(signed, "")


def _flag(name: str, agency: str, found: list[Told], limit: int, zone: tzinfo) -> Flag:
    began = [grant.starts_at for grant, _ in found]
    ended = max(ends_at(*told) for told in found)
    day = ended.astimezone(zone).date()
    return Flag(Habit.EMERGENCIES, name, agency, None, day, len(found), limit, len(found), min(began), ended)
