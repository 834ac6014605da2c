"""004's features: pooled from a trunk, written and read without loss, split like images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.data.paper_splits import SplitRule, assign_splits
from training.data.prepared import PreparedSet
from training.data.records import DataError
from training.data.registry import DataSettings, read_samples
from training.data.tabular import FeatureTable, extract_features, read_features, write_features


def _prepared(task: str = "single") -> PreparedSet:
    images = np.arange(5 * 4, dtype=np.float16).reshape(5, 1, 2, 2) / 20
    labels = np.eye(2, dtype=np.float32)[[0, 1, 1, 0, 1]]
    names = tuple("abcde")
    masks = np.zeros((5, 2, 2), np.uint8)
    return PreparedSet(
        images, labels, masks, np.zeros(5, bool), ((),) * 5, names, names, ("",) * 5, ("Normal", "Lung Opacity"), task
    )


def test_a_map_is_averaged_over_its_cells_or_laid_out() -> None:
    # The trunk here returns its input and twice it as two channels: means of a = (0+1+2+3)/80 and twice that.
    def trunk(images: np.ndarray) -> np.ndarray:
        return np.concatenate([images, 2 * images], axis=1)

    pooled = extract_features(_prepared(), trunk, batch=2)
    np.testing.assert_allclose(pooled.features[0], [6 / 80, 12 / 80], rtol=1e-3)
    assert pooled.features.shape == (5, 2)
    assert pooled.labels.tolist() == [0, 1, 1, 0, 1]
    assert extract_features(_prepared(), trunk, flatten=True).features.shape == (5, 8)


def test_several_labels_at_once_have_no_table() -> None:
    with pytest.raises(DataError, match="task 'multilabel' has no table of features"):
        extract_features(_prepared("multilabel"), lambda images: images)


def test_every_float_comes_back_from_the_file(tmp_path: Path) -> None:
    features = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    table = FeatureTable(features, np.array([1, 0, 1]), ("x", "y", "z"), ("p", "q", "q"), ("a", "b"))
    write_features(tmp_path / "features.csv", table)
    found = read_features(tmp_path / "features.csv")
    np.testing.assert_array_equal(found.features, features)
    assert (found.ids, found.patients, found.classes, found.labels.tolist()) == (
        table.ids, table.patients, table.classes, [1, 0, 1]
    )  # fmt: skip
    assert found.select(["z", "x"]).labels.tolist() == [1, 1]
    with pytest.raises(DataError, match="image 'w' has no row"):
        found.select(["w"])


def test_it_is_a_data_set_that_splits_by_patient(tmp_path: Path) -> None:
    names = tuple(f"i{number:02d}" for number in range(40))
    people = tuple(f"p{number // 2}" for number in range(40))
    table = FeatureTable(
        np.ones((40, 2), np.float32), np.arange(40) // 2 % 2, names, people, ("Lung Opacity", "Normal")
    )
    write_features(tmp_path / "features.csv", table)
    samples = read_samples(DataSettings("tabular"), tmp_path)
    assert samples.classes == ("Lung Opacity", "Normal")
    assignment = assign_splits(samples, SplitRule("paper004"))
    assert set(assignment.values()) == {"train", "selection", "calibration", "evaluation"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image,patient,f0\na,p,1\n", "features.csv row 1: column 'label' is missing"),
        ("image,patient,label,f0\na,p,x,one\n", "row 2: f0 'one' is not a number"),
        ("image,patient,label,f0,f1\na,p,x,1\n", "row 2: no value for column 'f1'"),
        ("image,patient,label,f0\n", "0 rows of 0 features"),
    ],
)
def test_bad_tables_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "features.csv").write_text(text)
    with pytest.raises(DataError, match=message):
        read_features(tmp_path / "features.csv")


def test_a_label_outside_the_wanted_classes_is_named(tmp_path: Path) -> None:
    (tmp_path / "features.csv").write_text("image,patient,label,f0\na,p,Third,1\n")
    with pytest.raises(DataError, match="row 2: label 'Third' is not one of Normal"):
        read_features(tmp_path / "features.csv", ("Normal",))
