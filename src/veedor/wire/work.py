"""What a site and its analysis workers on other machines say to each other: subjects, greetings, invitations.

It goes through a server of the site's own, apart from the one that links it with a hub.

| subject | who publishes | what |
|---|---|---|
| `enrol.<invitation>` | who holds an invitation | the public key of a new worker |
| `enrolled.<invitation>` | the site | whether it is one of its workers now |
| `hello.<worker>.<seat>` | a worker | it could analyse: its version, its machine, its model |
| `answer.<worker>.<session>` | the site | yes, or why not |
| `work.<worker>.<session>` | the site | frames of a pipe (`link/pipe.py`): cameras, packets |
| `result.<worker>.<session>` | a worker | frames of a pipe: observations, pictures of alerts, counters |

The worker stands in every subject: the server's permissions alone keep one worker from hearing what another is sent,
and from answering for it. A *seat* is one analysis process of a worker.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from veedor.kit.errors import UserError, VeedorError
from veedor.wire.calls import error_from_bytes, error_to_bytes
from veedor.wire.errors import BadMessage
from veedor.wire.subjects import checked_id

PROTOCOL = 1
"""Version of what stands in the pipe. A site takes only workers of its own."""

_PREFIX = "veedorw1."
MAX_HELLO_OCTETS = 16 << 10
MAX_SEATS = 64
MAX_OWN_MODELS = 64


class BadWorkerToken(UserError):
    """What was given is no invitation of a worker, or a part of one."""

    key = "wire-bad-worker-token"


# -- subjects


def hello(worker_id: str, seat: str) -> str:
    return f"hello.{checked_id(worker_id)}.{checked_id(seat)}"


ALL_HELLOS = "hello.*.*"


def answer(worker_id: str, session: str) -> str:
    return f"answer.{checked_id(worker_id)}.{checked_id(session)}"


def work(worker_id: str, session: str) -> str:
    return f"work.{checked_id(worker_id)}.{checked_id(session)}"


def result(worker_id: str, session: str) -> str:
    return f"result.{checked_id(worker_id)}.{checked_id(session)}"


def enrol(invitation_id: str) -> str:
    return f"enrol.{checked_id(invitation_id)}"


ALL_ENROLS = "enrol.*"


def enrolled(invitation_id: str) -> str:
    return f"enrolled.{checked_id(invitation_id)}"


def worker_may_publish(worker_id: str) -> list[str]:
    name = checked_id(worker_id)
    return [f"hello.{name}.*", f"result.{name}.*"]


def worker_may_hear(worker_id: str) -> list[str]:
    name = checked_id(worker_id)
    return [f"answer.{name}.*", f"work.{name}.*"]


def invited_may_publish(invitation_id: str) -> list[str]:
    return [enrol(invitation_id)]


def invited_may_hear(invitation_id: str) -> list[str]:
    return [enrolled(invitation_id)]


# -- messages


@dataclass(frozen=True, slots=True)
class Hello:
    """`session`: the worker's own word for what follows; it listens there already. `version`: of Veedor. `host`: name
    of the machine. `cores`: of the machine; `threads`: that this seat takes for its detector. `model_sha256`: of the
    weights that it has loaded, hex; `own_sha256`: of the files that it has of the agency's own models."""

    session: str
    protocol: int
    version: str
    host: str
    cores: int
    threads: int
    model_sha256: str
    own_sha256: frozenset[str] = frozenset()

    def to_bytes(self) -> bytes:
        return json.dumps({**asdict(self), "own_sha256": sorted(self.own_sha256)}).encode()

    @staticmethod
    def from_bytes(data: bytes) -> Hello:
        """Raises BadMessage."""
        read = _object(data)
        try:
            told = Hello(
                checked_id(str(read["session"])),
                int(read["protocol"]),
                str(read["version"])[:64],
                str(read["host"])[:64],
                int(read["cores"]),
                int(read["threads"]),
                str(read["model_sha256"])[:64],
                frozenset(str(one)[:64] for one in list(read.get("own_sha256", ()))[:MAX_OWN_MODELS]),
            )
        except (KeyError, TypeError, ValueError) as problem:
            raise BadMessage(problem=repr(problem), detail="wire-unreadable") from problem
        if not (1 <= told.threads <= 1024 and 1 <= told.cores <= 4096):
            raise BadMessage(problem=f"threads {told.threads}, cores {told.cores}", detail="wire-unreadable")
        return told


@dataclass(frozen=True, slots=True)
class Enrol:
    """`nkey`: the worker's public key. `host`: name of its machine."""

    nkey: str
    host: str

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @staticmethod
    def from_bytes(data: bytes) -> Enrol:
        """Raises BadMessage."""
        read = _object(data)
        try:
            return Enrol(str(read["nkey"]), str(read["host"])[:64])
        except (KeyError, TypeError) as problem:
            raise BadMessage(problem=repr(problem), detail="wire-unreadable") from problem


def answer_to_bytes(value: dict[str, str] | VeedorError) -> bytes:
    """A yes with what belongs to it, or the reason of a no."""
    if isinstance(value, VeedorError):
        return b"!" + error_to_bytes(value)
    return b"=" + json.dumps(value).encode()


def answer_from_bytes(data: bytes) -> dict[str, str]:
    """Raises the other side's error, BadMessage."""
    if data[:1] == b"!":
        raise error_from_bytes(data[1:])
    return {str(name): str(value) for name, value in _object(data[1:]).items()}


def _object(data: bytes) -> dict[str, Any]:
    try:
        read = json.loads(data) if len(data) <= MAX_HELLO_OCTETS else None
    except ValueError as problem:
        raise BadMessage(problem=repr(problem), detail="wire-unreadable") from problem
    if not isinstance(read, dict):
        raise BadMessage(problem="no object", detail="wire-unreadable")
    return read


# -- the invitation


@dataclass(frozen=True, slots=True)
class WorkerToken:
    """What makes a machine a worker of a site, once: `url` where its server is, `ca_pem` that vouches for it, `seed` of
    a key that may do nothing but hand in the worker's own."""

    invitation_id: str
    url: str
    ca_pem: str
    seed: str

    def encode(self) -> str:
        """One word without blanks."""
        body = {"i": self.invitation_id, "u": self.url, "c": self.ca_pem, "s": self.seed}
        packed = base64.urlsafe_b64encode(json.dumps(body, separators=(",", ":")).encode())
        return _PREFIX + packed.decode().rstrip("=")

    @staticmethod
    def decode(text: str) -> WorkerToken:
        """Raises BadWorkerToken."""
        word = "".join(text.split())  # mail programs fold long lines
        if not word.startswith(_PREFIX) or len(word) > 8000:
            raise BadWorkerToken
        body = word.removeprefix(_PREFIX)
        try:
            read: Any = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            token = WorkerToken(checked_id(str(read["i"])), str(read["u"]), str(read["c"]), str(read["s"]))
        except (binascii.Error, ValueError, KeyError, TypeError, VeedorError) as problem:
            raise BadWorkerToken from problem
        if not token.url.startswith("tls://") or "BEGIN CERTIFICATE" not in token.ca_pem:
            raise BadWorkerToken
        return token


def new_session() -> str:
    return secrets.token_hex(8)
