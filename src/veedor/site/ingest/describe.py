"""Asking a camera what it sends: DESCRIBE (RFC 2326), from the address that was checked.

Each redirect is checked like a new address, and the login is sent to no other host than the one it was given for.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from veedor.kit.clock import Clock
from veedor.site.ingest.addresses import CameraUrl, parse
from veedor.site.ingest.errors import BadAddress, NotVideo, RedirectRefused, SchemeRefused
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.rtsp_auth import Login
from veedor.site.ingest.rtsp_dialogue import Answer, Dialogue
from veedor.site.ingest.sdp import SessionDescription, parse_sdp

__all__ = ["Described", "Login", "describe"]

_MAX_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Described:
    """The connection on which the camera answered, from which address, what it sends, and the base of its URLs:
    also the URL that stands for all of its tracks."""

    dialogue: Dialogue
    address: str
    session: SessionDescription
    base: str


def describe(url: CameraUrl, login: Login | None, policy: NetworkPolicy, timeout_s: float, clock: Clock) -> Described:
    """Connect and ask, following at most three checked redirects. Raises the errors of `errors.py`."""
    here = url
    for _ in range(_MAX_REDIRECTS + 1):
        address = policy.checked_address(here.host, here.port)
        dialogue = Dialogue(here, address, login, timeout_s, clock)
        try:
            answer = dialogue.request("DESCRIBE", here.text, [("Accept", "application/sdp")], redirects=True)
            if answer.status < 300:
                return _described(dialogue, address, answer)
            here, login = _redirected(here, login, answer)
        except BaseException:
            dialogue.close()
            raise
        dialogue.close()
    raise RedirectRefused(address=url.shown, target=here.shown)


def _described(dialogue: Dialogue, address: str, answer: Answer) -> Described:
    session = parse_sdp(answer.body.decode("utf-8", "replace"))
    if not any(media.kind == "video" for media in session.media):
        raise NotVideo(name=dialogue.url.shown)
    given = answer.first("content-base") or answer.first("content-location")
    base = dialogue.checked_uri(given) or dialogue.url.text
    if "://" in session.control:
        base = dialogue.media_uri(session.control, base)
    return Described(dialogue, address, session, base)


def _redirected(here: CameraUrl, login: Login | None, answer: Answer) -> tuple[CameraUrl, Login | None]:
    """Where to ask next. The login stays behind when the host, the port or the encryption changes."""
    target = answer.first("location")
    try:
        # A login that the answer itself suggests is not ours to use.
        there, _username, _password = parse(urljoin(here.text, target) if target else "")
    except (BadAddress, SchemeRefused, ValueError):
        raise RedirectRefused(address=here.shown, target="?") from None
    if not there.scheme.startswith("rtsp") or (here.scheme, there.scheme) == ("rtsps", "rtsp"):
        raise RedirectRefused(address=here.shown, target=there.shown)
    same = (there.scheme, there.host, there.port) == (here.scheme, here.host, here.port)
    return there, login if same else None
