"""Errors of the desk's core. They stand below `veedor.kit.errors`.

VeedorError
├── UserError
│   ├── BadRequest           a parameter or body is wrong (HTTP 422)
│   ├── MethodNotAllowed     (HTTP 405)
│   ├── BodyUnreadable
│   ├── RequestTooLarge      (HTTP 413)
│   ├── SpanTooLong, SpanEmpty, NaiveTime
│   ├── CameraPasswordNeeded
│   ├── Exposed              a desk beyond loopback without TLS
│   ├── CertificateExists
│   ├── ConsoleNotBuilt      the console's files are not in this installation (HTTP 404)
│   ├── WeakPassword, BadUsername, BadRoles, TotpNotBegun
│   └── Conflict: CameraChanged, UsernameTaken, LastAdministrator
├── AccessError
│   ├── UnknownHost          (HTTP 421)
│   ├── WrongOrigin          (HTTP 403)
│   ├── WrongPassword, CodeNeeded, WrongCode   (HTTP 401)
│   └── LoginThrottled       (HTTP 429)
└── StoreCorrupt: AuditBroken
"""

from __future__ import annotations

from veedor.kit.errors import AccessError, Conflict, StoreCorrupt, UserError


class BadRequest(UserError):
    """params: field, problem"""

    key = "error-desk-request"
    http_status = 422


class MethodNotAllowed(UserError):
    """params: method, path"""

    key = "error-desk-method"
    http_status = 405


class BodyUnreadable(UserError):
    """What was sent is not what it says it is: no JSON, no form."""

    key = "error-desk-body"


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


class ConsoleNotBuilt(UserError):
    """A source tree in which nobody has built the console yet."""

    key = "error-desk-console-not-built"
    http_status = 404


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


class CertificateExists(UserError):
    """params: file"""

    key = "error-desk-certificate-exists"


class CameraPasswordNeeded(UserError):
    """The camera's address changed: a stored password is not sent to a new place."""

    key = "error-desk-camera-password-needed"


class CameraChanged(Conflict):
    """params: name"""

    key = "error-desk-camera-changed"


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


class CodeNeeded(AccessError):
    """The password is right; this account also needs the code from the person's phone."""

    key = "error-accounts-code-needed"
    http_status = 401


class WrongCode(AccessError):
    key = "error-accounts-wrong-code"
    http_status = 401


class TotpNotBegun(UserError):
    key = "error-accounts-totp-not-begun"


class LoginThrottled(AccessError):
    """params: seconds"""

    key = "error-accounts-throttled"
    http_status = 429


class AuditBroken(StoreCorrupt):
    """params: path, problem (the sequence, as text)"""

    key = "error-desk-audit-broken"
