"""What can go wrong with evidence.

UserError
├── EvidenceNotAuthentic   a package is not what was signed (exit code 2)
├── EvidenceKeyUnusable    not an Ed25519 public key, or not readable
├── EvidenceKeyInside      a key that lies inside the package
├── EvidenceSpan           a span that makes no sense
├── ExportTargetNotEmpty   the folder for an export has files in it
├── EvidenceExportFailed   the desk could not build the package
├── EvidenceDownloadDamaged a file arrived other than the manifest says
├── PackageTooBig          more segments than one manifest may list
├── OwnerStatementBad      what another site says of its footage does not fit
└── Conflict
    ├── EvidenceNothing    nothing is locked
    ├── EvidenceNoFootage  there is nothing in the span to lock
    ├── EvidenceNotHeld    the site has not confirmed the lock
    └── StillRecording     the span reaches into footage that is being written
Unavailable
└── ErrandWaits            nobody is logged in any more in whose name another site could be asked
StoreCorrupt
└── OriginalDamaged        a stored segment is not what was recorded
"""

from __future__ import annotations

from veedor.kit.errors import Conflict, StoreCorrupt, Unavailable, UserError


class EvidenceNotAuthentic(UserError):
    """params: directory, count"""

    key = "error-evidence-not-authentic"


class EvidenceKeyUnusable(UserError):
    """params: file, problem"""

    key = "error-evidence-key"


class EvidenceKeyInside(UserError):
    """params: file"""

    key = "error-evidence-key-inside"


class ExportTargetNotEmpty(UserError):
    """params: directory"""

    key = "error-evidence-target"


class EvidenceNothing(Conflict):
    """params: incident"""

    key = "error-evidence-nothing"


class EvidenceNoFootage(Conflict):
    """params: camera"""

    key = "error-evidence-no-footage"


class EvidenceNotHeld(Conflict):
    """params: camera, state"""

    key = "error-evidence-not-held"


class EvidenceSpan(UserError):
    """params: problem"""

    key = "error-evidence-span"


class StillRecording(Conflict):
    """params: camera, until"""

    key = "error-evidence-still-recording"


class OriginalDamaged(StoreCorrupt):
    """params: path, problem"""

    key = "error-evidence-original-damaged"


class EvidenceExportFailed(UserError):
    """params: package, problem"""

    key = "error-evidence-export-failed"


class EvidenceDownloadDamaged(UserError):
    """params: path"""

    key = "error-evidence-download-damaged"


class PackageTooBig(UserError):
    """params: segments (as text)"""

    key = "error-evidence-too-big"


class OwnerStatementBad(UserError):
    """params: site, problem"""

    key = "error-evidence-owner-statement"


class ErrandWaits(Unavailable):
    """params: who"""

    key = "error-evidence-errand-waits"
