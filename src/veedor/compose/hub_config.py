"""`hub.yaml`: one small file per hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from veedor.compose.config import DeskFile, Strict, known_zone
from veedor.kit import configfile


class HubDeskFile(DeskFile):
    """Where the hub's desk listens. Without a certificate of its own it takes one that the hub's authority signs."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8490
    public_port: Annotated[int, Field(ge=1, le=65535)] | None = None  # where a proxy or router forwards another port


class LinkFile(Strict):
    """Where sites connect: the leaf port must be reachable from them, nothing else need be."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 7422
    public_host: str | None = None  # the name or address that sites dial; default: `host`
    public_port: Annotated[int, Field(ge=1, le=65535)] | None = None  # where a router forwards another port


class JointFile(Strict):
    """How near alerts of several agencies are that are proposed as one incident."""

    within_m: Annotated[float, Field(gt=0, le=5000)] = 300.0
    within_s: Annotated[float, Field(gt=0, le=3600)] = 300.0


class SealingFile(Strict):
    """How long case and officer may be sealed from the owners of cameras at most."""

    max_days: Annotated[int, Field(ge=1, le=90)] = 90


class HubFile(Strict):
    """The whole of `hub.yaml`."""

    hub: Annotated[str, Field(min_length=1, max_length=200)]
    agency: Annotated[str, Field(min_length=1, max_length=200)]  # the agency that runs the hub
    agency_id: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
    time_zone: Annotated[str, AfterValidator(known_zone)] = "America/Lima"
    language: Annotated[str, Field(pattern="^(es|en)$")] = "es"
    data: Path = Path("hub-data")
    keys: Path  # a folder outside `data`, and outside the backups of `data`
    database: str | None = None  # a PostgreSQL address; default: a server of our own under `data`
    desk: HubDeskFile = HubDeskFile()
    link: LinkFile = LinkFile()
    joint: JointFile = JointFile()
    sealing: SealingFile = SealingFile()


def load(path: Path) -> HubFile:
    """Read and validate; relative paths are taken from the file's folder. Raises ConfigError."""
    read = configfile.load(path, HubFile)
    base = path.resolve().parent
    desk = read.desk.model_copy(
        update={
            "tls_certificate": base / read.desk.tls_certificate if read.desk.tls_certificate else None,
            "tls_key": base / read.desk.tls_key if read.desk.tls_key else None,
        }
    )
    return read.model_copy(update={"data": base / read.data, "keys": base / read.keys, "desk": desk})
