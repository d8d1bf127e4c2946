"""The tracker's settings: one set of defaults for every camera and frame rate. docs/decisions/0003-tracker.md says
what each is worth and how flat the figures are around it.

Times are seconds. Lengths are shares of an object's size, sqrt(width x height) of its box.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MotionConfig:
    """How things move (motion.py)."""

    position_noise: float = 0.05  # std of a detection's centre, to begin with; the tracker learns the camera's own
    least_position_noise: float = 0.035
    most_position_noise: float = 0.15
    size_noise_ratio: float = 2.4  # width and height are this much noisier than the centre
    noise_learning: float = 0.02  # step per matched detection
    acceleration: float = 0.8  # white noise density, sizes / s^1.5
    size_acceleration: float = 0.5
    velocity_memory_s: float = 5.0
    initial_speed: float = 1.0  # std of a new track's velocity, sizes / s
    initial_size_speed: float = 0.2


@dataclass(frozen=True, slots=True)
class CameraMotionConfig:
    """When many boxes move alike, it is the camera (camera_motion.py)."""

    least_tracks: int = 3
    reach: float = 1.0  # how far a box may have moved, sizes
    prior: float = 0.3  # std of the shift to expect, sizes
    caution: float = 2.0  # how much surer than chance the common shift must be


@dataclass(frozen=True, slots=True)
class ConfidenceConfig:
    """Which detections count as sure, relative to what this detector gives to the objects it holds (confidence.py).

    Shares are of the mean log-odds of detections that extended a track.
    """

    high_share: float = 0.2  # detections from here up may extend any track
    birth_share: float = 0.6  # and from here up are believed at first sight; between the two, at the second
    low: float = 0.1  # below `high`, down to this confidence: only for tracks seen in the last frame
    initial_log_odds: float = 1.2
    memory_detections: float = 500.0


@dataclass(frozen=True, slots=True)
class MoverConfig:
    """Which sights that no track took are one fast vehicle (movers.py)."""

    least_confidence: float = 0.3
    mean_confidence: float = 0.45  # of three sights
    most_sights: int = 12  # of one frame: the work grows with the third power
    frames: int = 3  # that are remembered
    memory_s: float = 1.0
    least_step_s: float = 0.15  # frames closer than this are not used: boxes overlap then
    longest_step_s: float = 0.5
    least_step: float = 0.4  # what does not move needs no way to be believed, and has none
    most_speed: float = 12.0  # sizes / s: of a car from the side, 110 km/h
    shape: float = 0.3  # log ratio of widths, and of heights
    bend: float = 0.3  # share of a step that the next may differ from it
    tremble: float = 0.15  # and more, for boxes that are not exact


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """How detections become tracks (tracker.py)."""

    min_similarity: float = 0.15
    min_similarity_low: float = 0.5
    recovery_reach: float = 0.7  # how far from its prediction, beyond its uncertainty, a lost track may come back
    max_birth_overlap: float = 0.4  # IoU with a tracked object from which a new box is taken for the same
    tentative_s: float = 0.4  # how long a track waits for its second sight
    lost_s: float = 1.3  # how long a track without detections is kept
    report_lost_s: float = 0.5  # how long of that it is reported, observed=False
    longest_gap_s: float = 3.0  # between two frames; beyond it everything is forgotten
    detection_weight: float = 0.85  # of the detection against the filter in the reported box
    motion: MotionConfig = field(default_factory=MotionConfig)
    camera: CameraMotionConfig = field(default_factory=CameraMotionConfig)
    confidence: ConfidenceConfig = field(default_factory=ConfidenceConfig)
    movers: MoverConfig = field(default_factory=MoverConfig)
