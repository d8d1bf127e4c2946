"""HTTP cameras: JPEG pictures in a multipart answer (multipart/x-mixed-replace, RFC 2046).

Read by ourselves and not by libav, whose HTTP client follows redirects wherever they lead.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from fractions import Fraction

import httpx

from veedor.kit.clock import Clock
from veedor.model.packet import Media, MediaInfo
from veedor.site.ingest.addresses import CameraUrl, parse
from veedor.site.ingest.describe import Login
from veedor.site.ingest.errors import (
    CameraFault,
    CameraRefused,
    CameraTimeout,
    CameraUnreachable,
    NotVideo,
    RedirectRefused,
    StreamEnded,
    StreamNotFound,
    StreamStalled,
    WrongPassword,
)
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.raw import RawPacket, check_size

CLOCK_HZ = 90_000
_MAX_PICTURE = 32 * 1024 * 1024
_START, _END = b"\xff\xd8\xff", b"\xff\xd9"


class MjpegSource:
    """An open multipart answer. Raises the errors of `errors.py`."""

    def __init__(
        self, url: str, login: Login | None, policy: NetworkPolicy, clock: Clock, timeouts: tuple[float, float]
    ) -> None:
        self._url, _username, _password = parse(url)
        self._clock = clock
        self._read_s = timeouts[1]
        address = policy.checked_address(self._url.host, self._url.port)
        # Cameras sign their own certificates; proxies of the environment are not for cameras.
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeouts[1], connect=timeouts[0]), verify=False, trust_env=False,  # noqa: S501
            follow_redirects=False,
        )  # fmt: skip
        try:
            self._response = self._open(address, login)
            self._pictures = self._split()
            self._first = next(self._pictures, None)
            if self._first is None:
                raise NotVideo(name=self._url.shown)
            width, height = jpeg_size(self._first)
            check_size(width, height, self._url.shown)
        except BaseException:
            self._client.close()
            raise
        self.tracks = {Media.VIDEO: MediaInfo(Media.VIDEO, "mjpeg", Fraction(1, CLOCK_HZ), width=width, height=height)}

    def _open(self, address: str, login: Login | None) -> httpx.Response:
        response = self._ask(address, None)
        if response.status_code == 401 and login is not None:
            offered = response.headers.get("www-authenticate", "").lower()
            auth: httpx.Auth = httpx.BasicAuth(login.username, login.password)
            if "digest" in offered:
                auth = httpx.DigestAuth(login.username, login.password)
            response.close()
            response = self._ask(address, auth)
        shown = self._url.shown
        if response.status_code == 200:
            return response
        response.close()
        if 300 <= response.status_code < 400:
            raise RedirectRefused(address=shown, target=_shown_target(response.headers.get("location", "")))
        if response.status_code in (401, 403):
            raise WrongPassword(address=shown)
        if response.status_code in (404, 410):
            raise StreamNotFound(address=shown)
        raise CameraFault(address=shown, problem=f"HTTP {response.status_code}")

    def _ask(self, address: str, auth: httpx.Auth | None) -> httpx.Response:
        url, shown = self._url, self._url.shown
        request = self._client.build_request(
            "GET",
            url.pinned(address),
            headers={"Host": shown},
            extensions={"sni_hostname": url.host} if url.scheme == "https" and not _is_ip(url.host) else {},
        )
        try:
            return self._client.send(request, auth=auth, stream=True)
        except httpx.TimeoutException:
            raise CameraTimeout(address=shown) from None
        except httpx.ConnectError as problem:
            if "refused" in str(problem).lower():
                raise CameraRefused(address=shown) from None
            raise CameraUnreachable(address=shown, problem="no connection") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            raise CameraUnreachable(address=shown, problem="no HTTP answer") from None

    def _split(self) -> Iterator[bytes]:
        """JPEG pictures: from their first marker to the last, whatever the parts' headers say.

        Embedded thumbnails also end with the end marker, so where a part gives its length, that is taken.
        """
        data = bytearray()
        for chunk in self._chunks():
            data += chunk
            while (picture := _take_picture(data)) is not None:
                yield picture
            if len(data) > _MAX_PICTURE:
                raise NotVideo(name=self._url.shown)

    def _chunks(self) -> Iterator[bytes]:
        shown = self._url.shown
        try:
            yield from self._response.iter_raw()
        except httpx.TimeoutException:
            raise StreamStalled(address=shown, seconds=f"{self._read_s:g}") from None
        except (httpx.HTTPError, httpx.StreamError):
            raise StreamEnded(address=shown) from None

    def packets(self) -> Iterator[RawPacket]:
        start_s = self._clock.monotonic()
        last = -1
        for picture in self._all():
            ticks = max(last + 1, round((self._clock.monotonic() - start_s) * CLOCK_HZ))
            last = ticks
            yield RawPacket(Media.VIDEO, picture, ticks, ticks, 0, True)

    def _all(self) -> Iterator[bytes]:
        if self._first is not None:
            yield self._first
        yield from self._pictures

    def close(self) -> None:
        self._response.close()
        self._client.close()


def _take_picture(data: bytearray) -> bytes | None:
    """Cut the first whole picture out of `data`, with what stands before it."""
    start = data.find(_START)
    if start < 0:
        del data[: max(0, len(data) - 4096)]  # a part's header may still be needed
        return None
    head = bytes(data[:start]).lower()
    at = head.rfind(b"content-length:")
    length = head[at + 15 :].split(b"\r")[0].strip() if at >= 0 else b""
    if length.isdigit() and 0 < int(length) <= _MAX_PICTURE:
        end = start + int(length)
        if len(data) < end:
            return None
    else:
        found = data.find(_END, start + 2)
        if found < 0:
            return None
        end = found + 2
    picture = bytes(data[start:end])
    del data[:end]
    return picture


def jpeg_size(picture: bytes) -> tuple[int, int]:
    """Width and height from the frame header (ITU-T T.81, B.2.2). Raises NotVideo."""
    at = 2
    while at + 9 <= len(picture) and picture[at] == 0xFF:
        marker = picture[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(picture[at + 7 : at + 9], "big"), int.from_bytes(picture[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
    raise NotVideo(name="JPEG")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _shown_target(location: str) -> str:
    try:
        url: CameraUrl = parse(location)[0]
    except Exception:  # whatever a hostile header holds
        return "?"
    return url.shown
