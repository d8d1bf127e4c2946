"""How one view of a place lies over another: shift, turn, zoom and tilt, or nothing that can be said.

Two small grey pictures of the background are compared by their contours, so that light, dusk and exposure change
nothing. Candidates come from phase correlation (C. Kuglin and D. Hines, 1975) and its log-polar form, which finds turn
and zoom (B. Reddy and B. Chatterji, "An FFT-based technique for translation, rotation, and scale-invariant image
registration", IEEE TIP 5(8), 1996); each is refined by maximizing the enhanced correlation coefficient (G. Evangelidis
and E. Psarakis, IEEE PAMI 30(10), 2008). What is believed is what the blocks of the picture say, each for itself: a
lorry, a crowd or a beam of light changes some blocks, and a camera that was turned changes all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from veedor.kit.geometry import project
from veedor.model.viewpoint import ViewMovement
from veedor.site.scene.grid import Mask, Plane, block_correlation, blocks, edges

COLUMNS, ROWS = 192, 108
_ALIKE = 0.5  # correlation of a block's contours from which on it shows the same
_STRUCTURE = 0.55  # spread of contours that a block needs to say anything; grey levels ** 0.5
_MIN_BLOCKS = 10  # of 144
_SURE_SHARE = 0.8  # of the telling blocks alike as they lie: nothing has moved, and nothing else is asked
_STILL_SHARE = 0.5  # the same, where no movement explains more: kerbs and fronts look alike all along their length
_LEAST_SHARE = 0.4  # of the telling blocks that must be alike under a movement that is believed ...
_GAIN = 0.2  # ... and by how much that must exceed the share as they lie
_LEAST_OVERLAP = 0.25
_ITERATIONS = 40

Matrix = NDArray[np.float64]
_IDENTITY: Matrix = np.eye(3)
_SCALE: Matrix = np.diag((1 / COLUMNS, 1 / ROWS, 1.0))  # from cells to shares of the picture
# Nine places all over the picture, whose movement says how far it moved.
_PROBES = np.array([(x, y) for y in (0.1, 0.5, 0.9) for x in (0.1, 0.5, 0.9)])


def movement_of(matrix: Matrix, aspect: float) -> ViewMovement:
    """`matrix`: 3x3, between pictures 0..1; `aspect`: their width / height."""
    there = project(matrix, _PROBES)
    way = (there - _PROBES) * (1.0, 1 / aspect)
    # The similarity that fits the nine places best: its angle and scale (S. Umeyama, IEEE PAMI 13(4), 1991, in 2D).
    old, new = ((one * (aspect, 1.0)) @ np.array([1, 1j]) for one in (_PROBES, there))
    old, new = old - old.mean(), new - new.mean()
    ratio = complex((new * old.conj()).sum() / (old * old.conj()).sum())
    middle = project(matrix, np.array([[0.5, 0.5]]))[0] - 0.5
    return ViewMovement(
        tuple(float(one) for one in matrix.ravel()),
        right=-float(middle[0]),
        down=-float(middle[1]),
        turned_deg=-math.degrees(math.atan2(ratio.imag, ratio.real)),
        zoomed=abs(ratio),
        extent=float(np.sqrt((way**2).sum(axis=1).mean())),
    )


@dataclass(frozen=True, slots=True)
class Registration:
    """`at_rest`: share of the telling blocks (0..1) that are alike as they lie; None: too little to compare, or dark.
    `movement`: what explains the picture far better than rest; None: nothing does. `support`: share of the blocks that
    agree with what is said."""

    at_rest: float | None
    movement: ViewMovement | None = None
    support: float = 0.0

    @property
    def is_still(self) -> bool:
        return self.at_rest is not None and self.at_rest >= _STILL_SHARE and self.movement is None

    @property
    def is_sure(self) -> bool:
        """Still beyond doubt: no other picture of the same view need be asked."""
        return self.at_rest is not None and self.at_rest >= _SURE_SHARE and self.movement is None


def small_picture(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(ROWS, COLUMNS) of a picture of any shape, uint8."""
    return np.asarray(cv2.resize(luma, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA), np.uint8)


def register(before: Plane, now: Plane, hidden: Mask | None = None, *, aspect: float = COLUMNS / ROWS) -> Registration:
    """How `now` lies over `before`, both (ROWS, COLUMNS) float32 grey levels. `hidden`: cells of `now` to leave out;
    `aspect`: width / height of the pictures that they were made of."""
    old, new = edges(before), edges(now)
    seen = np.ones(old.shape, np.float32) if hidden is None else 1.0 - hidden.astype(np.float32)
    at_rest = _alike(old, new, seen)
    if at_rest is None or at_rest >= _SURE_SHARE:
        return Registration(at_rest, support=at_rest or 0.0)
    best, best_share = None, max(_LEAST_SHARE, at_rest + _GAIN)
    for guess in _guesses(old, new):
        matrix = _refined(old, new, guess)
        share = _share_under(old, new, seen, matrix) if matrix is not None else None
        if matrix is not None and share is not None and share > best_share:
            best, best_share = matrix, share
    if best is None:
        return Registration(at_rest, support=at_rest)
    return Registration(at_rest, movement_of(_SCALE @ best @ np.linalg.inv(_SCALE), aspect), best_share)


def small_movement(before: Plane, now: Plane, *, aspect: float = COLUMNS / ROWS) -> ViewMovement | None:
    """By how much `now`, which lies about as `before` does, is aside; None where that cannot be told."""
    old, new = edges(before), edges(now)
    matrix = _refined(old, new, _IDENTITY)
    if matrix is None or _share_under(old, new, np.ones_like(old), matrix) is None:
        return None
    return movement_of(_SCALE @ matrix @ np.linalg.inv(_SCALE), aspect)


def moved_back(picture: Plane, movement: ViewMovement) -> Plane:
    """`picture`, which lies over another by `movement`, drawn as that one lies; the border is drawn out."""
    matrix = np.linalg.inv(_SCALE) @ np.reshape(movement.matrix, (3, 3)) @ _SCALE
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpPerspective(picture, matrix, (COLUMNS, ROWS), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32)


def _alike(old: Plane, new: Plane, seen: Plane) -> float | None:
    """Share of the blocks with structure, in view in both, whose contours correlate; None: fewer than _MIN_BLOCKS, or
    the new picture shows next to nothing."""
    spread_old, spread_new = _spread(old), _spread(new)
    telling = (spread_old > _STRUCTURE) & (blocks(seen) > 0.7)
    if telling.sum() < _MIN_BLOCKS or float(np.median(spread_new[telling])) < _STRUCTURE / 2:
        return None
    return float((block_correlation(old, new)[telling] > _ALIKE).mean())


def _spread(contours: Plane) -> Plane:
    mean = blocks(contours)
    return np.asarray(np.sqrt(np.maximum(blocks(contours * contours) - mean**2, 0)), np.float32)


def _guesses(old: Plane, new: Plane) -> list[Matrix]:
    """Shifts alone, and shifts after the turn and zoom that the spectra differ by; pixels, old to new."""
    window = np.asarray(cv2.createHanningWindow((COLUMNS, ROWS), cv2.CV_32F), np.float32)
    found = [_shift(old, new, window, _IDENTITY)]
    for angle_deg, scale in _turn_and_zoom(old * window, new * window):
        about = cv2.getRotationMatrix2D((COLUMNS / 2, ROWS / 2), angle_deg, scale)
        found.append(_shift(old, new, window, np.vstack([about, (0.0, 0.0, 1.0)])))
    return found


def _shift(old: Plane, new: Plane, window: Plane, first: Matrix) -> Matrix:
    turned = cv2.warpPerspective(old, first, (COLUMNS, ROWS), borderMode=cv2.BORDER_REPLICATE)
    # Copies: OpenCV 5 applies the window to its arguments in place.
    (dx, dy), _ = cv2.phaseCorrelate(np.ascontiguousarray(turned), new.copy(), window)
    return np.array([(1, 0, dx), (0, 1, dy), (0, 0, 1)]) @ first


def _turn_and_zoom(old: Plane, new: Plane) -> list[tuple[float, float]]:
    """(degrees counterclockwise, scale) by which the spectra differ; empty where that is beyond belief. Spectra of real
    pictures repeat after half a turn, but nobody turns a camera so far."""
    size = 256
    polar = []
    for one in (old, new):
        padded = np.zeros((size, size), np.float32)
        padded[:ROWS, :COLUMNS] = one - one.mean()
        spectrum = np.log1p(np.abs(np.fft.fftshift(np.fft.fft2(padded)))).astype(np.float32)
        centre = (size / 2, size / 2)
        polar.append(cv2.warpPolar(spectrum, (size, 360), centre, size / 2, cv2.INTER_LINEAR | cv2.WARP_POLAR_LOG))
    half = [np.ascontiguousarray(one[:180] - one[:180].mean(axis=1, keepdims=True)) for one in polar]
    (d_log, d_angle), _ = cv2.phaseCorrelate(half[0], half[1], cv2.createHanningWindow((size, 180), cv2.CV_32F))
    scale = math.exp(-d_log * math.log(size / 2) / size)
    if not (0.5 < scale < 2.0) or abs(d_angle) > 60:
        return []
    return [(-d_angle, scale)]


def _refined(old: Plane, new: Plane, guess: Matrix) -> Matrix | None:
    """The homography near `guess` that fits best; None where none does."""
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _ITERATIONS, 1e-4)
    warp: Plane = guess.astype(np.float32)
    all_of_it = np.full(new.shape, 255, np.uint8)
    try:
        # The template is drawn out of the input by the warp: template -> input, which is old -> new.
        _, affine = cv2.findTransformECC(old, new, warp[:2].copy(), cv2.MOTION_AFFINE, criteria, all_of_it, 5)
        warp = np.vstack([affine, np.array([[0, 0, 1]], np.float32)])
        _, found = cv2.findTransformECC(old, new, warp, cv2.MOTION_HOMOGRAPHY, criteria, all_of_it, 3)
        warp = np.asarray(found, np.float32)
    except cv2.error:
        pass  # it does not converge: what there is by then is judged as everything is
    return warp.astype(float) if np.isfinite(warp).all() else None


def _share_under(old: Plane, new: Plane, seen: Plane, matrix: Matrix) -> float | None:
    """`_alike` of the new picture, drawn as the old one lies, over what both show; None where that is too little."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    back = cv2.warpPerspective(new, matrix, (COLUMNS, ROWS), flags=flags)
    there = cv2.warpPerspective(seen, matrix, (COLUMNS, ROWS), flags=flags)
    if float(there.mean()) < _LEAST_OVERLAP:
        return None
    corners = project(matrix, np.array([(0, 0), (COLUMNS, 0), (COLUMNS, ROWS), (0, ROWS)], float))
    if not np.isfinite(corners).all() or not _is_plausible(corners):
        return None
    return _alike(old, np.asarray(back, np.float32), np.asarray(there, np.float32))


def _is_plausible(corners: Matrix) -> bool:
    """Whether a camera could have moved so: the picture's outline keeps its sense and about its size."""
    area = 0.0
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        area += (x1 * y2 - x2 * y1) / 2
    return 0.3 < area / (COLUMNS * ROWS) < 3.5
