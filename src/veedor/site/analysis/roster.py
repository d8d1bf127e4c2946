"""Which workers a site has on other machines, and which it has invited: a small file for each.

Files, since two processes write them: the command that invites and revokes, and the running site, which sees it within
a second. They lie beside the site's secret key with its certificate authority, and hold public keys alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from veedor.kit.errors import StoreCorrupt
from veedor.kit.files import write_file
from veedor.kit.sqlite import store_errors
from veedor.site.analysis.errors import WorkerKnown, WorkerTokenRefused, WorkerUnknown
from veedor.wire.subjects import checked_id

VALID = timedelta(hours=72)
_NKEY = re.compile(r"U[A-Z2-7]{55}")


@dataclass(frozen=True, slots=True)
class KnownWorker:
    """`nkey`: its public key. `host`: what its machine called itself when it was enrolled."""

    id: str
    name: str
    nkey: str
    host: str


@dataclass(frozen=True, slots=True)
class InvitedWorker:
    """`nkey`: of the key in the invitation. `expires_at`: aware UTC, ISO 8601."""

    id: str
    name: str
    nkey: str
    expires_at: str


W = TypeVar("W", KnownWorker, InvitedWorker)


@dataclass(frozen=True, slots=True)
class WorkerRoster:
    """The files in `folder`."""

    folder: Path

    @staticmethod
    def beside(secret_key: Path) -> WorkerRoster:
        return WorkerRoster(secret_key.with_name(f"{secret_key.stem}.workers"))

    @property
    def site_seed(self) -> Path:
        """Key of the site's own connection."""
        return self.folder / "site.seed"

    def known(self) -> dict[str, KnownWorker]:
        """By id. Raises StoreCorrupt."""
        return {one.id: one for one in self._all("known", KnownWorker)}

    def invited(self, now: datetime) -> dict[str, InvitedWorker]:
        """Those whose invitation still works, by id. Raises StoreCorrupt."""
        found = self._all("invited", InvitedWorker)
        return {one.id: one for one in found if datetime.fromisoformat(one.expires_at) > now}

    def invite(self, worker_id: str, name: str, nkey: str, now: datetime) -> InvitedWorker:
        """Raises WorkerKnown where that name is taken."""
        names = {one.name for one in self.known().values()} | {one.name for one in self.invited(now).values()}
        if name in names:
            raise WorkerKnown(name=name)
        made = InvitedWorker(checked_id(worker_id), name, nkey, (now + VALID).isoformat())
        self._write("invited", made)
        return made

    def enrol(self, worker_id: str, nkey: str, host: str, now: datetime) -> KnownWorker:
        """The invited worker is a worker from now on. Told twice, the same. Raises WorkerTokenRefused."""
        there = self.known().get(worker_id)
        if there is not None:
            if there.nkey != nkey:
                raise WorkerTokenRefused(url="", problem="used", detail="analysis-token-taken")
            return there
        invited = self.invited(now).get(worker_id)
        if invited is None or not _NKEY.fullmatch(nkey):
            raise WorkerTokenRefused(url="", problem="not known", detail="analysis-token-not-known")
        made = KnownWorker(worker_id, invited.name, nkey, host)
        self._write("known", made)
        return made

    def uninvite(self, worker_id: str) -> None:
        self._remove("invited", worker_id)

    def revoke(self, name: str) -> list[str]:
        """Its key opens nothing any more, nor does an invitation for it. Returns the ids. Raises WorkerUnknown."""
        found = [one.id for one in self._all("invited", InvitedWorker) if name in (one.name, one.id)]
        found += [one.id for one in self._all("known", KnownWorker) if name in (one.name, one.id)]
        if not found:
            raise WorkerUnknown(kind="worker", name=name)
        for worker_id in found:
            for kind in ("invited", "known"):
                self._remove(kind, worker_id)
        return list(dict.fromkeys(found))

    def _remove(self, kind: str, worker_id: str) -> None:
        with store_errors(self.folder):
            (self.folder / kind / f"{checked_id(worker_id)}.json").unlink(missing_ok=True)

    def _write(self, kind: str, one: KnownWorker | InvitedWorker) -> None:
        folder = self.folder / kind
        with store_errors(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(folder / f"{one.id}.json", json.dumps(asdict(one), ensure_ascii=False, indent=1).encode())

    def _all(self, kind: str, made_of: Callable[..., W]) -> list[W]:
        found = []
        for path in sorted((self.folder / kind).glob("*.json")):
            try:
                found.append(made_of(**json.loads(path.read_text(encoding="utf-8"))))
            except FileNotFoundError:  # taken back a moment ago
                continue
            except (OSError, ValueError, TypeError) as problem:
                raise StoreCorrupt(path=str(path), problem=str(problem)) from problem
        return found
