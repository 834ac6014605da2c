"""What an evaluation says beside the classification metrics: AUC within each view, and how many images the gate refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.training.run.test_calibrate import fitted, given
from training.run.evaluate import Reported, area_by_view, gate_report
from training.run.predictions import Predictions


def reported(labels: np.ndarray, logits: np.ndarray) -> Reported:
    names = tuple(f"i{row}" for row in range(len(labels)))
    embedding = np.zeros((len(labels), 2), np.float32)
    own = Predictions(names, names, labels.astype(np.float32), logits.astype(np.float32), embedding, 1.0, "cpu", 8)
    return Reported(own, "multilabel", ("opacity",), 10)


def test_each_view_is_ranked_by_itself() -> None:
    """AP scores lie above PA scores: each view is ranked perfectly, both together are not."""
    labels = np.array([[0.0], [0], [1], [1], [0], [0], [1], [np.nan]])
    logits = np.array([[3.0], [4], [5], [6], [-5], [-6], [-4], [9]])
    found = area_by_view(reported(labels, logits), ["AP"] * 4 + ["PA"] * 4)
    assert {view: own["opacity"]["value"] for view, own in found.items()} == {"AP": 1.0, "PA": 1.0}
    assert [(own["opacity"]["n"], own["opacity"]["n_positive"]) for own in found.values()] == [(4, 2), (3, 1)]


def test_images_without_a_view_belong_to_none_and_one_view_alone_is_no_table() -> None:
    own = reported(np.array([[0.0], [1], [0], [1], [1]]), np.array([[0.0], [1], [0], [1], [-9]]))
    assert area_by_view(own, ["AP", "AP", "PA", "PA", ""])["PA"]["opacity"]["n"] == 2
    assert area_by_view(own, ["AP", "AP", "AP", "AP", ""]) == {}


def test_the_gates_share_counts_what_serving_would_refuse() -> None:
    own = given()
    calibration = fitted(own)
    distances = calibration.gate.distances(own.predictions.embedding)
    among = np.sort(distances)[
        -8
    ]  # this one passes, as serving lets an image at the limit pass; the seven above do not
    calibration = replace(calibration, gate=replace(calibration.gate, threshold=float(among)))
    found = gate_report(Reported(own.predictions, "multilabel", ("opacity", "heart"), 10), calibration)["refused"]
    assert (found["n"], found["value"]) == (140, pytest.approx(7 / 140, abs=1e-6))
    assert found["ci"][0] < found["value"] < found["ci"][1]
