"""NATS keys (Ed25519): the seed stays in a file of mode 0600, the public half is what the other side is told."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import nkeys

from veedor.kit.files import sync
from veedor.kit.reasons import os_reason
from veedor.kit.sqlite import store_errors
from veedor.link.errors import KeyUnusable


def new_seed() -> str:
    """A seed for a user of a server (`SU...`)."""
    return bytes(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER)).decode()


def public_of(seed: str) -> str:
    """`U...`. Raises ValueError where `seed` is none."""
    try:
        return bytes(nkeys.from_seed(bytearray(seed.encode())).public_key).decode()
    except Exception as problem:  # the library raises its own classes, ValueError and nacl's
        raise ValueError("not a seed") from problem


def seed_file(path: Path) -> str:
    """The seed in `path`; made anew where there is no file. Raises KeyUnusable."""
    try:
        seed = path.read_text(encoding="ascii").strip()
        public_of(seed)
        return seed
    except FileNotFoundError:
        return _create(path)
    except OSError as problem:
        raise KeyUnusable(file=str(path), **os_reason(problem)) from problem
    except ValueError as problem:
        raise KeyUnusable(file=str(path), problem="no seed", detail="link-no-seed") from problem


def _create(path: Path) -> str:
    seed = new_seed()
    with store_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(seed + "\n")
        sync(path)
        sync(path.parent)
    return seed
