"""Whether two maps point to one place: cells worked by hand."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.bundle import Bundle, BundleError
from inference.engine import Case, Engine
from inference.map_agreement import maps_agree
from inference.preprocessing import as_model_input
from tests.inference.tiny_bundle import SIZE, make_tiny_bundle, tiny_manifest

WORTH = {
    "of": "gradcam",
    "beside": "classmaps",
    "agree": {"value": 0.8, "ci": [0.67, 0.89], "n": 50, "method": "wilson"},
    "differ": {"value": 0.3, "ci": [0.17, 0.48], "n": 30, "method": "wilson"},
    "data": "phantoms",
}


def cells(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, np.float32)


ABOVE = cells((0, 8, 0, 0), (0, 2, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0))
BELOW = cells((0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 8))


def test_one_place_agrees_and_two_do_not() -> None:
    assert maps_agree(ABOVE, ABOVE * 3, (4, 12)) is True
    assert maps_agree(ABOVE, BELOW, (4, 4)) is False


def test_both_must_reach_the_other() -> None:
    wide = cells((3, 3, 3, 3), (3, 3, 3, 3), (3, 3, 3, 3), (3, 3, 3, 9))  # holds the peak of ABOVE
    assert maps_agree(ABOVE, wide, (4, 3)) is False
    assert maps_agree(wide, ABOVE, (3, 4)) is False


def test_maps_of_other_sizes_are_compared_between_the_middles_of_cells() -> None:
    # The peak of the 4 x 4 map lies at (.375, .125) of the field; of a 2 x 2 map that is a quarter of the way to the right.
    small = cells((4, 8), (0, 0))
    assert maps_agree(ABOVE, small, (0, 5)) is True
    assert maps_agree(ABOVE, small, (0, 5.01)) is False


@pytest.mark.parametrize("empty", [np.zeros((4, 4), np.float32), -ABOVE])
def test_a_map_without_positive_evidence_points_nowhere(empty: np.ndarray) -> None:
    assert maps_agree(ABOVE, empty, (4, 0)) is None
    assert maps_agree(empty, ABOVE, (0, 4)) is None


def bundle(path: Path, worth: Any) -> Path:
    findings = copy.deepcopy(tiny_manifest()["findings"])
    if worth is not None:
        findings[0]["agreement"] = worth
    make_tiny_bundle(path, findings=findings)
    return path


def documents(path: Path, image: np.ndarray) -> list[Any]:
    engine = Engine(Bundle.load(path))
    return engine.explain([Case(as_model_input(image, SIZE, SIZE, engine.bundle.input_spec))])[0].findings


def spot() -> np.ndarray:
    image = np.full((SIZE, SIZE), 0.4, np.float32)
    image[8:24, 8:24] = 1.0
    return image


def test_a_result_says_it_beside_what_it_was_measured_to_be_worth(tmp_path: Path) -> None:
    found = documents(bundle(tmp_path / "a.bundle", WORTH), spot())
    assert found[0]["agreement"] == {**WORTH, "agrees": True}
    assert ["agreement" in one for one in found] == [True, False, False]


def test_nothing_is_said_where_nothing_was_measured_or_a_map_points_nowhere(tmp_path: Path) -> None:
    assert not any("agreement" in one for one in documents(bundle(tmp_path / "a.bundle", None), spot()))
    dark = np.full((SIZE, SIZE), 0.4, np.float32)
    assert not any("agreement" in one for one in documents(bundle(tmp_path / "b.bundle", WORTH), dark))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"beside": "gradcam"}, "findings.lung_opacity.agreement"),
        ({"of": "spots"}, "agreement"),
        ({"agree": {"value": 1.2, "ci": None, "n": 3}}, "agreement"),
    ],
)
def test_a_measurement_of_other_maps_is_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(BundleError, match=said):
        Bundle.load(bundle(tmp_path / "a.bundle", {**WORTH, **change}))
