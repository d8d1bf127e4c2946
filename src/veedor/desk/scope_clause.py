"""A `Scope` as a condition of a query."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from veedor.access.scope import Scope

_MOST_PARAMETERS = 500  # of one IN list: SQLite's limit is in the thousands, and plans get no better


def only(agency_id: str) -> Scope:
    """Everything of one agency, and nothing else: for the desk's own workers."""
    return Scope(frozenset({agency_id}))


def within(
    scope: Scope, agency: sa.SQLColumnExpression[str], camera: sa.SQLColumnExpression[Any] | None = None
) -> sa.ColumnElement[bool]:
    """Rows that `scope` covers: those of its agencies, and those of its single cameras where rows have a camera."""
    found: list[sa.ColumnElement[bool]] = [agency.in_(sorted(scope.agencies))]
    if camera is not None:
        cameras = sorted(scope.cameras)
        found += [
            camera.in_(cameras[start : start + _MOST_PARAMETERS]) for start in range(0, len(cameras), _MOST_PARAMETERS)
        ]
    return sa.or_(*found)
