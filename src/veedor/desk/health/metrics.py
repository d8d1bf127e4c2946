"""Prometheus metrics, read from the site's status at each scrape: no second set of counters that could disagree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from veedor.model.camera import StreamHealth, StreamState
from veedor.wire.ports import SiteStatus

_LABELS = ("camera_id", "role", "worker", "name", "path")  # texts that say which row it is; others are left out


def render(status: SiteStatus, feed_sequence: int, hub_connected: bool | None = None) -> bytes:
    """The exposition text of `status`. `hub_connected`: None at a site that has not joined a hub."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(status, feed_sequence, hub_connected))
    return generate_latest(registry)


class _Collector:
    def __init__(self, status: SiteStatus, feed_sequence: int, hub_connected: bool | None) -> None:
        self._status = status
        self._feed_sequence = feed_sequence
        self._hub_connected = hub_connected

    def collect(self) -> Iterator[Metric]:
        status = self._status
        yield _one("veedor_started_at_seconds", "When the site started, Unix time", status.started_at.timestamp())
        yield _one("veedor_problems", "Things that are wrong right now", len(status.problems))
        yield _one("veedor_feed_sequence", "Last item of the live feed", self._feed_sequence)
        if self._hub_connected is not None:
            yield _one("veedor_hub_connected", "1 where the hub answers", float(self._hub_connected))
        yield from _streams(status.streams)
        for group, rows in (
            ("analysis", status.analysis),
            ("worker", status.workers),
            ("recording", status.recording),
            ("disk", status.disks),
        ):
            yield from _rows(group, rows)


def _one(name: str, text: str, value: float) -> Metric:
    metric = GaugeMetricFamily(name, text)
    metric.add_metric([], value)
    return metric


def _streams(streams: Sequence[StreamHealth]) -> Iterator[Metric]:
    labels = ["camera_id", "role"]
    for name, text, values in (
        ("online", "1 where packets arrive", [float(one.state is StreamState.ONLINE) for one in streams]),
        ("sessions", "Connections made since start", [float(one.sessions) for one in streams]),
        ("packets", "Packets received since start", [float(one.packets) for one in streams]),
        ("octets", "Bytes received since start", [float(one.octets) for one in streams]),
    ):
        metric = GaugeMetricFamily(f"veedor_stream_{name}", text, labels=labels)
        for one, value in zip(streams, values, strict=True):
            metric.add_metric([one.camera_id, one.role.value], value)
        yield metric


def _rows(group: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[Metric]:
    """Each number of each row as veedor_<group>_<key>, labelled by the row's texts."""
    metrics: dict[str, GaugeMetricFamily] = {}
    for number, row in enumerate(rows):
        labels = {key: str(row[key]) for key in _LABELS if isinstance(row.get(key), str)} or {"index": str(number)}
        for key, value in row.items():
            if not isinstance(value, bool | int | float):
                continue
            name = f"veedor_{group}_{re.sub(r'[^a-zA-Z0-9_]', '_', key)}"
            metric = metrics.setdefault(f"{name} {sorted(labels)}", GaugeMetricFamily(name, key, labels=list(labels)))
            metric.add_metric(list(labels.values()), float(value))
    yield from metrics.values()
