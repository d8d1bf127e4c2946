"""Errors of putting a site together."""

from __future__ import annotations

from veedor.kit.errors import Conflict, Unavailable, UserError


class PortTaken(UserError):
    """params: address, problem"""

    key = "error-compose-port-taken"


class ConfigExists(UserError):
    """params: path"""

    key = "error-compose-config-exists"


class ConfigMissing(UserError):
    """params: path"""

    key = "error-compose-config-missing"


class DemoPartFailed(Unavailable):
    """A process of the demo did not come up. params: part, file (its log)"""

    key = "error-compose-demo-part"


class RulesChanged(Conflict):
    """params: name (of the camera)"""

    key = "error-compose-rules-changed"


class PostgresMissing(Unavailable):
    """No PostgreSQL for this kind of machine came with Veedor. params: none"""

    key = "error-compose-postgres-missing"


class PostgresVersion(UserError):
    """The data are of another version of PostgreSQL. params: path, there, ours"""

    key = "error-compose-postgres-version"


class PostgresFailed(Unavailable):
    """params: path, problem"""

    key = "error-compose-postgres-failed"
