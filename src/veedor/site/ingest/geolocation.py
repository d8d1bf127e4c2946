"""Where an ONVIF device says that it stands (ONVIF Core, device management: GetGeoLocation, `tt:LocationEntity`).

A first guess for a person to confirm, never more: many devices answer with what their installer or factory left there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from veedor.model.camera import Placement
from veedor.site.ingest.soap import find, local

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # noqa: TID251 (the type only)

GET_GEO_LOCATION = '<GetGeoLocation xmlns="http://www.onvif.org/ver10/device/wsdl"/>'
_MAX_LOCATIONS = 512
# Nearer than this to latitude 0, longitude 0, where there is only sea: a device that was never told.
_NOWHERE_DEG = 0.01


@dataclass(frozen=True, slots=True)
class SaidPlaces:
    """`device`: of the whole device. `sources`: of its video sources, by token. Degrees, WGS 84."""

    device: Placement | None
    sources: dict[str, Placement]

    def of(self, source: str, *, is_only: bool) -> Placement | None:
        """Of one video source. The device's own place counts only where it is one camera: where a recorder stands,
        none of its cameras does."""
        return self.sources.get(source) or (self.device if is_only else None)


NOT_SAID = SaidPlaces(None, {})


def read_places(answer: Element) -> SaidPlaces:
    """What an answer to GET_GEO_LOCATION says. What cannot be is left out."""
    device: Placement | None = None
    sources: dict[str, Placement] = {}
    for entity in [one for one in answer.iter() if local(one) == "Location"][:_MAX_LOCATIONS]:
        place = _place(find(entity, "GeoLocation"))
        if place is None:
            continue
        kind, token = entity.get("Entity", ""), entity.get("Token", "")
        if kind == "VideoSource" and token:
            sources.setdefault(token, place)
        elif kind in ("", "Device") and device is None:
            device = place
    return SaidPlaces(device, sources)


def _place(said: Element | None) -> Placement | None:
    if said is None:
        return None
    try:
        latitude, longitude = float(said.get("lat", "")), float(said.get("lon", ""))
    except ValueError:
        return None
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180 or max(abs(latitude), abs(longitude)) < _NOWHERE_DEG:
        return None
    return Placement(round(latitude, 7), round(longitude, 7))
