"""`roles.md`: what each role may do, from the table that the permission check itself reads."""

from __future__ import annotations

from tools.reference import text
from veedor.access.actions import MAY, Action
from veedor.access.principal import Role


def pages() -> dict[str, str]:
    """File names and contents."""
    intro = (
        "Every path to a picture or a record asks this table, and writes an audit entry, before it reads anything. "
        "What is not marked is refused. A person may hold several roles. See [access](../design/access.md)."
    )
    rows = [(text.code(action.value), *("yes" if action in MAY[role] else "" for role in Role)) for action in Action]
    return {"roles.md": text.page("Roles", intro, text.table(("Action", *(role.value for role in Role)), rows))}
