"""A film that was stored mirrored or rotated is the same input of a model, and its answer lies in stored pixels."""

from pathlib import Path

import numpy as np
import pytest

from inference.bundle import Bundle
from inference.dicom import ChildPool
from inference.dicom.prepare import prepare_dicom
from inference.engine import Case, Engine
from inference.exam.orientation import Turn, read_directions
from inference.preprocessing import InputSpec, ModelInput
from inference.session import CPU
from tests.inference.dicom.made_files import MadeImage
from tests.inference.exam_questions import asked
from tests.inference.tiny_bundle import make_tiny_bundle

FRONTAL = ["L\\F", "L\\H", "R\\F", "R\\H", "F\\L", "F\\R", "H\\L", "H\\R"]
ROWS, COLUMNS = 160, 128
LEFT, TOP, RIGHT, BOTTOM = 60, 16, 120, 96  # the bright rectangle of the film as it is looked at


def film() -> np.ndarray:
    """uint16 [ROWS, COLUMNS] as it is looked at: a slope that differs at every corner, and one bright rectangle."""
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    values = 400 + 2 * rows + 3 * columns
    values[TOP:BOTTOM, LEFT:RIGHT] = 4000
    return values.astype(np.uint16)


def stored(orientation: str, tmp_path: Path, **attributes: tuple[str, str]) -> tuple[Path, np.ndarray]:
    """The file that holds the film with this orientation, and its stored values."""
    values = np.ascontiguousarray(read_directions(orientation).turn.undone(film()))
    written = {0x00200020: ("CS", orientation), 0x00185101: ("CS", "PA"), 0x00180015: ("CS", "CHEST")}
    tags = {int(tag[1:], 16): value for tag, value in attributes.items()}
    return MadeImage(values, bits_stored=12, attributes={**written, **tags}).write(tmp_path), values


def prepared(pool: ChildPool, path: Path, spec: InputSpec) -> ModelInput:
    header = pool.preparse(path)
    pixels = pool.decode(path, header)
    made = prepare_dicom(header, pixels, spec)
    [in_child] = pool.prepare(path, header, [spec])
    assert (in_child.sha256, in_child.region, in_child.turn) == (made.sha256, made.region, made.turn)
    return made


@pytest.mark.parametrize("resize", ["letterbox", "stretch", "center-crop"])
@pytest.mark.parametrize("orientation", FRONTAL)
def test_all_eight_orientations_are_one_input(pool, tmp_path, orientation, resize):
    spec = InputSpec(48, 56, resize=resize)
    right = prepared(pool, stored("L\\F", tmp_path)[0], spec)
    made = prepared(pool, stored(orientation, tmp_path)[0], spec)
    assert made.sha256 == right.sha256
    assert np.array_equal(made.image, right.image)


@pytest.mark.parametrize(
    "change",
    [
        {"x00185101": ("CS", "LL")},
        {"x00180015": ("CS", "HAND")},
        {"x00200020": ("CS", "A\\F")},
        {"x00200020": ("CS", "R")},
        {"x00200020": ("CS", "L\\F\\X")},
    ],
)
def test_other_films_and_contradictions_stay_as_they_are_stored(pool, tmp_path, change):
    spec = InputSpec(48, 56)
    as_stored = prepared(pool, stored("R\\F", tmp_path, x00200020=("CS", "L\\F"))[0], spec)
    made = prepared(pool, stored("R\\F", tmp_path, **change)[0], spec)
    assert made.sha256 == as_stored.sha256
    assert made.turn.is_identity


@pytest.fixture(scope="module")
def engine(tmp_path_factory) -> Engine:
    path = tmp_path_factory.mktemp("bundle") / "tiny.bundle"
    make_tiny_bundle(path)
    return Engine(Bundle.load(path), [CPU], threads=1)


@pytest.mark.parametrize("orientation", FRONTAL)
def test_maps_and_boxes_lie_on_the_rectangle_in_stored_pixels(pool, engine, tmp_path, orientation):
    path, values = stored(orientation, tmp_path)
    explanation = engine.explain([Case(prepared(pool, path, engine.bundle.input_spec), asked())])[0]
    rows, columns = np.nonzero(values == 4000)
    x0, y0, x1, y1 = explanation.region
    for kind in ("gradcam", "classmaps"):
        values_of_kind = explanation.maps[kind][0]
        row, column = np.unravel_index(values_of_kind.argmax(), values_of_kind.shape)
        x = x0 + (column + 0.5) * (x1 - x0) / values_of_kind.shape[1]
        y = y0 + (row + 0.5) * (y1 - y0) / values_of_kind.shape[0]
        assert columns.min() <= x <= columns.max() + 1
        assert rows.min() <= y <= rows.max() + 1
    [finding] = [one for one in explanation.findings if one["key"] == "lung_opacity"]
    [box] = [one for one in finding["boxes"] if one["rule"] == "component" and one["map"] == "gradcam"]
    assert box["x"] <= columns.mean() <= box["x"] + box["w"]
    assert box["y"] <= rows.mean() <= box["y"] + box["h"]


@pytest.mark.parametrize("orientation", FRONTAL)
def test_the_answer_is_the_same_and_its_maps_are_those_of_the_film_turned_back(pool, engine, tmp_path, orientation):
    spec = engine.bundle.input_spec
    right, made = (
        engine.explain([Case(prepared(pool, stored(one, tmp_path)[0], spec), asked())])[0]
        for one in ("L\\F", orientation)
    )
    turn = read_directions(orientation).turn
    assert dict(made.probabilities) == dict(right.probabilities)
    for kind, values in right.maps.items():
        assert np.array_equal(made.maps[kind], turn.undone(values))
    back = turn.stored_region(right.region, *made_shape(orientation))
    assert made.region == pytest.approx(back)


def made_shape(orientation: str) -> tuple[int, int]:
    return (COLUMNS, ROWS) if read_directions(orientation).turn.is_transposed else (ROWS, COLUMNS)


def test_the_document_names_the_shape_of_maps_as_they_are_stored(pool, engine, tmp_path):
    explanation = engine.explain(
        [Case(prepared(pool, stored("F\\R", tmp_path)[0], engine.bundle.input_spec), asked())]
    )[0]
    described = explanation.document()["maps"][0]
    assert (described["height"], described["width"]) == explanation.maps[described["kind"]].shape[1:]


@pytest.mark.parametrize("turn", [Turn(a, b, c) for a in (False, True) for b in (False, True) for c in (False, True)])
def test_a_point_of_the_turned_picture_is_found_in_the_stored_one(turn: Turn) -> None:
    stored = np.zeros((30, 50))
    stored[7, 41] = 1.0
    row, column = np.argwhere(turn.applied(stored))[0]
    assert turn.stored_point(column + 0.5, row + 0.5, 30, 50) == (41.5, 7.5)
