"""A detector by its name, for whoever looks at single crops: the site's own model or one of the agency's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from veedor.kit.hashing import sha256_file
from veedor.kit.sqlite import store_errors
from veedor.model.detection import Detections
from veedor.site.detect.cards import OwnModels
from veedor.site.detect.closer import CropDetector
from veedor.site.detect.detector import CANVAS_SIDE
from veedor.site.detect.errors import OwnModelGone
from veedor.site.detect.models import model_path, registry
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.detect.own import ModelOrder, OwnDetector, Picture, prepare


def detector_by_name(name: str, own: OwnModels | None = None, threads: int = 1) -> CropDetector:
    """Of the model `name`: of the registry, else of `own`. Its file has been verified. Not thread-safe.

    Raises ModelUnknown, ModelUnusable, ModelRefused; ModelMissing, WrongModelFile, OwnModelGone, OwnModelChanged.
    """
    if own is None or name in [one.name for one in registry().models]:
        return _Whole(OnnxDetector(model_path(name), threads))
    return open_own(own.path(name), own.order(name), threads)


def load_from(folder: Path | None, threads: int) -> Callable[[ModelOrder], OwnDetector]:
    """Opens models of a folder of `OwnModels`, or of a plain folder of files, whatever those are called: the SHA-256
    tells. What it gives raises OwnModelGone, OwnModelChanged, ModelRefused, the StoreError tree."""

    def load(order: ModelOrder) -> OwnDetector:
        path = folder / order.name / "model.onnx" if folder is not None else Path(order.name)
        if folder is not None and not path.is_file():
            path = next((one for one, sha256 in hashes_in(folder).items() if sha256 == order.sha256), path)
        if not path.is_file():
            raise OwnModelGone(model=order.name, path=str(path))
        return open_own(path, order, threads)

    return load


def hashes_in(folder: Path) -> dict[Path, str]:
    """The SHA-256 of every ONNX file in `folder`, which need not exist, and in the folders in it."""
    return {path: sha256_file(path) for path in sorted([*folder.glob("*.onnx"), *folder.glob("[a-z]*/*.onnx")])}


def open_own(path: Path, order: ModelOrder, threads: int) -> OwnDetector:
    """Raises OwnModelChanged, ModelRefused, the StoreError tree."""
    with store_errors(path):
        data = path.read_bytes()
    return OwnDetector(data, order, threads)


class _Whole:
    """The site's model on whole pictures: each fills a canvas."""

    def __init__(self, detector: OnnxDetector) -> None:
        self._detector = detector
        self._shape = ModelOrder("", "", "yolox", CANVAS_SIDE, CANVAS_SIDE, (), "bgr", "byte")

    def __call__(self, crops: Sequence[Picture]) -> list[Detections]:
        return [self._detect(crop) for crop in crops]

    def _detect(self, crop: Picture) -> Detections:
        tensor, scale, offset = prepare(crop, self._shape)
        (found,) = self._detector.detect(tensor.transpose(0, 2, 3, 1).astype(np.uint8))
        limits = np.array([crop.shape[1], crop.shape[0]] * 2, np.float32)
        xyxy = np.clip((found.xyxy - np.tile(offset, 2)) / np.tile(scale, 2), 0, limits).astype(np.float32)
        return Detections(xyxy, found.confidence, found.class_id)
