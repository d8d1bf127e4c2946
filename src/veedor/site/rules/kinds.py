"""The kinds of rules. A new one is a file beside this, a line here, its words in the catalogues, and a test."""

from __future__ import annotations

from typing import Any

from veedor.site.rules.camera_clock import CameraClock
from veedor.site.rules.camera_offline import CameraOffline
from veedor.site.rules.camera_tampered import CameraTampered
from veedor.site.rules.loitering import Loitering
from veedor.site.rules.object_left import ObjectLeft
from veedor.site.rules.occupancy import Occupancy
from veedor.site.rules.rule import Rule
from veedor.site.rules.stopped_vehicle import StoppedVehicle
from veedor.site.rules.tripwire import TripwireRule
from veedor.site.rules.zone_intrusion import ZoneIntrusion

KINDS: dict[str, type[Rule[Any]]] = {
    "zone_intrusion": ZoneIntrusion,
    "tripwire": TripwireRule,
    "loitering": Loitering,
    "occupancy": Occupancy,
    "object_left": ObjectLeft,
    "stopped_vehicle": StoppedVehicle,
    "camera_offline": CameraOffline,
    "camera_tampered": CameraTampered,
    "camera_clock": CameraClock,
}
