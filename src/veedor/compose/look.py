"""What a model sees in one picture file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from veedor.compose.config import SiteFile
from veedor.compose.own_models import own_models
from veedor.kit.files import write_file
from veedor.kit.messages import has_message, render
from veedor.kit.sqlite import store_errors
from veedor.model.detection import ObjectClass, own_class
from veedor.site.detect.errors import BadModelSetting
from veedor.site.detect.named import detector_by_name

_MAX_OCTETS = 64 << 20
_COLOUR = (0, 200, 255)


def label_of(word: str, lang: str) -> str:
    """What people read for a class."""
    own = own_class(word)
    if own is not None:
        return own.label(lang)
    key = f"alerting-class-{word}"
    return render(key, lang) if has_message(key, lang) else word


def look_at_picture(
    config: SiteFile | None, name: str, picture: Path, annotated: Path | None, lang: str
) -> list[dict[str, Any]]:
    """Each box, the surest first; with `annotated`, drawn there too. Raises what `detector_by_name` does,
    BadModelSetting where it is no picture, the StoreError tree."""
    with store_errors(picture), picture.open("rb") as file:
        data = file.read(_MAX_OCTETS)
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if image is None:
        given, why = picture.name[:80], "detect-setting-not-a-picture"
        raise BadModelSetting(setting="PICTURE", given=given, problem="no picture", detail=why)
    detect = detector_by_name(name, own_models(config) if config is not None else None)
    (found,) = detect([np.asarray(image, np.uint8)])
    rows: list[dict[str, Any]] = []
    for row in np.argsort(-found.confidence, kind="stable").tolist():
        word = ObjectClass.of(int(found.class_id[row])).label
        box = [round(side, 1) for side in found.xyxy[row].tolist()]
        told = {"class": word, "label": label_of(word, lang), "confidence": round(float(found.confidence[row]), 3)}
        rows.append({**told, "box_px": box})
        low, high = (tuple(int(side) for side in part) for part in (box[:2], box[2:]))
        cv2.rectangle(image, low, high, _COLOUR, 2)
    if annotated is not None:
        _done, jpeg = cv2.imencode(".jpg", image)
        write_file(annotated, jpeg.tobytes())
    return rows
