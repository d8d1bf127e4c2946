"""YAML files that people write: loaded into a pydantic model, each error with its file, line and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from veedor.kit.errors import ConfigError, ConfigValueError
from veedor.kit.reasons import os_reason, value_reason

M = TypeVar("M", bound=BaseModel)


def load(path: Path, model: type[M]) -> M:
    """Read `path` and validate it. Raises ConfigError (the first problem; all of them with `problems`)."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise ConfigError(file=str(path), line=1, column=1, **os_reason(problem)) from problem
    except UnicodeDecodeError as problem:
        raise ConfigError(
            file=str(path), line=1, column=1, problem=str(problem), detail="reason-not-utf-8"
        ) from problem
    return loads(text, model, name=str(path))


def loads(text: str, model: type[M], *, name: str) -> M:
    """Validate `text`; `name` stands in errors for the file."""
    found = problems(text, model, name=name)
    if isinstance(found, list):
        raise found[0]
    return found


def problems(text: str, model: type[M], *, name: str) -> M | list[ConfigError]:
    """The model, or every problem of `text` in the order of its lines."""
    try:
        tree = parse(text, name=name)
    except ConfigError as problem:
        return [problem]
    try:
        return model.model_validate(plain(tree) if tree is not None else {})
    except ValidationError as invalid:
        errors = []
        for item in invalid.errors():
            line, column = position(tree, item["loc"])
            path = ".".join(str(part) for part in item["loc"])
            errors.append(_invalid(name, (line, column), path, value_reason(item)))
        return sorted(errors, key=lambda error: (error.params["line"], error.params["column"]))


def _invalid(name: str, place: tuple[int, int], path: str, reason: dict[str, str]) -> ConfigError:
    """`path` is where in the file: `desk.port`."""
    kind = ConfigValueError if path else ConfigError
    return kind(file=name, line=place[0], column=place[1], path=path, **reason)


def parse(text: str, *, name: str) -> Any:
    """The file as ruamel's tree, which knows lines and columns. Raises ConfigError where it is no YAML."""
    yaml = YAML(typ="rt")
    yaml.allow_duplicate_keys = False
    try:
        return yaml.load(text)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = problem.problem or str(problem)
        detail = "reason-duplicate-key" if isinstance(problem, DuplicateKeyError) else "reason-not-yaml"
        raise ConfigError(file=name, line=line, column=column, problem=said, detail=detail, said=said) from problem
    except YAMLError as problem:
        said = str(problem)
        raise ConfigError(file=name, line=1, column=1, problem=said, detail="reason-not-yaml", said=said) from problem


def plain(node: Any) -> Any:
    """ruamel's round-trip containers as plain dicts, lists and scalars."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def position(tree: Any, location: Sequence[str | int]) -> tuple[int, int]:
    """Line and column (from 1) of the deepest part of `location` that the file has."""
    line, column = 1, 1
    node = tree
    for part in location:
        marks = getattr(node, "lc", None)
        if marks is None:
            break
        try:
            if isinstance(node, dict) and part in node:
                row, col = marks.key(part)
            elif isinstance(node, list) and isinstance(part, int) and part < len(node):
                row, col = marks.item(part)
            else:
                continue  # pydantic puts tags of unions and validator names into the path
        except (KeyError, TypeError, AttributeError):
            break
        line, column = row + 1, col + 1
        node = node[part]
    return line, column
