"""Small real detectors in ONNX, made in the test's own process: each finds things of one plain colour.

A class's mask is a 1 x 1 convolution of the picture and a clip; the box is the extent of the mask. So there is at most
one box of each class in a picture, and its place is exact to four pixels. No package but numpy is needed: the few
messages of ONNX that such a network takes are written here (github.com/onnx/onnx, onnx.proto, format version 8,
operators of set 13).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

ORANGE = (235, 120, 20)  # RGB; what `excavator` is looked for by
BLUE = (20, 110, 235)
STEP_PX = 4  # of the grid on which boxes are exact

# Weights of red, green and blue (0..1), and a bias: above 0 where the colour is there.
COLOURS: Mapping[str, tuple[float, float, float, float]] = {
    "excavator": (1.0, 0.0, -1.0, -0.35),
    "boat": (-1.0, 0.0, 1.0, -0.35),
}
LAYOUTS = ("yolov8", "yolov5", "detr", "nms")

Shape = Sequence[int | str]


# -- protocol buffers


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def number(tag: int, value: int) -> bytes:
    return _varint(tag << 3) + _varint(value)


def octets(tag: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(tag << 3 | 2) + _varint(len(data)) + data


# -- ONNX


def tensor(name: str, array: NDArray[np.generic]) -> bytes:
    kinds = {np.dtype(np.float32): 1, np.dtype(np.int64): 7}
    dims = b"".join(number(1, side) for side in array.shape)
    return dims + number(2, kinds[array.dtype]) + octets(8, name) + octets(9, array.tobytes())


def _attribute(name: str, value: float | int | Sequence[int]) -> bytes:
    if isinstance(value, float):
        return octets(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + number(20, 1)
    if isinstance(value, int):
        return octets(1, name) + number(3, value) + number(20, 2)
    return octets(1, name) + b"".join(number(8, one) for one in value) + number(20, 7)


def node(
    kind: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: float | int | list[int]
) -> bytes:
    told = b"".join(octets(1, one) for one in inputs) + octets(2, output) + octets(4, kind)
    told += b"".join(octets(5, _attribute(name, value)) for name, value in attributes.items())
    return told + (octets(7, domain) if domain else b"")


def value_info(name: str, shape: Shape, kind: int = 1) -> bytes:
    dims = b"".join(octets(1, number(1, side) if isinstance(side, int) else octets(2, side)) for side in shape)
    return octets(1, name) + octets(2, octets(1, number(1, kind) + octets(2, dims)))


@dataclass
class Graph:
    """A network in the making. Every method that adds a node gives the name of its output."""

    inputs: list[tuple[str, Shape]]
    outputs: list[tuple[str, Shape]] = field(default_factory=list)
    nodes: list[bytes] = field(default_factory=list)
    constants: list[bytes] = field(default_factory=list)
    domains: list[tuple[str, int]] = field(default_factory=lambda: [("", 13)])

    def put(self, array: NDArray[np.generic] | Sequence[float]) -> str:
        name = f"c{len(self.constants)}"
        made = array if isinstance(array, np.ndarray) else np.array(array, np.float32)
        self.constants.append(tensor(name, made))
        return name

    def add(
        self, kind: str, *inputs: str, name: str = "", domain: str = "", **attributes: float | int | list[int]
    ) -> str:
        output = name or f"n{len(self.nodes)}"
        self.nodes.append(node(kind, inputs, output, domain, **attributes))
        return output

    def to_bytes(self) -> bytes:
        graph = b"".join(octets(1, one) for one in self.nodes) + octets(2, "small")
        graph += b"".join(octets(5, one) for one in self.constants)
        graph += b"".join(octets(11, value_info(*one)) for one in self.inputs)
        graph += b"".join(octets(12, value_info(*one)) for one in self.outputs)
        sets = b"".join(
            octets(8, (octets(1, name) if name else b"") + number(2, version)) for name, version in self.domains
        )
        return number(1, 8) + octets(2, "veedor-tests") + octets(7, graph) + sets


# -- the detectors


def small_model(
    classes: Sequence[str] = ("excavator",),
    size: tuple[int, int] = (320, 192),
    layout: str = "yolov8",
    *,
    scale: float = 1.0,
    spoil: Callable[[Graph, str], str] | None = None,
) -> bytes:
    """A network that finds `classes` (of COLOURS) in a picture of `size` (width, height), RGB.

    `scale`: what a white pixel is in its input, 1 or 255. `spoil` may change the tensor of its output, for tests of
    what is refused.
    """
    width, height = size
    graph = Graph([("images", (1, 3, height, width))])
    extent = _extents(graph, classes, size, scale)
    found = {"yolov8": _yolov8, "yolov5": _yolov5, "detr": _detr, "nms": _nms}[layout](graph, extent, size)
    for number_, (name, shape) in enumerate(found):
        graph.outputs.append(
            (graph.add("Identity", spoil(graph, name) if spoil else name, name=f"out{number_}"), shape)
        )
    return graph.to_bytes()


@dataclass
class _Extents:
    """Names of tensors (1, classes): the sides of each class's box in pixels, and how sure it is (0..1)."""

    sides: tuple[str, str, str, str]
    score: str
    classes: int


def _extents(graph: Graph, classes: Sequence[str], size: tuple[int, int], scale: float) -> _Extents:
    told = np.array([COLOURS[one] for one in classes], np.float32)
    weights, bias = graph.put(told[:, :3, None, None] / np.float32(scale)), graph.put(told[:, 3])
    coarse = graph.add("AveragePool", "images", kernel_shape=[STEP_PX, STEP_PX], strides=[STEP_PX, STEP_PX])
    level = graph.add("Conv", coarse, weights, bias)
    steep = graph.add("Mul", level, graph.put([20.0]))
    mask = graph.add("Clip", steep, graph.put(np.array(0.0, np.float32)), graph.put(np.array(1.0, np.float32)))
    sides = []
    for axis, length in ((2, size[0]), (3, size[1])):
        profile = graph.add("ReduceMax", mask, axes=[axis], keepdims=0)
        ends = np.arange(STEP_PX, length + 1, STEP_PX, dtype=np.float32)
        high = graph.add("ReduceMax", graph.add("Mul", profile, graph.put(ends)), axes=[2], keepdims=0)
        back = graph.put(np.array([length], np.float32) - ends + STEP_PX)
        far = graph.add("ReduceMax", graph.add("Mul", profile, back), axes=[2], keepdims=0)
        sides += [graph.add("Sub", graph.put([float(length)]), far), high]
    score = graph.add("Mul", graph.add("ReduceMax", mask, axes=[2, 3], keepdims=0), graph.put([0.9]))
    return _Extents((sides[0], sides[2], sides[1], sides[3]), score, len(classes))


def _rows(graph: Graph, one: _Extents) -> tuple[str, str]:
    """Centre, width and height (1, 4, boxes); scores (1, classes, boxes), each box's own class alone above 0."""
    x1, y1, x2, y2 = one.sides
    half = graph.put([0.5])
    columns = [
        graph.add("Mul", graph.add("Add", x1, x2), half),
        graph.add("Mul", graph.add("Add", y1, y2), half),
        graph.add("Relu", graph.add("Sub", x2, x1)),
        graph.add("Relu", graph.add("Sub", y2, y1)),
    ]
    axis = graph.put(np.array([1], np.int64))
    boxes = graph.add("Concat", *(graph.add("Unsqueeze", name, axis) for name in columns), axis=1)
    last = graph.add("Unsqueeze", one.score, graph.put(np.array([2], np.int64)))
    return boxes, graph.add("Mul", last, graph.put(np.eye(one.classes, dtype=np.float32)[None]))


_IDLE = 20  # rows of nothing, as a real network has by the thousand


def _yolov8(graph: Graph, one: _Extents, _size: tuple[int, int]) -> list[tuple[str, Shape]]:
    boxes, scores = _rows(graph, one)
    idle = graph.put(np.zeros((1, 4 + one.classes, _IDLE), np.float32))
    out = graph.add("Concat", graph.add("Concat", boxes, scores, axis=1), idle, axis=2)
    return [(out, (1, 4 + one.classes, one.classes + _IDLE))]


def _yolov5(graph: Graph, one: _Extents, _size: tuple[int, int]) -> list[tuple[str, Shape]]:
    boxes, scores = _rows(graph, one)
    sure = graph.put(np.ones((1, 1, one.classes), np.float32))
    rows = graph.add("Transpose", graph.add("Concat", boxes, sure, scores, axis=1), perm=[0, 2, 1])
    idle = graph.put(np.zeros((1, _IDLE, 5 + one.classes), np.float32))
    return [(graph.add("Concat", rows, idle, axis=1), (1, one.classes + _IDLE, 5 + one.classes))]


def _detr(graph: Graph, one: _Extents, size: tuple[int, int]) -> list[tuple[str, Shape]]:
    """Logits for the classes and for nothing, and boxes in shares of the picture."""
    boxes, scores = _rows(graph, one)
    by_row = graph.add("Transpose", boxes, perm=[0, 2, 1])
    shares = graph.add("Div", by_row, graph.put([*map(float, size), *map(float, size)]))
    own = graph.add("Transpose", scores, perm=[0, 2, 1])
    logits = graph.add("Mul", graph.add("Sub", own, graph.put([0.5])), graph.put([20.0]))
    nothing = graph.put(np.zeros((1, one.classes, 1), np.float32))
    told = graph.add("Concat", logits, nothing, axis=2)
    return [(told, (1, one.classes, one.classes + 1)), (shares, (1, one.classes, 4))]


def _nms(graph: Graph, one: _Extents, _size: tuple[int, int]) -> list[tuple[str, Shape]]:
    """Rows of x1, y1, x2, y2, confidence, class, as networks give that choose among their boxes themselves."""
    axis = graph.put(np.array([2], np.int64))
    number_ = graph.put(np.arange(one.classes, dtype=np.float32)[None])
    columns = [graph.add("Unsqueeze", name, axis) for name in (*one.sides, one.score, number_)]
    return [(graph.add("Concat", *columns, axis=2), (1, one.classes, 6))]


# -- pictures


def scene(
    boxes: Mapping[tuple[int, int, int], tuple[float, float, float, float]] = {},
    size: tuple[int, int] = (640, 360),
    light: int = 38,
) -> NDArray[np.uint8]:
    """A picture (height, width, 3) RGB: rough ground in the dark, and a box (x1, y1, x2, y2) of each colour."""
    width, height = size
    rough = np.random.default_rng(7).integers(-6, 7, (height // 8 + 1, width // 8 + 1))
    ground = np.kron(rough, np.ones((8, 8)))[:height, :width] + light
    picture = np.repeat(ground[:, :, None], 3, axis=2).clip(0, 255).astype(np.uint8)
    for colour, (x1, y1, x2, y2) in boxes.items():
        picture[int(y1) : int(y2), int(x1) : int(x2)] = colour
    return picture


def write_clip(
    path: Path,
    seconds: float = 10.0,
    colour: tuple[int, int, int] = ORANGE,
    *,
    fps: int = 10,
    size: tuple[int, int] = (640, 360),
) -> Path:
    """An H.264 film in the dark: a box of 120 x 80 comes in from the left, drives to the middle by 40 pixels a second,
    and stays."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], "yuv420p"
        stream.codec_context.gop_size = fps
        for number_ in range(round(seconds * fps)):
            x = min(number_ / fps * 40.0 - 40.0, size[0] / 2 - 60)
            boxes = {colour: (max(x, 0.0), 180.0, x + 120, 260.0)}
            frame = av.VideoFrame.from_ndarray(scene(boxes, size), "rgb24").reformat(format="yuv420p")
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path
