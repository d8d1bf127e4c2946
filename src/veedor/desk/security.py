"""What keeps strangers' pages and networks out: hosts, origins, headers, body sizes, TLS."""

from __future__ import annotations

import ipaddress
import os
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from veedor.desk.context import DeskConfig
from veedor.desk.errors import BadRequest, CertificateExists, Exposed, RequestTooLarge, UnknownHost, WrongOrigin
from veedor.kit.clock import Clock
from veedor.kit.messages import LANGUAGES

_CSP = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "worker-src 'self' blob:",
    "media-src 'self' blob:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_BODY_LIMIT = 1_000_000


def content_security_policy(config: DeskConfig) -> str:
    """What a page of ours may load: only ours, and pictures of the tile server that an administrator configured."""
    tiles = ""
    if config.map_tiles:
        server = urlsplit(config.map_tiles)
        tiles = f" {server.scheme}://{server.netloc}"
    return "; ".join((*_CSP, f"img-src 'self' blob: data:{tiles}", f"connect-src 'self'{tiles}"))


def cookie_name(config: DeskConfig) -> str:
    """With TLS the name itself binds the cookie to this host and to HTTPS (RFC 6265bis, `__Host-`)."""
    return "__Host-veedor" if config.cookie_secure else "veedor_session"


def language_of(connection: HTTPConnection, config: DeskConfig) -> str:
    """`?lang=`, else what the console is set to, else the user's own, else the browser's first that we have, else the
    site's."""
    told = (connection.query_params.get("lang"), connection.headers.get("x-veedor-language"))
    for chosen in (*told, getattr(connection.state, "language", None)):
        if chosen in LANGUAGES:
            return str(chosen)
    wishes = []
    for part in connection.headers.get("accept-language", "").split(",")[:20]:
        tag, _, quality = part.partition(";q=")
        try:
            wishes.append((-float(quality or 1), tag.strip()[:2].lower()))
        except ValueError:
            continue
    return next((tag for _, tag in sorted(wishes, key=lambda wish: wish[0]) if tag in LANGUAGES), config.language)


def check_origin(connection: HTTPConnection, config: DeskConfig, *, required: bool) -> None:
    """Raise WrongOrigin where another site's page sends the request; with `required`, also where nothing says whose."""
    origin = connection.headers.get("origin")
    if origin is None:
        if required:
            raise WrongOrigin(origin="-")
        return
    scheme = "https" if config.cookie_secure else "http"
    # The Host header has passed the allowlist, so a page of that very host is ours.
    allowed = {f"{scheme}://{connection.headers.get('host', '')}".lower(), *config.allowed_origins}
    if origin.lower() not in allowed:
        raise WrongOrigin(origin=origin[:200])


class HostGuard:
    """ASGI middleware: refuses requests for names that are not ours (DNS rebinding) and bodies beyond 1 MB."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...], refuse: RefusalHandler) -> None:
        self._app = app
        self._hosts = frozenset(host.lower().strip("[]") for host in hosts)
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if _host_name(headers.get("host", "")) not in self._hosts:
            await self._refuse(UnknownHost(host=headers.get("host", "")[:100]), scope, receive, send)
            return
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > _BODY_LIMIT:
            await self._refuse(RequestTooLarge(limit=str(_BODY_LIMIT)), scope, receive, send)
            return
        await self._app(scope, _bounded(receive), send)


class RefusalHandler(Protocol):
    async def __call__(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None: ...


def _host_name(header: str) -> str | None:
    if any(character in header for character in "@/?#\\"):  # a Host has none; a URL's parts would hide the name
        return None
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None


def _bounded(receive: Receive) -> Receive:
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
            if total > _BODY_LIMIT:
                raise RequestTooLarge(limit=str(_BODY_LIMIT))
        return message

    return counted


class SecurityHeaders:
    """ASGI middleware: strict headers on every answer; answers of the API are never cached."""

    def __init__(self, app: ASGIApp, config: DeskConfig) -> None:
        self._app = app
        self._headers = {"content-security-policy": content_security_policy(config), **_HEADERS}
        self._secure = config.cookie_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
                if self._secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, with_headers)


def is_loopback(host: str) -> bool:
    """Whether a server bound to `host` can be reached from this machine only. Unknown names are not."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_exposure(host: str, certificate: Path | None, key: Path | None) -> None:
    """Raise Exposed where a desk would answer beyond loopback without TLS. There is no switch to allow it."""
    if not is_loopback(host) and (certificate is None or key is None):
        raise Exposed(host=host)


def make_certificate(hosts: tuple[str, ...], directory: Path, clock: Clock) -> tuple[Path, Path]:
    """A self-signed certificate for `hosts` (names or addresses), ECDSA P-256, 825 days.

    Writes `desk.crt` and `desk.key` (mode 0600) into `directory`. Raises CertificateExists rather than overwrite.
    Browsers warn until somebody tells them to trust it: a real certificate is better.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    names = [_general_name(host) for host in dict.fromkeys(hosts)]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=825))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    directory.mkdir(parents=True, exist_ok=True)
    certificate_file, key_file = directory / "desk.crt", directory / "desk.key"
    for file in (key_file, certificate_file):
        if file.exists():
            raise CertificateExists(file=str(file))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_new(key_file, private, 0o600)
    _write_new(certificate_file, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return certificate_file, key_file


def hosts_of_certificate(certificate: Path) -> tuple[str, ...]:
    """Names and addresses that a PEM certificate is for: what `DeskConfig.allowed_hosts` should hold with TLS."""
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    try:
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return (
        *names.get_values_for_type(x509.DNSName),
        *(str(address) for address in names.get_values_for_type(x509.IPAddress)),
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        pass
    try:
        return x509.DNSName(host.encode("idna").decode("ascii"))
    except UnicodeError as problem:
        raise BadRequest(field="host", problem=host[:100], detail="desk-reason-host", host=host[:100]) from problem


def _write_new(path: Path, data: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
