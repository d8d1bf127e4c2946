"""The same tracks in three kinds of storage: what they cost on disk, and how long it takes to look at all of them.

pip install duckdb
python bench/peers/archive_storage.py --hours 6 [--json FILE]

For docs/decisions/0008-archive.md. Each look finds nothing or little, so that nothing can stop early; the second of two
is told. The paths are the same octets everywhere: those of `path.pack`.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np

sys.path.append(str(Path(__file__).parents[1]))
from archive import CAMERAS, END, made_up
from veedor.kit.clock import SystemClock
from veedor.model.detection import ObjectClass
from veedor.model.track_query import Between, Sector, TrackQuery, VehicleColour, ZoneWish
from veedor.site.archive.archive import TrackArchive
from veedor.site.archive.collector import ArchiveConfig, micros
from veedor.site.archive.columns import Rows
from veedor.site.archive.looking import zone_cells
from veedor.site.archive.path import UNIT

PER_HOUR = 138_888
CORNER = ((0.0, 0.0), (0.02, 0.0), (0.02, 0.02), (0.0, 0.02))
CELLS = zone_cells(np.asarray(CORNER))
LOOKS = {
    "class, colour, direction, speed": (
        "object_class = 5 AND colour = 6 AND heading BETWEEN 208 AND 238 AND speed > 900"
    ),
    "time in view": "object_class = 2 AND speed > 500 AND dwell_ms > 590000",
    "cells of one camera": f"camera = 20 AND (cells & {CELLS}) <> 0 AND dwell_ms > 500000",
}
DAY = (END.replace(month=10, day=1), END)
OURS = {
    "class, colour, direction, speed": TrackQuery(
        *DAY, CAMERAS, (ObjectClass.BUS,), (Sector.NW,), speed_hps=Between(0.9), colours=(VehicleColour.GREEN,)
    ),
    "time in view": TrackQuery(*DAY, CAMERAS, (ObjectClass.BICYCLE,), speed_hps=Between(0.5), dwell_s=Between(590)),
    "cells of one camera": TrackQuery(*DAY, CAMERAS[20:21], zone=ZoneWish(CORNER), dwell_s=Between(500)),
}
NAMES = "camera, started_us, dwell_ms, object_class, colour, heading, speed, cells, track_id, points"


def table(rows: Rows) -> list[tuple[object, ...]]:
    offsets = rows.offsets
    values = np.column_stack((rows.points[:, :1] * 1000, rows.points[:, 1:] * UNIT)).clip(0, UNIT)
    octets = np.rint(values).astype("<u2")
    points = [octets[a:b].tobytes() for a, b in pairwise(offsets)]
    dwell = (rows.ended_us - rows.first_us) // 1000
    columns = (rows.camera, rows.started_us, dwell, rows.object_class, rows.colour, rows.heading, rows.speed)
    cells = rows.cells.view(np.int64).tolist()
    return list(zip(*(one.tolist() for one in columns), cells, rows.track_id.tolist(), points, strict=True))


def timed(work) -> float:  # type: ignore[no-untyped-def]
    work()
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 4)


def sqlite_rows(folder: Path, hours: list[Rows], index: str) -> dict[str, object]:
    file = folder / f"{len(index)}.db"
    database = sqlite3.connect(file)
    database.execute(f"CREATE TABLE track ({NAMES})")
    began = time.perf_counter()
    for rows in hours:
        database.executemany("INSERT INTO track VALUES (?,?,?,?,?,?,?,?,?,?)", table(rows))
    database.execute(f"CREATE INDEX found ON track ({index})")
    database.commit()
    took = time.perf_counter() - began
    looks = {
        name: timed(lambda where=where: database.execute(f"SELECT count(*) FROM track WHERE {where}").fetchone())
        for name, where in LOOKS.items()
    }
    return {"stored_s": round(took, 1), "octets": file.stat().st_size, "looks_s": looks}


def parquet(folder: Path, hours: list[Rows]) -> dict[str, object]:
    file = folder / "day.parquet"
    database = duckdb.connect()
    database.execute("SET threads = 2")
    database.execute(
        "CREATE TABLE track (camera UTINYINT, started_us BIGINT, dwell_ms UINTEGER, object_class UTINYINT,"
        " colour UTINYINT, heading UTINYINT, speed USMALLINT, cells BIGINT, track_id BIGINT, points BLOB)"
    )
    began = time.perf_counter()
    for rows in hours:
        told = list(zip(*table(rows), strict=True))
        names = NAMES.split(", ")
        frame = {
            name: np.asarray(one, object if name == "points" else None) for name, one in zip(names, told, strict=True)
        }
        database.execute("INSERT INTO track SELECT * FROM frame")
        del frame
    database.execute(f"COPY track TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    took = time.perf_counter() - began
    reader = duckdb.connect()
    reader.execute("SET threads = 2")
    looks = {
        name: timed(lambda where=where: reader.execute(f"SELECT count(*) FROM '{file}' WHERE {where}").fetchone())
        for name, where in LOOKS.items()
    }
    return {"stored_s": round(took, 1), "octets": file.stat().st_size, "looks_s": looks}


def ours(folder: Path, hours: list[Rows]) -> dict[str, object]:
    archive = TrackArchive(folder / "blocks", SystemClock(), ArchiveConfig(search_s=60))
    began = time.perf_counter()
    for rows in hours:
        archive.store(rows)
    took = time.perf_counter() - began
    archive.stop()
    looks = {name: timed(lambda query=query: archive.search(query)) for name, query in OURS.items()}
    octets = sum(one.stat().st_size for one in (folder / "blocks").iterdir())
    return {"stored_s": round(took, 1), "octets": octets, "looks_s": looks}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=int, default=6)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    random = np.random.default_rng(3)
    last = micros(END) // 3_600_000_000
    hours = [made_up(last - back, PER_HOUR, random) for back in range(options.hours, 0, -1)]
    count = sum(len(one) for one in hours)
    result: dict[str, object] = {"tracks": count}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        covering = "camera, started_us, dwell_ms, object_class, colour, heading, speed, cells"
        for label, work in (
            ("sqlite rows, index (camera, start)", lambda: sqlite_rows(folder, hours, "camera, started_us")),
            ("sqlite rows, covering index", lambda: sqlite_rows(folder, hours, covering)),
            ("duckdb over parquet", lambda: parquet(folder, hours)),
            ("blocks by column in sqlite", lambda: ours(folder, hours)),
        ):
            told = work()
            told["octets_per_track"] = round(int(str(told.pop("octets"))) / count, 1)
            result[label] = told
            print(label, told, flush=True)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
