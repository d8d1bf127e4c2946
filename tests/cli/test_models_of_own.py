"""The whole way of an agency's own model: taken, named by a rule, seen in a film; and what is refused on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from small_model import ORANGE, scene, small_model, write_clip
from veedor.compose.at_machine import audited_camera_store
from veedor.compose.config import SiteFile, load
from veedor.compose.offline import Given, Models, Outputs, analyze_file
from veedor.compose.own_models import (
    NewModel,
    add_model,
    model_problems,
    model_rows,
    own_models,
    remove_model,
    with_models,
)
from veedor.compose.stores import camera_store, load_config, rules_store
from veedor.desk.audit.log import AuditQuery, ChainedAuditLog
from veedor.desk.database import Database, database_url
from veedor.kit.clock import SystemClock
from veedor.kit.errors import ConfigError
from veedor.kit.hashing import sha256_bytes
from veedor.kit.messages import LANGUAGES
from veedor.model.camera import AnalyseSettings, Camera, SourceKind, StreamRole, StreamSource
from veedor.model.detection import know_own_classes
from veedor.site.detect.errors import BadModelSetting, ModelInUse, ModelRefused, ModelUnknown
from veedor.site.detect.trial import Trial
from veedor.site.models_book import ModelsBook
from veedor.site.rules.ruleset import RuleSet

CLOCK = SystemClock()
RULES = """
zones:
  Playa: [[0.1, 0.3], [0.9, 0.3], [0.9, 0.9], [0.1, 0.9]]
rules:
  - {name: Cerrado, kind: closed_area, enabled: true, zone: Playa, classes: [excavator], severity: high}
"""


@pytest.fixture
def site(tmp_path: Path) -> SiteFile:
    path = tmp_path / "veedor.yaml"
    path.write_text("site: Prueba\nagency: Muni\nsecret_key: secret.key\n", encoding="utf-8")
    yield load(path)
    know_own_classes([])


def new(tmp_path: Path, data: bytes | None = None, **told: Any) -> NewModel:
    file = tmp_path / "excavators.onnx"
    file.write_bytes(small_model() if data is None else data)
    return NewModel(
        **{"file": file, "name": "excavators", "classes": "excavator", "licence": "Apache-2.0", **told},  # type: ignore[arg-type]
    )


def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial has tests of its own, and takes a process."""
    tried = Trial("yolov8", 320, 192, 8.0, 7.5)
    monkeypatch.setattr("veedor.compose.own_models.try_model", lambda _path, _wanted, _sha256: tried)


def test_from_the_file_to_the_event(tmp_path: Path, site: SiteFile, model_file: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES, encoding="utf-8")
    with pytest.raises(ConfigError):  # nobody knows an excavator yet
        RuleSet.load(rules)
    (tmp_path / "terms.txt").write_text("Use it well.", encoding="utf-8")
    told = new(tmp_path, labels=["es=excavadora"], licence_file=tmp_path / "terms.txt", source="https://example.org")
    card = add_model(site, told, CLOCK)
    assert (card.layout, card.width, card.height) == ("yolov8", 320, 192)
    assert card.sha256 == sha256_bytes(small_model())
    assert card.cost is not None
    assert card.cost.ms > 0
    assert own_models(site).licence_text("excavators") == "Use it well."
    assert [row["name"] for row in model_rows(site)] == ["yolox_nano_416", "excavators"]

    assert model_file.is_file()
    film = write_clip(tmp_path / "noche.mp4", seconds=8.0)
    load_config(tmp_path / "veedor.yaml")
    report = analyze_file(
        film,
        rules,
        5.0,
        Outputs(events=tmp_path / "events.json"),
        "es",
        lambda *_: None,
        given=Given(models=Models(site, ["default", "excavators"]), threads=1),
    )
    (event,) = report["events"]
    assert event["rule"] == "Cerrado"
    assert event["explanation"].startswith("Excavadora ")
    assert json.loads((tmp_path / "events.json").read_text())[0]["kind"] == "closed_area"
    assert report["detector"]["own_passes"] > 10


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"classes": "hombre"}, "line"),
        ({"classes": "FACE"}, "line"),
        ({"labels": ["es=mujer"]}, "line"),
        ({"classes": "vehicle"}, "reserved"),
        ({"classes": "a,b,a"}, "twice"),
        ({"classes": ", ,"}, "no-classes"),
        ({"classes": "9lives"}, "name"),
        ({"name": "Bad Name"}, "name"),
        ({"only": "boat"}, "no-class"),
        ({"labels": ["fr=pelleteuse"]}, "form"),
        ({"labels": ["boat:es=bote"]}, "no-class"),
        ({"instead_of": ["excavator=zeppelin"]}, "unknown-class"),
        ({"size": "640"}, "form"),
        ({"scale": "percent"}, "choice"),
        ({"licence": " "}, "form"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    tmp_path: Path, site: SiteFile, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any], why: str
) -> None:
    untried(monkeypatch)
    with pytest.raises(BadModelSetting) as problem:
        add_model(site, new(tmp_path, **told), CLOCK)
    assert problem.value.params["detail"] == f"detect-setting-{why}"
    assert all("{" not in problem.value.render(lang) for lang in LANGUAGES)
    assert own_models(site).cards() == []


def test_names_come_from_the_files_that_training_programs_write(
    tmp_path: Path, site: SiteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    untried(monkeypatch)
    names = tmp_path / "data.yaml"
    names.write_text("names:\n  0: Excavadora grande\n  1: 'Camión'\n  2: person\n", encoding="utf-8")
    wanted = {"classes": str(names), "only": "excavadora grande,person", "instead_of": ["excavadora grande=vehicle"]}
    card = add_model(site, new(tmp_path, **wanted), CLOCK)
    assert card.given == ("excavadora_grande", "person")
    assert card.classes[0].instead_of == ("bicycle", "bus", "car", "motorcycle", "truck")
    assert own_models(site).order("excavators").numbers == (32, -1, 1)  # a person is the person of any model


def test_a_network_that_kills_its_process_is_refused(
    tmp_path: Path, site: SiteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("veedor.site.detect.trial.sys.executable", "/bin/false")
    with pytest.raises(ModelRefused) as problem:
        add_model(site, new(tmp_path), CLOCK)
    assert problem.value.params["detail"] == "detect-refused-crashed"


def camera(**analyse: Any) -> Camera:
    stream = StreamSource(StreamRole.MAIN, "rtsp://10.0.0.9/1")
    return Camera("c1", "Playa", "agency", SourceKind.RTSP, (stream,), analyse=AnalyseSettings(**analyse))


def test_a_camera_has_the_models_that_it_was_given(
    tmp_path: Path, site: SiteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    untried(monkeypatch)
    add_model(site, new(tmp_path), CLOCK)
    with pytest.raises(ModelUnknown):
        with_models(site, camera(), ["boats"], None)
    wanted = with_models(site, camera(), ["default", "excavators"], "excavators")
    with audited_camera_store(site, CLOCK) as cameras:
        cameras.save(wanted)
    with camera_store(site) as cameras:
        assert cameras.camera("Playa").analyse == wanted.analyse
    with pytest.raises(ModelInUse) as problem:
        remove_model(site, "excavators", CLOCK)
    assert "Playa" in problem.value.render("es")
    with audited_camera_store(site, CLOCK) as cameras:
        cameras.save(with_models(site, wanted, (), ""))
    assert remove_model(site, "excavators", CLOCK).name == "excavators"
    database = Database(database_url(site.data))
    rows = ChainedAuditLog(database, CLOCK, site.agency_id).entries(AuditQuery(action="site.edit"))
    database.close()
    assert [(row.resource_id, json.loads(row.detail)["change"]) for row in rows] == [
        ("excavators", "model removed"),
        ("excavators", "model added"),
    ]


def test_the_site_says_which_models_and_which_rules_cannot_work(
    tmp_path: Path, site: SiteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    untried(monkeypatch)
    add_model(site, new(tmp_path), CLOCK)
    book = ModelsBook(own_models(site))
    assert book.changed()
    assert not book.changed()
    rules = RuleSet.loads(RULES, name="r")  # the class is known from now on
    without, having = camera(), camera(models=("default", "excavators"))
    (told,) = book.problems(without, rules, "es")
    assert "Cerrado" in told.render("es")
    assert "excavator" in told.render("en")
    assert book.problems(having, rules, "es") == []
    assert {"excavator", "person", "object"} <= book.finds(having)
    assert book.of(having).site
    assert not book.of(camera(models=("excavators",))).site

    own_models(site).path("excavators").write_bytes(b"something else")
    assert book.changed()
    damaged = [one.render("es") for one in book.problems(having, rules, "es")]
    assert any("SHA-256" in one for one in damaged)
    assert any("Cerrado" in one for one in damaged)  # nothing finds it while the model is out
    assert book.of(having).own == ()


def test_a_check_names_models_and_rules_that_cannot_work(
    tmp_path: Path, site: SiteFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    untried(monkeypatch)
    add_model(site, new(tmp_path), CLOCK)
    know_own_classes(own_models(site).classes())
    with audited_camera_store(site, CLOCK) as cameras:
        cameras.save(camera(models=("excavators",)))
    rules_store(site).write("c1", RULES, name="r")
    assert model_problems(site, "es") == []
    (tmp_path / "data/models/classes.json").write_text("{", encoding="utf-8")
    load_config(tmp_path / "veedor.yaml")  # a damaged list keeps nobody from recording
    assert any("classes.json" in one.render("es") for one in model_problems(site, "es"))


def test_rules_of_a_site_may_name_its_classes(tmp_path: Path, site: SiteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    untried(monkeypatch)
    store = rules_store(site)
    store.path("c1").parent.mkdir(parents=True)
    store.path("c1").write_text(RULES, encoding="utf-8")
    assert store.rules("c1") == RuleSet.default()
    assert store.problems
    add_model(site, new(tmp_path), CLOCK)
    ModelsBook(own_models(site)).changed()
    store.read_again()
    assert store.rules("c1").rules[0].name == "Cerrado"
    assert not store.problems
    assert scene({ORANGE: (0, 0, 9, 9)}).shape == (360, 640, 3)
