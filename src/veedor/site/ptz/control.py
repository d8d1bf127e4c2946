"""Who steers which camera, and the watch that stops it: `wire.ptz.Ptz`.

Three things stop a motion that is not renewed: this watch after `motion_s`, the end of the connection that gave the
command, and the device's own timeout, should this process die.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from veedor.kit.clock import Clock
from veedor.kit.errors import Unavailable, UserError, VeedorError
from veedor.model.camera import Camera
from veedor.site.cameras import CameraStore
from veedor.site.ingest.describe import Login
from veedor.site.ingest.networks import NetworkPolicy
from veedor.site.ptz.device import DEVICE_TIMEOUT_S, Position, PresetPlace, PtzDevice, ptz_address
from veedor.site.ptz.errors import NoPtz, PtzTaken
from veedor.wire.ptz import PtzPreset, PtzState, Steerer

log = logging.getLogger(__name__)

Velocity = tuple[float, float, float]
STILL: Velocity = (0.0, 0.0, 0.0)
LOCK_S = 10.0
MOTION_S = 1.0
_LOOK_S = 0.1
_ASK_AGAIN_S = 30.0  # how long a device that has no motor, or did not answer, is taken at its word
_STOP_TRIES = 4


@dataclass(slots=True)
class _Head:
    """One camera's motor. `lock`: of its fields; `talking`: one call to the device at a time, in order."""

    camera: Camera
    lock: threading.Lock = field(default_factory=threading.Lock)
    talking: threading.RLock = field(default_factory=threading.RLock)
    device: PtzDevice | None = None
    problem: VeedorError | None = None
    asked_s: float = float("-inf")
    holder: Steerer | None = None
    held_until_s: float = 0.0
    velocity: Velocity = STILL
    moving_via: str = ""
    moves_until_s: float = 0.0
    told_s: float = 0.0  # when the device was last told to move


class PtzControl:
    """All cameras of a site. Methods may be called from any thread and wait for the device."""

    def __init__(self, cameras: CameraStore, policy: NetworkPolicy, clock: Clock, *, lock_s: float = LOCK_S) -> None:
        self._cameras, self._policy, self._clock, self._lock_s = cameras, policy, clock, lock_s
        self._heads: dict[str, _Head] = {}
        self._lock = threading.Lock()
        self._listeners: list[Callable[[str, Steerer | None], None]] = []
        self._commanded: list[Callable[[str, str | None], None]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="ptz-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop every camera that moves, then return."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10.0)
        for head in self._all():
            if head.velocity != STILL:
                self._halt(head, tries=1)

    def on_change(self, listener: Callable[[str, Steerer | None], None]) -> None:
        self._listeners.append(listener)

    def on_command(self, listener: Callable[[str, str | None], None]) -> None:
        """`listener` is called with the camera's id, and the preset's token where it is sent to one, before that."""
        self._commanded.append(listener)

    # -- asking

    def state(self, camera_id: str) -> PtzState:
        head = self._head(camera_id)
        if ptz_address(head.camera) is None:
            return PtzState(False)
        try:
            self._device(head)
        except NoPtz:
            return PtzState(False)
        except (Unavailable, UserError) as problem:
            return PtzState(False, self._holder(head), problem.message)
        return PtzState(True, self._holder(head))

    def presets(self, camera_id: str) -> list[PtzPreset]:
        head = self._head(camera_id)
        device = self._device(head)
        with head.talking:
            return device.presets()

    def position(self, camera_id: str) -> Position | None:
        head = self._head(camera_id)
        device = self._device(head)
        with head.talking:
            return device.position()

    def places(self, camera_id: str) -> list[PresetPlace]:
        head = self._head(camera_id)
        device = self._device(head)
        with head.talking:
            return device.places()

    # -- steering

    def move(self, camera_id: str, who: Steerer, velocity: Velocity) -> None:
        head = self._head(camera_id)
        device = self._device(head)
        self._take(head, who)
        if velocity == STILL:
            self._halt(head)
            return
        now_s = self._clock.monotonic()
        with head.lock:
            fresh = velocity == head.velocity and now_s - head.told_s < DEVICE_TIMEOUT_S / 3
            head.velocity, head.moving_via, head.moves_until_s = velocity, who.via, now_s + MOTION_S
        if fresh:
            return
        self._command(camera_id, None)
        with head.talking:
            # While we waited for our turn, the watch or a stop may have ended this motion.
            if head.velocity == velocity:
                device.move(*velocity)
                head.told_s = now_s

    def leave(self, camera_id: str, who: Steerer, *, release: bool = False) -> None:
        with self._lock:  # and not `_head`: the camera may have been removed meanwhile
            head = self._heads.get(camera_id)
        if head is None:
            return
        if head.moving_via == who.via and head.velocity != STILL:
            self._halt(head)
        with head.lock:
            gives_up = release and head.holder is not None and head.holder.user_id == who.user_id
            if gives_up:
                head.holder = None
        if gives_up:
            self._tell(head.camera.id, None)

    def go_to(self, camera_id: str, who: Steerer, token: str) -> None:
        head = self._head(camera_id)
        device = self._device(head)
        self._take(head, who)
        self._command(camera_id, token)
        with head.talking:
            head.velocity = STILL
            device.go_to(token)

    def save_preset(self, camera_id: str, who: Steerer, name: str, token: str | None = None) -> PtzPreset:
        head = self._head(camera_id)
        device = self._device(head)
        self._take(head, who)
        with head.talking:
            return device.save_preset(name, token)

    def remove_preset(self, camera_id: str, who: Steerer, token: str) -> None:
        head = self._head(camera_id)
        device = self._device(head)
        self._take(head, who)
        with head.talking:
            device.remove_preset(token)

    # -- inside

    def _head(self, camera_id: str) -> _Head:
        """The motor of a camera as it is configured now. Raises NotFound."""
        camera = self._cameras.camera(camera_id)
        with self._lock:
            head = self._heads.get(camera.id)
            if head is None or head.camera.revision != camera.revision:
                head = self._heads[camera.id] = _Head(camera)
            return head

    def _all(self) -> list[_Head]:
        with self._lock:
            return list(self._heads.values())

    def _device(self, head: _Head) -> PtzDevice:
        """The device, asked once; one that had no motor or did not answer is asked again after a while."""
        with head.talking:
            if head.device is not None:
                return head.device
            now_s = self._clock.monotonic()
            if head.problem is not None and now_s - head.asked_s < _ASK_AGAIN_S:
                raise head.problem
            head.asked_s = now_s
            camera = head.camera
            login = Login(camera.username, self._cameras.password(camera.id) or "") if camera.username else None
            try:
                head.device = PtzDevice(camera, login, self._policy, self._clock)
            except VeedorError as problem:
                head.problem = problem
                raise
            return head.device

    def _holder(self, head: _Head) -> Steerer | None:
        return head.holder if self._clock.monotonic() < head.held_until_s else None

    def _take(self, head: _Head, who: Steerer) -> None:
        """Have the lock for `who`, or raise PtzTaken."""
        now_s = self._clock.monotonic()
        with head.lock:
            holder = self._holder(head)
            if holder is not None and holder.user_id != who.user_id and holder.rank >= who.rank:
                raise PtzTaken(who=holder.name, seconds=max(1, round(head.held_until_s - now_s)))
            changed = head.holder is None or head.holder.user_id != who.user_id
            head.holder, head.held_until_s = who, now_s + self._lock_s
        if changed:
            self._tell(head.camera.id, who)

    def _halt(self, head: _Head, *, tries: int = _STOP_TRIES) -> None:
        """Stop the motor; where the device does not answer, again, until its own timeout must have stopped it."""
        head.velocity = STILL
        if head.device is None:
            return
        for number in range(tries):
            try:
                with head.talking:
                    if head.velocity == STILL:  # else somebody moves it again: not ours to stop
                        head.device.stop()
                return
            except VeedorError as problem:
                log.warning("stopping camera %s (try %d): %s", head.camera.id, number + 1, problem)

    def _watch(self) -> None:
        while not self._clock.wait(self._stop, _LOOK_S):
            now_s = self._clock.monotonic()
            for head in self._all():
                if head.velocity != STILL and now_s >= head.moves_until_s:
                    head.velocity = STILL
                    # A device that hangs must not keep the watch from the others.
                    threading.Thread(target=self._halt, args=(head,), name="ptz-halt", daemon=True).start()
                self._expire(head, now_s)

    def _expire(self, head: _Head, now_s: float) -> None:
        with head.lock:
            if head.holder is None or now_s < head.held_until_s:
                return
            head.holder = None
        self._tell(head.camera.id, None)

    def _command(self, camera_id: str, preset: str | None) -> None:
        for listener in tuple(self._commanded):
            try:
                listener(camera_id, preset)
            except Exception:  # nor from being turned
                log.exception("telling that camera %s is turned", camera_id)

    def _tell(self, camera_id: str, holder: Steerer | None) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(camera_id, holder)
            except Exception:  # who is told must not keep a camera from being stopped
                log.exception("telling who steers camera %s", camera_id)
