"""HTTP cameras."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from clips import jpeg
from streams import CONFIG, Collected, camera, reader_of, reading
from veedor.model.camera import StreamState
from veedor.simulator.mjpeg_server import MjpegServer
from veedor.site.ingest.decode import Decoder
from veedor.site.ingest.errors import (
    AddressRefused,
    CameraRefused,
    PictureTooLarge,
    RedirectRefused,
    StreamNotFound,
    WrongPassword,
)
from veedor.site.ingest.mjpeg import jpeg_size
from veedor.site.ingest.networks import NetworkPolicy
from waiting import wait_until

PICTURES = [jpeg(value=value) for value in (40, 200)]


@pytest.mark.parametrize("lengths", [True, False])
def test_pictures_arrive_whole(lengths: bool) -> None:
    with MjpegServer(PICTURES, fps=25, lengths=lengths) as server, reading(camera(server.url)) as (_, sink):
        wait_until(lambda: len(sink.video) > 12)
    assert [packet.data for packet in sink.video[:4]] == [*PICTURES, *PICTURES]
    info = sink.video[0].info
    assert (info.codec, info.width, info.height) == ("mjpeg", 320, 176)
    assert all(packet.is_keyframe for packet in sink.video)
    frames = [frame for packet in sink.video for frame in Decoder(info).decode(packet)]
    assert frames[0].luma.mean() < frames[1].luma.mean()


def test_a_login_is_given_only_when_asked(caplog) -> None:
    caplog.set_level(logging.DEBUG)
    with MjpegServer(PICTURES, fps=25, login=("admin", "se:cr@t")) as server:
        with reading(camera(server.url, user="admin"), password="se:cr@t") as (_, sink):
            wait_until(lambda: len(sink.video) > 3)
        assert server.requests[0] is None
        with pytest.raises(WrongPassword):
            reader_of(camera(server.url, user="admin"), Collected(), password="wrong-one").run_once()
    assert "se:cr@t" not in caplog.text
    assert "wrong-one" not in caplog.text


def test_redirects_are_refused() -> None:
    with MjpegServer(PICTURES) as server:
        server.redirect_to = "http://user:pw@169.254.169.254/latest"
        with pytest.raises(RedirectRefused, match="169") as caught:
            reader_of(camera(server.url), Collected()).run_once()
        assert "pw" not in str(caught.value)


def test_a_stall_and_a_missing_page() -> None:
    with MjpegServer(PICTURES, fps=25) as server:
        with pytest.raises(StreamNotFound):
            reader_of(camera(server.url + "x"), Collected()).run_once()
        with reading(camera(server.url)) as (reader, sink):
            wait_until(lambda: len(sink.video) > 3)
            server.stalled.set()
            wait_until(lambda: sink.ended)
            server.stalled.clear()
            wait_until(lambda: reader.health.state is StreamState.ONLINE)
        url = server.url
        with pytest.raises(AddressRefused):
            reader_of(camera(url), Collected(), config=replace(CONFIG, networks=NetworkPolicy())).run_once()
    with pytest.raises(CameraRefused):
        reader_of(camera(url), Collected()).run_once()


def test_a_picture_that_says_it_is_huge_is_refused() -> None:
    picture = bytearray(PICTURES[0])
    at = picture.index(b"\xff\xc0")
    picture[at + 5 : at + 9] = (9000).to_bytes(2, "big") * 2
    assert jpeg_size(bytes(picture)) == (9000, 9000)
    with MjpegServer([bytes(picture)]) as server, pytest.raises(PictureTooLarge):
        reader_of(camera(server.url), Collected()).run_once()
