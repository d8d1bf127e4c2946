"""The kinds of rules. A new one is a file beside this, a line here, its words in the catalogues, and a test."""

from __future__ import annotations

from typing import Any

from veedor.site.rules.absence import Absence
from veedor.site.rules.camera_clock import CameraClock
from veedor.site.rules.camera_offline import CameraOffline
from veedor.site.rules.camera_tampered import CameraTampered
from veedor.site.rules.closed_area import ClosedArea
from veedor.site.rules.collision import Collision
from veedor.site.rules.counting import Counting
from veedor.site.rules.crowd import Crowd
from veedor.site.rules.fight import Fight
from veedor.site.rules.group_converging import GroupConverging
from veedor.site.rules.lingering import Lingering
from veedor.site.rules.loitering import Loitering
from veedor.site.rules.meeting import Meeting
from veedor.site.rules.object_left import ObjectLeft
from veedor.site.rules.object_removed import ObjectRemoved
from veedor.site.rules.occupancy import Occupancy
from veedor.site.rules.parked_vehicle import ParkedVehicle
from veedor.site.rules.parting import Parting
from veedor.site.rules.person_down import PersonDown
from veedor.site.rules.queue import Queue
from veedor.site.rules.rule import Rule
from veedor.site.rules.running import Running
from veedor.site.rules.sequence import Sequence
from veedor.site.rules.speeding import Speeding
from veedor.site.rules.stop_and_flee import StopAndFlee
from veedor.site.rules.stopped_vehicle import StoppedVehicle
from veedor.site.rules.sudden_stop import SuddenStop
from veedor.site.rules.together import Together
from veedor.site.rules.tripwire import TripwireRule
from veedor.site.rules.unusual import Unusual
from veedor.site.rules.vehicle_circling import VehicleCircling
from veedor.site.rules.wrong_way import WrongWay
from veedor.site.rules.zone_intrusion import ZoneIntrusion

KINDS: dict[str, type[Rule[Any]]] = {
    "zone_intrusion": ZoneIntrusion,
    "tripwire": TripwireRule,
    "loitering": Loitering,
    "occupancy": Occupancy,
    "object_left": ObjectLeft,
    "stopped_vehicle": StoppedVehicle,
    "counting": Counting,
    "wrong_way": WrongWay,
    "queue": Queue,
    "crowd": Crowd,
    "lingering": Lingering,
    "running": Running,
    "person_down": PersonDown,
    "fight": Fight,
    "meeting": Meeting,
    "parting": Parting,
    "group_converging": GroupConverging,
    "object_removed": ObjectRemoved,
    "parked_vehicle": ParkedVehicle,
    "closed_area": ClosedArea,
    "speeding": Speeding,
    "sudden_stop": SuddenStop,
    "collision": Collision,
    "vehicle_circling": VehicleCircling,
    "stop_and_flee": StopAndFlee,
    "unusual": Unusual,
    "camera_offline": CameraOffline,
    "camera_tampered": CameraTampered,
    "camera_clock": CameraClock,
    "sequence": Sequence,
    "together": Together,
    "absence": Absence,
}
