"""An annotated video: zones, boxes and paths drawn on each analysed frame, and what is going on in words."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from veedor.kit.files import replaced_file
from veedor.model.detection import VEHICLES, ObjectClass
from veedor.model.event import Event
from veedor.model.frame import Frame
from veedor.model.observation import Observation
from veedor.site.rules.ruleset import RuleSet

PATH_POINTS = 40
_ZONE = (255, 200, 60)  # blue, green, red
_PERSON = (80, 200, 255)
_VEHICLE = (120, 220, 120)
_OTHER = (220, 160, 220)


class AnnotatedVideo:
    """Writes H.264 MP4 at the rate of analysis. Use `writing`."""

    def __init__(self, path: Path, fps: float, rules: RuleSet) -> None:
        self._container = av.open(str(path), "w", format="mp4")
        self._rate = Fraction(fps).limit_denominator(1000)
        self._stream: av.VideoStream | None = None
        self._rules = rules
        self._paths: dict[int, deque[tuple[int, int]]] = {}

    @staticmethod
    @contextmanager
    def writing(path: Path, fps: float, rules: RuleSet) -> Iterator[AnnotatedVideo]:
        """The file appears whole, or not at all."""
        with replaced_file(path) as partial:
            video = AnnotatedVideo(partial, fps, rules)
            try:
                yield video
            finally:
                video.close()

    def add(self, frame: Frame, observation: Observation, open_events: Sequence[Event], lang: str) -> None:
        """Draw one frame and encode it."""
        image = np.asarray(cv2.cvtColor(frame.i420, cv2.COLOR_YUV2BGR_I420), np.uint8)
        self._draw_places(image)
        self._draw_tracks(image, observation)
        if open_events:
            _write_lines(image, [event.explanation.render(lang) for event in open_events[-2:]])
        self._encode(image)

    def close(self) -> None:
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def _encode(self, image: NDArray[np.uint8]) -> None:
        height, width = image.shape[0] // 2 * 2, image.shape[1] // 2 * 2
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=self._rate)
            self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
            self._stream.options = {"preset": "veryfast", "crf": "23"}
        if (height, width) != (self._stream.height, self._stream.width):
            image = np.asarray(cv2.resize(image, (self._stream.width, self._stream.height)), np.uint8)
        picture = av.VideoFrame.from_ndarray(
            np.ascontiguousarray(image[: self._stream.height, : self._stream.width]), "bgr24"
        )
        self._container.mux(self._stream.encode(picture))

    def _draw_places(self, image: NDArray[np.uint8]) -> None:
        size = np.array([image.shape[1], image.shape[0]])
        for zone in self._rules.zones.values():
            points = (np.asarray(zone.ring) * size).astype(np.int32)
            cv2.polylines(image, [points], True, _ZONE, 2, cv2.LINE_AA)
        for wire in self._rules.wires.values():
            start, end = (np.asarray([wire.start, wire.end]) * size).astype(int).tolist()
            cv2.arrowedLine(image, start, end, _ZONE, 2, cv2.LINE_AA, tipLength=0.03)

    def _draw_tracks(self, image: NDArray[np.uint8], observation: Observation) -> None:
        tracks = observation.tracks
        present = {int(track_id) for track_id in tracks.track_id}
        self._paths = {track_id: path for track_id, path in self._paths.items() if track_id in present}
        for row in range(len(tracks)):
            track_id, kind = int(tracks.track_id[row]), ObjectClass.of(int(tracks.class_id[row]))
            colour = _PERSON if kind is ObjectClass.PERSON else _VEHICLE if kind in VEHICLES else _OTHER
            left, top, right, bottom = (int(value) for value in tracks.xyxy[row])
            path = self._paths.setdefault(track_id, deque(maxlen=PATH_POINTS))
            path.append(((left + right) // 2, bottom))
            cv2.rectangle(image, (left, top), (right, bottom), colour, 2 if tracks.observed[row] else 1, cv2.LINE_AA)
            cv2.polylines(image, [np.asarray(path, np.int32)], False, colour, 1, cv2.LINE_AA)
            cv2.putText(
                image, str(track_id), (left, max(top - 4, 10)), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA
            )


def _write_lines(image: NDArray[np.uint8], lines: Sequence[str]) -> None:
    """What is going on, on a dark band at the top."""
    size = max(14, image.shape[1] // 45)
    step = round(size * 1.45)
    image[: step * len(lines) + size // 3] //= 3
    font = cv2.FontFace("sans")  # it has accents
    for number, line in enumerate(lines):
        cv2.putText(image, line[:200], (size // 2, step * number + round(size * 1.2)), (255, 255, 255), font, size, 500)
