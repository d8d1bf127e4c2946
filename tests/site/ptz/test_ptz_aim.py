"""Where motors look: by what the device says, and by commands where it says nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from test_ptz_control import OLGA, control, device, store  # noqa: F401 - fixtures

from veedor.kit.clock import SimulatedClock
from veedor.kit.errors import Unavailable
from veedor.simulator.onvif_device import OnvifSimulator
from veedor.site.ptz.aim import Aims
from veedor.site.ptz.control import PtzControl
from veedor.site.ptz.device import Position, PresetPlace


def test_a_real_device_says_where_it_looks_and_what_its_presets_are(
    control: PtzControl,  # noqa: F811
    device: OnvifSimulator,  # noqa: F811
) -> None:
    commands: list[tuple[str, str | None]] = []
    control.on_command(lambda *told: commands.append(told))
    assert control.position("dome") is None or control.position("dome") == Position(None, None)
    device.motor.position = (0.1, 0.2, 0.3)
    assert control.position("dome") == Position((0.1, 0.2, 0.3), is_moving=False)
    assert control.places("dome")[1] == PresetPlace("2", "Esquina", (0.5, -0.25, 0.0))
    control.move("dome", OLGA, (0.5, 0, 0))
    assert control.position("dome") == Position((0.1, 0.2, 0.3), is_moving=True)
    control.go_to("dome", OLGA, "2")
    assert commands == [("dome", None), ("dome", "2")]
    assert control.position("dome").at == (0.5, -0.25, 0.0)  # type: ignore[union-attr]


@dataclass
class Motors:
    now: Position | None = None
    presets: list[PresetPlace] = field(
        default_factory=lambda: [PresetPlace("1", "Puerta", (0, 0, 0)), PresetPlace("2", "Esquina", (0.5, 0, 0))]
    )
    broken: bool = False

    def position(self, _camera_id: str) -> Position | None:
        if self.broken:
            raise Unavailable(problem="gone")
        return self.now

    def places(self, _camera_id: str) -> list[PresetPlace]:
        return self.presets


def test_a_position_tells_steering_by_others_arrival_and_which_preset() -> None:
    clock, motors, home = SimulatedClock(), Motors(Position((0.2, 0, 0), is_moving=False)), [True]
    aims = Aims(motors, clock, lambda: ["c"], lambda _id: home[0])
    aims.ask()
    assert not aims.aim("c").was_steered
    home[0] = False
    motors.now = Position((0.5, 0.001, 0), is_moving=True)  # another program's joystick
    aims.ask()
    assert aims.aim("c").is_moving
    motors.now = Position((0.5, 0.001, 0), is_moving=False)
    aims.ask()
    found = aims.aim("c")
    assert (found.is_moving, found.was_steered, found.preset) == (False, True, "2")
    assert found.names == {"1": "Puerta", "2": "Esquina"}
    aims.commanded("c", "1")
    assert aims.aim("c").is_moving
    clock.advance(10)
    assert aims.aim("c").preset == "2"  # it was sent to 1, and says that it is still at 2


def test_a_device_that_says_nothing_is_known_by_its_commands() -> None:
    clock, motors = SimulatedClock(), Motors(None)
    motors.presets = [PresetPlace("2", "Esquina")]
    aims = Aims(motors, clock, lambda: ["tour"], lambda _id: False)
    assert aims.aim("fix").was_steered is False
    assert aims.aim("tour").was_steered  # rules name its presets, and nobody knows who else steers it
    aims.commanded("fix", "2")
    aims.ask()
    assert aims.aim("fix").is_moving
    clock.advance(5)
    assert (aims.aim("fix").is_moving, aims.aim("fix").preset) == (False, "2")
    aims.commanded("fix", None)
    clock.advance(5)
    assert aims.aim("fix").preset is None
    motors.broken = True
    aims.ask()
    assert aims.aim("fix").names == {"2": "Esquina"}
