"""Errors of the desk's core. They stand below `veedor.kit.errors`.

VeedorError
├── UserError
│   ├── BadRequest           a parameter or body is wrong (HTTP 422)
│   ├── SpanTooLong          more footage asked for than one answer may hold
│   ├── NaiveTime            a time without a zone
│   ├── WeakPassword
│   └── BadUsername
├── Conflict
│   ├── UsernameTaken
│   └── LastAdministrator
├── AccessError
│   ├── WrongPassword        (HTTP 401)
│   ├── LoginThrottled       (HTTP 429)
│   └── WrongOrigin          (HTTP 403)
├── ConfigError: Exposed     a desk beyond loopback without TLS
└── StoreCorrupt: AuditBroken
"""

from __future__ import annotations

from veedor.kit.errors import AccessError, Conflict, StoreCorrupt, UserError


class BadRequest(UserError):
    """params: field, problem"""

    key = "error-desk-request"
    http_status = 422


class RequestTooLarge(UserError):
    """params: limit (bytes, as text)"""

    key = "error-desk-too-large"
    http_status = 413


class SpanTooLong(UserError):
    """params: hours"""

    key = "error-desk-span-too-long"


class SpanEmpty(UserError):
    """The end is not after the start."""

    key = "error-desk-span-empty"


class NaiveTime(UserError):
    """params: field"""

    key = "error-desk-naive-time"


class RangeNotSatisfiable(UserError):
    """params: octets (as text)"""

    key = "error-desk-range"
    http_status = 416


class UnknownHost(AccessError):
    """params: host"""

    key = "error-desk-unknown-host"
    http_status = 421


class WrongOrigin(AccessError):
    """params: origin"""

    key = "error-desk-wrong-origin"


class Exposed(UserError):
    """params: host"""

    key = "error-desk-exposed"


class WeakPassword(UserError):
    """params: minimum"""

    key = "error-accounts-weak-password"


class BadUsername(UserError):
    """params: name"""

    key = "error-accounts-bad-username"


class BadRoles(UserError):
    key = "error-accounts-no-roles"


class UsernameTaken(Conflict):
    """params: name"""

    key = "error-accounts-username-taken"


class LastAdministrator(Conflict):
    key = "error-accounts-last-administrator"


class WrongPassword(AccessError):
    key = "error-accounts-wrong-password"
    http_status = 401


class LoginThrottled(AccessError):
    """params: seconds"""

    key = "error-accounts-throttled"
    http_status = 429


class AuditBroken(StoreCorrupt):
    """params: path, problem (the sequence, as text)"""

    key = "error-desk-audit-broken"
