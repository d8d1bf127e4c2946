"""A member's files: what it was told at joining, and its keys. They lie beside the secret key, outside the data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from veedor.kit.errors import StoreCorrupt
from veedor.kit.files import write_file
from veedor.wire.joining import JoinAnswer


@dataclass(frozen=True, slots=True)
class MemberFiles:
    """The files of the member in `folder`."""

    folder: Path

    @staticmethod
    def beside(secret_key: Path) -> MemberFiles:
        return MemberFiles(secret_key.with_name(f"{secret_key.stem}.member"))

    @property
    def joined(self) -> Path:
        return self.folder / "joined.json"

    @property
    def link_seed(self) -> Path:
        return self.folder / "link.seed"

    @property
    def local_seed(self) -> Path:
        return self.folder / "local.seed"

    @property
    def agency_key(self) -> Path:
        return self.folder / "agency.key"

    @property
    def agency_key_aside(self) -> Path:
        """One that the hub did not take, since it knows another of the agency."""
        return self.folder / "agency.key.aside"

    @property
    def ca(self) -> Path:
        return self.folder / "hub-ca.crt"

    def read(self) -> JoinAnswer | None:
        """What was told at joining; None for a site that has not joined. Raises StoreCorrupt."""
        try:
            return JoinAnswer.of(json.loads(self.joined.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, AttributeError) as problem:
            raise StoreCorrupt(path=str(self.joined), problem=str(problem)) from problem

    def write(self, answer: JoinAnswer) -> None:
        """Keep it; from now on the site is a member. Raises the StoreError tree."""
        write_file(self.ca, answer.ca_pem.encode())
        write_file(self.joined, json.dumps(asdict(answer), indent=1).encode())
