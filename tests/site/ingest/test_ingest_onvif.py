"""ONVIF devices and recorders, well-behaved and hostile."""

from __future__ import annotations

import pytest

from streams import LOOPBACK
from veedor.kit.clock import SystemClock
from veedor.model.camera import Placement, StreamRole
from veedor.simulator.onvif_device import OnvifFault, OnvifSimulator, OnvifStream, location
from veedor.site.ingest.describe import Login
from veedor.site.ingest.discovery import discover
from veedor.site.ingest.errors import (
    AddressRefused,
    BadAddress,
    BadOnvifAnswer,
    CameraFault,
    RedirectRefused,
    WrongPassword,
)
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.nvr import Make, channel_streams, recorder_channels
from veedor.site.ingest.onvif import OnvifDevice, device_url

LOGIN = Login("admin", "p<&>ss")
STREAMS = [
    OnvifStream("small", "rtsp://10.9.9.9:8554/sub", 640, 360),
    OnvifStream("main", "rtsp://thief:x@evil.example:8554/main?a=1", 1920, 1080),
    OnvifStream("second", "rtsp://10.9.9.9/two", 1280, 720, source="source2"),
]


def device(simulator: OnvifSimulator, login: Login | None = LOGIN) -> OnvifDevice:
    return OnvifDevice(device_url(simulator.address), login, LOOPBACK, SystemClock())


def test_channels_get_their_main_and_substream_at_the_host_that_was_asked() -> None:
    with OnvifSimulator(STREAMS, login=("admin", "p<&>ss"), media_host="10.1.1.1:99") as simulator:
        first, second = device(simulator).channels()
    assert [(stream.role, stream.url) for stream in first.streams] == [
        (StreamRole.MAIN, "rtsp://127.0.0.1:8554/main?a=1"),
        (StreamRole.SUB, "rtsp://127.0.0.1:8554/sub"),
    ]
    assert [stream.url for stream in second.streams] == ["rtsp://127.0.0.1/two"]
    assert (first.number, second.number) == (1, 2)


@pytest.mark.parametrize("offset_s", [-7200.0, 86_400.0])
def test_a_device_with_a_wrong_clock_is_let_in_and_its_offset_told(offset_s: float) -> None:
    with OnvifSimulator(STREAMS, login=("admin", "p<&>ss"), clock_offset_s=offset_s) as simulator:
        asked = device(simulator)
        assert len(asked.profiles()) == 3
        assert asked.clock_offset_s() == pytest.approx(offset_s, abs=2)


def test_a_wrong_password_is_told() -> None:
    with OnvifSimulator(STREAMS, login=("admin", "other")) as simulator:
        for login in (LOGIN, None):
            with pytest.raises(WrongPassword):
                device(simulator, login).channels()
        assert simulator.calls.count("GetProfiles") == 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (OnvifFault.MALFORMED, BadOnvifAnswer),
        (OnvifFault.DTD_BOMB, BadOnvifAnswer),
        (OnvifFault.EXTERNAL_ENTITY, BadOnvifAnswer),
        (OnvifFault.HUGE, BadOnvifAnswer),
        (OnvifFault.REDIRECT, RedirectRefused),
        (OnvifFault.SERVER_ERROR, CameraFault),
    ],
)
def test_hostile_answers_are_refused(fault: OnvifFault, error: type[Exception]) -> None:
    with OnvifSimulator(STREAMS) as simulator:
        simulator.fault = fault
        with pytest.raises(error):
            device(simulator, None).channels()
        if fault is not OnvifFault.REDIRECT:
            answers = discover(LOOPBACK, SystemClock(), address="127.0.0.1", port=simulator.discovery_port, wait_s=0.3)
            assert answers == []


@pytest.mark.parametrize(
    "uri", ["", "file:///etc/passwd", "http://10.0.0.1/x", "rtsp://", "rtsp://h:99999/", "x" * 5000]
)
def test_stream_uris_that_are_none_are_refused(uri: str) -> None:
    with OnvifSimulator([OnvifStream("a", uri, 640, 360)]) as simulator, pytest.raises(BadOnvifAnswer):
        device(simulator, None).channels()


def test_a_probe_to_one_address_finds_the_device() -> None:
    with OnvifSimulator(STREAMS) as simulator:
        (found,) = discover(LOOPBACK, SystemClock(), address="127.0.0.1", port=simulator.discovery_port, wait_s=3.0)
        assert found.service == f"http://{simulator.address}/onvif/device_service"
    assert (found.address, found.name, found.hardware) == ("127.0.0.1", "Test camera", "VT-1")


def test_loopback_devices_are_refused_unless_configured() -> None:
    with pytest.raises(AddressRefused):
        discover(NetworkPolicy(), SystemClock(), address="127.0.0.1", wait_s=0.1)
    with OnvifSimulator(STREAMS) as simulator, pytest.raises(AddressRefused):
        OnvifDevice(device_url(simulator.address), None, NetworkPolicy(), SystemClock()).profiles()


def test_recorders_have_the_paths_of_their_make() -> None:
    def urls(make: Make, host: str, channel: int) -> list[str]:
        return [stream.url for stream in channel_streams(make, host, channel)]

    assert urls(Make.HIKVISION, "10.0.0.9", 3) == [
        "rtsp://10.0.0.9/Streaming/Channels/301",
        "rtsp://10.0.0.9/Streaming/Channels/302",
    ]
    assert urls(Make.DAHUA, "10.0.0.9:5554", 12) == [
        "rtsp://10.0.0.9:5554/cam/realmonitor?channel=12&subtype=0",
        "rtsp://10.0.0.9:5554/cam/realmonitor?channel=12&subtype=1",
    ]
    for channel in (0, -1, 999):
        with pytest.raises(BadAddress):
            channel_streams(Make.HIKVISION, "10.0.0.9", channel)


def test_an_onvif_recorder_is_asked_for_its_channels() -> None:
    with OnvifSimulator(STREAMS) as simulator:
        found = recorder_channels(Make.ONVIF, simulator.address, [2], None, LOOPBACK, SystemClock())
    assert [(one.number, one.streams[0].url) for one in found] == [(2, "rtsp://127.0.0.1/two")]


def test_a_device_that_says_where_it_stands_is_heard() -> None:
    with OnvifSimulator(STREAMS[:2], login=("admin", "p<&>ss")) as simulator:
        simulator.locations = location("-12.04641234567", "-77.0428")
        (channel,) = device(simulator).channels()
    assert channel.place == Placement(-12.0464123, -77.0428)


def test_of_several_pictures_each_has_its_own_place_and_not_the_recorders() -> None:
    with OnvifSimulator(STREAMS) as simulator:
        simulator.locations = location(-12.1, -77.1, "Device", "d") + location(-12.2, -77.2, "VideoSource", "source2")
        first, second = device(simulator, None).channels()
    assert first.place is None
    assert second.place == Placement(-12.2, -77.2)


@pytest.mark.parametrize(
    "said",
    [
        None,  # the fault ActionNotSupported
        "",
        "<d:Location/>",
        location("", ""),
        location("12,05", "77"),
        location("nan", "10"),
        location("inf", "10"),
        location(-90.5, 10),
        location(10, 180.1),
        location(0, 0),
        location(0.0, "1e-4"),
        location(-12.0, -77.0, "AudioSource", "a"),
        "<d:Location><unclosed>",
    ],
)
def test_a_device_that_does_not_say_where_it_stands_or_says_nonsense_is_added_all_the_same(said: str | None) -> None:
    with OnvifSimulator(STREAMS[:2]) as simulator:
        simulator.locations = said
        (channel,) = device(simulator, None).channels()
        assert "GetGeoLocation" in simulator.calls
    assert channel.place is None
    assert len(channel.streams) == 2
