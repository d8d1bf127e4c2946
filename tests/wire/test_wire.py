"""Messages are read across one version; errors cross as themselves."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from veedor.kit.errors import Conflict, NotFound, Unavailable, VeedorError
from veedor.model.event import Severity
from veedor.wire import envelope as envelopes
from veedor.wire import subjects
from veedor.wire.calls import Frame, FrameKind, Request, error_from_bytes, error_to_bytes
from veedor.wire.envelope import Envelope, Kind
from veedor.wire.errors import BadMessage, BadName, OtherVersion
from veedor.wire.live import FragmentReader, fragment_to_bytes
from veedor.wire.messages import event_from_json
from veedor.wire.ports import LiveFragment
from veedor.wire.version import PROTOCOL

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ONE = Envelope("0195", Kind.EVENT_ENDED, "site-1", "muni-1", AT, {"id": "e1", "ñ": [1, 2.5, None]})


def changed(**changes: object) -> bytes:
    return json.dumps({**json.loads(ONE.to_bytes()), **changes}).encode()


def test_envelope_and_back() -> None:
    assert Envelope.from_bytes(ONE.to_bytes()) == ONE


@pytest.mark.parametrize("step", [-1, 1])
def test_one_version_older_and_newer_is_read(step: int) -> None:
    """The newer one has a kind, a field and a body that this version has never heard of."""
    data = changed(version=PROTOCOL + step, kind="drone.landed", altitude_m=3, body={"new": {"deep": 1}})
    read = Envelope.from_bytes(data)
    assert (read.version, read.kind, read.body) == (PROTOCOL + step, "drone.landed", {"new": {"deep": 1}})


@pytest.mark.parametrize(
    "data",
    [
        changed(at="2026-03-01T08:00:00"),
        changed(at=None),
        b"\xff\xfe",
        b"[]",
        b"{}",
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes) -> None:
    with pytest.raises(BadMessage):
        Envelope.from_bytes(data)


@pytest.mark.parametrize("step", [-2, 2, 40])
def test_a_version_too_far_away_is_named(step: int) -> None:
    with pytest.raises(OtherVersion) as told:
        Envelope.from_bytes(changed(version=PROTOCOL + step))
    assert f"version {PROTOCOL + step} of the link" in told.value.render("en")


def test_frames_of_a_newer_kind_are_read_and_can_be_passed_over() -> None:
    assert Frame.from_bytes(Frame(99, 3, b"new").to_bytes()) == Frame(99, 3, b"new")


def test_who_says_no_version_speaks_the_first() -> None:
    told = json.loads(Request("footage.clip", {}, "p", 1000).to_bytes())
    del told["version"]
    assert Request.from_bytes(json.dumps(told).encode()).version == 1


def test_an_event_of_an_older_or_a_newer_site_is_read() -> None:
    at = "2026-03-01T08:00:00+00:00"
    told = {
        "id": "e1",
        "camera_id": "c1",
        "rule": "r",
        "kind": "flood",
        "severity": "biblical",
        "started_at": at,
        "completed_at": at,
        "ended_at": None,
        "explanation": {"key": "event-flood", "params": {}},
        "track_ids": [],
        "start_s": 0.0,
        "end_s": None,
        "start_frame": 0,
        "end_frame": None,
        "weather": "garua",
    }
    event = event_from_json(told)
    assert (event.severity, event.overlays, event.zone) == (Severity.CRITICAL, (), None)
    assert "event-flood" in event.explanation.render("en")


def test_a_live_fragment_of_an_older_or_a_newer_site_is_read() -> None:
    one = LiveFragment(b"media", False, "video/mp4", AT, starts_gop=True, keyframes_only=True)
    assert list(FragmentReader().feed(fragment_to_bytes(one))) == [one]
    told = {"init": False, "mime": "video/mp4", "at": AT.isoformat(), "dropped": 0, "gop": True}
    for head, keyframes_only in ((told, False), ({**told, "keyframes": True, "layers": 2}, True)):
        data = json.dumps(head).encode()
        (read,) = FragmentReader().feed(struct.pack(">II", len(data), 5) + data + b"media")
        assert read == replace(one, keyframes_only=keyframes_only)


def test_too_large_is_refused_where_it_is_written() -> None:
    with pytest.raises(BadMessage):
        Envelope("1", "event", "s", "a", AT, {"x": "y" * envelopes.MAX_OCTETS}).to_bytes()


def test_request_ignores_what_it_does_not_know() -> None:
    request = Request("footage.clip", {"camera_id": "c"}, "p", 1000)
    value = {**json.loads(request.to_bytes()), "priority": 3, "version": 2}
    assert Request.from_bytes(json.dumps(value).encode()) == replace(request, version=2)


def test_frames_and_back() -> None:
    frame = Frame(FrameKind.CHUNK, 70000, b"\x00\x01")
    assert Frame.from_bytes(frame.to_bytes()) == frame
    for bad in (b"", b"\x01"):
        with pytest.raises(BadMessage):
            Frame.from_bytes(bad)


def test_errors_cross_as_themselves_or_the_nearest_that_is_known() -> None:
    same = error_from_bytes(error_to_bytes(NotFound(kind="camera", name="c1")))
    assert type(same) is NotFound
    assert same.render("es") == NotFound(kind="camera", name="c1").render("es")
    at = error_from_bytes(error_to_bytes(Unavailable(name="x", problem="y", at=AT)))
    assert at.params["at"] == AT

    value = json.loads(error_to_bytes(Conflict(problem="first")))
    value["kinds"] = ["OfTomorrow", *value["kinds"]]
    value["key"], value["text"]["en"] = "error-of-tomorrow", "Tomorrow's sentence"
    nearest = error_from_bytes(json.dumps(value).encode())
    assert type(nearest) is Conflict
    assert "Tomorrow's sentence" in str(nearest)
    assert isinstance(error_from_bytes(b"nonsense"), VeedorError)


def test_subjects_are_made_of_checked_names_alone() -> None:
    assert subjects.call("site-1", "hub", "footage.clip") == "call.site-1.hub.footage.clip"
    for bad in ("a.*", "a.>", "", "a..b"):
        with pytest.raises(BadName):
            subjects.call("site-1", "hub", bad)
    with pytest.raises(BadName):
        subjects.account("muni.1")
