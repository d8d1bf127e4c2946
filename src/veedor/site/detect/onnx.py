"""YOLOX in ONNX Runtime. The network's raw head is decoded here (Ge et al., YOLOX: Exceeding YOLO Series in 2021)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from veedor.model.detection import Detections
from veedor.site.detect.coco import COCO_CLASSES
from veedor.site.detect.detector import CANVAS_SIDE, Canvases
from veedor.site.detect.errors import ModelUnusable
from veedor.site.detect.nms import suppress

STRIDES = (8, 16, 32)

_COLUMNS = np.array([5 + number for number in COCO_CLASSES])
_CLASSES = np.array(list(COCO_CLASSES.values()), np.int32)


@dataclass(frozen=True, slots=True)
class OnnxConfig:
    low_confidence: float = 0.1  # weaker boxes are never reported
    nms_iou: float = 0.55
    threads: int = 1


class OnnxDetector:
    """YOLOX with a 1 x 3 x 416 x 416 input, BGR 0..255. One engine serves all cameras. Not thread-safe."""

    def __init__(self, model_path: Path, threads: int = 1, config: OnnxConfig | None = None) -> None:
        """Raises ModelUnusable where the file is missing, is no ONNX network, or has another input or output."""
        self._config = config or OnnxConfig(threads=threads)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._config.threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # A waiting thread must sleep: spinning would take the core that decodes.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            # From bytes, so that a file replaced meanwhile is no matter.
            self._session = onnxruntime.InferenceSession(
                Path(model_path).read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as problem:  # the runtime raises classes of its own, without a common base
            raise ModelUnusable(path=str(model_path), problem=_first_line(problem)) from problem
        wanted, grid = [1, 3, CANVAS_SIDE, CANVAS_SIDE], _grid()
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or inputs[0].shape != wanted or outputs[0].shape[1:] != [len(grid[0]), 85]:
            raise ModelUnusable(path=str(model_path), problem=f"input {inputs[0].shape}, output {outputs[0].shape}")
        self._input = inputs[0].name
        self._cell, self._stride = grid
        self._tensor = np.empty(wanted, np.float32)

    def detect(self, canvases: Canvases) -> list[Detections]:
        """One pass per canvas: on a CPU a batch is no faster, and it would hold the first result back."""
        return [self._detect_one(canvas) for canvas in canvases]

    def _detect_one(self, canvas: NDArray[np.uint8]) -> Detections:
        self._tensor[0] = canvas.transpose(2, 0, 1)
        (output,) = self._session.run(None, {self._input: self._tensor})
        return suppress(self._decode(output[0]), self._config.nms_iou)

    def _decode(self, output: NDArray[np.float32]) -> Detections:
        """`output` (cells, 85): centre and log size in strides, objectness, 80 class scores (sigmoid applied)."""
        low = self._config.low_confidence
        rows = np.flatnonzero(output[:, 4] >= low)
        picked = output[rows]
        scores = picked[:, _COLUMNS] * picked[:, 4:5]
        best = scores.argmax(axis=1)
        confidence = scores[np.arange(len(rows)), best]
        good = confidence >= low
        picked, rows, best, confidence = picked[good], rows[good], best[good], confidence[good]
        stride = self._stride[rows]
        centre = (picked[:, :2] + self._cell[rows]) * stride
        half = np.exp(np.minimum(picked[:, 2:4], 8.0)) * stride / 2
        xyxy = np.concatenate([centre - half, centre + half], axis=1)
        return Detections(xyxy.astype(np.float32), confidence.astype(np.float32), _CLASSES[best])


def _grid() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Column and row of each output cell (cells, 2), and its stride (cells, 1)."""
    cells, strides = [], []
    for stride in STRIDES:
        side = CANVAS_SIDE // stride
        y, x = np.mgrid[:side, :side]
        cells.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full((side * side, 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [type(problem).__name__])[0]
