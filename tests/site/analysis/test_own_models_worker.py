"""Own models and workers: a real process looks with one and says what it lacks; cameras go to who has theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from small_model import small_model, write_clip
from veedor.kit.clock import SystemClock
from veedor.kit.hashing import sha256_bytes
from veedor.site.analysis.crew import Crew
from veedor.site.analysis.feed import WorkerFeed
from veedor.site.analysis.process import WorkerConfig, end_process, start_process
from veedor.site.analysis.protocol import SocketChannel, media_to_header, message_to_observation, packet_to_header
from veedor.site.detect.opened import CameraModels
from veedor.site.detect.own import ModelOrder
from veedor.site.ingest.decode import open_file
from veedor.wire.work import Hello

DATA = small_model()
ORDER = ModelOrder("excavators", sha256_bytes(DATA), "yolov8", 320, 192, (32,))
LOST = replace(ORDER, name="lost", sha256="0" * 64)


@pytest.fixture
def channel(tmp_path: Path, model_file: Path) -> Iterator[SocketChannel]:
    (tmp_path / "excavators").mkdir()
    (tmp_path / "excavators" / "model.onnx").write_bytes(DATA)
    process, channel = start_process(WorkerConfig(model_file, own=tmp_path))
    yield channel
    end_process(process, channel)


def test_a_process_looks_with_the_models_it_is_told_and_says_what_it_lacks(
    tmp_path: Path, channel: SocketChannel
) -> None:
    models = CameraModels(False, (ORDER, LOST))
    channel.send({"type": "camera", "camera": "cam", "fps": 5.0, "models": models.to_json()}, b"")
    with open_file(write_clip(tmp_path / "film.mp4", seconds=4.0), camera_id="cam") as film:
        channel.send({"type": "media", "camera": "cam", **media_to_header(film.info)}, b"")
        for packet in film:
            channel.send(packet_to_header(packet, 100.0 + packet.pts_s), packet.data)
    lacking, classes = [], set[int]()
    while not (lacking and 32 in classes):
        message = channel.receive()
        assert message is not None
        header, payload = message
        if header["type"] == "lacking":
            lacking.append(header["model"])
        elif header["type"] == "observation":
            classes |= set(message_to_observation(header, payload).tracks.class_id.tolist())
    assert lacking == ["lost"]


class Able(WorkerFeed):
    """A worker that has these files."""

    def __init__(self, name: str, *hashes: str) -> None:
        super().__init__(name, SystemClock(), lambda _observation: None)
        self._hashes = set(hashes)

    def can_run(self, models: CameraModels) -> bool:
        return {one.sha256 for one in models.files} <= self._hashes


def test_a_camera_goes_to_a_worker_that_has_its_models() -> None:
    plain, having = Able("plain"), Able("having", ORDER.sha256)
    crew = Crew([plain])
    crew.watch("cam", 5.0, CameraModels(True, (ORDER,)))
    assert crew.holder("cam") is None
    assert crew.lacking() == [("cam", ORDER)]
    crew.add(having)
    assert crew.holder("cam") == "having"
    assert crew.lacking() == []
    crew.change_models("cam", CameraModels(True, (LOST,)))
    assert crew.holder("cam") is None
    crew.change_models("cam", CameraModels())
    assert crew.holder("cam") in ("plain", "having")


def test_a_worker_tells_the_site_which_models_it_has() -> None:
    hello = Hello("s1", 1, "0", "host", 4, 1, "ab", frozenset({"cd", "ef"}))
    assert Hello.from_bytes(hello.to_bytes()) == hello
