"""Where to look in each frame of one camera: only where the picture changed or something moves."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from veedor.model.detection import Detections
from veedor.model.frame import Frame
from veedor.model.track import Tracks
from veedor.site.detect.detector import CANVAS_SIDE
from veedor.site.detect.motion import Cells, MotionConfig, MotionGate
from veedor.site.detect.regions import Boxes, Region, cover, merge, padded, region, whole_frame
from veedor.site.detect.vanished import Sight, Vanished, VanishedConfig

NEVER = float("-inf")


class Reason(Enum):
    """Why a frame is looked at as it is."""

    IDLE = "idle"  # nothing to look at
    BUSY = "busy"  # regions around what changed or moves
    REFRESH = "refresh"  # the whole frame: the first one, one now and then, or after the view changed altogether


@dataclass(frozen=True, slots=True)
class WatcherConfig:
    motion: MotionConfig = field(default_factory=MotionConfig)
    refresh_s: float = 30.0  # a whole frame at least this often
    still_refresh_s: float = 3.0  # a tracked object that stands still is looked at this often
    still_cells: float = 0.03  # share of the cells in a track's box that may change while it counts as still
    still_step: float = 0.03  # and its last step, in sizes (square root of the area): its colour may hide the change
    track_pad: float = 0.2  # around a track's box, share of its larger side
    blob_pad: float = 0.2
    min_side_px: int = 48  # of a region around change, in the analysed picture
    min_blob_cells: int = 3
    barren_looks: int = 3  # so many looks that found nothing (leaves, water, flags), and a place is looked at ...
    barren_refresh_s: float = 1.0  # ... this often only
    object_px: float = 58.0  # height on the canvas at which an object is shown, where its size is known
    min_scale: float = 0.3
    max_scale: float = 0.8
    vanished: VanishedConfig = field(default_factory=VanishedConfig)
    upright: float = 1.5  # height by width from which who was found by a close look is looked at as others are


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What to look at in a frame. `carried`: boxes that stand although nobody looks at them now, since the picture
    there has not changed since the detector found them."""

    frame: Frame
    regions: tuple[Region, ...]
    carried: Detections
    reason: Reason


@dataclass(slots=True)
class _Seen:
    """What is remembered of a track from look to look. `close`: it is found at a larger scale only."""

    xyxy: NDArray[np.float32]
    looked_s: float
    sight: Sight
    close: bool


class Watcher:
    """The eye's movements for one camera. Its memory has the size of the picture's grid and of the tracks in view."""

    def __init__(self, config: WatcherConfig = WatcherConfig()) -> None:
        self._config = config
        self._gate = MotionGate(config.motion)
        self._vanished = Vanished(config.vanished)
        self._reset(session=-1)

    def _reset(self, session: int) -> None:
        self._gate.reset()
        self._vanished.reset()
        self._session = session
        self._at_s = 0.0
        self._refreshed_s = NEVER
        self._known: dict[int, _Seen] = {}
        self._sights: dict[
            int, tuple[Sight, bool]
        ] = {}  # of the newest tracks, and whether they want to be seen closely
        self._looked_s = np.zeros((0, 0))
        self._barren = np.zeros((0, 0), np.float32)
        self._cell_px = np.ones(4)  # width, height, width, height

    def look(self, frame: Frame, tracks: Tracks) -> Look:
        """Where to look in `frame`, given the `tracks` of the frame before. Call it for every analysed frame.

        Time is `frame.media_s`; a new session, a changed picture size or time going back starts afresh.
        """
        if frame.session != self._session or frame.media_s < self._at_s:
            self._reset(frame.session)
        dt_s = frame.media_s - self._at_s
        before_s, self._at_s = self._at_s, frame.media_s
        self._meet(tracks, before_s, (frame.width, frame.height))
        changed = self._gate.changed(frame.luma, dt_s)
        if changed is None:
            self._looked_s = np.full(self._gate.shape, NEVER)
            self._barren = np.zeros(self._gate.shape, np.float32)
            self._cell_px = np.tile([frame.width, frame.height], 2) / np.tile(self._gate.shape[::-1], 2)
            self._known = {}
        is_cut = changed is None or self._gate.is_cut(changed)
        if is_cut:
            self._vanished.reset()
        if changed is None or is_cut or frame.media_s - self._refreshed_s >= self._config.refresh_s:
            return self._look_at_all(frame, tracks)
        return self._look_at_some(frame, tracks, changed, dt_s)

    def told(self, detections: Detections) -> None:
        """What the newest look found. Whoever does not tell has fewer second looks at places of vanished tracks."""
        self._vanished.told(detections)

    def _look_at_all(self, frame: Frame, tracks: Tracks) -> Look:
        self._refreshed_s = self._at_s
        self._gate.mark_seen(None)
        self._looked_s[:] = self._at_s
        self._remember(tracks, np.ones(len(tracks), np.bool_))
        return Look(frame, (whole_frame(frame.width, frame.height),), Detections.empty(), Reason.REFRESH)

    def _look_at_some(self, frame: Frame, tracks: Tracks, changed: Cells, dt_s: float) -> Look:
        config = self._config
        places, place_scales = self._vanished.due(tracks, self._at_s, lambda box: not changed[self._cells(box)].any())
        if not len(tracks) and not len(places) and not changed.any():
            self._known = {}
            return Look(frame, (), Detections.empty(), Reason.IDLE)
        predicted = self._predicted(tracks, dt_s)
        restless = self._restless(tracks, predicted, changed)
        self._note_success(tracks)
        boxes = padded(predicted[restless], config.track_pad)
        blobs = self._blobs(changed, boxes)
        boxes = np.concatenate([boxes, blobs])
        unknown = np.full(len(blobs), np.nan, np.float32)
        scales = np.concatenate([self._track_scales(frame, tracks.where(restless)), self._scales(frame, unknown)])
        regions = merge(boxes, scales, frame.width, frame.height)
        # Apart, so that all else is seen as if nobody had vanished.
        regions += [
            region(box, scale, frame.width, frame.height)
            for box, scale in zip(places, place_scales.tolist(), strict=True)
        ]
        if sum(one.canvas_area for one in regions) > 0.9 * whole_frame(frame.width, frame.height).canvas_area:
            return self._look_at_all(frame, tracks)
        looked = self._mark_looked(regions, blobs)
        covered = cover(tracks.xyxy, regions) | restless
        self._remember(tracks, covered)
        still = tracks.where(~covered)
        carried = Detections(still.xyxy, still.confidence, still.class_id)
        return Look(frame, tuple(regions), carried, Reason.BUSY if looked else Reason.IDLE)

    # -- tracks

    def _predicted(self, tracks: Tracks, dt_s: float) -> Boxes:
        """Boxes (n, 4) that hold where each track was and where its last step, repeated, would take it."""
        boxes = tracks.xyxy.copy()
        for row, track_id in enumerate(tracks.track_id.tolist()):
            known = self._known.get(track_id)
            if known is not None and dt_s > 0:
                step = boxes[row] - known.xyxy
                # Nothing leaps further than its own size in a step: that is a track that took over another object.
                size = max(boxes[row, 2] - boxes[row, 0], boxes[row, 3] - boxes[row, 1])
                shift = np.clip((step[:2] + step[2:]) / 2, -size, size)
                boxes[row, :2] += np.minimum(shift, 0)
                boxes[row, 2:] += np.maximum(shift, 0)
        return boxes

    def _restless(self, tracks: Tracks, predicted: Boxes, changed: Cells) -> NDArray[np.bool_]:
        """Which tracks must be looked at: unsure ones, those where the picture changed, those not seen lately."""
        restless = ~tracks.observed
        for row, track_id in enumerate(tracks.track_id.tolist()):
            known = self._known.get(track_id)
            if known is None or self._at_s - known.looked_s >= self._config.still_refresh_s:
                restless[row] = True
            elif not restless[row]:
                inside = changed[self._cells(predicted[row])]
                restless[row] = np.count_nonzero(inside) >= max(1, self._config.still_cells * inside.size)
                restless[row] |= _has_moved(known.xyxy, tracks.xyxy[row], self._config.still_step)
        return restless

    def _remember(self, tracks: Tracks, looked: NDArray[np.bool_]) -> None:
        before = self._known
        self._known = {
            track_id: _Seen(
                tracks.xyxy[row], self._at_s if looked[row] else before[track_id].looked_s, *self._sights[track_id]
            )
            for row, track_id in enumerate(tracks.track_id.tolist())
        }

    def _meet(self, tracks: Tracks, at_s: float, size: tuple[int, int]) -> None:
        """Take in the `tracks` of the frame at `at_s`: where each was last observed, and which have vanished."""
        heirs = self._vanished.update({track_id: seen.sight for track_id, seen in self._known.items()}, tracks, size)
        sights = {}
        for row, track_id in enumerate(tracks.track_id.tolist()):
            known, box = self._known.get(track_id), tracks.xyxy[row]
            if not tracks.observed[row] and known is not None:
                sights[track_id] = known.sight, known.close
                continue
            lies = box[3] - box[1] < self._config.upright * (box[2] - box[0])
            close = lies and ((known is not None and known.close) or self._vanished.found(box))
            since_s = heirs.get(track_id, at_s) if known is None else known.sight.since_s
            sights[track_id] = Sight(box, at_s, since_s), bool(close)
        self._sights = sights

    # -- change outside of tracks

    def _blobs(self, changed: Cells, explained: Boxes) -> Boxes:
        """Boxes (k, 4) around connected change that no box of `explained` holds, less what proved barren lately."""
        config = self._config
        due = (self._barren < config.barren_looks) | (self._at_s - self._looked_s >= config.barren_refresh_s)
        left = changed & due
        for box in explained:
            left[self._cells(box)] = False
        if not left.any():
            return np.zeros((0, 4), np.float32)
        joined = cv2.dilate(left.astype(np.uint8), np.ones((3, 3), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
        cells = np.bincount(labels[left], minlength=count)
        good = np.flatnonzero(cells >= config.min_blob_cells)
        good = good[good > 0]
        x, y, width, height = stats[good, :4].T.astype(np.float32)
        # The dilation's own margin is taken back.
        boxes = np.stack([x + 1, y + 1, x + width - 1, y + height - 1], axis=1) * self._cell_px.astype(np.float32)
        return padded(boxes, config.blob_pad, config.min_side_px)

    def _note_success(self, tracks: Tracks) -> None:
        """Where there are tracks, looking is worth while."""
        for box in tracks.xyxy:
            self._barren[self._cells(box)] = 0

    def _mark_looked(self, regions: list[Region], blobs: Boxes) -> bool:
        if not regions:
            return False
        seen = np.zeros(self._gate.shape, np.bool_)
        for one in regions:
            seen[self._cells(one.xyxy)] = True
        for blob in blobs:
            self._barren[self._cells(blob)] += 1
        self._looked_s[seen] = self._at_s
        self._gate.mark_seen(seen)
        return True

    # -- sizes

    def _scales(self, frame: Frame, heights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Canvas pixels per picture pixel for objects of known heights (n,); NaN: unknown, shown as in whole frames."""
        config = self._config
        whole = min(1.0, CANVAS_SIDE / max(frame.width, frame.height))
        wanted = np.where(np.isnan(heights), whole, config.object_px / np.maximum(heights, 1.0))
        return np.clip(wanted, config.min_scale * whole, config.max_scale).astype(np.float32)

    def _track_scales(self, frame: Frame, tracks: Tracks) -> NDArray[np.float32]:
        """The same for `tracks`: those that want to be seen closely as a place of a vanished one is."""
        scales, config = self._scales(frame, _heights(tracks.xyxy)), self._config.vanished
        for row, track_id in enumerate(tracks.track_id.tolist()):
            if self._sights[track_id][1]:
                larger = float((tracks.xyxy[row, 2:] - tracks.xyxy[row, :2]).max())
                scales[row] = min(config.max_scale, config.object_px[0] / max(larger, 1.0))
        return scales

    def _cells(self, xyxy: NDArray[np.float32] | tuple[int, ...]) -> tuple[slice, slice]:
        """The grid's cells that a box of pixels touches."""
        rows, columns = self._gate.shape
        x1, y1, x2, y2 = (np.asarray(xyxy) / self._cell_px).tolist()
        left, top = min(max(int(x1), 0), columns), min(max(int(y1), 0), rows)
        right, bottom = min(max(math.ceil(x2), 0), columns), min(max(math.ceil(y2), 0), rows)
        return slice(top, bottom), slice(left, right)


def _has_moved(before: NDArray[np.float32], now: NDArray[np.float32], sizes: float) -> bool:
    size = math.sqrt(max(1.0, float((now[2] - now[0]) * (now[3] - now[1]))))
    return bool(np.abs(now - before).max() > sizes * size)


def _heights(xyxy: Boxes) -> NDArray[np.float32]:
    return np.asarray(xyxy[:, 3] - xyxy[:, 1], np.float32)
