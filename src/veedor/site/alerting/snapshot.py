"""The picture of an alert: the frame with zone, box, path and a caption drawn on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import cv2
import numpy as np
from numpy.typing import NDArray

from veedor.kit.geometry import polygon_area
from veedor.kit.messages import has_message, render
from veedor.model.event import Event, Severity, TrackOverlay
from veedor.model.frame import Frame

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]
FlowArrow = tuple[float, float, int, float]  # middle (0..1), heading in eighths of a turn, to the right first, weight

_WHITE: Colour = (255, 255, 255)
_BLACK: Colour = (0, 0, 0)
_ZONE: Colour = (255, 200, 60)
_FLOW: Colour = (255, 190, 90)
_SEVERITY: dict[Severity, Colour] = {  # blue, green, red
    Severity.INFO: (220, 200, 120),
    Severity.LOW: (120, 220, 120),
    Severity.MEDIUM: (60, 200, 255),
    Severity.HIGH: (50, 110, 255),
    Severity.CRITICAL: (60, 40, 235),
}


@dataclass(frozen=True, slots=True)
class SnapshotConfig:
    """Narrower pictures are enlarged to `least_width` (a caption must be legible), wider reduced to `most_width`."""

    least_width: int = 640
    most_width: int = 1920
    jpeg_quality: int = 85


def draw_snapshot(
    frame: Frame,
    event: Event,
    *,
    camera_name: str,
    time_zone: str,
    lang: str,
    config: SnapshotConfig = SnapshotConfig(),
    flow: Sequence[FlowArrow] = (),
) -> bytes:
    """JPEG of `frame` with what `event` is about. `time_zone`: IANA name; times on it are local. `flow`: what is usual
    there, drawn under the track that is not, with a line that says so."""
    image = _sized(np.asarray(cv2.cvtColor(frame.i420, cv2.COLOR_YUV2BGR_I420), np.uint8), config)
    colour = _SEVERITY[event.severity]
    _draw_zone(image, event)
    _draw_flow(image, flow)
    for overlay in event.overlays:
        _draw_path(image, overlay, colour)
    for overlay in event.overlays:
        _draw_box(image, overlay, colour, lang)
    local = event.completed_at.astimezone(ZoneInfo(time_zone))
    first = f"{camera_name}  ·  {local:%Y-%m-%d %H:%M:%S}  ·  {event.rule}"
    legend = (render("alerting-usual-flow", lang),) if flow else ()
    captioned = _caption(image, (first, event.explanation.render(lang), *legend), colour)
    done, jpeg = cv2.imencode(".jpg", captioned, [cv2.IMWRITE_JPEG_QUALITY, config.jpeg_quality])
    if not done:
        raise ValueError("the picture could not be encoded")
    return jpeg.tobytes()


def _sized(image: Image, config: SnapshotConfig) -> Image:
    height, width = image.shape[:2]
    wanted = min(max(width, config.least_width), config.most_width)
    if wanted == width:
        return image
    how = cv2.INTER_AREA if wanted < width else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (wanted, max(1, round(height * wanted / width))), interpolation=how), np.uint8)


def _unit(image: Image) -> int:
    """The text height in pixels, from which all other sizes follow."""
    height, width = int(image.shape[0]), int(image.shape[1])
    return max(14, min(round(height / 24), round(width / 38)))


def _stroke(image: Image) -> int:
    return max(2, _unit(image) // 8)


def _pixels(image: Image, points_norm: tuple[tuple[float, float], ...]) -> NDArray[np.int32]:
    """(n, 1, 2) pixels."""
    scale = np.asarray((image.shape[1] - 1, image.shape[0] - 1))
    placed = np.asarray(points_norm, np.float64).reshape(-1, 1, 2) * scale
    return np.asarray(np.rint(placed), np.int32)


def _draw_zone(image: Image, event: Event) -> None:
    """A zone as a tinted area, a tripwire (two points) as a line."""
    if len(event.zone_norm) < 2:
        return
    points = _pixels(image, event.zone_norm)
    closed = len(event.zone_norm) > 2
    if closed and abs(polygon_area(np.asarray(event.zone_norm))) > 0.9:
        return  # the whole picture: a tint would only hide it
    if closed:
        tinted = image.copy()
        cv2.fillPoly(tinted, [points], _ZONE)
        cv2.addWeighted(tinted, 0.18, image, 0.82, 0, dst=image)
    cv2.polylines(image, [points], closed, _BLACK, _stroke(image) + 2, cv2.LINE_AA)
    cv2.polylines(image, [points], closed, _ZONE, _stroke(image), cv2.LINE_AA)


def _draw_flow(image: Image, flow: Sequence[FlowArrow]) -> None:
    """An arrow for each place: the more come by, the longer and the bolder."""
    height, width = image.shape[:2]
    for x, y, way, weight in flow:
        reach = width / 16 * (0.25 + 0.2 * weight)
        turn = way * np.pi / 4
        middle, half = np.asarray((x * width, y * height)), reach * np.asarray((np.cos(turn), np.sin(turn)))
        tail, tip = (np.rint(middle + sign * half).astype(int).tolist() for sign in (-1, 1))
        thick = max(1, round(_stroke(image) * (0.4 + 0.6 * weight)))
        cv2.arrowedLine(image, tail, tip, _BLACK, thick + 2, cv2.LINE_AA, tipLength=0.35)
        cv2.arrowedLine(image, tail, tip, _FLOW, thick, cv2.LINE_AA, tipLength=0.35)


def _draw_path(image: Image, overlay: TrackOverlay, colour: Colour) -> None:
    if len(overlay.path_norm) < 2:
        return
    points = _pixels(image, overlay.path_norm)
    cv2.polylines(image, [points], False, _BLACK, _stroke(image) + 2, cv2.LINE_AA)
    cv2.polylines(image, [points], False, colour, _stroke(image), cv2.LINE_AA)
    x, y = points[-1, 0].tolist()
    cv2.circle(image, (x, y), _stroke(image) + 2, colour, -1, cv2.LINE_AA)


def _draw_box(image: Image, overlay: TrackOverlay, colour: Colour, lang: str) -> None:
    x1, y1, x2, y2 = overlay.box_norm
    low, high = (point[0].tolist() for point in _pixels(image, ((x1, y1), (x2, y2))))
    cv2.rectangle(image, low, high, _BLACK, _stroke(image) + 2, cv2.LINE_AA)
    cv2.rectangle(image, low, high, colour, _stroke(image), cv2.LINE_AA)
    key = f"alerting-class-{overlay.label}"
    label = render(key, lang) if has_message(key, lang) else overlay.label  # of an own class: the text itself
    if label in ("", "unknown", "vehicle"):
        return
    size = max(12, round(_unit(image) * 0.85))
    width = _text_width(label, size) + size // 2
    left = min(max(low[0], 0), max(image.shape[1] - width, 0))
    top = low[1] - round(size * 1.4)
    if top < 0:
        top = min(max(high[1], 0), image.shape[0] - round(size * 1.4))
    cv2.rectangle(image, (left, top), (left + width, top + round(size * 1.4)), colour, -1)
    _text(image, label, (left + size // 4, top + round(size * 1.05)), size, _BLACK)


def _caption(image: Image, lines: tuple[str, ...], colour: Colour) -> Image:
    """The picture with a bar below it: nothing of the scene is hidden."""
    size = _unit(image)
    rows = [row for line in lines for row in _wrapped(line, image.shape[1] - size, size)]
    step = round(size * 1.45)
    bar = np.full((step * len(rows) + size // 2, image.shape[1], 3), 24, np.uint8)
    bar[: _stroke(image)] = colour
    for number, row in enumerate(rows):
        _text(bar, row, (size // 2, step * number + round(size * 1.25)), size, _WHITE)
    return np.vstack((image, bar))


def _wrapped(line: str, width: int, size: int, most_rows: int = 2) -> list[str]:
    """`line` in rows that fit `width` pixels; what does not fit the last ends with an ellipsis."""
    rows = [""]
    for word in " ".join(line.split()).split(" "):
        candidate = f"{rows[-1]} {word}".strip()
        if _text_width(candidate, size) <= width:
            rows[-1] = candidate
        elif len(rows) < most_rows and rows[-1]:
            rows.append(_cut(word, width, size))
        else:
            rows[-1] = _cut(candidate, width, size)
            break
    return rows


def _cut(text: str, width: int, size: int) -> str:
    if _text_width(text, size) <= width:
        return text
    kept = text[:400]
    while kept and _text_width(f"{kept}…", size) > width:
        kept = kept[:-1]
    return f"{kept}…"


@lru_cache(maxsize=1)
def _font() -> cv2.FontFace:
    """OpenCV's built-in sans: it has accents, as the old Hershey fonts have not."""
    return cv2.FontFace("sans")


def _text_width(text: str, size: int) -> int:
    if not text:
        return 0
    x, _y, width, _height = cv2.getTextSize((100_000, 1000), text, (0, size), _font(), size, 500)
    return int(x + width)


def _text(image: Image, text: str, origin: tuple[int, int], size: int, colour: Colour) -> None:
    cv2.putText(image, text, origin, colour, _font(), size, 500)
