"""Second looks in a worker: it has the pictures. A thread of its own, with a detector of its own, so that analysis
waits for no look; at most one look at a time, and what waits too long is answered without one.

The main stream's pictures are taken where the site sends them; an object that is not seen in those is sought in the
analysed pictures too, since the two streams may not show quite the same.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from veedor.kit.clock import Clock
from veedor.kit.errors import VeedorError
from veedor.model.detection import ObjectClass
from veedor.model.frame import Frame
from veedor.model.packet import Packet
from veedor.model.second_look import Sight, Target
from veedor.site.analysis.pictures import FrameRing
from veedor.site.analysis.protocol import Channel, Header, Wanted, message_to_look
from veedor.site.detect.closer import CloserConfig, CropDetector, Spot, look_closer
from veedor.site.ingest.decode import Decoder

log = logging.getLogger(__name__)

MAX_WAITING = 16
_APART = timedelta(seconds=0.3)  # a picture of the main stream and the analysed one that show the same moment

Answer = list[list[bool | None]]
PictureOf = Callable[[Sight], Frame | None]


class Looker:
    """Answers looks over `channel`. `pictures`: camera -> its analysed pictures. `detector_of`: camera and class ->
    what can see it; None: nothing can.

    `ask` is called from the thread that hears the site; `run` is the thread that looks.
    """

    def __init__(
        self,
        channel: Channel,
        pictures: Callable[[str], FrameRing | None],
        detector_of: Callable[[str, ObjectClass], CropDetector | None],
        clock: Clock,
        config: CloserConfig = CloserConfig(),
    ) -> None:
        self._channel = channel
        self._pictures = pictures
        self._detector_of = detector_of
        self._clock = clock
        self._config = config
        self._waiting: queue.Queue[tuple[Wanted, float] | None] = queue.Queue(MAX_WAITING)

    def ask(self, header: Header, payload: bytes) -> None:
        """Take in a look, or answer at once that there will be none."""
        wanted = message_to_look(header, payload)
        try:
            self._waiting.put_nowait((wanted, self._clock.monotonic() + wanted.within_s))
        except queue.Full:
            self._answer(wanted, None)

    def end(self) -> None:
        """No look is begun any more."""
        while True:
            try:
                self._waiting.put_nowait(None)
            except queue.Full:
                self._waiting.get()
            else:
                return

    def run(self) -> None:
        """Blocks until `end`. Raises OSError where the site has gone."""
        while (item := self._waiting.get()) is not None:
            wanted, until_s = item
            if self._clock.monotonic() >= until_s:
                self._answer(wanted, None)
                continue
            try:
                told: Answer | None = self._look(wanted)
            except Exception:  # hostile video, or a model that will not run: the alert is raised unverified
                log.exception("no second look at camera %s", wanted.camera_id)
                told = None
            self._answer(wanted, told)

    def _answer(self, wanted: Wanted, told: Answer | None) -> None:
        self._channel.send({"type": "looked", "request": wanted.request, "seen": told})

    def _look(self, wanted: Wanted) -> Answer:
        ring = self._pictures(wanted.camera_id)

        def analysed(sight: Sight) -> Frame | None:
            return ring.at(sight.frame, sight.captured_at) if ring is not None else None

        large = nearest_of(main_pictures(wanted.packets, wanted.targets)) if wanted.packets else None
        detector_of = partial(self._detector_of, wanted.camera_id)
        return look_again(wanted.targets, [large, analysed] if large else [analysed], detector_of, self._config)


def look_again(
    targets: Sequence[Target],
    sources: Sequence[PictureOf],
    detector_of: Callable[[ObjectClass], CropDetector | None],
    config: CloserConfig = CloserConfig(),
) -> Answer:
    """For each sight of each target: seen, not seen, or None where no source has its picture or no detector knows its
    class. A source is only asked for what those before it did not show."""
    answer: Answer = [[None] * len(one.sights) for one in targets]
    detectors = {one: detector_of(one) for one in dict.fromkeys(target.object_class for target in targets)}
    for picture_of in sources:
        for object_class, detect in detectors.items():
            if detect is not None:
                _look_for(object_class, targets, picture_of, detect, config, answer)
    return answer


def _look_for(
    object_class: ObjectClass,
    targets: Sequence[Target],
    picture_of: PictureOf,
    detect: CropDetector,
    config: CloserConfig,
    answer: Answer,
) -> None:
    """Fill in `answer` for the targets of that class that were not seen yet."""
    places, spots = [], []
    for number, target in enumerate(targets):
        for index, sight in enumerate(target.sights if target.object_class is object_class else ()):
            frame = None if answer[number][index] else picture_of(sight)
            if frame is not None:
                places.append((number, index))
                spots.append(Spot(frame, sight.box_norm, object_class))
    for (number, index), seen in zip(places, look_closer(spots, detect, config), strict=True):
        answer[number][index] = seen


def main_pictures(packets: Sequence[Packet], targets: Sequence[Target]) -> list[Frame]:
    """The pictures of the main stream that are nearest to the sights; no others are kept. Damaged ones are left out."""
    moments = [sight.captured_at for one in targets for sight in one.sights]
    stamps = [packet.captured_at for packet in packets]
    wanted = {min(stamps, key=lambda at: abs(at - moment)) for moment in moments} if stamps else set()
    wanted = {at for at in wanted if any(abs(at - moment) <= _APART for moment in moments)}
    if not wanted:
        return []
    by_s = {packet.pts_s for packet in packets if packet.captured_at in wanted}
    try:
        decoder = Decoder(packets[0].info)
    except VeedorError:
        return []
    found: list[Frame] = []
    for packet in packets:
        try:
            found += decoder.decode(packet, lambda media_s: media_s in by_s)
        except VeedorError:
            continue
        if len(found) == len(by_s):
            return found
    return found + decoder.flush(lambda media_s: media_s in by_s)


def nearest_of(frames: Sequence[Frame]) -> PictureOf | None:
    """The frame of the same moment as a sight, if there is one."""
    if not frames:
        return None

    def picture_of(sight: Sight) -> Frame | None:
        nearest = min(frames, key=lambda frame: _apart(frame.captured_at, sight.captured_at))
        return nearest if _apart(nearest.captured_at, sight.captured_at) <= _APART else None

    return picture_of


def _apart(one: datetime, other: datetime) -> timedelta:
    return abs(one - other)
