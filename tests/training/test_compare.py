"""Two runs on the same cases: what is compared, on which cases, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from training.compare import CompareError, RunCases, compare_runs

FIRST = RunCases(
    "plain", "multilabel", ("edema",), ("a", "b", "c", "d"), ("p", "p", "q", "r"),
    np.array([[1.0], [-1.0], [1.0], [-1.0]]), np.array([[1.0], [1.0], [0.0], [0.0]]),
)  # fmt: skip
SECOND = RunCases(
    "modified", "multilabel", ("edema",), ("d", "c", "b", "e"), ("r", "q", "p", "s"),
    np.array([[-2.0], [-1.0], [1.0], [0.0]]), np.array([[0.0], [0.0], [1.0], [1.0]]),
)  # fmt: skip


def test_runs_meet_on_their_shared_cases_in_any_order() -> None:
    # b, c, d are shared: the first is wrong on b and c, the second right on all three
    found = compare_runs(FIRST, SECOND, draws=20)
    assert (found["n"], found["left_out"]) == (3, {"plain": 1, "modified": 1})
    test = found["mcnemar"]["edema"]
    assert (test["wins"], test["losses"], test["only_second"], test["p"]) == (["b", "c"], [], 2, 0.5)
    # first: b -1 against c 1, d -1: half a pair of two; second: both
    assert (found["auc"]["edema"]["first"], found["auc"]["edema"]["second"]) == (0.25, 1.0)
    assert "maps" not in found


def test_thresholds_move_the_answers() -> None:
    found = compare_runs(FIRST, replace(SECOND, thresholds=(1.5,)), draws=5)
    assert found["mcnemar"]["edema"]["wins"] == ["c"]


def test_single_label_runs_are_tested_once() -> None:
    eye = np.eye(3)
    one = RunCases("one", "single", ("x", "y", "z"), ("a", "b", "c"), ("a", "b", "c"), eye, eye)
    other = replace(one, name="other", logits=eye[[0, 2, 2]])
    found = compare_runs(one, other, draws=5)["mcnemar"]
    assert (found["wins"], found["losses"], found["both"]) == ([], ["b"], 2)


def test_maps_are_compared_class_by_class() -> None:
    maps = np.random.default_rng(0).random((4, 1, 3, 3))
    shared = [3, 2, 1, 0]
    found = compare_runs(replace(FIRST, maps=maps), replace(SECOND, maps=maps[shared]), draws=5)
    assert found["maps"]["edema"]["correlation"]["value"] == pytest.approx(1.0)
    flat = replace(FIRST, maps=maps[:, 0])
    assert compare_runs(flat, replace(SECOND, maps=maps[shared, 0]), draws=5)["maps"]["all"]["constant"] == 0
    with pytest.raises(CompareError, match=r"allowed: both \[n,h,w\] or both \[n,K,h,w\]"):
        compare_runs(flat, replace(SECOND, maps=maps), draws=5)


def test_unknown_labels_are_left_out_of_their_class() -> None:
    labels = FIRST.labels.copy()
    labels[1] = math.nan
    other = SECOND.labels.copy()
    other[2] = math.nan
    found = compare_runs(replace(FIRST, labels=labels), replace(SECOND, labels=other), draws=5)
    assert found["auc"]["edema"]["difference"]["note"] == "one class is absent"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": "single"}, "task 'multilabel' of plain and 'single' of modified differ"),
        ({"classes": ("mass",)}, r"classes \('edema',\) of plain and \('mass',\) of modified differ"),
        ({"ids": ("w", "x", "y", "z")}, "plain and modified share no case"),
        ({"ids": ("d", "d", "b", "e")}, "modified: case 'd' is listed twice"),
        ({"labels": np.ones((4, 1))}, "case 'c', edema: label 0 in plain, 1 in modified"),
    ],
)
def test_runs_that_cannot_be_compared_are_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(CompareError, match=message):
        compare_runs(FIRST, replace(SECOND, **changes))  # type: ignore[arg-type]
