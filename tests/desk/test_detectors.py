"""Which detection models a camera can have: told to who edits cameras, and no camera gets one that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from desk.desks import Desk, make_desk, serving
from small_model import small_model
from veedor.access.principal import Role
from veedor.compose.config import AnalysisFile, SiteFile
from veedor.compose.detectors import LocalDetectors
from veedor.compose.own_models import own_models
from veedor.desk.app import create_app
from veedor.kit.hashing import sha256_bytes
from veedor.model.detection import know_own_classes
from veedor.site.detect.cards import ModelCard, ModelClass, ModelCost

STREAM = {"role": "main", "url": "rtsp://10.0.0.7/main"}
SIZE = (64, 64)


def card(name: str, data: bytes) -> ModelCard:
    return ModelCard(
        name=name,
        sha256=sha256_bytes(data),
        size_bytes=len(data),
        layout="yolov8",
        width=SIZE[0],
        height=SIZE[1],
        classes=(ModelClass(name="excavator"), ModelClass(name="boat", used=False)),
        licence="AGPL-3.0",
        cost=ModelCost(ms=9.5, cpu_ms=21.0, threads=2, fps=5.0, core_share=0.105, machine="test"),
        added_by="os:test",
        added_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    config = SiteFile(
        site="S",
        agency="M",
        agency_id="muni",
        data=folder,
        secret_key=folder / "secret.key",
        analysis=AnalysisFile(second_look_model="diggers"),
    )
    store, data = own_models(config), small_model(("excavator", "boat"), SIZE)
    for name in ("diggers", "broken"):
        store.add(card(name, data), data, "")
    store.path("broken").write_bytes(b"something else")
    made = make_desk(folder)
    made.ports = replace(made.ports, detectors=LocalDetectors(config))
    made.app = create_app(made.ports)
    with serving(made.app) as made.url:
        made.add_user("ada", Role.ADMINISTRATOR)
        made.add_user("sara", Role.SUPERVISOR)
        yield made
    made.ports.database.close()
    know_own_classes([])


@pytest.fixture
def ada(desk: Desk) -> Iterator[httpx.Client]:
    with desk.client("ada") as client:
        yield client


def test_models_are_told_with_licence_classes_cost_and_what_is_wrong(ada: httpx.Client) -> None:
    told = ada.get("/api/setup/models", headers={"accept-language": "es"}).json()
    default, broken, diggers = told["detectors"]
    assert (default["name"], default["cost"], default["problem"]) == ("default", None, None)
    assert "person" in default["classes"]
    assert diggers == {
        "name": "diggers",
        "classes": ["excavator"],
        "licence": "AGPL-3.0",
        "cost": {"ms": 9.5, "cpu_ms": 21.0, "fps": 5.0, "core_share": 0.105},
        "problem": None,
    }
    assert "no es el que se agregó" in broken["problem"]
    assert (told["site_models"], told["site_second"]) == (["default"], "diggers")


def test_who_may_not_edit_cameras_is_told_nothing(desk: Desk) -> None:
    with desk.client("sara") as sara:
        assert sara.get("/api/setup/models").status_code == 403


def test_models_are_saved_with_the_camera_and_those_that_are_not_there_refused(desk: Desk, ada: httpx.Client) -> None:
    def body(revision: int, **analyse: object) -> dict[str, object]:
        return {"name": "Rio", "kind": "rtsp", "streams": [STREAM], "analyse": analyse, "revision": revision}

    saved = ada.put("/api/cameras/rio", json=body(0, models=["default", "diggers"], second_look_model="default"))
    assert saved.status_code == 200, saved.text
    analyse = desk.cameras.camera("rio").analyse
    assert (analyse.models, analyse.second_look_model) == (("default", "diggers"), "default")
    revision = saved.json()["revision"]
    for bad in ({"models": ["ghost"]}, {"second_look_model": "ghost"}, {"models": ["../../etc"]}):
        refused = ada.put("/api/cameras/rio", json=body(revision, **bad))
        assert refused.status_code == 404
        assert refused.json()["error"] == "error-detect-model-unknown"
        new = {**body(0, **bad), "name": "Otra"}
        assert ada.post("/api/setup/cameras", json={"cameras": [new]}).status_code == 404
    assert desk.cameras.camera("rio").analyse == analyse


def test_a_model_that_went_away_stops_no_other_change(desk: Desk, ada: httpx.Client) -> None:
    there = desk.cameras.save(
        replace(desk.cameras.camera("plaza"), analyse=replace(desk.cameras.camera("plaza").analyse, models=("gone",)))
    )
    body = {
        "name": "Plaza 2",
        "kind": "rtsp",
        "streams": [{"role": one.role, "url": one.url} for one in there.streams],
        "analyse": {"models": ["gone"]},
        "revision": there.revision,
    }
    assert ada.put("/api/cameras/plaza", json=body).status_code == 200


def test_where_a_camera_says_that_it_stands_is_told_and_not_saved(desk: Desk, ada: httpx.Client) -> None:
    told = ada.post("/api/cameras/plaza/said-place")
    assert told.json() == {"latitude_deg": -12.05, "longitude_deg": -77.04}
    assert desk.cameras.camera("plaza").placement is None
    assert ada.post("/api/cameras/ghost/said-place").status_code == 404
