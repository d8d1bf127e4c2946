"""What a machine keeps to be a worker of a site, and how it becomes one. Its private key never leaves it."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from pathlib import Path

from veedor.kit.clock import Clock
from veedor.kit.errors import StoreCorrupt
from veedor.kit.files import write_file
from veedor.kit.sqlite import store_errors
from veedor.link.connection import LinkConnection
from veedor.link.keys import public_of, seed_file
from veedor.site.analysis.asking import ask
from veedor.site.analysis.errors import SiteSilent, WorkerNotEnrolled, WorkerOfAnother, WorkerTokenRefused
from veedor.wire import work
from veedor.wire.errors import LinkDown
from veedor.wire.work import Enrol, WorkerToken

CONNECT_S = 8.0


@dataclass(frozen=True, slots=True)
class WorkerHome:
    """`file`: the configuration, JSON; beside it lie the worker's key and the certificate that vouches for the site."""

    file: Path
    worker_id: str
    name: str
    site: str
    url: str
    model: str

    @property
    def ca(self) -> Path:
        return self.file.with_suffix(".crt")

    def seed(self) -> str:
        """Raises KeyUnusable."""
        return seed_file(self.file.with_suffix(".seed"))

    @staticmethod
    def load(file: Path) -> WorkerHome:
        """Raises WorkerNotEnrolled, StoreCorrupt."""
        try:
            read = json.loads(file.read_text(encoding="utf-8"))
            return WorkerHome(file, *(str(read[key]) for key in ("worker_id", "name", "site", "url", "model")))
        except FileNotFoundError as problem:
            raise WorkerNotEnrolled(file=str(file)) from problem
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise StoreCorrupt(path=str(file), problem=str(problem)) from problem


def enrol(file: Path, token: WorkerToken, clock: Clock) -> WorkerHome:
    """Become the worker that was invited, and keep it in `file`. Again with the same token: nothing is done.

    Raises WorkerOfAnother, WorkerTokenRefused, SiteSilent, the StoreError tree.
    """
    if file.exists():
        home = WorkerHome.load(file)
        if home.worker_id != token.invitation_id:
            raise WorkerOfAnother(file=str(file), name=home.name)
        return home
    with store_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_file(file.with_suffix(".crt"), token.ca_pem.encode())
    told = _hand_in(file, token, public_of(seed_file(file.with_suffix(".seed"))), clock)
    body = {"worker_id": token.invitation_id, "url": token.url, **told}
    write_file(file, json.dumps(body, ensure_ascii=False, indent=1).encode())
    return WorkerHome.load(file)


def _hand_in(file: Path, token: WorkerToken, nkey: str, clock: Clock) -> dict[str, str]:
    connection = LinkConnection(token.url, token.seed, token.invitation_id, clock, ca=file.with_suffix(".crt"))
    connection.start()
    try:
        connection.wait_connected(CONNECT_S)
        subject, answer = work.enrol(token.invitation_id), work.enrolled(token.invitation_id)
        told = ask(connection, subject, answer, Enrol(nkey, socket.gethostname()).to_bytes())
        return {"name": told["name"], "site": told["site"], "model": told["model"]}
    except LinkDown as problem:
        said = str(problem.params.get("problem"))
        if "Authorization" in said:  # the server tells it in words alone
            detail = "analysis-token-not-known"
            raise WorkerTokenRefused(url=token.url, problem=said, detail=detail) from problem
        raise SiteSilent(url=token.url, problem=said) from problem
    except SiteSilent as problem:
        raise SiteSilent(**{**problem.params, "url": token.url}) from problem
    except WorkerTokenRefused as problem:
        raise WorkerTokenRefused(**{**problem.params, "url": token.url}) from problem
    finally:
        connection.stop()
