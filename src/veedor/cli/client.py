"""The HTTP client of commands that act as a person: who logged in with `veedor login`, with that person's rights."""

from __future__ import annotations

import json
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from veedor.cli.output import lang
from veedor.kit.errors import AccessError, NotAuthenticated, StoreError, Unavailable, UserError, VeedorError
from veedor.kit.reasons import os_reason

_FILE = "login.json"
_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Login:
    """What `veedor login` keeps. `ca`: file of the certificate to trust where it is self-signed."""

    url: str
    username: str
    token: str
    expires_at: str
    ca: str | None = None

    def __repr__(self) -> str:
        return f"Login({self.url!r}, {self.username!r}, ...)"


class BadUrl(UserError):
    """params: url"""

    key = "error-accounts-bad-url"


class Untrusted(Unavailable):
    """The certificate of who answers is not one that this machine trusts. params: name, problem, said, detail"""

    key = "error-accounts-untrusted"


class _Refusal(VeedorError):
    """What a server said, in its words. params: message, hint (may be empty)"""

    key = "error-accounts-server"

    def hint(self, lang: str) -> str | None:  # noqa: ARG002  the server has chosen the language already
        return str(self.params.get("hint") or "") or None


class _WrongInput(_Refusal, UserError):
    pass


class _NotAllowed(_Refusal, AccessError):
    pass


class _NotNow(_Refusal, Unavailable):
    pass


class _CannotStore(_Refusal, StoreError):
    pass


class Client:
    """Requests to one desk. Raises the errors of `veedor.kit.errors` with the desk's own words."""

    def __init__(self, url: str, token: str | None = None, ca: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadUrl(url=url)
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise BadUrl(url=url)  # a password must not cross a network in the clear
        self._url = url.rstrip("/")
        headers = {"accept-language": lang}
        if token:
            headers["authorization"] = f"Bearer {token}"
        try:
            self._http = httpx.Client(
                base_url=self._url, headers=headers, timeout=_TIMEOUT_S, verify=ca or True, trust_env=False
            )
        except OSError as problem:
            raise Unavailable(name=ca or url, **os_reason(problem)) from problem

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return self._send("GET", path, params=_given(params))

    def post(self, path: str, body: Mapping[str, Any] | None = None, params: Mapping[str, Any] | None = None) -> Any:
        return self._send("POST", path, json=dict(body or {}), params=_given(params))

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._send("PUT", path, json=dict(body))

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._send("PATCH", path, json=dict(body))

    def delete(self, path: str) -> Any:
        return self._send("DELETE", path)

    def download(self, path: str, target: Path, params: Mapping[str, Any] | None = None) -> None:
        """Write the answer to `target`, whole or not at all: a download that breaks off leaves nothing."""
        part = target.with_name(f"{target.name}.part")
        try:
            with self._http.stream("GET", path, params=_given(params)) as answer:
                if answer.is_error:
                    answer.read()
                    raise _refusal(answer)
                with part.open("wb") as file:
                    for chunk in answer.iter_bytes():
                        file.write(chunk)
            part.replace(target)
        except httpx.HTTPError as problem:
            raise self._unavailable(problem) from problem
        finally:
            part.unlink(missing_ok=True)

    def _send(self, method: str, path: str, **what: Any) -> Any:
        try:
            answer = self._http.request(method, path, **what)
        except httpx.HTTPError as problem:
            raise self._unavailable(problem) from problem
        if answer.is_error:
            raise _refusal(answer)
        if not answer.content:
            return None
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.content

    def _unavailable(self, problem: httpx.HTTPError) -> Unavailable:
        said = str(problem) or type(problem).__name__
        detail = _detail(problem)
        kind = Untrusted if detail == "reason-tls" else Unavailable
        return kind(name=self._url, problem=said, said=said, detail=detail)


def part(text: str) -> str:
    """`text` as one part of a path."""
    return quote(text, safe="")


def connect() -> Client:
    """A client for the desk that this person logged in to. Raises NotAuthenticated.

    VEEDOR_URL and VEEDOR_TOKEN win over the stored login: for programs.
    """
    url, token = os.environ.get("VEEDOR_URL"), os.environ.get("VEEDOR_TOKEN")
    if url and token:
        return Client(url, token, os.environ.get("VEEDOR_CA"))
    login = stored()
    if login is None:
        raise NotAuthenticated
    return Client(login.url, login.token, login.ca)


def login_file() -> Path:
    """Where the login is kept."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "veedor" / _FILE


def stored() -> Login | None:
    """The stored login; None where there is none, or it cannot be read."""
    try:
        return Login(**json.loads(login_file().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def store(login: Login) -> Path:
    """Keep `login`, readable by this user only."""
    path = login_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(login), file)
    new.replace(path)
    return path


def forget() -> None:
    """Remove the stored login."""
    login_file().unlink(missing_ok=True)


def _detail(problem: httpx.HTTPError) -> str:
    """What went wrong on the way, as a catalogue key: by what lies below httpx's error."""
    if isinstance(problem, httpx.TimeoutException):
        return "reason-timeout"
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "reason-tls"
        if isinstance(cause, socket.gaierror):
            return "reason-no-such-host"
        if isinstance(cause, ConnectionRefusedError):
            return "reason-connection-refused"
        cause = cause.__cause__ or cause.__context__
    return "reason-network"


def _given(params: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (params or {}).items() if value is not None}


def said_key(problem: VeedorError) -> str:
    """Which error the server answered with (its key); empty where the problem is none of the server's."""
    return str(problem.params.get("said_key", ""))


def _refusal(answer: httpx.Response) -> VeedorError:
    try:
        said = answer.json()
        told = {"message": str(said["message"]), "hint": str(said.get("hint") or ""), "said_key": str(said["error"])}
    except (ValueError, KeyError, TypeError, AttributeError):
        told = {"message": f"HTTP {answer.status_code}", "hint": ""}
    if answer.status_code in (401, 403, 421, 429):
        return _NotAllowed(**told)
    if answer.status_code == 503:
        return _NotNow(**told)
    if answer.status_code == 507:
        return _CannotStore(**told)
    return (_WrongInput if answer.status_code < 500 else _Refusal)(**told)
