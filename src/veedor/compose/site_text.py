"""A configuration as the text of its file, without comments: for processes that a program starts."""

from __future__ import annotations

import io
from typing import Any

from pydantic import BaseModel
from ruamel.yaml import YAML

from veedor.compose.config import SiteFile
from veedor.compose.hub_config import HubFile


def site_yaml(config: SiteFile) -> str:
    """`veedor.yaml`."""
    return _yaml(config)


def hub_yaml(config: HubFile) -> str:
    """`hub.yaml`."""
    return _yaml(config)


def _yaml(config: BaseModel) -> str:
    plain: dict[str, Any] = config.model_dump(mode="json", exclude_none=True)
    text = io.StringIO()
    YAML(typ="safe", pure=True).dump(plain, text)
    return text.getvalue()
