"""Calibration errors, their floors and the Brier parts: methods.md §14.4, by hand, and as identities."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.metrics.binned_gaps import mass_sums, width_index, width_sums
from training.metrics.brier_parts import brier_parts
from training.metrics.calibration_measures import calibration_metrics
from training.metrics.reliability_diagram import reliability_document

P = np.array([0.1, 0.2, 0.8, 0.9])
Y = np.array([0.0, 1.0, 1.0, 1.0])
ONCE = np.ones((1, 4))


def many(n: int, k: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, list[str], tuple[str, ...]]:
    """Calibrated by construction."""
    random = np.random.default_rng(seed)
    p = random.beta(0.6, 1.2, (n, k))
    y = (random.random((n, k)) < p).astype(float)
    return p, y, [str(i) for i in range(n)], tuple("abcdef"[:k])


@pytest.mark.parametrize("sums", [width_sums, mass_sums])
@pytest.mark.parametrize(("bins", "expected"), [(2, 0.25), (15, 0.30)])
def test_ece_of_the_design_example(sums, bins: int, expected: float) -> None:  # type: ignore[no-untyped-def]
    assert sums(P, Y, ONCE, bins).ece()[0] == pytest.approx(expected)


def test_the_debiased_square_of_the_design_example_is_negative() -> None:
    # bins (.1 .2 | 0 1): (.15 - .5)^2 - .25/1 = -.1275; (.8 .9 | 1 1): .0225; half each: -.0525. Plug-in root .269258.
    sums = width_sums(P, Y, ONCE, 2)
    assert math.sqrt(sums.squared(debiased=False)[0]) == pytest.approx(0.269258, abs=1e-6)
    assert sums.squared(debiased=True)[0] == pytest.approx(-0.0525)


def test_mass_bins_follow_the_cases_and_not_the_scale() -> None:
    # Three bins of one case each: |.1-0| + |.2-1| + |.8-1| over 3; by width they would be (.1 .2), none, (.8).
    assert mass_sums(P[:3], Y[:3], np.ones((1, 3)), 3).ece()[0] == pytest.approx(1.1 / 3)
    assert width_sums(P[:3], Y[:3], np.ones((1, 3)), 3).ece()[0] == pytest.approx(0.9 / 3)


def test_equal_scores_do_not_depend_on_the_order_of_the_rows() -> None:
    # Four scores of .5 in two bins of two cases, one positive: shared evenly, each bin says .5 and sees .25.
    p = np.full(4, 0.5)
    for place in range(4):
        assert mass_sums(p, np.eye(4)[place], ONCE, 2).ece()[0] == pytest.approx(0.25)


def test_a_weighted_case_counts_as_its_copies() -> None:
    random = np.random.default_rng(0)
    p, y = random.random(30).round(1), random.integers(0, 2, 30).astype(float)
    weights = random.integers(0, 4, (3, 30)).astype(float)
    for sums in (width_sums, mass_sums):
        for row, value in enumerate(sums(p, y, weights, 5).ece()):
            drawn = np.repeat(np.arange(30), weights[row].astype(int))
            assert value == pytest.approx(sums(p[drawn], y[drawn], np.ones((1, len(drawn))), 5).ece()[0])


def test_the_brier_score_of_the_design_example_and_its_parts() -> None:
    # Two bins: reliability (.35^2 + .15^2)/2 = .0725; resolution (.25^2 + .25^2)/2 = .0625; uncertainty .75 * .25.
    parts = brier_parts(P, Y, ONCE, 2)
    assert parts.score[0] == pytest.approx(0.175)
    assert parts.reliability[0] == pytest.approx(0.0725)
    assert parts.resolution[0] == pytest.approx(0.0625)
    assert parts.uncertainty[0] == pytest.approx(0.1875)
    assert parts.within[0] == pytest.approx(0.175 - 0.0725 + 0.0625 - 0.1875)


def test_murphys_parts_add_up_where_a_bin_holds_one_score() -> None:
    p, y = np.array([0.2, 0.2, 0.7, 0.7]), np.array([0.0, 1, 1, 1])
    parts = brier_parts(p, y, np.ones((1, 4)), 10)
    assert parts.within[0] == pytest.approx(0)


def test_all_measures_of_one_label_by_hand() -> None:
    found = calibration_metrics(P[:, None], Y[:, None], list("abcd"), "multilabel", ("x",), draws=50)
    values = {name: document["value"] for name, document in found.items()}
    assert values["ece15_width_x"] == values["ece15_width_mean"] == values["ece_classwise"] == pytest.approx(0.3)
    assert values["brier_x"] == pytest.approx(0.175)
    assert values["nll"] == values["nll_x"] == pytest.approx(0.510826)
    assert "noise_floor" in found["ece15_mass_x"]
    assert "noise_floor" not in found["nll_x"]


def test_a_calibrated_model_sits_at_its_floor_and_an_overconfident_one_above_it() -> None:
    p, y, patients, classes = many(400, 2)
    sharp = p**3 / (p**3 + (1 - p) ** 3)
    honest = calibration_metrics(p, y, patients, "multilabel", classes, draws=200)
    proud = calibration_metrics(sharp, y, patients, "multilabel", classes, draws=200)
    for name in ("ece15_width_mean", "ece15_mass_a", "ece_l2_debiased_b"):
        low, high = honest[name]["noise_floor"]["range"]
        assert low <= honest[name]["value"] <= high * 1.2
        assert proud[name]["value"] > proud[name]["noise_floor"]["range"][1]
    assert proud["nll"]["value"] > honest["nll"]["value"]


def test_the_noise_floor_of_200_calibrated_scores_is_that_of_the_design() -> None:
    # methods.md §12.2: Beta(.6, 1.2) at n = 200 shows .079, 5-95 % .053-.107 though calibrated by construction.
    p = np.random.default_rng(1).beta(0.6, 1.2, (200, 1))
    found = calibration_metrics(p, np.ones((200, 1)), [str(i) for i in range(200)], "multilabel", ("x",))
    floor = found["ece15_width_x"]["noise_floor"]
    assert floor["mean"] == pytest.approx(0.079, abs=0.008)
    assert floor["range"] == pytest.approx([0.053, 0.107], abs=0.012)


def test_single_label_measures_read_the_confidence_of_the_answer() -> None:
    p = np.array([[0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.9, 0.05, 0.05]])
    y = np.eye(3)[[0, 0, 0]]
    found = calibration_metrics(p, y, list("abc"), "single", ("x", "y", "z"), draws=20)
    # confidences .7 right, .6 wrong, .9 right, each alone in its bin: (.3 + .6 + .1) / 3
    assert found["ece15_top"]["value"] == pytest.approx(1 / 3, abs=1e-6)
    assert found["nll"]["value"] == pytest.approx(-np.log([0.7, 0.3, 0.9]).mean(), abs=1e-6)
    # |p - y| of each class: .3 + .7 + .1, .2 + .6 + .05, .1 + .1 + .05, over three cases and three classes
    assert found["ece_classwise"]["value"] == pytest.approx(2.2 / 9, abs=1e-6)


def test_drawn_classes_exclude_each_other() -> None:
    # Certain probabilities leave no noise at all: the floor is 0 for every class and for the answer.
    p = np.eye(3)[[0, 1, 2, 0]]
    found = calibration_metrics(p, p, list("abcd"), "single", ("x", "y", "z"), draws=20)
    for name in ("ece15_width_x", "ece15_mass_mean", "ece15_top"):
        assert found[name]["noise_floor"] == {"mean": 0.0, "range": [0.0, 0.0]}
        assert found[name]["value"] == 0


def test_a_label_nobody_knows_is_null_and_left_out_of_the_mean() -> None:
    p, y = np.column_stack([P, P]), np.column_stack([Y, np.full(4, np.nan)])
    found = calibration_metrics(p, y, list("abcd"), "multilabel", ("x", "y"), draws=20)
    assert found["ece15_width_y"] == {
        "value": None, "ci": None, "n": 0, "method": "patient bootstrap", "note": "no case with a known label",
    }  # fmt: skip
    assert found["ece15_width_mean"]["value"] == found["ece15_width_x"]["value"]


def test_a_number_that_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match=r"probabilities from -1 to 0.5; allowed: 0 to 1"):
        calibration_metrics(np.array([[-1.0], [0.5]]), np.ones((2, 1)), ["a", "b"], "multilabel", ("x",))


def test_the_diagram_carries_its_counts() -> None:
    document = reliability_document(P[:, None], Y[:, None], "multilabel", ("x",), bins=2)["x"]
    first, second = document["width"]
    assert (first["low"], first["high"], first["count"], first["positives"]) == (0.0, 0.5, 2, 1.0)
    assert (first["probability"], first["rate"]) == (0.15, 0.5)
    assert second["rate"] == 1.0
    assert second["ci"][0] == pytest.approx(0.342, abs=1e-3)  # Wilson, 2 of 2
    assert [(row["low"], row["high"]) for row in document["mass"]] == [(0.1, 0.2), (0.8, 0.9)]


def test_an_empty_bin_of_the_diagram_says_nothing() -> None:
    rows = reliability_document(P[:, None], Y[:, None], "multilabel", ("x",))["x"]["width"]
    empty = [row for row in rows if not row["count"]]
    assert len(rows) == 15
    assert all(row["rate"] is None and row["ci"] is None for row in empty)
    assert sum(row["count"] for row in rows) == 4
    single = reliability_document(np.eye(2), np.eye(2), "single", ("x", "y"))
    assert set(single) == {"x", "y", "top"}


@pytest.mark.parametrize(("n", "low", "high"), [(20, 0.0, 4 / 20), (400, 1 / 400, 20 / 400)])
def test_the_noise_floor_runs_from_the_5th_to_the_95th_percentile(n: int, low: float, high: float) -> None:
    # All p = 1/2 in one bin: the error is |k - n/2| / n, k ~ Bin(n, 1/2). n = 20: P(|k - 10| <= 3) = .885, <= 4 .959,
    # <= 5 .988: 95th 4/20, 97.5th 5/20. n = 400: P(k = 200) = .040: 5th 1/400, 2.5th 0; P(|k - 200| <= 19) = .949,
    # <= 20 .960, <= 22 .976.
    p, y = np.full((n, 1), 0.5), np.arange(n)[:, None] % 2.0
    found = calibration_metrics(p, y, [str(k) for k in range(n)], "multilabel", ("a",), draws=4000)
    assert found["ece15_width_a"]["noise_floor"]["range"] == pytest.approx([low, high], abs=1 / n / 4)


def test_a_score_on_an_edge_belongs_to_the_bin_above() -> None:
    # Four bins, as torchmetrics has them: [0, .25), [.25, .5), [.5, .75), [.75, 1]; 1 goes to the last.
    assert width_index(np.array([0.0, 0.25, 0.26, 0.5, 0.75, 1.0]), 4).tolist() == [0, 1, 1, 2, 3, 3]


def test_an_edge_is_the_same_in_both_precisions() -> None:
    # 3/15 as float32 is a little above .2: ten cases of .2 and ten of .21 are one bin in either, gap |.205 - .5| = .295.
    p, y = np.array([0.2] * 10 + [0.21] * 10), np.array([1.0] * 10 + [0.0] * 10)
    for dtype in (np.float32, np.float64):
        assert width_sums(p.astype(dtype), y, np.ones((1, 20))).ece()[0] == pytest.approx(0.295, abs=1e-6)
    edges = np.arange(16) / 15
    assert width_index(edges).tolist() == width_index(edges.astype(np.float32)).tolist() == [*range(15), 14]
