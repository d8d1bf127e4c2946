"""A restore, told to everybody who keeps heads of the chain that it cut short.

Signed with the key that signs the place's heads. It explains a contradiction and takes none away: whoever restores a
machine can make things forgotten, and whoever wants that can call it a restore.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from veedor.kit.errors import VeedorError
from veedor.kit.hashing import canonical_json
from veedor.wire.keys import SigningKey, signature_holds

RESTORE_CONTEXT = "veedor-restore-1"
MOST_RESTORES = 50  # in one question, and in one answer


class BadRestore(VeedorError):
    """What came tells of no restore. params: problem"""

    key = "error-wire-bad-restore"
    http_status = 400


@dataclass(frozen=True, slots=True)
class SignedRestore:
    """`place`: a site's id, or `hub`. `agency_id`: whose chain. `sequence`: the last entry that the backup had; the
    next one tells of the restore. `by`: who, at the machine. `manifest_sha256`: of the backup. `signature`: hex."""

    place: str
    agency_id: str
    sequence: int
    restored_at: datetime
    backup_made_at: datetime
    by: str
    manifest_sha256: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        told = {name: value for name, value in self.to_json().items() if name != "signature"}
        return canonical_json({**told, "context": RESTORE_CONTEXT})

    def signed_by(self, public_hex: str) -> bool:
        try:
            return signature_holds(public_hex, bytes.fromhex(self.signature), self.signed_bytes())
        except ValueError:
            return False

    def signed(self, key: SigningKey) -> SignedRestore:
        return replace(self, signature=key.sign(self.signed_bytes()).hex())

    def to_json(self) -> dict[str, Any]:
        at = {"restored_at": self.restored_at, "backup_made_at": self.backup_made_at}
        return {**asdict(self), **{name: value.astimezone(UTC).isoformat() for name, value in at.items()}}

    @staticmethod
    def from_json(told: Any) -> SignedRestore:
        """Raises BadRestore."""
        try:
            restored_at, made_at = (_time(told[name]) for name in ("restored_at", "backup_made_at"))
            sequence = int(told["sequence"])
            if sequence < 0:
                raise ValueError("sequence")
            place, agency_id = str(told["place"])[:64], str(told["agency_id"])[:64]
            by, digest = str(told["by"])[:200], str(told["manifest_sha256"])[:64]
            signature = str(told["signature"])[:128]
            return SignedRestore(place, agency_id, sequence, restored_at, made_at, by, digest, signature)
        except (KeyError, TypeError, ValueError) as problem:
            raise BadRestore(problem=repr(problem)[:200]) from problem


def _time(told: Any) -> datetime:
    at = datetime.fromisoformat(str(told))
    if at.tzinfo is None:
        raise ValueError("time")
    return at
