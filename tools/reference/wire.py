"""`wire.md`: what crosses between a site and its hub, from the types and tables that both ends are made of."""

from __future__ import annotations

import inspect

from tools.reference import text
from veedor.member.ops import HANDLERS
from veedor.wire import calls, envelope, facts, passes, subjects, sync, version

# Asked without a pass for a camera, and why that is enough.
_WITHOUT = {
    calls.Op.HUB_SYNC: "none: a site asks its hub, and is known by its link",
    calls.Op.SITE_POKE: "none: it only makes the site ask",
    calls.Op.IDENTITY_SIGN: "none: it carries the person's name and password, which the site checks",
    calls.Op.STATEMENT_SIGN: "`grant.sign`, `grant.request`, `grant.emergency`, by the kind of statement",
}
_NOT_YET = "not answered by this version"


def pages() -> dict[str, str]:
    """File names and contents."""
    intro = (
        "For whoever writes another end of it, or reads what was caught on it. Everything is NATS inside TLS, over the "
        "one connection that a site dials to its hub. Why it is so: [federation](../design/federation.md). Bodies are "
        "JSON in UTF-8; times are ISO 8601 with an offset."
    )
    parts = (_versions(), _subjects(), _envelope(), _facts(), _calls(), _ops(), _frames(), _sync(), _passes())
    return {"wire.md": text.page("The wire: between a site and its hub", intro, *parts)}


def _versions() -> str:
    near = ", ".join(str(one) for one in range(version.PROTOCOL + version.REACH + 1) if one and version.is_near(one))
    rows = [
        ("Messages up", "`version` of the message", str(version.PROTOCOL), near),
        ("Calls", "`version` of the request", str(version.PROTOCOL), near),
        ("`hub.sync`", "`protocol`, both ways", str(version.PROTOCOL), near),
        ("Joining", "`protocol` of the request", str(version.PROTOCOL), near),
        ("Passes, identities", "the sort that is signed", "1", "1; see `crit` below"),
    ]
    return f"## Versions\n\n{text.table(('What', 'Stands in', 'Written', 'Read'), rows)}\n\n{_doc(version)}"


def _subjects() -> str:
    site = "SITE"
    up = "\n".join(f"- `{one}`" for one in subjects.site_may_publish(site))
    down = "\n".join(f"- `{one}`" for one in subjects.site_may_hear(site))
    return (
        f"## Subjects\n\n{_doc(subjects)}\n\nOut of the leaf node of the site `{site}` may come:\n\n{up}\n\n"
        f"and into it may go:\n\n{down}\n\n"
        f"An agency has the account `{subjects.account('ID')}` at the hub. A site's JetStream has the site's id as its "
        f"domain, and in it the stream `{subjects.UP}`."
    )


def _envelope() -> str:
    limit = f"A message has at most {envelope.MAX_OCTETS:,} octets."
    rows = [(text.code(name), kind) for name, kind in _fields(envelope.Envelope)]
    return f"## Messages up\n\n{_doc(envelope)}\n\n{limit}\n\n{text.table(('Field', 'Type'), rows)}"


def _facts() -> str:
    kinds = ", ".join(text.code(kind.value) for kind in facts.FactKind)
    others = [kind.value for kind in envelope.Kind if kind.value not in {one.value for one in facts.FactKind}]
    reserved = ", ".join(text.code(kind) for kind in others)
    more = f"Kinds: {kinds}. Reserved names: {reserved}." if reserved else f"Kinds: {kinds}."
    return f"### Bodies\n\n{_doc(facts)}\n\n{more}"


def _calls() -> str:
    request = calls.Request("footage.still", {"camera_id": "...", "at": "..."}, "identity.pass.signature", 1 << 20)
    credit = calls.Credit(2 << 20)
    shown = "\n".join(one.to_bytes().decode() for one in (request, credit))
    return f"## Calls\n\n{_doc(calls)}\n\nA request, and a credit:\n\n```json\n{shown}\n```"


def _ops() -> str:
    rows = []
    for op in calls.Op:
        handler = HANDLERS.get(op)
        if handler is None:
            rows.append((text.code(op.value), _WITHOUT.get(op, _NOT_YET), ""))
            continue
        actions = ", ".join(text.code(action.value) for action in sorted(handler.actions, key=lambda one: one.value))
        rows.append((text.code(op.value), actions, handler.kind))
    intro = (
        "A pass must name one of the actions, the camera, and a span that holds what is asked. The site checks it, "
        "asks its own `access/`, and writes its audit entry, under the name in the last column, before it answers."
    )
    return f"### Ops\n\n{intro}\n\n{text.table(('Op', 'Actions that a pass may name', 'Audited as'), rows)}"


def _frames() -> str:
    rows = [(str(kind.value), text.code(kind.name)) for kind in calls.FrameKind]
    intro = (
        f"A frame is its kind (1 octet), its number (4 octets, the most significant first), and its data: at most "
        f"{calls.CHUNK_OCTETS:,} octets of a chunk. {_doc(calls.Frame)}"
    )
    return f"### Frames\n\n{intro}\n\n{text.table(('Kind', 'Name'), rows)}"


def _sync() -> str:
    times = f"A site asks every {sync.SYNC_EVERY_S:g} s where a hub has few. The lease lives for {sync.LEASE_S:g} s."
    return f"## State: `hub.sync`\n\n{_doc(sync)}\n\n{times}"


def _passes() -> str:
    return f"## Passes\n\n{_doc(passes)}"


def _fields(of: type) -> list[tuple[str, str]]:
    return [(name, str(kind)) for name, kind in of.__annotations__.items()]


def _doc(of: object) -> str:
    return inspect.getdoc(of) or ""
