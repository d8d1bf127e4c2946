"""An agency's own models: what is taken and what is refused, how outputs are read, several models on one camera."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from small_model import BLUE, ORANGE, Graph, octets, scene, small_model, tensor
from veedor.kit.hashing import sha256_bytes
from veedor.kit.messages import LANGUAGES
from veedor.model.detection import Detections, ObjectClass, class_named, know_own_classes
from veedor.model.frame import Frame
from veedor.model.track import Tracks
from veedor.site.detect import onnx_file
from veedor.site.detect.atlas import AtlasDetector, Watcher
from veedor.site.detect.cards import ModelCard, ModelClass, OwnModels
from veedor.site.detect.closer import crop_detector
from veedor.site.detect.closers import Closers
from veedor.site.detect.coco import COCO_CLASSES
from veedor.site.detect.errors import ModelNameTaken, ModelRefused, OwnModelChanged, OwnModelGone, TooManyClasses
from veedor.site.detect.layouts import Reading, read, recognise
from veedor.site.detect.named import detector_by_name, load_from
from veedor.site.detect.onnx import OnnxDetector
from veedor.site.detect.onnx_file import check_onnx
from veedor.site.detect.opened import CameraModels
from veedor.site.detect.own import ModelOrder, OwnDetector
from veedor.site.detect.scripted import ScriptedDetector
from veedor.site.detect.team import TeamDetector, merged
from veedor.site.detect.trial import Wanted, run

SIZE = (320, 192)
AT = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
BOTH = ("excavator", "boat")
DRAWN = {ORANGE: (200, 100, 320, 180), BLUE: (400, 200, 520, 280)}


@pytest.fixture(autouse=True)
def _no_own_classes() -> object:
    yield
    know_own_classes([])


def order(data: bytes, layout: str = "yolov8", **more: object) -> ModelOrder:
    return ModelOrder("small", sha256_bytes(data), layout, *SIZE, (32, 33), **more)  # type: ignore[arg-type]


def refusal(data: bytes, tmp_path: Path, **wanted: object) -> ModelRefused:
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelRefused) as told:
        run(path, Wanted(**{"classes": 1, **wanted}))  # type: ignore[arg-type]
    for lang in LANGUAGES:  # each reason is a sentence, with all its words
        assert "{" not in told.value.render(lang)
        assert "detect-" not in told.value.render(lang)
    return told.value


# -- reading


@pytest.mark.parametrize("layout", ["yolov8", "yolov5", "detr", "nms"])
def test_boxes_come_back_in_pixels_of_the_picture(layout: str) -> None:
    data = small_model(BOTH, SIZE, layout)
    found = OwnDetector(data, order(data, layout)).detect(scene(DRAWN)[:, :, ::-1])
    by_class = dict(zip(found.class_id.tolist(), found.xyxy.tolist(), strict=True))
    assert by_class[32] == pytest.approx(DRAWN[ORANGE], abs=9)  # the grid is 4 pixels of an input half as large
    assert by_class[33] == pytest.approx(DRAWN[BLUE], abs=9)
    assert len(found) == 2


@pytest.mark.parametrize("fit", ["letterbox", "stretch"])
def test_a_picture_of_another_shape_fits_in(fit: str) -> None:
    data = small_model(BOTH, SIZE)
    tall = scene({ORANGE: (100, 300, 200, 420)}, size=(360, 640))
    found = OwnDetector(data, order(data, fit=fit)).detect(tall[:, :, ::-1])
    assert found.class_id.tolist() == [32]
    assert found.xyxy[0].tolist() == pytest.approx([100, 300, 200, 420], abs=20)


def test_colour_and_scale_are_as_the_card_says() -> None:
    data = small_model(("excavator",), SIZE, scale=255.0)
    picture = scene(DRAWN)[:, :, ::-1]
    as_told = OwnDetector(data, ModelOrder("small", sha256_bytes(data), "yolov8", *SIZE, (32,), scale="byte"))
    swapped = ModelOrder("small", sha256_bytes(data), "yolov8", *SIZE, (32,), colour="bgr", scale="byte")
    assert as_told.detect(picture).xyxy[0].tolist() == pytest.approx(DRAWN[ORANGE], abs=9)
    assert OwnDetector(data, swapped).detect(picture).xyxy[0].tolist() == pytest.approx(DRAWN[BLUE], abs=9)


def test_cells_of_yolox_are_read_by_their_strides() -> None:
    cells = sum((SIZE[0] // stride) * (SIZE[1] // stride) for stride in (8, 16, 32))
    output = np.zeros((1, cells, 6), np.float32)
    output[0, 41] = (0.5, 0.25, np.log(4), np.log(2), 0.8, 0.5)  # second row of the finest grid, its second column
    assert recognise([output.shape], 1, SIZE, "x") == "yolox"
    found = read([output], Reading("yolox", SIZE, (32,)))
    assert found.xyxy[0].tolist() == pytest.approx([12 - 16, 10 - 8, 12 + 16, 10 + 8])
    assert found.confidence[0] == pytest.approx(0.4)


def test_a_class_of_no_interest_is_not_reported() -> None:
    data = small_model(BOTH, SIZE)
    only_boats = ModelOrder("small", sha256_bytes(data), "yolov8", *SIZE, (-1, 33))
    assert OwnDetector(data, only_boats).detect(scene(DRAWN)[:, :, ::-1]).class_id.tolist() == [33]


def test_a_real_network_sees_as_an_own_model_what_it_sees_as_the_sites(model_file: Path, bikes_clip: Path) -> None:
    with av.open(str(bikes_clip)) as film:
        street = next(islice(film.decode(video=0), 120, None)).to_ndarray(format="bgr24")
    canvas = cv2.resize(street, (416, 416))
    (by_site,) = OnnxDetector(model_file).detect(canvas[None])
    numbers = tuple(int(COCO_CLASSES.get(at, -1)) for at in range(80))
    data = model_file.read_bytes()
    assert recognise([(1, 3549, 85)], 80, (416, 416), "x") == "yolox"
    told = ModelOrder("coco", sha256_bytes(data), "yolox", 416, 416, numbers, "bgr", "byte")
    own = OwnDetector(data, told).detect(canvas)
    assert len(by_site) > 2
    assert own.class_id.tolist() == by_site.class_id.tolist()
    assert own.xyxy == pytest.approx(by_site.xyxy.clip(0, 416), abs=0.01)
    assert own.confidence == pytest.approx(by_site.confidence, abs=1e-5)


# -- refusing


def test_what_is_no_onnx_file_is_told_from_what_is_one() -> None:
    check_onnx(small_model(), "small.onnx")
    for data in (b"", b"\x00" * 40, b"PK\x03\x04" + bytes(60), small_model()[:-20], b"\x08\x08" * 30):
        with pytest.raises(ModelRefused) as told:
            check_onnx(data, "x.onnx")
        assert told.value.params["detail"] == "detect-refused-not-onnx"


def test_weights_in_other_files_functions_and_unknown_operators_are_refused(tmp_path: Path) -> None:
    outside = Graph([("images", (1, 3, 32, 32))])
    outside.constants.append(
        tensor("w", np.ones(1, np.float32)) + octets(13, octets(1, "location") + octets(2, "../x"))
    )
    outside.outputs.append((outside.add("Mul", "images", "w"), (1, 3, 32, 32)))
    assert refusal(outside.to_bytes(), tmp_path).params["detail"] == "detect-refused-external"
    strange = Graph([("images", (1, 3, 32, 32))])
    strange.outputs.append((strange.add("Anything", "images", domain="acme.ops"), (1, 3, 32, 32)))
    told = refusal(strange.to_bytes(), tmp_path)
    assert "acme.ops.Anything" in told.render("en")
    assert refusal(small_model() + octets(25, b"\x0a\x01f"), tmp_path).params["detail"] == "detect-refused-functions"
    unknown = Graph([("images", (1, 3, 32, 32))])
    unknown.outputs.append((unknown.add("NoSuchOperator", "images"), (1, 3, 32, 32)))
    assert refusal(unknown.to_bytes(), tmp_path).params["detail"] == "detect-refused-runtime"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_file, "MAX_OCTETS", 1000)
    assert refusal(small_model(), tmp_path).params["detail"] == "detect-refused-huge"


def test_inputs_and_outputs_that_cannot_be_read_are_refused_in_words(tmp_path: Path) -> None:
    two = small_model(BOTH, SIZE)
    assert refusal(two, tmp_path, classes=80).params["detail"] == "detect-refused-count"
    assert "2" in refusal(two, tmp_path, classes=80).render("en")
    assert refusal(two, tmp_path, classes=2, size=(640, 640)).params["detail"] == "detect-refused-size"
    assert refusal(two, tmp_path, classes=2, layout="detr").params["detail"] == "detect-refused-other-layout"
    flat = Graph([("images", (1, 3, 32, 32))])
    flat.outputs.append((flat.add("Relu", "images"), (1, 3, 32, 32)))
    assert refusal(flat.to_bytes(), tmp_path).params["detail"] == "detect-refused-layout"
    vector = Graph([("images", (1, 10))])
    vector.outputs.append((vector.add("Relu", "images"), (1, 10)))
    assert refusal(vector.to_bytes(), tmp_path).params["detail"] == "detect-refused-input"


def test_numbers_that_are_none_and_scores_that_are_no_shares_are_refused(tmp_path: Path) -> None:
    def not_a_number(graph: Graph, name: str) -> str:
        return graph.add("Div", name, graph.put([0.0]))

    def logits(graph: Graph, name: str) -> str:
        return graph.add("Add", name, graph.put([5.0]))

    assert refusal(small_model(spoil=not_a_number), tmp_path).params["detail"] == "detect-refused-nan"
    assert refusal(small_model(spoil=logits), tmp_path).params["detail"] == "detect-refused-scores"


# -- keeping


def card(data: bytes, name: str = "excavators", classes: tuple[str, ...] = BOTH, **more: object) -> ModelCard:
    return ModelCard(
        name=name,
        sha256=sha256_bytes(data),
        size_bytes=len(data),
        layout="yolov8",
        width=SIZE[0],
        height=SIZE[1],
        classes=tuple(ModelClass(name=one, labels={"es": f"una {one}"}) for one in classes),
        licence="Apache-2.0",
        added_by="os:test",
        added_at=AT,
        **more,  # type: ignore[arg-type]
    )


def test_a_model_is_used_only_while_its_file_is_the_one_that_was_added(tmp_path: Path) -> None:
    store, data = OwnModels(tmp_path / "models"), small_model(BOTH, SIZE)
    store.add(card(data), data, "Terms.")
    assert store.order("excavators").numbers == (32, 33)
    assert store.licence_text("excavators") == "Terms."
    with pytest.raises(ModelNameTaken):
        store.add(card(data), data, "")
    load = load_from(store.folder, 1)
    told = store.order("excavators")
    assert load(told).order == told
    store.path("excavators").write_bytes(small_model(BOTH, SIZE, scale=255.0))
    for use in (lambda: store.order("excavators"), lambda: load(told)):
        with pytest.raises(OwnModelChanged):
            use()
    store.path("excavators").unlink()
    for use in (lambda: store.order("excavators"), lambda: load(told)):
        with pytest.raises(OwnModelGone):
            use()


def test_a_worker_finds_a_model_by_its_hash_whatever_it_is_called(tmp_path: Path) -> None:
    data = small_model(BOTH, SIZE)
    (tmp_path / "whatever.onnx").write_bytes(data)
    assert load_from(tmp_path, 1)(order(data)).order == order(data)


def test_numbers_of_classes_are_never_given_twice(tmp_path: Path) -> None:
    store, data = OwnModels(tmp_path), small_model(BOTH, SIZE)
    store.add(card(data), data, "")
    store.remove("excavators")
    store.add(card(data, "more", ("smoke", "boat", "car")), data, "")
    numbers = {one.name: one.number for one in store.classes()}
    assert numbers == {"excavator": 32, "boat": 33, "smoke": 34}
    assert store.order("more").numbers == (34, 33, int(ObjectClass.CAR))
    know_own_classes(store.classes())
    assert class_named("smoke") == 34
    assert ObjectClass(34).label == "smoke"
    assert ObjectClass.of(61).label == "own_61"  # a number whose name nobody told this process
    with pytest.raises(TooManyClasses):
        store.add(card(data, "too_many", tuple(f"c{at}" for at in range(40))), data, "")


# -- several on one camera


def frame(boxes: dict[tuple[int, int, int], tuple[float, float, float, float]], number: int = 0) -> Frame:
    i420 = cv2.cvtColor(scene(boxes), cv2.COLOR_RGB2YUV_I420)
    return Frame("cam", 1, number, number / 5, AT, i420)


def seen(*boxes: tuple[int, tuple[float, float, float, float]]) -> Detections:
    return Detections(
        np.array([box for _, box in boxes], np.float32).reshape(-1, 4),
        np.full(len(boxes), 0.6, np.float32),
        np.array([kind for kind, _ in boxes], np.int32),
    )


def test_the_models_of_a_camera_give_one_answer(tmp_path: Path) -> None:
    data = small_model(BOTH, SIZE)
    (tmp_path / "small.onnx").write_bytes(data)
    person = seen((int(ObjectClass.PERSON), (10, 10, 30, 60)))
    site = ScriptedDetector(lambda _canvas: person)
    lacking: list[str] = []
    team = TeamDetector(AtlasDetector(site), load_from(tmp_path, 1), lambda one, _why: lacking.append(one.name))
    look = Watcher().look(frame(DRAWN), Tracks.empty())
    assert team.detect([look])[0].class_id.tolist() == [ObjectClass.PERSON]
    team.assign("cam", CameraModels(True, (order(data),)))
    assert sorted(team.detect([look])[0].class_id.tolist()) == [ObjectClass.PERSON, 32, 33]
    before = site.canvases
    team.assign("cam", CameraModels(False, (order(data),)))
    assert sorted(team.detect([look])[0].class_id.tolist()) == [32, 33]
    assert site.canvases == before  # the site's model was not asked
    other = ModelOrder("absent", "0" * 64, "yolov8", *SIZE, (32, 33))
    team.assign("cam", CameraModels(True, (other,)))
    for _ in range(2):
        assert team.detect([look])[0].class_id.tolist() == [ObjectClass.PERSON]
    assert lacking == ["absent"]
    closers = Closers(lambda: crop_detector(site), load_from(tmp_path, 1), lambda *_: None)
    closers.assign("cam", CameraModels(second=order(data)))
    second = closers.of("cam", ObjectClass(32))
    assert second is not None
    assert second([scene(DRAWN)[:, :, ::-1]])[0].class_id.tolist() == [32, 33]


def test_boxes_of_two_models_are_joined_by_class() -> None:
    box, near, far = (100, 100, 200, 200), (105, 100, 205, 200), (300, 100, 400, 200)
    truck, car = int(ObjectClass.TRUCK), int(ObjectClass.CAR)
    # The same vehicle by two models is one; an own class beside it is another.
    assert len(merged(seen((truck, box)), seen((car, near)))) == 1
    assert sorted(merged(seen((truck, box)), seen((32, near))).class_id.tolist()) == [truck, 32]
    # Where the agency says so, its excavator stands in place of the truck, but of no other truck.
    told = merged(seen((truck, box), (truck, far)), seen((32, near)), [(32, truck)])
    assert sorted(zip(told.class_id.tolist(), told.xyxy[:, 0].tolist(), strict=True)) == [(truck, 300.0), (32, 105.0)]


def test_an_order_is_the_same_after_its_way_to_a_worker() -> None:
    told = CameraModels(False, (order(b"x", instead_of=((32, 6),), least_confidence=0.3),), order(b"y"))
    assert CameraModels.from_json(told.to_json()) == told
    assert len(told.files) == 2


def test_detectors_by_name_look_at_crops(tmp_path: Path, model_file: Path) -> None:
    store, data = OwnModels(tmp_path), small_model(BOTH, SIZE)
    store.add(card(data), data, "")
    crop = scene({ORANGE: (50, 30, 150, 90)}, size=(200, 120))[:, :, ::-1]
    (found,) = detector_by_name("excavators", store)([crop])
    assert found.class_id.tolist() == [32]
    assert found.xyxy[0].tolist() == pytest.approx([50, 30, 150, 90], abs=8)
    assert model_file.is_file()
    assert len(detector_by_name("yolox_nano_416", store)([crop, crop])) == 2
