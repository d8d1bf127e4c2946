"""The motion atlas: regions of many cameras in few detector passes (docs/decisions/0002-motion-atlas.md).

watchers = {camera_id: Watcher() for camera_id in cameras}
engine = AtlasDetector(OnnxDetector(model_path))
looks = [watchers[frame.camera_id].look(frame, tracks[frame.camera_id]) for frame in frames]
detections = engine.detect(looks)  # one value per look, in pixels of its frame
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections
from veedor.model.frame import Frame
from veedor.site.detect.detector import CANVAS_SIDE, Canvases, Detector
from veedor.site.detect.nms import class_groups, greedy, overlaps
from veedor.site.detect.packing import Place, pack
from veedor.site.detect.regions import Region
from veedor.site.detect.watcher import Look, Reason, Watcher, WatcherConfig

__all__ = ["AtlasConfig", "AtlasDetector", "AtlasStats", "Look", "Reason", "Watcher", "WatcherConfig"]

BLANK = 114  # grey that the network was trained to see around pictures


@dataclass(frozen=True, slots=True)
class AtlasConfig:
    gap_px: int = 4  # blank canvas between regions
    nms_iou: float = 0.55  # two boxes of one frame that overlap more are one object
    cut_share: float = 0.6  # a box cut by its region's edge goes where so much of it lies in another box
    edge_px: float = 3.0  # on the canvas: a box that ends so near to the edge of its region was cut by it


@dataclass(frozen=True, slots=True)
class AtlasStats:
    """Counters since start. Without the atlas each frame would cost one pass."""

    frames: int = 0
    idle_frames: int = 0
    busy_frames: int = 0
    refresh_frames: int = 0
    regions: int = 0
    passes: int = 0
    carried: int = 0  # boxes that stood without a look
    canvas_fill: float = 0.0  # share of the canvases' pixels that showed something

    @property
    def saved_by_idleness(self) -> int:
        """Passes not made because nothing happened."""
        return self.idle_frames

    @property
    def saved_by_packing(self) -> int:
        """Passes not made because several frames shared one."""
        return self.frames - self.idle_frames - self.passes

    def as_dict(self) -> dict[str, Any]:
        looked = self.frames - self.idle_frames
        return asdict(self) | {
            "saved_by_idleness": self.saved_by_idleness,
            "saved_by_packing": self.saved_by_packing,
            "frames_per_pass": looked / self.passes if self.passes else 0.0,
        }


@dataclass(frozen=True, slots=True)
class _Tile:
    """A region in its place; `look` is the index of its look."""

    look: int
    region: Region
    place: Place


class AtlasDetector:
    """Detects in the looks of any number of cameras at once. It remembers nothing but counters. Not thread-safe."""

    def __init__(self, detector: Detector, config: AtlasConfig = AtlasConfig()) -> None:
        self._detector = detector
        self._config = config
        self._stats = AtlasStats()
        self._shown_px = 0

    def stats(self) -> AtlasStats:
        return self._stats

    def detect(self, looks: Sequence[Look]) -> list[Detections]:
        """What each look shows: boxes in pixels of its frame, most confident first. Carried boxes are among them."""
        tiles = self._lay_out(looks)
        canvases = self._paint(looks, tiles)
        found = self._detector.detect(canvases) if len(canvases) else []
        self._count(looks, tiles, len(canvases))
        pieces: list[list[tuple[Detections, NDArray[np.bool_]]]] = [[] for _ in looks]
        for number, detections in enumerate(found):
            here = [tile for tile in tiles if tile.place.canvas == number]
            for tile, boxes, cut in self._share_out(detections, here):
                pieces[tile.look].append((boxes, cut))
        return [self._join(look, parts) for look, parts in zip(looks, pieces, strict=True)]

    def _lay_out(self, looks: Sequence[Look]) -> list[_Tile]:
        gap = self._config.gap_px
        wanted = [(index, one) for index, look in enumerate(looks) for one in look.regions]
        sizes = [(min(one.size[0] + gap, CANVAS_SIDE), min(one.size[1] + gap, CANVAS_SIDE)) for _, one in wanted]
        places = pack(sizes, CANVAS_SIDE)
        return [_Tile(index, one, place) for (index, one), place in zip(wanted, places, strict=True)]

    def _paint(self, looks: Sequence[Look], tiles: Sequence[_Tile]) -> Canvases:
        count = 1 + max((tile.place.canvas for tile in tiles), default=-1)
        canvases = np.full((count, CANVAS_SIDE, CANVAS_SIDE, 3), BLANK, np.uint8)
        for tile in tiles:
            picture = cut_out(looks[tile.look].frame, tile.region)
            canvas, x, y = tile.place
            height, width = picture.shape[:2]
            canvases[canvas, y : y + height, x : x + width] = picture
        return canvases

    def _share_out(
        self, detections: Detections, tiles: Sequence[_Tile]
    ) -> list[tuple[_Tile, Detections, NDArray[np.bool_]]]:
        """Each tile with its boxes, in pixels of its frame, and whether each was cut by the region's edge.

        A box belongs to the tile that holds its centre; what it covers of the neighbours is no part of it.
        """
        centre = (detections.xyxy[:, :2] + detections.xyxy[:, 2:]) / 2
        shared = []
        for tile in tiles:
            origin = np.array([tile.place.x, tile.place.y], np.float32)
            size = np.array(tile.region.size, np.float32)
            rows = np.flatnonzero(((centre >= origin) & (centre < origin + size)).all(axis=1))
            if not len(rows):
                continue
            own = detections.where(rows)
            corner = np.array(tile.region.xyxy[:2], np.float32)
            scale = (np.array(tile.region.xyxy[2:], np.float32) - corner) / size
            low = np.clip(own.xyxy[:, :2] - origin, 0, size)
            high = np.clip(own.xyxy[:, 2:] - origin, 0, size)
            xyxy = np.concatenate([low * scale + corner, high * scale + corner], axis=1)
            edge = self._config.edge_px
            cut = (low <= edge).any(axis=1) | (high >= size - edge).any(axis=1)
            shared.append((tile, Detections(xyxy, own.confidence, own.class_id), cut))
        return shared

    def _join(self, look: Look, parts: Sequence[tuple[Detections, NDArray[np.bool_]]]) -> Detections:
        """The boxes of one frame's regions, and those carried, each object once."""
        carried = look.carried
        if not parts:
            return carried
        xyxy = np.concatenate([*(one.xyxy for one, _ in parts), carried.xyxy])
        joined = Detections(
            xyxy,
            np.concatenate([*(one.confidence for one, _ in parts), carried.confidence]),
            np.concatenate([*(one.class_id for one, _ in parts), carried.class_id]),
        )
        cut = np.concatenate([*(mask for _, mask in parts), np.zeros(len(carried), np.bool_)])
        cut &= ~_at_frame_edge(xyxy, look.frame)
        # A whole box wins over one that was cut, whatever their confidence.
        order = np.lexsort((-joined.confidence, cut))
        joined, cut = joined.where(order), cut[order]
        iou, inside = overlaps(joined.xyxy, class_groups(joined.class_id))
        clash = (iou > self._config.nms_iou) | (cut & (inside > self._config.cut_share))
        kept = joined.where(greedy(clash))
        return kept.where(np.argsort(-kept.confidence, kind="stable"))

    def _count(self, looks: Sequence[Look], tiles: Sequence[_Tile], passes: int) -> None:
        before = self._stats
        self._shown_px += sum(tile.region.canvas_area for tile in tiles)
        total = before.passes + passes
        reasons = [look.reason for look in looks]
        self._stats = AtlasStats(
            frames=before.frames + len(looks),
            idle_frames=before.idle_frames + reasons.count(Reason.IDLE),
            busy_frames=before.busy_frames + reasons.count(Reason.BUSY),
            refresh_frames=before.refresh_frames + reasons.count(Reason.REFRESH),
            regions=before.regions + len(tiles),
            passes=total,
            carried=before.carried + sum(len(look.carried) for look in looks),
            canvas_fill=self._shown_px / (total * CANVAS_SIDE**2) if total else 0.0,
        )


def cut_out(frame: Frame, region: Region) -> NDArray[np.uint8]:
    """The region's picture (height, width, 3) BGR at its canvas size; only its own pixels are converted.

    The planes are scaled first and converted last, by BT.601 with the limited range of video.
    """
    x1, y1, x2, y2 = region.xyxy
    width, height = region.size
    planes = frame.i420
    rows, half = frame.height, frame.width // 2
    chroma = planes[rows:].reshape(2, rows // 2, half)
    small = np.empty((height * 3 // 2, width), np.uint8)
    cv2.resize(planes[y1:y2, x1:x2], (width, height), dst=small[:height], interpolation=cv2.INTER_LINEAR)
    for number in (0, 1):
        plane = chroma[number, y1 // 2 : y2 // 2, x1 // 2 : x2 // 2]
        part = cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_LINEAR)
        quarter = height * width // 4
        small[height:].reshape(-1)[number * quarter : (number + 1) * quarter] = part.reshape(-1)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_YUV2BGR_I420))


def _at_frame_edge(xyxy: NDArray[np.float32], frame: Frame) -> NDArray[np.bool_]:
    """Boxes (n, 4) that end at the picture's own edge: nothing more of them could be seen."""
    low = (xyxy[:, :2] <= 2).any(axis=1)
    return np.asarray(low | (xyxy[:, 2] >= frame.width - 2) | (xyxy[:, 3] >= frame.height - 2))
