"""One scene for each kind of rule in which the rule has something to say, and rules that say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from observing import Actor, Spot, Stage
from street import FAR, street

from veedor.model.detection import ObjectClass
from veedor.model.scene import SceneFacts
from veedor.site.normality.baseline import Normality
from veedor.site.rules.ground import Ground

CAR = (0.1, 0.1)
PLACES = (
    "zones: {Plaza: [[0.3, 0.2], [0.9, 0.2], [0.9, 1.0], [0.3, 1.0]]}\n"
    "tripwires: {Puente: {from: [0.5, 0.3], to: [0.5, 0.9]}}\n"
)
# 40 m across and 22.5 m down: a metre is as long in both directions
GROUND = Ground((40.0, 0.0, 0.0, 0.0, 22.5, 0.0, 0.0, 0.0, 1.0))


@dataclass(frozen=True)
class Act:
    """`says`: the parameters of the rule, beyond name, kind and enabled; `others`: rules that it hears."""

    stage: Stage
    says: str = ""
    others: str = ""
    ground: Ground | None = None
    normality: Callable[[], Normality | None] = lambda: None

    def rules(self, kind: str, extra: str = "") -> str:
        said = ", ".join(part for part in (self.says, extra) if part)
        own = f"  - {{name: r, kind: {kind}, enabled: true{', ' + said if said else ''}}}\n"
        return f"{PLACES}rules:\n{self.others}{own}"


def car(number: int, way: list[Spot], **kwargs: object) -> Actor:
    return Actor(number, way, ObjectClass.CAR, CAR, **kwargs)  # type: ignore[arg-type]


def stands(number: int, x: float, y: float, until: float, since: float = 0.0) -> Actor:
    return Actor(number, [(since, x, y), (until, x, y)])


def shaking(number: int, x: float, y: float, by: float, phase: int, seconds: float) -> Actor:
    """Somebody whose feet go to and fro by `by` each fifth of a second."""
    steps = range(int(seconds * 5) + 1)
    return Actor(number, [(step / 5, x + (by if (step + phase) % 2 else -by), y) for step in steps])


def crowd(count: int, since: float, until: float) -> list[Actor]:
    return [stands(number, 0.32 + 0.06 * number, 0.8, until, since + 0.1 * number) for number in range(1, count + 1)]


FALL = [(0.0, 0.04, 0.2), (5.0, 0.04, 0.2), (5.6, 0.1, 0.07), (30.0, 0.1, 0.07)]
THROUGH = [(0.0, 0.1, 0.7), (8.0, 0.9, 0.7)]
ROUND = [car(n + 1, [(t, 0.2, 0.7), (t + 5, 0.95, 0.7)]) for n, t in enumerate((0.0, 61.0, 120.0))]
PARTS = (
    "  - {name: A, kind: zone_intrusion, zone: Plaza, severity: info}\n"
    "  - {name: B, kind: tripwire, tripwire: Puente, severity: info}\n"
    "  - {name: C, kind: loitering, zone: Plaza, dwell_s: 3, severity: info}\n"
)
BAG = Actor(9, [(0, 0.6, 0.7), (42, 0.6, 0.7)], ObjectClass.BAG, (0.02, 0.04))
TAKER = Actor(1, [(38, 0.2, 0.7), (41, 0.59, 0.7), (42, 0.59, 0.7), (46, 0.95, 0.7)])

ACTS: dict[str, Act] = {
    "zone_intrusion": Act(Stage([Actor(1, THROUGH)], 12), "zone: Plaza"),
    "tripwire": Act(Stage([Actor(1, THROUGH)], 12), "tripwire: Puente"),
    "loitering": Act(Stage([stands(1, 0.6, 0.7, 20)], 30), "zone: Plaza, dwell_s: 10"),
    "occupancy": Act(Stage(crowd(4, 1, 12), 20), "zone: Plaza, more_than: 2"),
    "object_left": Act(
        Stage([Actor(9, [(2, 0.6, 0.7), (40, 0.6, 0.7)], ObjectClass.BAG, (0.02, 0.04))], 50), "dwell_s: 20"
    ),
    "stopped_vehicle": Act(Stage([car(1, [(0, 0.3, 0.7), (3, 0.6, 0.7), (40, 0.6, 0.7)])], 50), "dwell_s: 20"),
    "counting": Act(
        Stage([Actor(1, THROUGH), car(2, [(3, 0.9, 0.8), (9, 0.1, 0.8)])], 25), "tripwire: Puente, period_s: 10"
    ),
    "wrong_way": Act(Stage([car(1, THROUGH)], 12), "tripwire: Puente"),
    "unusual": Act(Stage([car(1, [(0, 0.98, FAR), (9, 0.02, FAR)])], 14), normality=street),
    "queue": Act(
        Stage([stands(n, 0.4 + 0.09 * n, 0.7, 20) for n in range(5)], 30), "zone: Plaza, more_than: 3, dwell_s: 10"
    ),
    "crowd": Act(Stage([*crowd(8, 30, 60)], 90), "zone: Plaza"),
    "lingering": Act(Stage([Actor(1, [(0, 0.1, 0.7), (4, 0.5, 0.7), (16, 0.5, 0.7), (20, 0.9, 0.7)])], 25)),
    "running": Act(Stage([Actor(1, [(0, 0.1, 0.7), (3.2, 0.9, 0.7)])], 8)),
    "person_down": Act(Stage([Actor(1, [(0, 0.5, 0.8), (20, 0.5, 0.8)], sizes=FALL)], 30)),
    "fight": Act(Stage([shaking(1, 0.5, 0.7, 0.012, 0, 8), shaking(2, 0.55, 0.7, 0.012, 1, 8)], 12)),
    "meeting": Act(
        Stage(
            [
                Actor(1, [(0, 0.2, 0.7), (4, 0.5, 0.7), (15, 0.5, 0.7)]),
                Actor(2, [(0, 0.9, 0.7), (4, 0.57, 0.7), (15, 0.57, 0.7)]),
            ],
            25,
        )
    ),
    "parting": Act(
        Stage(
            [
                Actor(1, [(0, 0.5, 0.7), (6, 0.5, 0.7), (9, 0.2, 0.7), (15, 0.2, 0.7)]),
                Actor(2, [(0, 0.56, 0.7), (6, 0.56, 0.7), (9, 0.8, 0.7), (15, 0.8, 0.7)]),
            ],
            20,
        )
    ),
    "group_converging": Act(
        Stage(
            [
                stands(1, 0.5, 0.6, 15),
                Actor(2, [(0, 0.05, 0.6), (3, 0.05, 0.6), (6, 0.42, 0.6), (15, 0.42, 0.6)]),
                Actor(3, [(0, 0.95, 0.6), (3, 0.95, 0.6), (6, 0.58, 0.6), (15, 0.58, 0.6)]),
                Actor(4, [(0, 0.9, 0.99), (3, 0.9, 0.99), (6, 0.53, 0.7), (15, 0.53, 0.7)]),
            ],
            20,
        )
    ),
    "object_removed": Act(Stage([BAG, TAKER], 55)),
    "parked_vehicle": Act(Stage([car(1, [(0, 0.6, 0.7), (60, 0.6, 0.7)])], 70), "dwell_s: 30, absence_s: 5"),
    "closed_area": Act(Stage([car(1, THROUGH)], 45), "zone: Plaza"),
    "speeding": Act(Stage([car(1, [(0, 0.1, 0.7), (2, 0.9, 0.7)])], 8), ground=GROUND),
    "sudden_stop": Act(Stage([car(1, [(0, 0.1, 0.7), (3, 0.7, 0.7), (15, 0.7, 0.7)])], 20)),
    "collision": Act(
        Stage([car(1, [(0, 0.1, 0.7), (3, 0.7, 0.7), (15, 0.7, 0.7)]), car(2, [(0, 0.8, 0.7), (15, 0.8, 0.7)])], 20)
    ),
    "vehicle_circling": Act(Stage(ROUND, 140), "zone: Plaza"),
    "stop_and_flee": Act(
        Stage(
            [
                stands(1, 0.56, 0.72, 20),
                car(2, [(0, 0.1, 0.7), (5, 0.5, 0.7), (10, 0.5, 0.7), (11.2, 0.95, 0.7)]),
            ],
            20,
        )
    ),
    "camera_offline": Act(Stage(seconds=20, offline=[(4, 16)]), "after_s: 5"),
    "camera_tampered": Act(Stage(seconds=20, scene=lambda t: SceneFacts(True, covered=float(t > 5))), "debounce_s: 3"),
    "sequence": Act(Stage([Actor(1, THROUGH)], 12), "steps: [A, B, C], same: track", PARTS),
    "together": Act(Stage([Actor(1, THROUGH)], 12), "steps: [C, B]", PARTS),
    "absence": Act(Stage([Actor(1, [(0, 0.6, 0.7), (9, 0.6, 0.7)])], 40), "after: A, missing: B, within_s: 20", PARTS),
}
