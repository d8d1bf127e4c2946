"""A site's workers on other machines: where they connect, inviting them, taking them back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from veedor.access.actions import Action
from veedor.compose.at_machine import machine_audit
from veedor.compose.config import SiteFile
from veedor.compose.initial import slug
from veedor.kit.clock import Clock
from veedor.kit.hashing import sha256_file
from veedor.kit.pki import open_authority
from veedor.link.config import Address
from veedor.link.keys import new_seed, public_of
from veedor.site.analysis.errors import WorkersNotTaken
from veedor.site.analysis.remote import RemoteConfig
from veedor.site.analysis.roster import InvitedWorker, WorkerRoster
from veedor.site.detect.models import Presence, entry, models_dir, presence
from veedor.wire.work import WorkerToken


def remote_config(config: SiteFile) -> RemoteConfig | None:
    """None where the site takes no workers on other machines. Raises ModelUnknown."""
    listen = config.analysis.listen
    if listen is None:
        return None
    return RemoteConfig(
        roster=WorkerRoster.beside(config.secret_key),
        data=config.data / "workers",
        listen=Address(listen.host, listen.port),
        public_host=listen.public_host,
        site_name=config.site,
        model=config.analysis.model,
        model_hashes=_hashes(config.analysis.model),
    )


def _hashes(name: str) -> frozenset[str]:
    """Of the file that is here, since two exports of one network differ a little; else of any that there are."""
    model = entry(name)
    if presence(model) is Presence.READY:
        return frozenset({sha256_file(models_dir() / model.file)})
    return model.hashes


def invite_worker(config: SiteFile, path: Path, name: str, clock: Clock) -> tuple[WorkerToken, InvitedWorker]:
    """An invitation, once for 72 hours; the running site knows of it within a second. `path`: of the configuration.

    Raises WorkersNotTaken, WorkerKnown, the StoreError tree.
    """
    listen = config.analysis.listen
    if listen is None or not listen.port:
        raise WorkersNotTaken(file=str(path))
    roster, now, seed = WorkerRoster.beside(config.secret_key), clock.now(), new_seed()
    authority = open_authority(roster.folder, f"Veedor {config.site}", now)
    worker_id = f"{slug(name)[:40]}-{os.urandom(4).hex()}"
    invited = roster.invite(worker_id, name, public_of(seed), now)
    _note(config, clock, worker_id, {"change": "worker invited", "name": name})
    url = f"tls://{Address(listen.public_host, listen.port)}"
    return WorkerToken(worker_id, url, authority.pem, seed), invited


def revoke_worker(config: SiteFile, name: str, clock: Clock) -> list[str]:
    """Take back a worker, or an invitation; the running site puts it out within seconds. Raises WorkerUnknown."""
    gone = WorkerRoster.beside(config.secret_key).revoke(name)
    for worker_id in gone:
        _note(config, clock, worker_id, {"change": "worker revoked", "name": name})
    return gone


def _note(config: SiteFile, clock: Clock, worker_id: str, detail: Mapping[str, str]) -> None:
    """A worker sees pictures: who let it is in the audit."""
    with machine_audit(config, clock) as audit:
        audit.note(Action.SITE_EDIT, "worker", worker_id, detail)


def worker_rows(config: SiteFile, clock: Clock) -> list[dict[str, str | None]]:
    """Those that there are, and those that are invited."""
    roster = WorkerRoster.beside(config.secret_key)
    known = roster.known()
    rows: list[dict[str, str | None]] = [
        {"id": one.id, "name": one.name, "host": one.host, "expires_at": None} for one in known.values()
    ]
    invited = [one for one in roster.invited(clock.now()).values() if one.id not in known]
    return rows + [{"id": one.id, "name": one.name, "host": None, "expires_at": one.expires_at} for one in invited]
