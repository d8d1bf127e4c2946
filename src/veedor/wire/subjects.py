"""The names of all that crosses: accounts, domains, streams, subjects. Nothing else in Veedor spells a subject.

| subject | who publishes | what |
|---|---|---|
| `up.<site>.<kind>` | the site's pump, to its own server | a message of the log, kept in the stream `UP` |
| `call.<callee>.<caller>.<op>` | the caller | a request |
| `reply.<callee>.<caller>.<token>.<number>` | the callee | the frames that answer it |
| `credit.<callee>.<caller>.<token>.<number>` | the caller | how much more the callee may send; or that it is enough |
| `reply.<site>.hub.<token>.up` | the site's JetStream | what the hub's intake reads of `UP` |

The callee and the caller stand in every subject, so that the servers' permissions alone keep a site from answering or
asking under another's id. The hub's id on the wire is `hub`.
"""

from __future__ import annotations

import re

from veedor.wire.errors import BadName

HUB = "hub"
UP = "UP"  # the stream of a site's messages up, in the site's own domain

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def checked_id(value: str) -> str:
    """`value`, if it can stand as one part of a subject: letters, digits, `-` and `_`; at most 64. Raises BadName."""
    if not _NAME.fullmatch(value):
        raise BadName(name=value[:80])
    return value


def account(agency_id: str) -> str:
    """The hub's account of an agency: its sites, and the hub, meet there and nobody else."""
    return f"AGENCY-{checked_id(agency_id)}"


def domain(site_id: str) -> str:
    """The JetStream domain of a site."""
    return checked_id(site_id)


def up(site_id: str, kind: str) -> str:
    """`kind` may have dots: `event.ended`."""
    return f"up.{checked_id(site_id)}.{'.'.join(checked_id(part) for part in kind.split('.'))}"


def up_all(site_id: str) -> str:
    return f"up.{checked_id(site_id)}.>"


def jetstream(site_id: str, operation: str) -> str:
    """A request to the JetStream of a site, through the leaf or at the site itself."""
    return f"$JS.{domain(site_id)}.API.{operation}"


def call(callee: str, caller: str, op: str) -> str:
    return f"call.{checked_id(callee)}.{checked_id(caller)}.{'.'.join(checked_id(part) for part in op.split('.'))}"


def calls_of(callee: str) -> str:
    """What one who answers listens to."""
    return f"call.{checked_id(callee)}.>"


def reply(callee: str, caller: str, token: str, number: str) -> str:
    return f"reply.{checked_id(callee)}.{checked_id(caller)}.{checked_id(token)}.{checked_id(number)}"


def replies_to(caller: str, token: str) -> str:
    """What a caller listens to: a site hears the hub alone, the hub all of its sites."""
    callee = "*" if caller == HUB else HUB
    return f"reply.{callee}.{checked_id(caller)}.{checked_id(token)}.*"


def credit(callee: str, caller: str, token: str, number: str) -> str:
    return f"credit.{checked_id(callee)}.{checked_id(caller)}.{checked_id(token)}.{checked_id(number)}"


def credits_of(callee: str) -> str:
    return f"credit.{checked_id(callee)}.>"


def site_may_publish(site_id: str) -> list[str]:
    """What may come to the hub's server out of a site's leaf node."""
    name = checked_id(site_id)
    return [f"reply.{name}.{HUB}.>", f"call.{HUB}.{name}.>", f"credit.{HUB}.{name}.>"]


def site_may_hear(site_id: str) -> list[str]:
    """What may go from the hub's server into a site's leaf node."""
    name = checked_id(site_id)
    return [
        f"call.{name}.{HUB}.>",
        f"credit.{name}.{HUB}.>",
        f"reply.{HUB}.{name}.>",
        f"$JS.{name}.API.STREAM.INFO.{UP}",
        f"$JS.{name}.API.STREAM.MSG.GET.{UP}",
        f"$JS.{name}.API.CONSUMER.CREATE.{UP}.>",
        f"$JS.{name}.API.CONSUMER.MSG.NEXT.{UP}.>",
    ]
