"""SOAP 1.2 with devices that may be hostile: bounded answers, no DTD, no entities, no redirects, checked addresses."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import defusedxml.ElementTree
import httpx
from defusedxml.common import DefusedXmlException

from veedor.site.ingest.addresses import CameraUrl
from veedor.site.ingest.describe import Login
from veedor.site.ingest.errors import (
    BadOnvifAnswer,
    CameraFault,
    CameraRefused,
    CameraTimeout,
    CameraUnreachable,
    RedirectRefused,
    WrongPassword,
)
from veedor.site.ingest.networks import NetworkPolicy

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # noqa: TID251 (the type; parsing is defusedxml's)

MAX_ANSWER = 1024 * 1024
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"


def parse_xml(data: bytes, shown: str) -> Element:
    """The tree of an answer. Raises BadOnvifAnswer for whatever is not plain, small XML."""
    if len(data) > MAX_ANSWER:
        raise BadOnvifAnswer(address=shown, problem="> 1 MiB")
    try:
        return defusedxml.ElementTree.fromstring(data, forbid_dtd=True)  # type: ignore[no-any-return]
    except (defusedxml.ElementTree.ParseError, DefusedXmlException, ValueError, LookupError) as problem:
        raise BadOnvifAnswer(address=shown, problem=type(problem).__name__) from None


def local(element: Element) -> str:
    """The name without its namespace: devices disagree about prefixes and versions."""
    return element.tag.rpartition("}")[2]


def find(element: Element, *path: str) -> Element | None:
    """The first descendant along these local names, each a child of the one before, the first anywhere below."""
    here = next((one for one in element.iter() if local(one) == path[0]), None)
    for name in path[1:]:
        if here is None:
            return None
        here = next((one for one in here if local(one) == name), None)
    return here


def text(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def username_token(login: Login, created: datetime) -> str:
    """WS-UsernameToken with a password digest (OASIS UsernameToken Profile 1.0), dated by the device's clock."""
    nonce = secrets.token_bytes(16)
    stamp = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hashlib.sha1(nonce + stamp.encode() + login.password.encode(), usedforsecurity=False).digest()
    return (
        f'<wsse:Security s:mustUnderstand="1" xmlns:wsse="{_WSSE}" xmlns:wsu="{_WSU}"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(login.username)}</wsse:Username>"
        f'<wsse:Password Type="{_DIGEST}">{base64.b64encode(digest).decode()}</wsse:Password>'
        f"<wsse:Nonce>{base64.b64encode(nonce).decode()}</wsse:Nonce><wsu:Created>{stamp}</wsu:Created>"
        "</wsse:UsernameToken></wsse:Security>"
    )


class SoapClient:
    """Calls to one device, always at the host that the user gave."""

    def __init__(self, device: CameraUrl, policy: NetworkPolicy, timeout_s: float = 5.0) -> None:
        self._device, self._policy, self._timeout_s = device, policy, timeout_s

    @property
    def shown(self) -> str:
        return self._device.shown

    def call(self, target: str, body: str, header: str = "") -> Element:
        """POST to the path `target` of the device; return the SOAP body. Raises the errors of `errors.py`."""
        envelope = (
            f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="{_SOAP}"><s:Header>{header}</s:Header>'
            f"<s:Body>{body}</s:Body></s:Envelope>"
        )
        status, data, headers = self._post(target, envelope.encode())
        if 300 <= status < 400:
            raise RedirectRefused(address=self.shown, target="?")
        if status in (401, 403):
            raise WrongPassword(address=self.shown)
        if status not in (200, 400, 500) or "xml" not in headers.get("content-type", "xml"):
            raise CameraFault(address=self.shown, problem=f"HTTP {status}")
        tree = parse_xml(data, self.shown)
        fault = find(tree, "Fault")
        if fault is not None:
            self._raise_fault(fault)
        found = find(tree, "Body")
        if found is None:
            raise BadOnvifAnswer(address=self.shown, problem="no SOAP body")
        return found

    def _raise_fault(self, fault: Element) -> None:
        words = " ".join(text(one) for one in fault.iter() if text(one))[:200]
        if any(
            word in words for word in ("NotAuthorized", "FailedAuthentication", "not authorized", "InvalidSecurity")
        ):
            raise WrongPassword(address=self.shown)
        raise CameraFault(address=self.shown, problem="".join(one for one in words if one.isprintable()))

    def _post(self, target: str, data: bytes) -> tuple[int, bytes, httpx.Headers]:
        address = self._policy.checked_address(self._device.host, self._device.port)
        url = CameraUrl(self._device.scheme, self._device.host, self._device.port, target).pinned(address)
        headers = {"Host": self.shown, "Content-Type": "application/soap+xml; charset=utf-8"}
        try:
            with (
                httpx.Client(timeout=self._timeout_s, verify=False, trust_env=False) as client,  # noqa: S501 (own certificates)
                client.stream("POST", url, content=data, headers=headers) as response,
            ):
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_ANSWER:
                        raise BadOnvifAnswer(address=self.shown, problem="> 1 MiB")
                return response.status_code, bytes(body), response.headers
        except httpx.TimeoutException:
            raise CameraTimeout(address=self.shown) from None
        except httpx.ConnectError as problem:
            if "refused" in str(problem).lower():
                raise CameraRefused(address=self.shown) from None
            raise CameraUnreachable(address=self.shown, problem="no connection") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            raise BadOnvifAnswer(address=self.shown, problem="no HTTP answer") from None
