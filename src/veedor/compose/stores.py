"""Opening single stores of a site from its configuration, for commands that run beside the site or without it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from veedor.compose.clips import clips_directory
from veedor.compose.config import SiteFile, load
from veedor.compose.errors import ConfigMissing
from veedor.kit.clock import Clock, SystemClock
from veedor.kit.errors import StoreCorrupt
from veedor.kit.secrets import SecretBox
from veedor.model.detection import know_own_classes
from veedor.site.cameras import CameraStore
from veedor.site.detect.own_classes import read_own_classes
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ingest.reader import IngestConfig
from veedor.site.rules_store import RulesStore

log = logging.getLogger(__name__)


def load_config(path: Path) -> SiteFile:
    """The configuration; this process knows the site's own classes from then on. Raises ConfigMissing, ConfigError."""
    if not path.is_file():
        raise ConfigMissing(path=str(path))
    config = load(path)
    try:
        know_own_classes(read_own_classes(config.data / "models"))
    except StoreCorrupt as problem:  # no reason not to record: the site has it among its problems
        log.error("%s", problem)
    return config


def ingest_config(config: SiteFile) -> IngestConfig:
    """How the site opens streams: its networks and folders."""
    folders = (*config.networks.file_directories, clips_directory(config.data))
    return IngestConfig(networks=NetworkPolicy(tuple(config.networks.allowed), folders))


@contextmanager
def camera_store(config: SiteFile, clock: Clock | None = None) -> Iterator[CameraStore]:
    """The site's cameras; the site itself may be running. A key is made only where there is no store yet."""
    path = config.data / "site.db"
    secrets = SecretBox.open(config.secret_key, create=not path.exists())
    store = CameraStore(path, secrets, clock or SystemClock())
    try:
        yield store
    finally:
        store.close()


def rules_store(config: SiteFile) -> RulesStore:
    """The rule files of the site's cameras; a running site follows a change within a second."""
    return RulesStore(config.data / "rules")
