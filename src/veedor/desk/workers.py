"""The desk's own threads: clips of alerts, evidence, how rules do, and samples of what gave no alert."""

from __future__ import annotations

from pathlib import Path

from veedor.desk.alerts.clips import ClipConfig, ClipWorker
from veedor.desk.context import DeskPorts
from veedor.desk.evidence.signing import KEY_FILE_NAME, Signer
from veedor.desk.evidence.worker import EvidenceConfig, EvidenceWorker
from veedor.desk.review.keeper import ReviewKeeper
from veedor.desk.samples.drawer import SampleDrawer


def evidence_key_file(secret_key: Path) -> Path:
    """The private signing key lies beside the secret key: outside the data directory and its plain backups."""
    return secret_key.with_name(KEY_FILE_NAME)


class DeskWorkers:
    """Start after the database was migrated and the agency's row is there; stop before the database is closed.

    Raises ConfigError where the evidence key cannot be used.
    """

    def __init__(
        self,
        ports: DeskPorts,
        evidence_key: Path,
        clips: ClipConfig | None = None,
        evidence: EvidenceConfig | None = None,
    ) -> None:
        self._clips = ClipWorker(ports, clips)
        self._evidence = EvidenceWorker(ports, Signer.open(evidence_key), evidence)
        self._review = ReviewKeeper(ports)
        self._samples = SampleDrawer(ports)

    def start(self) -> None:
        self._clips.start()
        self._evidence.start()
        self._review.start()
        self._samples.start()

    def stop(self) -> None:
        """Return when all have finished what they have in hand."""
        self._samples.stop()
        self._review.stop()
        self._evidence.stop()
        self._clips.stop()
