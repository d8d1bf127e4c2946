"""`api.md`: every route of the desk, what it asks for and gives, and the action that a person must be allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute

from tools.reference import text

_INTRO = (
    "The desk's HTTP interface, where `veedor site run` says that it listens. Nothing answers without a login but the "
    "routes marked *public*: a browser gets a cookie from `POST /api/login`, a program sends `Authorization: Bearer "
    "TOKEN`. Each route asks for one action; [roles](roles.md) says who may. The audit entry of a call is on disk "
    "before it is answered, and that of a refusal too. Times are ISO 8601 with an offset; spans are [start, end)."
)
_PROBLEMS = (
    'A problem is answered with `{"error": key, "message": what is wrong, "hint": what to do}`, in the language that '
    "the caller asks for; [errors](errors.md) lists the keys with their HTTP statuses."
)
_OUR_ERRORS = frozenset({"HTTPValidationError", "ValidationError"})


def pages() -> dict[str, str]:
    """File names and contents."""
    from veedor.desk.app import PUBLIC, ROUTERS, need_of

    app = FastAPI(title="Veedor")
    for router in ROUTERS:
        app.include_router(router)
    described = app.openapi()
    routes = list(_routes(ROUTERS))
    parts = [_INTRO, _PROBLEMS, _summary(routes, PUBLIC, need_of)]
    for route in routes:
        need = need_of(route.dependant)
        action = "public" if route.path in PUBLIC or need is None else f"needs {text.code(need.action.value)}"
        if isinstance(route, APIWebSocketRoute):
            parts.append(f"## WebSocket {route.path}\n\n{_doc(route.endpoint)}\n\n{action}")
        else:
            for method in sorted(route.methods or ()):
                operation = described.get("paths", {}).get(route.path, {}).get(method.lower(), {})
                parts.append(_operation(f"{method} {route.path}", operation, _doc(route.endpoint), action))
    parts += [
        _schema(name, schema) for name, schema in sorted(described.get("components", {}).get("schemas", {}).items())
    ]
    return {"api.md": text.page("API", *parts)}


def _routes(routers: Iterable[Any]) -> Iterator[APIRoute | APIWebSocketRoute]:
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute | APIWebSocketRoute):
                yield route


def _summary(routes: list[APIRoute | APIWebSocketRoute], public: frozenset[str], need_of: Any) -> str:
    rows = []
    for route in routes:
        need = need_of(route.dependant)
        kinds = sorted(route.methods or ()) if isinstance(route, APIRoute) else ["WebSocket"]
        action = "public" if route.path in public or need is None else text.code(need.action.value)
        rows += [(kind, text.code(route.path), action) for kind in kinds]
    return text.table(("Method", "Path", "Action"), rows)


def _doc(endpoint: Any) -> str:
    return (endpoint.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")


def _operation(name: str, operation: dict[str, Any], doc: str, action: str) -> str:
    parts = [f"## {name}", doc, action]
    parameters = [
        (
            text.code(item["name"]),
            item["in"],
            _type(item.get("schema", {})),
            "yes" if item.get("required") else "",
            item.get("description", "") or item.get("schema", {}).get("description", ""),
        )
        for item in operation.get("parameters", [])
    ]
    if parameters:
        parts.append(text.table(("Parameter", "In", "Value", "Required", "Meaning"), parameters))
    body = operation.get("requestBody", {}).get("content", {})
    parts += [f"Body, {kind}: {_type(content.get('schema', {}))}" for kind, content in body.items()]
    for status, answer in sorted(operation.get("responses", {}).items()):
        if status.startswith("2"):
            kinds = [
                f"{kind}: {_type(content.get('schema', {}))}" for kind, content in answer.get("content", {}).items()
            ]
            parts.append(f"Answers {status}" + (": " + "; ".join(kinds) if kinds else ""))
    return "\n\n".join(part for part in parts if part)


def _schema(name: str, schema: dict[str, Any]) -> str:
    if name in _OUR_ERRORS:
        return ""
    doc = text.sentence(schema.get("description"))
    if "enum" in schema:
        return f"## `{name}`\n\n{doc}\n\nOne of " + ", ".join(text.code(str(item)) for item in schema["enum"]) + "."
    required = set(schema.get("required", []))
    rows = [
        (text.code(key), _type(field), "yes" if key in required else "", field.get("description", ""))
        for key, field in schema.get("properties", {}).items()
    ]
    return f"## `{name}`\n\n{doc}\n\n" + text.table(("Field", "Value", "Always", "Meaning"), rows)


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words, with links to the named ones."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(_type(item) for item in schema[several]))
    if "enum" in schema or "const" in schema:
        return ", ".join(text.code(str(item)) for item in schema.get("enum", [schema.get("const")]))
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        return "list of " + _type(schema.get("items", {}))
    shape = schema.get("format") or schema.get("contentMediaType")
    return f"{kind} ({shape})" if shape else kind
