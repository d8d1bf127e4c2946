"""Trying a model before it is taken, in a process of its own with bounds on memory and time: it may come from anywhere.

Path and `Wanted` come in as one object of JSON, a `Trial` or a refusal goes out.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from veedor.kit.hashing import sha256_bytes
from veedor.site.detect.errors import ModelRefused, WrongModelFile
from veedor.site.detect.layouts import LAYOUTS, Floats, Layout, fits, recognise
from veedor.site.detect.onnx_file import read_onnx
from veedor.site.detect.own import Colour, Fit, ModelOrder, OwnDetector, Picture, Scale, open_session

TIMEOUT_S = 180.0
_MEMORY_OCTETS = 4 << 30  # of address space, beside a few times the file
_LOOKS = (7, 50)  # at least and at most; the middle one is told
_LEAST_S = 0.2
_SIDES = (32, 4096)
_SCALE_CHECKED: tuple[Layout, ...] = ("yolov8", "yolov5", "yolox", "nms")  # their scores are shares already


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the agency says of its file. None: found from the network itself."""

    classes: int
    size: tuple[int, int] | None = None
    layout: Layout | None = None
    colour: Colour = "rgb"
    scale: Scale = "unit"
    fit: Fit = "letterbox"
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Trial:
    """`ms`: of one picture, by the clock, the middle of several; `cpu_ms`: processor time of it."""

    layout: Layout
    width: int
    height: int
    ms: float
    cpu_ms: float


def try_model(path: Path, wanted: Wanted, sha256: str) -> Trial:
    """Run the file at `path`, which has been read, on blank and on noisy pictures. Raises ModelRefused; WrongModelFile
    where it is another than was read."""
    request = json.dumps({"path": str(path), **asdict(wanted)})
    command = [sys.executable, "-m", "veedor.site.detect.trial"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, input=request, capture_output=True, text=True, check=False, timeout=TIMEOUT_S, env=environment
        )
    except subprocess.TimeoutExpired as problem:
        raise ModelRefused(
            path=path.name, problem="timeout", detail="detect-refused-slow", seconds=TIMEOUT_S
        ) from problem
    try:
        told = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError) as problem:
        code = done.returncode
        raise ModelRefused(path=path.name, problem="died", detail="detect-refused-crashed", code=code) from problem
    if "refused" in told:
        raise ModelRefused(**{**told["refused"], "path": path.name})
    if told.pop("sha256") != sha256:
        raise WrongModelFile(name=str(path), expected=sha256, found="-")
    return Trial(**told)


# -- inside the process


def run(path: Path, wanted: Wanted) -> dict[str, Any]:
    """What the process answers: a `Trial`, and the SHA-256 of what was tried."""
    data = read_onnx(path)
    session = open_session(data, path.name, wanted.threads)
    size = _input_size(session.get_inputs(), wanted, path.name)
    name = session.get_inputs()[0].name
    grey = np.full((1, 3, size[1], size[0]), 0.45 * (255 if wanted.scale == "byte" else 1), np.float32)
    try:
        outputs = session.run(None, {name: grey})
    except Exception as problem:  # the runtime's own classes
        line = str(problem).splitlines()[0][:300]
        raise ModelRefused(path=path.name, problem=line, detail="detect-refused-runtime", said=line) from problem
    shapes = [tuple(np.shape(one)) for one in outputs]
    if wanted.layout is None:
        layout = recognise(shapes, wanted.classes, size, path.name)
    elif fits(wanted.layout, shapes, wanted.classes, size):
        layout = wanted.layout
    else:
        layout_told = " ".join("x".join(map(str, shape)) for shape in shapes)
        raise ModelRefused(
            path=path.name,
            problem=layout_told,
            detail="detect-refused-other-layout",
            layout=wanted.layout,
            shapes=layout_told,
            given=wanted.classes,
        )
    _check_values([np.asarray(one, np.float32) for one in outputs], layout, path.name)
    order = ModelOrder(
        path.stem,
        sha256_bytes(data),
        layout,
        *size,
        tuple(range(wanted.classes)),
        wanted.colour,
        wanted.scale,
        wanted.fit,
    )
    return {**asdict(_measured(data, order, wanted.threads, path.name)), "sha256": order.sha256}


def _input_size(inputs: Sequence[Any], wanted: Wanted, name: str) -> tuple[int, int]:
    """(width, height) of the network's input."""
    told = ", ".join(f"{one.name} {'x'.join(map(str, one.shape))} {one.type}" for one in inputs)[:300]
    refused = ModelRefused(path=name, problem=told, detail="detect-refused-input", shape=told)
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type != "tensor(float)":
        raise refused
    batch, channels, height, width = (side if isinstance(side, int) else None for side in inputs[0].shape)
    if batch not in (None, 1) or channels not in (None, 3):
        raise refused
    if wanted.size is None and (width is None or height is None):
        raise ModelRefused(path=name, problem=told, detail="detect-refused-size-open", shape=told)
    size = wanted.size or (int(width or 0), int(height or 0))
    if width not in (None, size[0]) or height not in (None, size[1]):
        raise ModelRefused(
            path=name,
            problem=told,
            detail="detect-refused-size",
            given=f"{size[0]}x{size[1]}",
            found=f"{width}x{height}",
        )
    if not all(_SIDES[0] <= side <= _SIDES[1] for side in size):
        raise refused
    return size


def _check_values(outputs: Sequence[Floats], layout: Layout, name: str) -> None:
    if not all(np.isfinite(one).all() for one in outputs):
        raise ModelRefused(path=name, problem="not finite", detail="detect-refused-nan")
    if layout in _SCALE_CHECKED:
        scores = {"yolov8": lambda: outputs[0][0, 4:], "nms": lambda: outputs[0].reshape(-1, 6)[:, 4]}.get(
            layout, lambda: outputs[0][0, :, 4:]
        )()
        if scores.size and (scores.min() < -0.01 or scores.max() > 1.01):
            least, most = f"{scores.min():.2f}", f"{scores.max():.2f}"
            raise ModelRefused(path=name, problem="scores", detail="detect-refused-scores", least=least, most=most)


def _measured(data: bytes, order: ModelOrder, threads: int, name: str) -> Trial:
    detector = OwnDetector(data, order, threads)
    random = np.random.default_rng(5)
    pictures: list[Picture] = [
        random.integers(0, 256, (order.height, order.width, 3), dtype=np.uint8) for _ in range(2)
    ]
    _check_values(detector.run(_noise(order, random)), order.layout, name)
    detector.detect(pictures[0])
    walls: list[float] = []
    began = time.process_time()  # coarse on some machines: read once for all looks
    while len(walls) < _LOOKS[0] or (sum(walls) < _LEAST_S and len(walls) < _LOOKS[1]):
        since = time.perf_counter()
        detector.detect(pictures[len(walls) % len(pictures)])
        walls.append(time.perf_counter() - since)
    cpu_ms = (time.process_time() - began) / len(walls) * 1000
    ms = sorted(walls)[len(walls) // 2] * 1000
    return Trial(order.layout, order.width, order.height, round(ms, 2), round(cpu_ms, 2))


def _noise(order: ModelOrder, random: np.random.Generator) -> Floats:
    most = 255.0 if order.scale == "byte" else 1.0
    return random.uniform(0, most, (1, 3, order.height, order.width)).astype(np.float32)


def main() -> None:
    told = json.loads(sys.stdin.read())
    path = Path(told.pop("path"))
    wanted = Wanted(**{**told, "size": tuple(told["size"]) if told["size"] else None})
    most = _MEMORY_OCTETS + 6 * path.stat().st_size
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (int(TIMEOUT_S), int(TIMEOUT_S)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    assert wanted.layout is None or wanted.layout in LAYOUTS  # noqa: S101 - checked where it was asked
    try:
        answer = run(path, wanted)
    except ModelRefused as problem:
        answer = {"refused": {key: value for key, value in problem.params.items() if key != "path"}}
    except MemoryError:
        answer = {"refused": {"problem": "memory", "detail": "detect-refused-memory"}}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
