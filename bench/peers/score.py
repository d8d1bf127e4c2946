"""Score MOTChallenge results with TrackEval; runs inside its own virtual environment (requirements-score.txt).

    python score.py --truth DIR --results DIR [--benchmark MOT17] > scores.json

DIR/<sequence>/{seqinfo.ini,gt/gt.txt}; RESULTS/<sequence>.txt. MOT17 removes distractors (people in cars, reflections,
vehicles that may be ignored) as its rules say; MOT15 has none. Prints the metrics over all sequences together.
"""

from __future__ import annotations

import argparse
import configparser
import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

for _name, _kind in (("float", float), ("int", int), ("bool", bool), ("object", object)):
    if not hasattr(np, _name):  # TrackEval 1.3 still uses names that NumPy has dropped
        setattr(np, _name, _kind)


def score(truth: Path, results: Path, benchmark: str) -> dict[str, float]:
    import trackeval

    lengths = {}
    for file in sorted(truth.glob("*/seqinfo.ini")):
        ini = configparser.ConfigParser()
        ini.read(file)
        lengths[file.parent.name] = int(ini["Sequence"]["seqLength"])
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "trackers" / "one" / "data"
        data.mkdir(parents=True)
        for name in lengths:
            (data / f"{name}.txt").write_text((results / f"{name}.txt").read_text())
        dataset = trackeval.datasets.MotChallenge2DBox(
            {
                "GT_FOLDER": str(truth),
                "TRACKERS_FOLDER": str(Path(folder) / "trackers"),
                "OUTPUT_FOLDER": str(Path(folder) / "out"),
                "TRACKERS_TO_EVAL": ["one"],
                "CLASSES_TO_EVAL": ["pedestrian"],
                "BENCHMARK": benchmark,
                "DO_PREPROC": benchmark != "MOT15",
                "TRACKER_SUB_FOLDER": "data",
                "SKIP_SPLIT_FOL": True,
                "SEQ_INFO": lengths,
                "GT_LOC_FORMAT": "{gt_folder}/{seq}/gt/gt.txt",
                "PRINT_CONFIG": False,
            }
        )
        switches = ("USE_PARALLEL", "PRINT_RESULTS", "PRINT_CONFIG", "TIME_PROGRESS", "OUTPUT_SUMMARY")
        switches += ("OUTPUT_DETAILED", "PLOT_CURVES", "OUTPUT_EMPTY_CLASSES")
        settings = dict.fromkeys(switches, False) | {"BREAK_ON_ERROR": True, "LOG_ON_ERROR": f"{folder}/errors"}
        metrics = [
            trackeval.metrics.HOTA(),
            trackeval.metrics.CLEAR({"THRESHOLD": 0.5, "PRINT_CONFIG": False}),
            trackeval.metrics.Identity({"THRESHOLD": 0.5, "PRINT_CONFIG": False}),
        ]
        found, _ = trackeval.Evaluator(settings).evaluate([dataset], metrics)
    total = found["MotChallenge2DBox"]["one"]["COMBINED_SEQ"]["pedestrian"]
    return {
        "HOTA": 100 * float(np.mean(total["HOTA"]["HOTA"])),
        "DetA": 100 * float(np.mean(total["HOTA"]["DetA"])),
        "AssA": 100 * float(np.mean(total["HOTA"]["AssA"])),
        "MOTA": 100 * float(total["CLEAR"]["MOTA"]),
        "IDF1": 100 * float(total["Identity"]["IDF1"]),
        "IDSW": int(total["CLEAR"]["IDSW"]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--benchmark", default="MOT17", choices=("MOT17", "MOT15"))
    options = parser.parse_args()
    with contextlib.redirect_stdout(io.StringIO()):
        result = score(options.truth, options.results, options.benchmark)
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
