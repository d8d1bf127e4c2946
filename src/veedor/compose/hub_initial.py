"""`veedor hub init`: the first configuration file of a hub, commented in the user's language."""

from __future__ import annotations

import os
from pathlib import Path

from veedor.compose.errors import ConfigExists
from veedor.compose.hub_config import HubFile
from veedor.compose.initial import config_home, slug
from veedor.kit import configfile
from veedor.kit.messages import render
from veedor.kit.sqlite import store_errors


def write_hub_config(  # noqa: PLR0913 - the questions that `veedor hub init` asks
    folder: Path,
    *,
    name: str,
    agency: str,
    lang: str,
    host: str = "127.0.0.1",
    port: int = 8490,
    link_port: int = 7422,
    keys: Path | None = None,
) -> Path:
    """Write `folder/hub.yaml`. Raises ConfigExists, ConfigError, StoreError."""
    path = folder / "hub.yaml"
    if path.exists():
        raise ConfigExists(path=str(path))
    key_folder = keys or config_home() / f"{slug(name)}-{os.urandom(3).hex()}.hub"

    def note(key: str) -> str:
        return "\n".join(f"# {line}" for line in render(f"init-hub-{key}", lang).splitlines())

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    local = host in ("127.0.0.1", "localhost", "::1")
    listen = host if local else "0.0.0.0"  # noqa: S104 - reached from outside is what a hub is for; it always has TLS
    lines = [
        note("head"),
        f"hub: {quoted(name)}",
        f"agency: {quoted(agency)}",
        f"agency_id: {slug(agency)}",
        f"language: {lang}",
        "time_zone: America/Lima",
        "",
        note("data"),
        "data: hub-data",
        note("keys"),
        f"keys: {quoted(str(key_folder))}",
        note("database"),
        "# database: postgresql+psycopg://veedor@db.example/veedor",
        "",
        note("desk"),
        "desk:",
        f"  host: {quoted(listen)}",
        f"  port: {port}",
        *([] if local else [f"  public_hosts: [{quoted(host)}]"]),
        "",
        note("link"),
        "link:",
        f"  host: {quoted(listen)}",
        f"  port: {link_port}",
        *([] if local else [f"  public_host: {quoted(host)}"]),
        "",
    ]
    text = "\n".join(lines)
    with store_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        configfile.loads(text, HubFile, name=str(path))  # nothing is left behind by wrong answers
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    return path
