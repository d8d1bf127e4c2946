"""A `Scope` as a condition of a query."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from veedor.access.scope import Scope

_MOST_PARAMETERS = 50  # of one IN list; somebody who may see 3,000 cameras of others sends them as one value


class _Texts(FunctionElement[str]):
    """The texts of a JSON list, as what `IN` takes."""

    inherit_cache = True


@compiles(_Texts, "sqlite")
def _of_sqlite(element: _Texts, compiler: Any, **told: Any) -> str:
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **told)}))"  # noqa: S608 - a parameter


@compiles(_Texts, "postgresql")
def _of_postgres(element: _Texts, compiler: Any, **told: Any) -> str:
    return f"(SELECT json_array_elements_text(CAST({compiler.process(element.clauses, **told)} AS json)))"


def only(agency_id: str) -> Scope:
    """Everything of one agency, and nothing else: for the desk's own workers."""
    return Scope(frozenset({agency_id}))


def within(
    scope: Scope, agency: sa.SQLColumnExpression[str], camera: sa.SQLColumnExpression[Any] | None = None
) -> sa.ColumnElement[bool]:
    """Rows that `scope` covers: those of its agencies, and those of its single cameras where rows have a camera."""
    found: list[sa.ColumnElement[bool]] = [agency.in_(sorted(scope.agencies))]
    cameras = sorted(scope.cameras) if camera is not None else []
    if camera is not None and len(cameras) > _MOST_PARAMETERS:
        found.append(camera.op("IN", is_comparison=True)(_Texts(sa.literal(json.dumps(cameras)))))
    elif camera is not None and cameras:
        found.append(camera.in_(cameras))
    return sa.or_(*found)
