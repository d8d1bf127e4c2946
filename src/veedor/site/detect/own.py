"""A detector of the agency's own: any network whose input and output `ModelOrder` describes, on whole pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from veedor.kit.hashing import sha256_bytes
from veedor.model.detection import Detections
from veedor.model.frame import Frame
from veedor.site.detect.errors import ModelRefused, OwnModelChanged
from veedor.site.detect.layouts import NMS_IOU, Floats, Layout, Reading, read
from veedor.site.detect.nms import suppress

if TYPE_CHECKING:
    import onnxruntime

Picture = NDArray[np.uint8]
Scale = Literal["unit", "byte", "imagenet"]
Colour = Literal["rgb", "bgr"]
Fit = Literal["letterbox", "stretch"]

_BLANK = 114  # grey around a picture that does not fill the input, as such networks are trained
_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, red first


@dataclass(frozen=True, slots=True)
class ModelOrder:
    """What a detector needs to know to run a model. `numbers`: of the network's classes in their order, as ObjectClass;
    negative: not of interest. `instead_of`: (class of this model, class of another model whose box it replaces)."""

    name: str
    sha256: str
    layout: Layout
    width: int
    height: int
    numbers: tuple[int, ...]
    colour: Colour = "rgb"
    scale: Scale = "unit"
    fit: Fit = "letterbox"
    least_confidence: float = 0.1
    instead_of: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(told: dict[str, Any]) -> ModelOrder:
        """Raises TypeError, KeyError."""
        pairs = tuple((int(mine), int(other)) for mine, other in told["instead_of"])
        return ModelOrder(**{**told, "numbers": tuple(map(int, told["numbers"])), "instead_of": pairs})

    @property
    def reading(self) -> Reading:
        return Reading(self.layout, (self.width, self.height), self.numbers, self.least_confidence)


class OwnDetector:
    """One model in ONNX Runtime. Keeps nothing from picture to picture. Not thread-safe."""

    def __init__(self, data: bytes, order: ModelOrder, threads: int = 1) -> None:
        """`data`: the file. Raises OwnModelChanged, ModelRefused."""
        found = sha256_bytes(data)
        if found != order.sha256:
            raise OwnModelChanged(model=order.name, expected=order.sha256, found=found)
        self.order = order
        self._session = open_session(data, order.name, threads)
        self._input = self._session.get_inputs()[0].name
        self._outputs = [one.name for one in self._session.get_outputs()]

    def detect_frame(self, frame: Frame) -> Detections:
        """What the whole frame shows: boxes in its pixels, each object once."""
        return self.detect(np.asarray(cv2.cvtColor(frame.i420, cv2.COLOR_YUV2BGR_I420)))

    def detect(self, picture: Picture) -> Detections:
        """What `picture` (height, width, 3) uint8 BGR shows: boxes in its pixels, each object once."""
        tensor, scale, offset = prepare(picture, self.order)
        found = read(self.run(tensor), self.order.reading)
        xyxy = (found.xyxy - np.tile(offset, 2)) / np.tile(scale, 2)
        limits = np.array([picture.shape[1], picture.shape[0]] * 2, np.float32)
        inside = np.clip(xyxy, 0, limits).astype(np.float32)
        seen = np.flatnonzero((inside[:, 2:] > inside[:, :2]).all(axis=1))
        return suppress(Detections(inside, found.confidence, found.class_id).where(seen), NMS_IOU)

    def run(self, tensor: Floats) -> list[Floats]:
        """The network's outputs as they are."""
        return [np.asarray(one, np.float32) for one in self._session.run(self._outputs, {self._input: tensor})]

    def __call__(self, crops: Sequence[Picture]) -> list[Detections]:
        """Of each picture, as `detect`."""
        return [self.detect(one) for one in crops]


def open_session(data: bytes, name: str, threads: int) -> onnxruntime.InferenceSession:
    """Raises ModelRefused."""
    import onnxruntime  # here: whoever only reads cards and orders needs no runtime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # as in `onnx.py`
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as problem:  # the runtime raises classes of its own, without a common base
        line = (str(problem).splitlines() or [type(problem).__name__])[0]
        raise ModelRefused(path=name, problem=line[:300], detail="detect-refused-runtime", said=line[:300]) from problem


def prepare(picture: Picture, order: ModelOrder) -> tuple[Floats, Floats, Floats]:
    """The input (1, 3, height, width) for `picture`; and how many pixels of the input, and from where (x, y), one of
    the picture's became."""
    height, width = picture.shape[:2]
    if order.fit == "letterbox":
        scale = min(order.width / width, order.height / height)
        inner = (max(1, round(width * scale)), max(1, round(height * scale)))
        left, top = (order.width - inner[0]) // 2, (order.height - inner[1]) // 2
        canvas = np.full((order.height, order.width, 3), _BLANK, np.uint8)
        canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(picture, inner)
    else:
        inner, left, top = (order.width, order.height), 0, 0
        canvas = np.asarray(cv2.resize(picture, inner), np.uint8)
    planes = canvas.transpose(2, 0, 1)
    tensor = np.ascontiguousarray(planes[::-1] if order.colour == "rgb" else planes, np.float32)
    if order.scale != "byte":
        tensor /= 255.0
    if order.scale == "imagenet":
        way = 1 if order.colour == "rgb" else -1
        tensor -= np.array(_MEAN[::way], np.float32)[:, None, None]
        tensor /= np.array(_SPREAD[::way], np.float32)[:, None, None]
    per_pixel = np.array([inner[0] / width, inner[1] / height], np.float32)
    return tensor[None], per_pixel, np.array([left, top], np.float32)
