"""Recorders (NVR, DVR): one device, many channels. Where each make streams its channels, as their manuals say."""

from __future__ import annotations

from veedor.kit.clock import Clock
from veedor.model.camera import RecorderMake as Make
from veedor.model.camera import StreamRole, StreamSource
from veedor.site.ingest.addresses import CameraUrl, parse
from veedor.site.ingest.describe import Login
from veedor.site.ingest.errors import BadAddress
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.onvif import Channel, OnvifDevice, device_url

MAX_CHANNELS = 256


def channel_streams(make: Make, host: str, channel: int) -> tuple[StreamSource, StreamSource]:
    """Main and substream of a channel, from 1. `host` may have a port (RTSP's, 554 if not given).

    Raises BadAddress. ONVIF recorders must be asked: see `recorder_channels`.
    """
    url, _username, _password = parse(host if "://" in host else f"rtsp://{host}")
    if not 1 <= channel <= MAX_CHANNELS:
        raise BadAddress(problem=f"channel {channel}")
    if make is Make.HIKVISION:
        targets = (f"/Streaming/Channels/{channel}01", f"/Streaming/Channels/{channel}02")
    elif make is Make.DAHUA:
        targets = tuple(f"/cam/realmonitor?channel={channel}&subtype={kind}" for kind in (0, 1))  # type: ignore[assignment]
    else:
        raise BadAddress(problem=make.value)
    main, sub = (CameraUrl("rtsp", url.host, url.port, target).text for target in targets)
    return StreamSource(StreamRole.MAIN, main), StreamSource(StreamRole.SUB, sub)


def recorder_channels(
    make: Make, host: str, channels: list[int], login: Login | None, policy: NetworkPolicy, clock: Clock
) -> list[Channel]:
    """The wanted channels of a recorder; with ONVIF an empty list means all that it has. Raises `errors.py`'s."""
    if make is not Make.ONVIF:
        return [Channel(number, "", channel_streams(make, host, number)) for number in channels or [1]]
    found = OnvifDevice(device_url(host), login, policy, clock).channels()
    return [one for one in found if not channels or one.number in channels]
