"""Errors of putting a site together."""

from __future__ import annotations

from veedor.kit.errors import Conflict, StoreError, Unavailable, UserError


class PortTaken(UserError):
    """params: address, problem"""

    key = "error-compose-port-taken"


class ConfigExists(UserError):
    """params: path"""

    key = "error-compose-config-exists"


class ConfigMissing(UserError):
    """params: path"""

    key = "error-compose-config-missing"


class AgencyKeyLost(UserError):
    """The hub's agency has a key that others have pinned, and its file is gone. params: name, path"""

    key = "error-compose-agency-key-lost"


class DemoPartFailed(Unavailable):
    """A process of the demo did not come up. params: part, said (the last of its log)"""

    key = "error-compose-demo-part"


class RulesChanged(Conflict):
    """params: name (of the camera)"""

    key = "error-compose-rules-changed"


class BadCalibration(UserError):
    """params: name (of the file or camera), detail"""

    key = "error-compose-calibration"


class PostgresMissing(Unavailable):
    """No PostgreSQL for this kind of machine came with Veedor. params: none"""

    key = "error-compose-postgres-missing"


class PostgresVersion(UserError):
    """The data are of another version of PostgreSQL. params: path, there, ours"""

    key = "error-compose-postgres-version"


class PostgresFailed(Unavailable):
    """params: path, problem"""

    key = "error-compose-postgres-failed"


class BackupTargetExists(Conflict):
    """params: path"""

    key = "error-compose-backup-exists"


class BackupInsideData(UserError):
    """params: path, data"""

    key = "error-compose-backup-inside"


class BackupForeignDatabase(UserError):
    """The hub's database is a server that somebody else runs. params: data, keys"""

    key = "error-compose-backup-foreign"


class BackupBroken(StoreError):
    """A backup that is not whole, or a database that cannot be copied. params: path, problem (the file)"""

    key = "error-compose-backup-broken"


class BackupNewer(UserError):
    """params: path, version"""

    key = "error-compose-backup-newer"


class RestoreOtherKind(UserError):
    """params: path, kind, backup"""

    key = "error-compose-restore-kind"


class RestoreTargetNotEmpty(Conflict):
    """params: path, found"""

    key = "error-compose-restore-occupied"


class RestoreOtherUser(UserError):
    """root restores into the folder of a user, who could not read what it would write. params: path, user"""

    key = "error-compose-restore-user"


class RestoreKeysMissing(UserError):
    """params: path"""

    key = "error-compose-restore-keys"
