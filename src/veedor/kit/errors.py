"""The error tree. Errors are matched by class, never by text; one handler at each edge turns them into words.

Each class names a catalogue message `error-...`; its text says what is wrong, and its `.hint` attribute what to do.
Rooms add their own classes below these in a file `errors.py` of their own.

VeedorError
├── UserError            the caller can mend it (exit code 2, HTTP 400)
│   ├── ConfigError      a file of settings or rules is wrong: names file, line and column
│   ├── NotFound         (HTTP 404)
│   └── Conflict         somebody was first, or the state does not allow it (HTTP 409)
├── AccessError          (exit code 4)
│   ├── NotAuthenticated (HTTP 401)
│   └── Forbidden        (HTTP 403)
├── Unavailable          a camera, server or process does not answer now (exit code 3, HTTP 503)
└── StoreError           disk or database: full, read-only, locked, corrupt (exit code 5, HTTP 507)
"""

from __future__ import annotations

from typing import ClassVar

from veedor.kit.messages import Message, Param, has_message, render


class VeedorError(Exception):
    """Base of all errors that Veedor raises on purpose. `problem` and `detail` among its params: see Message."""

    key: ClassVar[str] = "error-internal"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500

    def __init__(self, **params: Param) -> None:
        self.params = params
        super().__init__(render(self.key, "en", params))

    @property
    def message(self) -> Message:
        return Message(self.key, self.params)

    def render(self, lang: str) -> str:
        """What is wrong, in `lang`."""
        return self.message.render(lang)

    def hint(self, lang: str) -> str | None:
        """What to do about it, in `lang`, where the catalogue says."""
        key = f"{self.key}.hint"
        return render(key, lang, self.params) if has_message(key, lang) else None

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), dict(self.params)))


def _rebuild(kind: type[VeedorError], params: dict[str, Param]) -> VeedorError:
    return kind(**params)


class UserError(VeedorError):
    """params: problem"""

    key = "error-user"
    exit_code = 2
    http_status = 400


class ConfigError(UserError):
    """params: file, line, column, problem"""

    key = "error-config"


class ConfigValueError(ConfigError):
    """One value of the file is wrong. params: file, line, column, path (such as `desk.port`), problem"""

    key = "error-config-value"


class SecretKeyMissing(ConfigError):
    """There is data, but not the key that its passwords are encrypted with. params: file"""

    key = "error-secret-key-missing"


class SecretKeyUnusable(ConfigError):
    """params: file, problem"""

    key = "error-secret-key-unusable"


class NotFound(UserError):
    """params: kind, name"""

    key = "error-not-found"
    http_status = 404


class Conflict(UserError):
    """params: problem"""

    key = "error-conflict"
    http_status = 409


class AccessError(VeedorError):
    exit_code = 4
    http_status = 403


class NotAuthenticated(AccessError):
    key = "error-not-authenticated"
    http_status = 401


class Forbidden(AccessError):
    """params: action, reason"""

    key = "error-forbidden"
    http_status = 403


class Unavailable(VeedorError):
    """params: name, problem"""

    key = "error-unavailable"
    exit_code = 3
    http_status = 503


class StoreError(VeedorError):
    """params: path, problem"""

    key = "error-store"
    exit_code = 5
    http_status = 507


class StoreUnreachable(StoreError):
    """A database server that does not answer, or does not let us in. params: path, problem"""

    key = "error-store-unreachable"


class StoreLocked(StoreError):
    """params: path"""

    key = "error-store-locked"


class StoreCorrupt(StoreError):
    """params: path, problem"""

    key = "error-store-corrupt"


class SecretKeyOther(StoreCorrupt):
    """Passwords are encrypted with another key than the one given. params: path (of the key)"""

    key = "error-secret-key-other"


class StoreFull(StoreError):
    """params: path"""

    key = "error-store-full"


class StoreReadOnly(StoreError):
    """params: path"""

    key = "error-store-read-only"
