"""The tracker's settings. All times are seconds; all lengths are shares of the object's size, sqrt(width x height)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MotionConfig:
    """How things move: position and velocity of each box coordinate, with velocity that is slowly forgotten."""

    measurement_std: float = 0.06  # of a detection's position
    size_measurement_std: float = 0.12  # of its width and height
    acceleration: float = 1.0  # white noise density, sizes / s^1.5
    size_acceleration: float = 0.5
    velocity_memory_s: float = 3.0
    initial_speed: float = 1.0  # std of the unknown velocity of a new track, sizes / s
    initial_size_speed: float = 0.2


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """One set of defaults for every camera and frame rate."""

    high_confidence: float = 0.5  # detections from here up may extend any track
    low_confidence: float = 0.1  # from here up: only tracks seen lately that nothing better extends
    birth_confidence: float = 0.6
    min_similarity: float = 0.2
    min_similarity_low: float = 0.4
    lost_s: float = 1.5  # how long a track without detections is kept
    report_lost_s: float = 0.5  # how long of that it is reported, observed=False
    motion: MotionConfig = field(default_factory=MotionConfig)
