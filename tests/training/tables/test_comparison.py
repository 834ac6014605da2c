"""One cell: the paper's number against ours."""

from __future__ import annotations

import pytest

from training.metrics.registry import CALIBRATION, LOCALISATION, METRICS
from training.tables.columns import check_column, heading
from training.tables.comparison import cell
from training.tables.experiment_file import Expected


def document(value: float | None, low: float = 0.0, high: float = 1.0) -> dict[str, object]:
    return {
        "value": value,
        "ci": [low, high],
        "n": 202,
        "method": "DeLong",
        "note": "" if value is not None else "one class absent",
    }


@pytest.mark.parametrize(("paper", "agrees"), [(0.85, True), (0.8, True), (0.79, False)])
def test_the_mark_says_whether_the_papers_value_lies_in_our_interval(paper: float, agrees: bool) -> None:
    own = cell("auc_mean", Expected(paper), [document(0.86, 0.8, 0.9)], False)
    assert own.agrees is agrees
    assert own.difference == pytest.approx(0.86 - paper)
    assert (own.ci, own.n) == ((0.8, 0.9), 202)


def test_percent_columns_are_compared_in_percent() -> None:
    own = cell("auc_mean", Expected(98.39), [document(0.98, 0.97, 0.99)], True)
    assert own.ours == pytest.approx(98.0)
    assert own.ci == pytest.approx((97.0, 99.0))
    assert own.difference == pytest.approx(-0.39)
    assert own.agrees is True


def test_several_runs_give_mean_sd_and_students_interval() -> None:
    """Values 1, 2, 3: mean 2, sd 1; t(.975, 2) = 4.302653. Of the mean: 4.302653 / sqrt 3 = 2.484; of one further run:
    4.302653 sqrt(4/3) = 4.968."""
    runs = [document(value) for value in (1.0, 2.0, 3.0)]
    mean = cell("loss", Expected(2.5, 0.3), runs, False)
    assert (mean.ours, mean.ours_sd) == (2.0, 1.0)
    assert mean.ci == pytest.approx((2 - 2.484138, 2 + 2.484138), abs=1e-5)
    further = cell("loss", Expected(2.5), runs, False)
    assert further.ci == pytest.approx((2 - 4.968276, 2 + 4.968276), abs=1e-5)
    assert "one further run" in further.method


def test_what_cannot_be_compared_has_no_mark_and_says_why() -> None:
    assert cell("seconds", Expected(7.4), [document(3.0)], False).note == "not comparable"
    assert cell("parameters", Expected(10), [{"value": 10, "ci": None}], False).agrees is None
    assert cell("auc_Edema", Expected(0.8), [document(None)], False).note == "one class absent"
    missing = cell("acc", Expected(0.8), [None], False)
    assert (missing.ours, missing.note) == (None, "not measured")
    assert cell("acc", None, [document(0.7)], False).difference is None


def test_a_run_without_the_number_is_left_out_of_the_mean() -> None:
    assert cell("auc_Edema", None, [document(None), document(0.7)], False).ours == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("auc_Pleural Effusion", "AUC Pleural Effusion"),
        ("auc_mean", "mean AUC"),
        ("f1_macro", "F1 macro"),
        ("f1_No Finding", "F1 No Finding"),
        ("auprc_ggcam", "AUPRC, ggcam"),
        ("mass_in_box_gradcam_best", "best mass in box, gradcam"),
        ("iou_mass95_tp_gradcam", "IoU 95 % rectangle of true positives, gradcam"),
        ("weight_CNN From Scratch", "weight of CNN From Scratch"),
    ],
)
def test_a_column_is_headed_in_words(key: str, wanted: str) -> None:
    assert heading(key) == wanted


@pytest.mark.parametrize("name", [metric.name for metric in METRICS.values() if metric.group != CALIBRATION])
def test_every_metric_of_the_registry_is_a_column(name: str) -> None:
    metric = METRICS[name]
    method = "_gradcam" if metric.group == LOCALISATION else ""
    if metric.mean != "":
        assert heading((metric.column or metric.mean or name) + method).startswith(metric.heading)
    if metric.per_class:
        assert heading(f"{name}_Edema") == f"{metric.heading} Edema"
    if metric.is_trust:
        assert heading(f"{name}_tp{method}") == f"{metric.heading} of true positives, gradcam"
    assert metric.heading


def test_an_unknown_column_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"column 'accuracy' is not one of auc_mean, .*auc_<what>"):
        check_column("accuracy")
