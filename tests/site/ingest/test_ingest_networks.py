"""Camera addresses are hostile input."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veedor.kit.errors import VeedorError
from veedor.site.ingest.addresses import parse, without_login
from veedor.site.ingest.errors import AddressRefused, BadAddress, CameraUnreachable, FileRefused, SchemeRefused
from veedor.site.ingest.networks import NetworkPolicy


@pytest.mark.parametrize("good", ["192.168.1.10", "10.0.0.1", "172.16.5.5", "190.12.1.9", "2800:200::1", "fd00::12"])
def test_ordinary_addresses_are_allowed(good: str) -> None:
    assert NetworkPolicy().allows(good)


@pytest.mark.parametrize(
    "bad",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "169.254.169.254", "224.0.0.1", "239.255.255.250", "240.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1", "::127.0.0.1", "localhost",
        "",
    ],
)  # fmt: skip
def test_addresses_that_mean_ourselves_or_everybody_are_refused(bad: str) -> None:
    assert not NetworkPolicy().allows(bad)


def test_configured_networks_are_the_only_ones() -> None:
    policy = NetworkPolicy(allowed=(ipaddress.ip_network("192.168.7.0/24"), ipaddress.ip_network("127.0.0.0/8")))
    assert policy.allows("192.168.7.9")
    assert policy.allows("127.0.0.1")
    assert policy.allows("::ffff:192.168.7.9")
    assert not policy.allows("192.168.8.9")
    assert not policy.allows("8.8.8.8")


def test_one_bad_address_among_many_refuses_the_name() -> None:
    policy = NetworkPolicy(resolver=lambda _host, _port: ["192.168.1.4", "127.0.0.1"])
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
        policy.checked_address("camera.example", 554)


def test_what_is_connected_to_is_what_was_checked() -> None:
    answers = iter([["192.168.1.4"], ["127.0.0.1"]])  # a name server that changes its mind
    policy = NetworkPolicy(resolver=lambda _host, _port: next(answers))
    url, _, _ = parse("rtsp://camera.example/x")
    assert urlsplit(url.pinned(policy.checked_address(url.host, url.port))).hostname == "192.168.1.4"


def test_names_that_lead_nowhere() -> None:
    with pytest.raises(CameraUnreachable, match="no-such-host"):
        NetworkPolicy().checked_address("no-such-host.invalid", 554)
    with pytest.raises((AddressRefused, CameraUnreachable)):
        NetworkPolicy().checked_address("2130706433", 554)  # 127.0.0.1 as one number
    with pytest.raises((AddressRefused, CameraUnreachable)):
        NetworkPolicy().checked_address("0x7f.1", 554)


def test_files_only_below_the_configured_folders(tmp_path: Path) -> None:
    inside, outside = tmp_path / "clips", tmp_path / "private"
    inside.mkdir()
    outside.mkdir()
    (inside / "a.mp4").write_bytes(b"x")
    (outside / "b.mp4").write_bytes(b"x")
    (inside / "link.mp4").symlink_to(outside / "b.mp4")
    policy = NetworkPolicy(file_directories=(inside,))
    assert policy.checked_file(f"file://{inside}/a.mp4") == inside / "a.mp4"
    for bad in (outside / "b.mp4", inside / "link.mp4", inside / ".." / "private" / "b.mp4", inside, inside / "no.mp4"):
        with pytest.raises(FileRefused):
            policy.checked_file(str(bad))
    with pytest.raises(FileRefused):
        NetworkPolicy().checked_file(str(inside / "a.mp4"))


@pytest.mark.parametrize(
    ("text", "stored", "username", "password"),
    [
        ("rtsp://192.168.1.5/a?b=c", "rtsp://192.168.1.5/a?b=c", None, None),
        ("rtsp://u:p@192.168.1.5:554/a", "rtsp://192.168.1.5/a", "u", "p"),
        ("rtsp://u:p%40ss@cam.local:8554/a", "rtsp://cam.local:8554/a", "u", "p@ss"),
        ("rtsp://admin:p@ss@10.0.0.1/x", "rtsp://10.0.0.1/x", "admin", "p@ss"),
        ("rtsp://admin:pa/ss@10.0.0.1/x", "rtsp://10.0.0.1/x", "admin", "pa/ss"),
        ("rtsp://admin:pa#ss@10.0.0.1/x", "rtsp://10.0.0.1/x", "admin", "pa#ss"),
        ("rtsp://admin:a:b@n/1@10.0.0.1:8554/x", "rtsp://10.0.0.1:8554/x", "admin", "a:b@n/1"),
        ("rtsp://admin:1/23@10.0.0.1/x", "rtsp://10.0.0.1/x", "admin", "1/23"),
        ("rtsp://admin:pa/ss@camera/x", "rtsp://camera/x", "admin", "pa/ss"),
        ("rtsp://u:p@10.0.0.1/live@2/x@10.0.0.2/", "rtsp://10.0.0.1/live@2/x@10.0.0.2/", "u", "p"),
        ("rtsp://10.0.0.1:554/a:b@10.0.0.2/", "rtsp://10.0.0.1/a:b@10.0.0.2/", None, None),
        ("rtsp://u:p@camera/live@2", "rtsp://camera/live@2", "u", "p"),
        ("rtsp://u@10.0.0.1/x", "rtsp://10.0.0.1/x", "u", None),
        ("RTSP://CAM.Local/X", "rtsp://cam.local/X", None, None),
        ("rtsps://[fd00::5]:322/x", "rtsps://[fd00::5]/x", None, None),
        ("http://cam/video.mjpg", "http://cam/video.mjpg", None, None),
    ],
)
def test_urls_are_stored_without_their_login(text: str, stored: str, username, password) -> None:
    assert without_login(text) == (stored, username, password)


@pytest.mark.parametrize("scheme", ["file", "gopher", "concat", "ftp", "udp", "rtp", "data", "subfile", "crypto+rtsp"])
def test_other_schemes_are_refused(scheme: str) -> None:
    with pytest.raises(SchemeRefused):
        parse(f"{scheme}://192.168.1.5/x")


@pytest.mark.parametrize(
    "text", ["rtsp://", "rtsp:///x", "rtsp://h:0/", "rtsp://h:99999/", "rtsp://h:x/", "rtsp://a b/",
             "rtsp://h/\r\nX: y", "rtsp://h/" + "a" * 3000, "rtsp://[::1/"]
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        parse(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    for candidate in (text, f"rtsp://{text}", f"rtsp://u:p@{text}"):
        try:
            url, _, _ = parse(candidate)
        except VeedorError:
            continue
        assert parse(url.text)[0] == url


@given(st.text(min_size=1, max_size=30).filter(str.isprintable), st.text(max_size=30).filter(str.isprintable))
def test_logins_survive_the_way_to_libav(username: str, password: str) -> None:
    url, _, _ = parse("rtsp://10.0.0.1/x")
    again = parse(url.pinned("10.0.0.1", username, password))
    assert again[1:] == (username, password)
