"""A site's cameras as it tells the hub of them: names, places and streams, never an address or a user name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from veedor.kit.hashing import canonical_json, sha256_bytes
from veedor.model.camera import Camera, StreamHealth
from veedor.wire import values


def camera_to_json(camera: Camera) -> dict[str, Any]:
    """Without what only the site needs to know."""
    streams = tuple(replace(stream, url="") for stream in camera.streams)
    bare = replace(camera, streams=streams, username=None, onvif_port=None)
    told: dict[str, Any] = values.dump(Camera, bare)
    return told


def camera_from_json(data: Any) -> Camera:
    """Raises BadValue."""
    return values.load(Camera, data)


def health_to_json(health: StreamHealth) -> dict[str, Any]:
    told: dict[str, Any] = values.dump(StreamHealth, health)
    return told


def health_from_json(data: Any) -> StreamHealth:
    """Raises BadValue."""
    return values.load(StreamHealth, data)


def digest(cameras: Iterable[dict[str, Any]]) -> str:
    """Changes when any of these cameras does: a site sends its list only when the hub has another one."""
    return sha256_bytes(canonical_json(sorted(cameras, key=lambda one: str(one["id"]))))
