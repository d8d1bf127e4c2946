"""`veedor init`: the first configuration file of a site, commented in the user's language, and its secret key."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

from veedor.compose.config import SiteFile
from veedor.compose.errors import ConfigExists
from veedor.kit import configfile
from veedor.kit.messages import render
from veedor.kit.secrets import SecretBox
from veedor.kit.sqlite import store_errors


def config_home() -> Path:
    """Where keys and tokens live: outside any data folder."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "veedor"


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "site"


def write_config(  # noqa: PLR0913 - the questions that `veedor init` asks
    folder: Path,
    *,
    site: str,
    agency: str,
    lang: str,
    host: str = "127.0.0.1",
    port: int = 8480,
    tls: tuple[Path, Path] | None = None,
    allowed: tuple[str, ...] = (),
    file_directories: tuple[Path, ...] = (),
    key_file: Path | None = None,
    extra: str = "",
) -> Path:
    """Write `folder/veedor.yaml` and make the secret key. Raises ConfigExists, ConfigError, StoreError."""
    path = folder / "veedor.yaml"
    if path.exists():
        raise ConfigExists(path=str(path))
    key = key_file or config_home() / f"{slug(site)}-{os.urandom(3).hex()}.key"
    with store_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        text = _text(site, agency, lang, host, port, tls, allowed, file_directories, key) + extra
        configfile.loads(text, SiteFile, name=str(path))  # nothing is left behind by wrong answers
        SecretBox.open(key, create=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    return path


def _text(  # noqa: PLR0913, PLR0917
    site: str,
    agency: str,
    lang: str,
    host: str,
    port: int,
    tls: tuple[Path, Path] | None,
    allowed: tuple[str, ...],
    file_directories: tuple[Path, ...],
    key: Path,
) -> str:
    def note(name: str) -> str:
        return "\n".join(f"# {line}" for line in render(f"init-{name}", lang).splitlines())

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    lines = [
        note("head"),
        f"site: {quoted(site)}",
        f"agency: {quoted(agency)}",
        f"agency_id: {slug(agency)}",
        f"language: {lang}",
    ]
    lines += [
        "time_zone: America/Lima",
        "",
        note("data"),
        "data: data",
        "",
        note("key"),
        f"secret_key: {quoted(str(key))}",
    ]
    lines += ["", note("desk"), "desk:", f"  host: {quoted(host)}", f"  port: {port}"]
    if tls:
        lines += [f"  tls_certificate: {quoted(str(tls[0]))}", f"  tls_key: {quoted(str(tls[1]))}"]
    lines += ["", note("networks"), "networks:"]
    lines += [f"  allowed: [{', '.join(quoted(network) for network in allowed)}]"]
    lines += [f"  file_directories: [{', '.join(quoted(str(folder)) for folder in file_directories)}]"]
    lines += ["", note("recording"), "recording:", "  keep_days: 30", "  legal_minimum_days: 30"]
    lines += ["  reserve_bytes: 2000000000", "", note("analysis"), "analysis:", "  workers: 1", "  threads: 1", ""]
    return "\n".join(lines)
