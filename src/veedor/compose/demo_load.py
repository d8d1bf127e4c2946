"""The demo's cameras on an ordinary site: real clips as files that loop, for a first look before cameras are there."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from veedor.compose.clips import Clip, bikes, clips_directory, vtest
from veedor.compose.demo_rules import BY_CLIP
from veedor.kit.clock import Clock
from veedor.kit.ids import new_id
from veedor.model.camera import Camera, Placement, SourceKind, StreamRole, StreamSource
from veedor.simulator.prepare import Preparation, prepare
from veedor.site.run import Site

SUB = Preparation(width=640, fps=10.0, keyframe_interval_s=1.0, bit_rate=400_000)
MAIN = Preparation(keyframe_interval_s=1.0)

# Corners around the Plaza Mayor de Lima; each camera looks along a street or over a square.
PLACES = (
    Placement(-12.04530, -77.03135, 135.0, 75.0),
    Placement(-12.04665, -77.02965, 310.0, 60.0),
    Placement(-12.04405, -77.02925, 220.0, 70.0),
    Placement(-12.04740, -77.03230, 60.0, 55.0),
    Placement(-12.04850, -77.03060, 20.0, 65.0),
    Placement(-12.04560, -77.02740, 265.0, 60.0),
    Placement(-12.04330, -77.03180, 150.0, 70.0),
    Placement(-12.04690, -77.03480, 85.0, 50.0),
)
_ROUND_DEG = 0.0062


def place(number: int) -> Placement:
    """Where the demo's camera of this number (from 0) stands; beyond the corners, the same ones a few streets on."""
    around, corner = divmod(number, len(PLACES))
    one = PLACES[corner]
    return Placement(
        one.latitude_deg - around * _ROUND_DEG, one.longitude_deg, one.direction_deg, one.field_of_view_deg
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    clip: Clip
    place: Placement


class DemoLoader:
    """Adds the demo's cameras to a running site, once."""

    def __init__(self, site: Site, agency_id: str, clock: Clock) -> None:
        self._site = site
        self._agency_id = agency_id
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def load(self) -> list[Camera]:
        """The cameras that were added: none where they are there. Takes seconds, the first time.

        Raises WheelUnobtainable where a clip is not on this machine and cannot be fetched, UnservableFile, StoreError.
        """
        with self._one_at_a_time:
            store, rules = self._site.parts.cameras, self._site.parts.rules
            there = {camera.name for camera in store.cameras()}
            missing = [plan for plan in _plans() if plan.name not in there]
            ready = [(plan, self._streams(plan.clip)) for plan in missing]
            added = []
            for plan, streams in ready:
                id_ = new_id(self._clock.now())
                camera = Camera(id_, plan.name, self._agency_id, SourceKind.FILE, streams, placement=plan.place)
                rules.write(id_, BY_CLIP[plan.clip.name], name=f"{plan.name}.yaml")
                added.append(store.save(camera))
            self._site.follow_configuration()
            return added

    def _streams(self, clip: Clip) -> tuple[StreamSource, ...]:
        folder = clips_directory(self._site.config.data)
        files = {StreamRole.MAIN: prepare(clip.path, folder, MAIN), StreamRole.SUB: prepare(clip.path, folder, SUB)}
        return tuple(StreamSource(role, str(file.resolve())) for role, file in files.items())


def _plans() -> list[_Plan]:
    """Two cameras: of two clips where this machine has both, else both of the street."""
    street, park = bikes(), vtest()
    plans = [_Plan("Demo: Avenida", street, PLACES[0])]
    if park is not None:
        return [*plans, _Plan("Demo: Estacionamiento", park, PLACES[1])]
    return [*plans, _Plan("Demo: Avenida 2", street, PLACES[1])]
