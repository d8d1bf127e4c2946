"""How many days of footage each camera will have, if it goes on as it does."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from veedor.site.record.config import RecordConfig

_DAY_S = 86_400
_RECENT_US = _DAY_S * 1_000_000


@dataclass(frozen=True, slots=True)
class Forecast:
    """`octets_per_s`: over the newest day of its footage, all roles. `days`: of footage that the disk will hold at
    this rate, no more than the retention asks for; None: nothing is known of its rate. `days_stored`: now."""

    camera_id: str
    octets: int
    octets_per_s: float
    days_stored: float
    days: float | None


def forecasts(db: sqlite3.Connection, config: RecordConfig) -> list[Forecast]:
    """One per camera with footage, by id. Footage ages out oldest first over all cameras, so the disk gives every
    camera the same number of days."""
    rows = db.execute(
        "SELECT camera_id, SUM(octets) AS octets, MIN(started_us) AS first, MAX(ended_us) AS last FROM segments"
        " GROUP BY camera_id ORDER BY camera_id"
    ).fetchall()
    rates = {row["camera_id"]: _rate(db, row["camera_id"], row["last"]) for row in rows}
    total_rate = sum(rates.values())
    stored = sum(row["octets"] for row in rows)
    room = stored + max(0, config.free_bytes(config.directory) - config.reserve_bytes)
    if config.max_bytes is not None:
        room = min(room, config.max_bytes)
    days = room / total_rate / _DAY_S if total_rate else None
    return [
        Forecast(
            camera_id=row["camera_id"],
            octets=row["octets"],
            octets_per_s=round(rates[row["camera_id"]], 1),
            days_stored=round((row["last"] - row["first"]) / _RECENT_US, 2),
            days=None if days is None else round(min(days, config.keep_days), 2),
        )
        for row in rows
    ]


def _rate(db: sqlite3.Connection, camera_id: str, last_us: int) -> float:
    """Bytes per second of recorded time over the newest day: the sum of the rates of its roles."""
    rows = db.execute(
        "SELECT SUM(octets) AS octets, SUM(ended_us - started_us) AS span FROM segments"
        " WHERE camera_id = ? AND started_us >= ? GROUP BY role",
        (camera_id, last_us - _RECENT_US),
    ).fetchall()
    return float(sum(row["octets"] * 1_000_000 / row["span"] for row in rows if row["span"]))
