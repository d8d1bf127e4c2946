"""Turning cameras: the device's own words, the lock, and everything that stops a motion."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from veedor.kit.clock import SimulatedClock, SystemClock
from veedor.kit.errors import Conflict, NotFound, Unavailable
from veedor.kit.secrets import SecretBox
from veedor.model.camera import Camera, SourceKind, StreamRole, StreamSource
from veedor.simulator.onvif_device import OnvifFault, OnvifSimulator, OnvifStream
from veedor.site.cameras import CameraStore
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ptz.control import PtzControl
from veedor.wire.ptz import Steerer
from waiting import wait_until

STILL = (0.0, 0.0, 0.0)
OLGA = Steerer("1", "olga", 1, "tab-1")
OSCAR = Steerer("2", "oscar", 1, "tab-2")
SARA = Steerer("3", "sara", 2, "tab-3")
STREAMS = [
    OnvifStream("fix", "rtsp://127.0.0.1/fix", 1280, 720),
    OnvifStream("<dome>", "rtsp://127.0.0.1/dome", 1280, 720, source="source2", ptz=True),
]


@pytest.fixture
def device() -> Iterator[OnvifSimulator]:
    with OnvifSimulator(STREAMS, login=("admin", "p<&>ss")) as one:
        yield one


@pytest.fixture
def store(tmp_path: Path, device: OnvifSimulator) -> Iterator[CameraStore]:
    clock = SystemClock()
    one = CameraStore(tmp_path / "site.db", SecretBox.open(tmp_path / "key", create=True), clock)
    port = int(device.address.rpartition(":")[2])
    streams = (StreamSource(StreamRole.MAIN, "rtsp://127.0.0.1/main"),)
    for name, channel, at in (("dome", 2, port), ("fix", 1, port), ("plain", None, None)):
        camera = Camera(name, name, "muni", SourceKind.RTSP, streams, username="admin", channel=channel, onvif_port=at)
        one.save(camera, "p<&>ss")
    yield one
    one.close()


def started(store: CameraStore, clock: SystemClock | SimulatedClock) -> PtzControl:
    control = PtzControl(store, NetworkPolicy((ip_network("127.0.0.0/8"),)), clock)
    control.start()
    return control


@pytest.fixture
def control(store: CameraStore) -> Iterator[PtzControl]:
    one = started(store, SystemClock())
    yield one
    one.stop()


def test_only_what_has_a_motor_can_be_turned(control: PtzControl, device: OnvifSimulator) -> None:
    assert control.state("dome").available
    assert not control.state("fix").available
    calls = len(device.calls)
    assert not control.state("plain").available
    assert len(device.calls) == calls  # a camera without an ONVIF service is not asked for one
    with pytest.raises(NotFound):
        control.move("fix", OLGA, (1, 0, 0))
    with pytest.raises(NotFound):
        control.state("ghost")


def test_a_move_that_is_not_renewed_stops(control: PtzControl, device: OnvifSimulator) -> None:
    control.move("dome", OLGA, (0.5, -0.25, 0))
    assert device.motor.velocity == (0.5, -0.25, 0.0)
    # The watch stops it, and not the device's own timeout: a stop was sent.
    wait_until(lambda: device.motor.commands[-1][0] == "stop", timeout_s=3)
    assert device.motor.velocity == STILL


def test_the_end_of_the_connection_stops_what_it_moved(control: PtzControl, device: OnvifSimulator) -> None:
    control.move("dome", OLGA, (1, 0, 0))
    control.leave("dome", Steerer("1", "olga", 1, "other tab"))
    assert device.motor.velocity == (1.0, 0.0, 0.0)
    control.leave("dome", OLGA)
    assert device.motor.velocity == STILL


def test_a_zero_move_stops_and_a_closing_site_too(store: CameraStore, device: OnvifSimulator) -> None:
    control = started(store, SystemClock())
    control.move("dome", OLGA, (1, 0, 0))
    control.move("dome", OLGA, STILL)
    assert device.motor.commands[-1] == ("stop", ())
    control.move("dome", OLGA, (0, 0, 1))
    control.stop()
    assert device.motor.commands[-1] == ("stop", ())


def test_the_lock_and_who_may_take_it_over(control: PtzControl, device: OnvifSimulator) -> None:
    told: list[tuple[str, str | None]] = []
    control.on_change(lambda camera, who: told.append((camera, who.name if who else None)))
    control.move("dome", OLGA, (1, 0, 0))
    with pytest.raises(Conflict) as refused:
        control.move("dome", OSCAR, (-1, 0, 0))
    assert "olga" in refused.value.render("es")
    with pytest.raises(Conflict):
        control.go_to("dome", OSCAR, "1")
    control.move("dome", SARA, (-1, 0, 0))  # a supervisor takes over
    assert device.motor.velocity == (-1.0, 0.0, 0.0)
    with pytest.raises(Conflict):
        control.move("dome", OLGA, (1, 0, 0))
    assert control.state("dome").holder == SARA
    control.leave("dome", SARA, release=True)
    control.move("dome", OLGA, (1, 0, 0))
    assert told == [("dome", "olga"), ("dome", "sara"), ("dome", None), ("dome", "olga")]


def test_the_lock_ends_ten_seconds_after_the_last_command(store: CameraStore, device: OnvifSimulator) -> None:
    clock = SimulatedClock(SystemClock().now())
    control = started(store, clock)
    told: list[str | None] = []
    control.on_change(lambda _, who: told.append(who.name if who else None))
    control.move("dome", OLGA, (1, 0, 0))
    clock.advance(9.9)
    with pytest.raises(Conflict):
        control.move("dome", OSCAR, (1, 0, 0))
    clock.advance(0.2)
    wait_until(lambda: clock.advance(0.1) or told == ["olga", None])
    control.move("dome", OSCAR, (1, 0, 0))
    assert told == ["olga", None, "oscar"]
    control.stop()


def test_presets(control: PtzControl, device: OnvifSimulator) -> None:
    assert [(one.token, one.name) for one in control.presets("dome")] == [("1", "Puerta"), ("2", "Esquina")]
    made = control.save_preset("dome", OLGA, "Grada <3> & más")
    assert (made.token, device.motor.presets["3"]) == ("3", "Grada <3> & más")
    control.save_preset("dome", OLGA, "Otra", "1")
    assert device.motor.presets["1"] == "Otra"
    control.remove_preset("dome", OLGA, "1")
    assert [one.token for one in control.presets("dome")] == ["2", "3"]
    control.go_to("dome", OLGA, "2")
    assert device.motor.commands[-1] == ("goto", ("2",))
    with pytest.raises(Unavailable):
        control.go_to("dome", OLGA, "99")


@pytest.mark.parametrize("fault", [OnvifFault.MALFORMED, OnvifFault.SERVER_ERROR, OnvifFault.DTD_BOMB])
def test_a_device_that_fails_is_told(control: PtzControl, device: OnvifSimulator, fault: OnvifFault) -> None:
    device.fault = fault
    state = control.state("dome")
    assert not state.available
    assert state.problem is not None


def test_a_device_that_takes_no_stop_ends_by_its_own_timeout(control: PtzControl, device: OnvifSimulator) -> None:
    control.move("dome", OLGA, (1, 0, 0))
    device.fault = OnvifFault.SERVER_ERROR
    control.leave("dome", OLGA)
    assert device.motor.commands[-1][0] == "move"
    wait_until(lambda: device.motor.velocity == STILL, timeout_s=3)  # its own timeout
