"""Many rows in one statement, whose text is the same however many there are, so that PostgreSQL prepares it once.

There the rows travel as one JSON value: to bind each column of each row costs more than to store it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.functions import FunctionElement


class _Among(FunctionElement[bool]):
    """A column and a JSON list of texts."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(_Among, "sqlite")
def _of_sqlite(element: _Among, compiler: Any, **told: Any) -> str:
    column, texts = (compiler.process(one, **told) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"  # noqa: S608 - parameters


@compiles(_Among, "postgresql")
def _of_postgres(element: _Among, compiler: Any, **told: Any) -> str:
    column, texts = (compiler.process(one, **told) for one in element.clauses)
    # As an array: each is looked up in the index, whatever the server believes of the table's size.
    return f"{column} = ANY(ARRAY(SELECT json_array_elements_text(CAST({texts} AS json))))"


def among(column: sa.SQLColumnExpression[Any], values: Iterable[str]) -> sa.ColumnElement[bool]:
    """Rows whose column is one of these texts."""
    return _Among(column, sa.literal(json.dumps(list(values))))


def is_postgres(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def write_many(
    session: Session,
    table: type[DeclarativeBase],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: str | None = None,
    update: Sequence[str] = (),
    only_if: str = "TRUE",
) -> set[Any]:
    """Insert rows, all of which have the same columns. Of those whose `key` (the primary key) is there already, the
    columns `update` are set, if `only_if` holds of the row that is there (SQL; the new one is called `excluded`).

    Returns the keys that were inserted or changed; nothing where no `key` is given.
    """
    if not rows:
        return set()
    name, columns = table.__tablename__, list(rows[0])
    listed = ", ".join(columns)
    tail = ""
    if key is not None:
        changes = ", ".join(f"{column} = excluded.{column}" for column in update)
        tail = f" ON CONFLICT ({key}) DO UPDATE SET {changes} WHERE {only_if} RETURNING {name}.{key}"
    if is_postgres(session):
        # Names of the tables' own columns, never what somebody sent. The order of the list is kept.
        told = f"json_populate_recordset(CAST(NULL AS {name}), CAST(:rows AS json))"
        text = f"INSERT INTO {name} ({listed}) SELECT {listed} FROM {told}{tail}"  # noqa: S608
        found = session.execute(_text(text), {"rows": json.dumps(rows, default=_plain)})
        return set(found.scalars()) if key is not None else set()
    if key is None:
        session.execute(sa.insert(table), list(rows))
        return set()
    fresh = sqlite.insert(table)
    columns_of = table.__table__.columns
    upsert = fresh.on_conflict_do_update(
        index_elements=[key], set_={one: fresh.excluded[one] for one in update}, where=sa.text(only_if)
    ).returning(columns_of[key])
    return set(session.execute(upsert, list(rows)).scalars())


def _text(text: str) -> sa.TextClause:
    return sa.text(text).bindparams(sa.bindparam("rows", type_=sa.Text))


def _plain(value: Any) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    raise TypeError(f"no value of a row: {value!r}")
