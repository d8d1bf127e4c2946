"""The site's side of wire.views.CameraViews."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from veedor.compose.rules_book import LocalRulesBook
from veedor.model.camera import Camera
from veedor.model.viewpoint import HOME, ViewState
from veedor.site.ptz.aim import Aims
from veedor.site.ptz.control import PtzControl
from veedor.site.rules.moved import moved_along
from veedor.site.run import Site
from veedor.site.scene.errors import ViewUnmoved
from veedor.site.views import Views
from veedor.wire.rules import RulesCheck
from veedor.wire.views import ViewReport


class LocalViews:
    """wire.views.CameraViews."""

    def __init__(self, site: Site, rules: LocalRulesBook) -> None:
        self._site, self._rules = site, rules

    def report(self, camera_id: str) -> ViewReport | None:
        report = self._site.views.report(camera_id)
        resting = tuple(self._site.reasoner.resting(camera_id))
        return replace(report, resting=resting) if report is not None else None

    def is_trusted(self, camera_id: str) -> bool:
        return self._site.views.is_trusted(camera_id)

    def confirm(self, camera_id: str) -> bool:
        done = self._site.views.confirm(camera_id)
        if not done.was_moved or done.view != HOME:
            return False
        self._site.normality.begin_anew(camera_id)
        camera = self._site.parts.cameras.camera(camera_id)
        if camera.calibration is None or not done.calibration_is_old:
            return False
        self._site.parts.cameras.save(replace(camera, calibration=replace(camera.calibration, stale=True)))
        self._site.follow_configuration()
        return True

    def moved_along(self, camera_id: str) -> RulesCheck:
        camera = self._site.parts.cameras.camera(camera_id)
        report = self._site.views.report(camera_id)
        if report is None or report.state is not ViewState.MOVED or report.movement is None:
            raise ViewUnmoved(camera=camera.name)
        there = self._rules.check(self._rules.show(camera_id).text)
        if there.document is None:
            return there
        names = {report.view, *self._site.views.names_of(camera_id, report.view)} if report.view != HOME else set()
        document = moved_along(there.document, report.movement.matrix, frozenset(names))
        return self._rules.check(there.text, document)

    def on_change(self, listener: Callable[[str], None]) -> None:
        self._site.views.on_change(listener)


def is_calibrated(site: Site, camera: Camera) -> bool:
    """Whether the camera's calibration holds now."""
    return camera.calibration is not None and not camera.calibration.stale and site.views.is_trusted(camera.id)


def follow_motors(views: Views, ptz: PtzControl, aims: Aims) -> None:
    """From now on what people and devices say of motors counts: a camera that is steered is not one that was moved."""

    def commanded(camera_id: str, preset: str | None) -> None:
        aims.commanded(camera_id, preset)
        views.steered(camera_id)

    ptz.on_command(commanded)
    views.aim = aims.aim
