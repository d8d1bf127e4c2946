"""Errors of putting a site together."""

from __future__ import annotations

from veedor.kit.errors import Conflict, UserError


class PortTaken(UserError):
    """params: address, problem"""

    key = "error-compose-port-taken"


class ConfigExists(UserError):
    """params: path"""

    key = "error-compose-config-exists"


class ConfigMissing(UserError):
    """params: path"""

    key = "error-compose-config-missing"


class RulesChanged(Conflict):
    """params: name (of the camera)"""

    key = "error-compose-rules-changed"
