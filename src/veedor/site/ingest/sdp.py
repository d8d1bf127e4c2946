"""What a camera says of its streams: the session description (SDP, RFC 8866), read with nothing believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_STATIC = {0: ("PCMU", 8_000), 8: ("PCMA", 8_000), 26: ("JPEG", 90_000)}  # RFC 3551, 6
_MAX_MEDIA = 32
_MAX_CLOCK_HZ = 1_000_000


@dataclass(frozen=True, slots=True)
class SdpMedia:
    """One `m=` section: what is sent, as which RTP payload type, and the URL to set it up with."""

    kind: str  # "video", "audio", "application"
    payload_type: int
    encoding: str  # upper case, as RTP payload formats are named: "H264", "MPEG4-GENERIC"
    clock_hz: int
    channels: int = 1
    parameters: Mapping[str, str] = field(default_factory=dict)  # of a=fmtp, names in lower case
    control: str = ""
    fps: float | None = None


@dataclass(frozen=True, slots=True)
class SessionDescription:
    control: str
    media: tuple[SdpMedia, ...]


def parse_sdp(text: str) -> SessionDescription:
    """Never fails: what cannot be understood is left out."""
    head, *sections = re.split(r"^(?=m=)", text, flags=re.MULTILINE)
    media = [found for section in sections[:_MAX_MEDIA] if (found := _media(section.splitlines())) is not None]
    return SessionDescription(_attributes(head.splitlines()).get("control", ""), tuple(media))


def _media(lines: list[str]) -> SdpMedia | None:
    words = lines[0][2:].split()
    if len(words) < 4 or not words[2].startswith("RTP/"):
        return None
    attributes = _attributes(lines)
    for word in words[3:]:
        if word.isdigit() and int(word) < 128 and (coding := _coding(int(word), lines)) is not None:
            encoding, clock_hz, channels = coding
            return SdpMedia(
                kind=words[0],
                payload_type=int(word),
                encoding=encoding,
                clock_hz=clock_hz,
                channels=channels,
                parameters=_parameters(int(word), lines),
                control=attributes.get("control", ""),
                fps=_rate(attributes.get("framerate") or attributes.get("x-framerate")),
            )
    return None


def _attributes(lines: list[str]) -> dict[str, str]:
    pairs = (line[2:].partition(":") for line in lines if line.startswith("a="))
    return {name.strip().lower(): value.strip() for name, _, value in reversed(list(pairs))}


def _coding(payload_type: int, lines: list[str]) -> tuple[str, int, int] | None:
    for line in lines:
        found = re.fullmatch(r"a=rtpmap:\s*(\d{1,3})\s+([^\s/]+)/(\d{1,7})(?:/(\d{1,2}))?\s*", line)
        if found and int(found[1]) == payload_type and 0 < int(found[3]) <= _MAX_CLOCK_HZ:
            return found[2].upper(), int(found[3]), int(found[4] or 1) or 1
    known = _STATIC.get(payload_type)
    return (*known, 1) if known else None


def _parameters(payload_type: int, lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        match = re.match(r"a=fmtp:\s*(\d{1,3})\s+(.*)", line)
        if match and int(match[1]) == payload_type:
            for part in match[2].split(";"):
                name, _, value = part.partition("=")
                found[name.strip().lower()] = value.strip()
    return found


def _rate(text: str | None) -> float | None:
    try:
        rate = float(text or "")
    except ValueError:
        return None
    return rate if 0.1 <= rate <= 240 else None
