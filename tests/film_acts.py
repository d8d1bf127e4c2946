"""Scripts for films: for each kind of rule an act, and one that is nearly the same act and is none.

Every film runs with its own rules and with `GRAVE` ones, which are silent unless it says otherwise. The film is
480 x 320; a person is about 68 pixels tall, a van 80 x 64: so a walk (0.8 body heights a second) is 54 pixels a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from film import HEIGHT, Figure, Film, Picture
from veedor.model.detection import Detections, ObjectClass
from veedor.site.rules.ground import Ground

PLACES = {
    "zones": {"Plaza": [[0.42, 0.47], [0.88, 0.47], [0.88, 0.98], [0.42, 0.98]]},
    "tripwires": {"Paso": {"from": [0.63, 0.47], "to": [0.63, 0.98]}},
}
FAR = 0.5  # the lane to the right of the learned street, 0..1 from above
METRES = Ground((40.0, 0.0, 0.0, 0.0, 26.7, 0.0, 0.0, 0.0, 1.0))  # the film is 40 m across


def rule(kind: str, **says: Any) -> dict[str, Any]:
    """A rule that has its kind's name."""
    return {"name": kind, "kind": kind, "enabled": True, **says}


GRAVE = [
    rule(kind)
    for kind in ("fight", "person_down", "running", "collision", "sudden_stop", "stop_and_flee", "group_converging")
]
CROSSING = [
    rule("zone_intrusion", zone="Plaza"),
    rule("tripwire", tripwire="Paso"),
    rule("counting", tripwire="Paso", period_s=10),
    rule("wrong_way", tripwire="Paso", classes=["person"]),
    rule("loitering", zone="Plaza", dwell_s=6),
    rule("lingering", dwell_s=5),
    rule("sequence", steps=["zone_intrusion", "tripwire"], same="track", within_s=8),
    rule("together", steps=["tripwire", "wrong_way"], within_s=8),
    rule("absence", after="zone_intrusion", missing="tripwire", within_s=5),
]
PARKING = [
    rule("stopped_vehicle", dwell_s=4),
    rule("parked_vehicle", dwell_s=6, absence_s=5),
    rule("closed_area", zone="Plaza"),
]
GATHERING = [
    rule("queue", zone="Plaza", more_than=3, dwell_s=3),
    rule("crowd", zone="Plaza", by_count=4, change="forming"),
    rule("occupancy", zone="Plaza", more_than=3),
]
PAIRS = [rule("meeting"), rule("parting")]
THINGS = [rule("object_left", dwell_s=5), rule("object_removed", stood_s=6)]


@dataclass(frozen=True)
class Script:
    """`says`: how many events of each rule there are, and of no other any; `since`: from when to when the first event
    of a rule may begin, seconds."""

    film: Film
    rules: list[dict[str, Any]]
    says: dict[str, int] = field(default_factory=dict)
    since: dict[str, tuple[float, float]] = field(default_factory=dict)
    ground: Ground | None = None
    stand_in: bool = False  # whether `dark_figures` looks, in place of the default detector
    learned: bool = False  # whether the street of `site/rules/street.py` has been learned

    def file(self) -> dict[str, Any]:
        own = {one["name"] for one in self.rules}
        return {**PLACES, "rules": [*self.rules, *(one for one in GRAVE if one["name"] not in own)]}


def stands(cut: str, x: float, y: float, until: float, since: float = 0.0, **kwargs: Any) -> Figure:
    return Figure(cut, [(since, x, y), (until, x, y)], **kwargs)


def comes(cut: str, start: tuple[float, float], to: tuple[float, float], when: tuple[float, float, float]) -> Figure:
    """Walks from `start` to `to` between the first two moments, and stands there until the third."""
    return Figure(cut, [(when[0], *start), (when[1], *to), (when[2], *to)])


def shoved(cut: str, x: float, y: float, seconds: float, by: float) -> Figure:
    """Somebody who is pushed by `by` pixels and comes back, each two fifths of a second, from the third second on."""
    steps = [(3.0 + 0.4 * number, x + (by if number % 2 else -by), y) for number in range(int((seconds - 3) / 0.4) + 1)]
    return Figure(cut, [(0.0, x, y), (2.8, x, y), *steps])


def covered(picture: Picture, t: float) -> Picture:
    """Paint on the lens: the noise of the sensor is left."""
    return np.asarray(picture // 64 + 30, np.uint8) if t >= 11 else picture


def dimmed(picture: Picture, t: float) -> Picture:
    """The lamps go out, not at once."""
    share = float(np.interp(t, (11, 13), (1.0, 0.45)))
    return np.asarray(picture * share, np.uint8)


def passes(when: float, *, back: bool = False) -> Figure:
    first, last = (525.0, -45.0) if back else (-45.0, 525.0)
    return Figure("van", [(when, first, 250.0), (when + 4.4, last, 250.0)])


def goes_along(x: tuple[float, float]) -> Figure:
    """A van on the lane where the learned street has cars to the right alone, about as fast as those."""
    return Figure("van", [(0.0, x[0], FAR * HEIGHT), (4.4, x[1], FAR * HEIGHT)], size=0.75)


def dark_figures(canvas: Picture) -> Detections:
    """A detector for one film: whatever is dark and large is a person, standing or lying."""
    dark = cv2.morphologyEx((canvas.max(axis=2) < 62).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(dark)
    boxes = [(x, y, x + w, y + h) for x, y, w, h, area in found[1:].tolist() if area >= 120 and max(w, h) >= 30]
    xyxy = np.asarray(boxes, np.float32).reshape(-1, 4)
    return Detections(xyxy, np.full(len(xyxy), 0.9, np.float32), np.full(len(xyxy), ObjectClass.PERSON, np.int32))


QUEUE_X = (222.0, 266.0, 310.0, 354.0, 398.0)
PEOPLE = ("ana", "beto", "carla", "dora", "elsa")
ANA_CROSSES = Figure("ana", [(0, -20, 262), (9.6, 500, 262)])
BRAKES = Figure("van", [(0, -60, 250), (3.4, 280, 250), (13, 280, 250)])
EASES = Figure("van", [(0, -60, 250), (2.0, 120, 250), (3, 185, 250), (4, 225, 250), (5, 240, 250), (7.5, 240, 250)])
FLEEING = Figure("van", [(0, 530, 235), (3, 370, 235), (7, 370, 235), (7.5, 340, 235), (8, 275, 235), (9.8, -40, 235)])
LEAVING = Figure("van", [(0, 530, 235), (3, 370, 235), (7, 370, 235), (8, 355, 235), (10, 295, 235), (12, 215, 235)])
ASKED = stands("elsa", 308, 262, 12)

SCRIPTS: dict[str, Script] = {
    "crosses": Script(
        Film(10, [ANA_CROSSES]),
        CROSSING,
        {"zone_intrusion": 1, "tripwire": 1, "counting": 1, "wrong_way": 1, "sequence": 1, "together": 1},
        {"zone_intrusion": (3.8, 5.2), "tripwire": (5.5, 6.8)},
    ),
    "passes by": Script(Film(10, [Figure("ana", [(0, 500, 128), (9.6, -20, 128)], flip=True)]), CROSSING),
    "waits": Script(
        Film(14, [Figure("beto", [(0, 500, 240), (3, 345, 240), (12, 345, 240), (14, 450, 240)])]),
        CROSSING,
        {"zone_intrusion": 1, "loitering": 1, "lingering": 1, "absence": 1},
        {"loitering": (1.2, 3.0)},
    ),
    "runs": Script(Film(5, [Figure("carla", [(0.4, -20, 230), (4.4, 500, 230)])]), PAIRS, {"running": 1}),
    "brakes": Script(
        Film(13, [BRAKES]),
        PARKING,
        {"sudden_stop": 1, "stopped_vehicle": 1, "parked_vehicle": 1, "closed_area": 1},
        {"sudden_stop": (3.0, 5.0), "stopped_vehicle": (2.8, 5.0)},
    ),
    "has stood there": Script(
        Film(9, [stands("van", 300, 250, 9.0)]), PARKING, {"stopped_vehicle": 1, "parked_vehicle": 1}
    ),
    "crashes": Script(
        Film(10, [BRAKES, stands("van", 354, 252, 13, flip=True)]),
        [rule("collision")],
        {"collision": 1, "sudden_stop": 1},
        {"collision": (3.0, 5.0)},
    ),
    "pulls up": Script(Film(8, [EASES, stands("van", 330, 251, 13, flip=True)]), [rule("collision")]),
    "queues": Script(
        Film(
            13,
            [
                comes(who, (520, 248), (x, 244), (0.5 + n, 4 + n, 13))
                for n, (who, x) in enumerate(zip(PEOPLE, QUEUE_X, strict=True))
            ],
        ),
        GATHERING,
        {"queue": 1, "crowd": 1, "occupancy": 1},
    ),
    "three wait": Script(
        Film(
            10,
            [
                comes(who, (520, 248), (x, 244), (0.5 + n, 4 + n, 10))
                for n, (who, x) in enumerate(zip(PEOPLE, QUEUE_X[:3], strict=False))
            ],
        ),
        GATHERING,
    ),
    "meet": Script(
        Film(
            13,
            [
                Figure("carla", [(0, 70, 236), (3, 230, 236), (9, 230, 236), (12, 80, 236)]),
                Figure("dora", [(0, 430, 238), (3, 276, 238), (9, 276, 238), (12, 430, 238)]),
            ],
        ),
        PAIRS,
        {"meeting": 1, "parting": 1},
    ),
    "pass each other": Script(
        Film(8, [Figure("carla", [(0, 70, 222), (8, 450, 222)]), Figure("dora", [(0, 430, 252), (8, 60, 252)])]), PAIRS
    ),
    "surround": Script(
        Film(
            9,
            [
                stands("ana", 250, 226, 9),
                Figure("beto", [(0, 14, 240), (2, 14, 240), (5.5, 196, 230), (9, 196, 230)]),
                Figure("carla", [(0, 470, 240), (2, 470, 240), (5.5, 306, 230), (9, 306, 230)]),
                Figure("dora", [(0, 462, 312), (2, 462, 312), (5.5, 282, 270), (9, 282, 270)]),
            ],
        ),
        [rule("group_converging")],
        {"group_converging": 1},
    ),
    "walk past": Script(
        Film(
            9,
            [
                stands("ana", 250, 226, 9),
                Figure("beto", [(0, 14, 260), (9, 440, 260)]),
                Figure("carla", [(0, -40, 275), (9, 390, 275)]),
                Figure("dora", [(0, -90, 290), (9, 340, 290)]),
            ],
        ),
        [rule("group_converging")],
    ),
    "goes round": Script(
        Film(21.5, [passes(0.4), passes(7.4), passes(14.2)]),
        [rule("vehicle_circling", zone="Plaza", apart_s=2)],
        {"vehicle_circling": 1},
        {"vehicle_circling": (14.5, 18.0)},
    ),
    "comes back": Script(
        Film(21.5, [passes(0.4), passes(7.4), passes(14.2, back=True)]),
        [rule("vehicle_circling", zone="Plaza", apart_s=2)],
    ),
    "flees": Script(Film(10, [FLEEING, ASKED]), [rule("stop_and_flee")], {"stop_and_flee": 1}),
    "drives off": Script(
        Film(12, [LEAVING, ASKED]),
        [rule("stop_and_flee"), rule("stopped_vehicle", dwell_s=8), rule("parked_vehicle", dwell_s=9, absence_s=1)],
    ),
    "falls": Script(
        Film(11, [stands("dora", 400, 250, 11, leans=[(4, 0), (4.6, 84), (11, 84)], flip=True, size=1.5)]),
        [rule("person_down")],
        {"person_down": 1},
        {"person_down": (4.0, 5.6)},
        stand_in=True,
    ),
    "bends": Script(
        Film(9, [stands("dora", 400, 250, 11, leans=[(4, 0), (4.6, 35), (6, 35), (6.6, 0)], flip=True, size=1.5)]),
        [rule("person_down")],
        stand_in=True,
    ),
    "fight": Script(
        Film(8, [shoved("carla", 285, 240, 8, 6), shoved("beto", 320, 240, 8, -6)]), [rule("fight")], {"fight": 1}
    ),
    "talk": Script(Film(8, [stands("carla", 285, 240, 8), stands("beto", 320, 240, 8)]), [rule("fight")]),
    "leaves it": Script(
        Film(
            38,
            [
                Figure("elsa", [(8.6, 490, 262), (12, 335, 262), (12.6, 335, 262), (15.8, 490, 262)]),
                stands("vest", 308, 270, 31.6, since=12.2),
                Figure("beto", [(22.6, -20, 280), (29, 500, 280)]),
                Figure("carla", [(26.2, -20, 262), (31.4, 282, 262), (32, 282, 262), (35, 120, 262)]),
            ],
        ),
        THINGS,
        {"object_left": 1, "object_removed": 1},
        {"object_left": (12, 20), "object_removed": (29.5, 32.5)},
    ),
    "keeps it": Script(
        Film(
            25,
            [
                Figure("elsa", [(8.6, 490, 262), (12, 335, 262), (25, 335, 262)]),
                stands("vest", 308, 270, 25, since=12.2),
            ],
        ),
        THINGS,
    ),
    "speeds": Script(
        Film(5, [Figure("van", [(0.4, -60, 250), (4.1, 540, 250)])]),
        [rule("speeding", limit_kmh=40)],
        {"speeding": 1},
        ground=METRES,
    ),
    "keeps to it": Script(
        Film(7, [Figure("van", [(0.4, -60, 250), (6.9, 540, 250)])]), [rule("speeding", limit_kmh=40)], ground=METRES
    ),
    "against the street": Script(
        Film(5, [goes_along((460, 20))]), [rule("unusual", aspects=["way"])], {"unusual": 1}, learned=True
    ),
    "along the street": Script(Film(5, [goes_along((20, 460))]), [rule("unusual", aspects=["way"])], learned=True),
    "paint": Script(
        Film(20, changed=covered),
        [rule("camera_tampered", debounce_s=3)],
        {"camera_tampered": 1},
        {"camera_tampered": (10.5, 13)},
    ),
    "dusk": Script(Film(20, changed=dimmed), [rule("camera_tampered", debounce_s=3)]),
}
CONTROLS = {  # kind -> the film that is nearly its act
    "zone_intrusion": "passes by",
    "tripwire": "passes by",
    "counting": "passes by",
    "wrong_way": "passes by",
    "sequence": "passes by",
    "together": "waits",
    "absence": "crosses",
    "loitering": "crosses",
    "lingering": "crosses",
    "running": "crosses",
    "sudden_stop": "pulls up",
    "stopped_vehicle": "drives off",
    "parked_vehicle": "drives off",
    "closed_area": "has stood there",
    "collision": "pulls up",
    "queue": "three wait",
    "crowd": "three wait",
    "occupancy": "three wait",
    "meeting": "pass each other",
    "parting": "pass each other",
    "group_converging": "walk past",
    "vehicle_circling": "comes back",
    "stop_and_flee": "drives off",
    "person_down": "bends",
    "fight": "talk",
    "object_left": "keeps it",
    "object_removed": "keeps it",
    "speeding": "keeps to it",
    "unusual": "along the street",
    "camera_tampered": "dusk",
}
FOR_CAMERAS_OFF = {
    "camera_offline",
    "camera_clock",
}  # about a stream that is not there, or its clock: no film shows that
