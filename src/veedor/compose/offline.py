"""Analysis of a file: the same decoder, pipeline and rules as a live site, driven as fast as they go."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veedor.kit.clock import SystemClock
from veedor.kit.files import replaced_file
from veedor.model.event import Event
from veedor.model.frame import Frame
from veedor.model.observation import Observation
from veedor.site.detect.atlas import AtlasConfig, AtlasDetector
from veedor.site.detect.models import default_model_path
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.ingest.decode import Decoder, VideoFile, open_file
from veedor.site.pipeline import Pipeline
from veedor.site.rules.engine import RuleEngine
from veedor.site.rules.ruleset import RuleSet

CAMERA = "file"
Tell = Callable[[int, int | None, float], None]


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files to write; None: not wanted."""

    tracks: Path | None = None
    events: Path | None = None
    annotated: Path | None = None
