"""A town of sixteen crossings in SUMO, for a day: where each vehicle near four of them is, to a file.

    python city_sim.py OUT.npz --seed 3 --step 0.2 --trips 6000

Runs in the virtual environment of requirements-city.txt. Columns of `rows`: camera, vehicle, seconds, x, y in metres
from the crossing (east, north), 1 for a truck. Demand follows the hours: nobody from 1 to 5, most at 8 and at 18.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

SIDE, LENGTH = 4, 150.0
INNER = [(1, 1), (1, 2), (2, 1), (2, 2)]
REACH = 45.0
HOURS = np.asarray([2, 0, 0, 0, 0, 1, 3, 7, 9, 6, 5, 5, 6, 6, 5, 5, 6, 8, 9, 7, 5, 4, 3, 2], float)


def run(folder: Path, *words: object) -> None:
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{words[0]}: {done.stderr[-2000:]}")


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def trips(folder: Path, seed: int, count: int) -> None:
    """Trips from border to border, at the hours of HOURS; one of 60 is a truck."""
    rng = np.random.default_rng(seed)
    share = HOURS / HOURS.sum()
    at = np.concatenate([hour * 3600 + rng.uniform(0, 3600, int(count * part)) for hour, part in enumerate(share)])
    ends = [(f"top{n}", f"bottom{n}", f"left{n}", f"right{n}") for n in range(SIDE)]
    names = [name for group in ends for name in group]
    nodes = {f"top{n}": f"{'ABCD'[n]}3" for n in range(SIDE)} | {f"bottom{n}": f"{'ABCD'[n]}0" for n in range(SIDE)}
    nodes |= {f"left{n}": f"A{n}" for n in range(SIDE)} | {f"right{n}": f"D{n}" for n in range(SIDE)}
    lines = ['<routes><vType id="car" vClass="passenger"/><vType id="truck" vClass="truck"/>']
    for number, when in enumerate(np.sort(at)):
        a, b = rng.choice(len(names), 2, replace=False)
        kind = "truck" if rng.random() < 1 / 60 else "car"
        begin, end = f"{names[a]}{nodes[names[a]]}", f"{nodes[names[b]]}{names[b]}"
        lines.append(f'<trip id="{number}" type="{kind}" depart="{when:.1f}" from="{begin}" to="{end}"/>')
    (folder / "trips.xml").write_text("\n".join([*lines, "</routes>"]))


def simulate(folder: Path, seed: int, count: int, step: float) -> np.ndarray:
    run(folder, tool("netgenerate"), "--grid", "--grid.number", SIDE, "--grid.length", LENGTH, "--grid.attach-length", LENGTH,  # noqa: E501
        "--default-junction-type", "traffic_light", "--no-turnarounds", "--default.speed", 13.89, "-o", "net.xml")  # fmt: skip  # noqa: E501
    trips(folder, seed, count)
    run(
        folder,
        tool("duarouter"),
        "-n",
        "net.xml",
        "-t",
        "trips.xml",
        "-o",
        "routes.xml",
        "--seed",
        seed,
        "--ignore-errors",
    )
    boxes = []
    for number, (column, row) in enumerate(INNER):
        x, y = (column + 1) * LENGTH, (row + 1) * LENGTH
        shape = " ".join(
            f"{x + dx},{y + dy}" for dx, dy in ((-REACH, -REACH), (REACH, -REACH), (REACH, REACH), (-REACH, REACH))
        )
        boxes.append(f'<poly id="camera{number}" shape="{shape}" color="red"/>')
    (folder / "shapes.xml").write_text(f"<additional>{''.join(boxes)}</additional>")
    names = ",".join(f"camera{n}" for n in range(len(INNER)))
    run(folder, tool("sumo"), "-n", "net.xml", "-r", "routes.xml", "-a", "shapes.xml", "--step-length", 0.2, "--seed", seed,  # noqa: E501
        "--end", 86_400, "--fcd-output", "fcd.xml.gz", "--fcd-output.attributes", "x,y,type", "--fcd-output.filter-shapes", names,  # noqa: E501
        "--device.fcd.period", step, "--no-step-log", "--no-warnings", "--time-to-teleport", 300)  # fmt: skip
    return rows(folder / "fcd.xml.gz")


def rows(path: Path) -> np.ndarray:
    centres = [((column + 1) * LENGTH, (row + 1) * LENGTH) for column, row in INNER]
    found, at = [], 0.0
    with gzip.open(path) as file:
        for event, element in ElementTree.iterparse(file, events=("start", "end")):
            if event == "start" and element.tag == "timestep":
                at = float(element.get("time", "0"))
            elif event == "end" and element.tag == "vehicle":
                x, y = float(element.get("x", "0")), float(element.get("y", "0"))
                for number, (cx, cy) in enumerate(centres):
                    if abs(x - cx) <= REACH and abs(y - cy) <= REACH:
                        truck = element.get("type") == "truck"
                        found.append((number, int(element.get("id", "0")), at, x - cx, y - cy, truck))
                        break
            elif event == "end":
                element.clear()
    return np.asarray(found, np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", type=float, default=0.2)
    parser.add_argument("--trips", type=int, default=6_000)
    options = parser.parse_args()
    os.environ.pop("SUMO_HOME", None)
    with tempfile.TemporaryDirectory() as folder:
        found = simulate(Path(folder), options.seed, options.trips, options.step)
    np.savez_compressed(options.out, rows=found)
    print(len(found))


if __name__ == "__main__":
    main()
