"""How far footage of other sites has come for a package that is being built. What lies in its folder tells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from veedor.wire.footage_statement import SignedFootage
from veedor.wire.values import BadValue


@dataclass(frozen=True, slots=True)
class Pulled:
    """Whole segments and bytes that are here, of those that the owners' signed statements name. The last two grow
    until every owner has said what it gives."""

    segments: int
    octets: int
    of_segments: int
    of_octets: int


def pulled(folder: Path, package_id: str) -> Pulled | None:
    """None: nothing was asked for at other sites, or no owner has answered. `folder`: service.pulled_folder."""
    found = [one for item in (folder / package_id).glob("*") if (one := _of_item(item)) is not None]
    if not found:
        return None
    return Pulled(
        segments=sum(one.segments for one in found),
        octets=sum(one.octets for one in found),
        of_segments=sum(one.of_segments for one in found),
        of_octets=sum(one.of_octets for one in found),
    )


def _of_item(folder: Path) -> Pulled | None:
    try:
        signed = SignedFootage.from_json(json.loads((folder / "statement.json").read_bytes()))
        wanted = {one.id: one.octets for one in signed.read().segments}
        whole = [octets for number, octets in wanted.items() if (folder / f"{number}.mp4").is_file()]
        begun = sum(one.stat().st_size for one in folder.glob("*.part"))
    except (OSError, ValueError, BadValue):  # not there yet, or just now cleared away: the package is ready
        return None
    return Pulled(len(whole), min(sum(whole) + begun, sum(wanted.values())), len(wanted), sum(wanted.values()))
