"""Phantoms beside real images: who calibrates which class, and what the gate is set on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.run.calibrate import CalibrationInput, FittedWith, balanced_rows, calibrate_row
from training.run.files import RunError
from training.run.predictions import Predictions
from training.run.settings import CalibrationTable

CLASSES = ("opacity", "heart")
REAL, DRAWN = 60, 80


def given() -> CalibrationInput:
    """The network is right about both, but its scale is another on phantoms."""
    random = np.random.default_rng(0)
    n = REAL + DRAWN
    labels = random.integers(0, 2, (n, 2)).astype(np.float32)
    drawn = np.arange(n) >= REAL
    logits = (2 * labels - 1 + random.normal(0, 1, (n, 2))) * np.where(drawn, 8.0, 1.0)[:, None]
    names = tuple(f"i{row}" for row in range(n))
    embedding = random.normal(np.where(drawn, 3.0, 0.0)[:, None], 1, (n, 4)).astype(np.float32)
    predictions = Predictions(names, names, labels, logits.astype(np.float32), embedding, 1.0, "cpu", 8)
    return CalibrationInput(
        "calibration", predictions, predictions.embedding[:REAL], ["other"], CLASSES, "multilabel", drawn
    )


def fitted(own: CalibrationInput, **keys: object):  # type: ignore[no-untyped-def]
    table = CalibrationTable("platt", refits=3, **keys)  # type: ignore[arg-type]
    return calibrate_row(own, table, FittedWith("bce"))


def test_real_images_calibrate_and_phantoms_where_asked() -> None:
    found = fitted(given(), phantom_classes=("heart",))
    assert found.document["sources"] == {"opacity": "real", "heart": "phantom"}
    assert (found.classes["opacity"]["n"], found.classes["heart"]["n"]) == (REAL, DRAWN)
    own = given()
    only_real = replace(own, predictions=own.predictions.select(~own.drawn), drawn=own.drawn[:REAL])
    alone = fitted(only_real)
    assert "sources" not in alone.document
    p, expected = (calibration.probabilities(own.predictions.logits) for calibration in (found, alone))
    assert p[:, 0] == pytest.approx(expected[:, 0])
    assert not np.allclose(p[:, 1], expected[:, 1])


def test_phantoms_stand_in_for_a_class_that_no_real_image_knows() -> None:
    own = given()
    labels = own.predictions.labels.copy()
    labels[:REAL, 1] = np.nan
    found = fitted(replace(own, predictions=replace(own.predictions, labels=labels)))
    assert found.document["sources"]["heart"] == "phantom"


def test_a_class_that_is_not_there_is_refused() -> None:
    with pytest.raises(RunError, match="phantom_classes 'lung' is not one of opacity, heart"):
        fitted(given(), phantom_classes=("lung",))


def test_the_gate_is_set_on_at_most_as_many_phantoms_as_real_images() -> None:
    rows = balanced_rows(given().drawn, 0)
    assert (rows < REAL).sum() == REAL
    assert (rows >= REAL).sum() == REAL
    assert balanced_rows(np.ones(5, bool), 0).tolist() == [0, 1, 2, 3, 4]
    assert balanced_rows(np.array([False, False, True]), 0).tolist() == [0, 1, 2]
    # The share that the gate refuses is one of this mixture: with all 80 phantoms its threshold would be lower.
    assert fitted(given()).gate.threshold > 0


def test_a_label_that_no_case_has_is_named_with_what_to_write() -> None:
    own = given()
    labels = own.predictions.labels.copy()
    labels[:, 1] = np.nan
    with pytest.raises(
        RunError, match=r"no image of split 'calibration' has a label for 'heart'; .* classes = \[\"opacity\"\]"
    ):
        fitted(replace(own, predictions=replace(own.predictions, labels=labels)))


def test_what_the_fit_ran_into_stands_in_calibration_json_by_class() -> None:
    own = given()
    parted = replace(own.predictions, logits=np.where(own.predictions.labels == 1, 2.0, -2.0).astype(np.float32))
    table = CalibrationTable("", refits=3)
    found = calibrate_row(replace(own, predictions=parted), table, FittedWith("bce")).document["notes"]
    assert set(found) == set(CLASSES)
    assert all("part the cases without an error" in notes[0] for notes in found.values())
    assert fitted(given()).document["notes"] == {}
