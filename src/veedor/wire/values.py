"""The frozen values of `model` and `wire.ports` as plain JSON and back, by their types alone.

    values.dump(Camera, camera) -> dict        values.load(Camera, dict) -> Camera

A newer version's unknown fields are passed over; a value that lacks a needed field raises BadValue.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from functools import lru_cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from veedor.kit.errors import VeedorError

T = TypeVar("T")


class BadValue(VeedorError):
    """What came over the link is not what its kind says. params: kind, problem"""

    key = "wire-bad-value"
    http_status = 502


@lru_cache(maxsize=128)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def dump(kind: type[T], value: T) -> Any:
    """Plain JSON values. Times become ISO 8601 with their offset."""
    adapter: TypeAdapter[T] = _adapter(cast(Hashable, kind))
    return adapter.dump_python(value, mode="json")


def load(kind: type[T], data: Any) -> T:
    """The inverse of `dump`. Raises BadValue."""
    try:
        found: T = _adapter(cast(Hashable, kind)).validate_python(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadValue(kind=getattr(kind, "__name__", str(kind)), problem=f"{where}: {first['msg']}"[:200]) from problem
    return found


def read_list(data: bytes) -> list[Any]:
    """A JSON list that came as octets. Raises BadValue."""
    try:
        found = json.loads(data)
    except ValueError as problem:
        raise BadValue(kind="list", problem=str(problem)) from problem
    if not isinstance(found, list):
        raise BadValue(kind="list", problem=type(found).__name__)
    return found
