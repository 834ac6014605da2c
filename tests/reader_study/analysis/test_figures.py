"""Curves by hand, areas against the figures of merit, and what a reader sees on the figures."""

import numpy as np
import pytest

from reader_study.analysis import froc, studies
from reader_study.analysis.figures.afroc_curves import afroc_curve, afroc_figure
from reader_study.analysis.figures.failure_modes import share_figure, site_cause_figure
from reader_study.analysis.figures.forest import forest_figure, forest_rows
from reader_study.analysis.figures.power_curves import power_figure
from reader_study.analysis.figures.reading_times import time_figure
from reader_study.analysis.figures.reliability import reliability_bins, reliability_figure
from reader_study.analysis.figures.roc_curves import average_roc, empirical_roc, reader_curves, roc_figure
from reader_study.analysis.figures.switches import switch_figure
from reader_study.analysis.obuchowski_rockette import Components
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.simulate import STRUCTURES, simulate
from reader_study.analysis.study_report import marks_sections, ratings_sections
from reports.html_report import Section, Table, html_report


@pytest.fixture(scope="module")
def table():
    return simulate(STRUCTURES["HL"], np.random.default_rng(3), readers=3, n_normal=12, n_abnormal=9)


@pytest.fixture(scope="module")
def marks() -> froc.MarksTable:
    """The worked free-response example: normals {2}, {}; case A lesions 3 and unmarked, case B lesion 2 with an NL 4."""
    none = -np.inf
    nl = np.array([[[2.0, none, none, 4.0]]])
    lesions = np.array([[[[3.0, none], [2.0, np.nan]]]])
    weights = np.array([[0.5, 0.5], [1.0, 0.0]])
    return froc.MarksTable(("1",), ("1",), 2, nl, lesions, weights)


def test_roc_corners_by_hand():
    # Normals 1 2 3, abnormals 2 4. Cut 4: (0, 1/2); 3: (1/3, 1/2); 2: (2/3, 1); 1: (1, 1). Area .75.
    curve = empirical_roc(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0]))
    assert curve.fpf.tolist() == pytest.approx([0, 0, 1 / 3, 2 / 3, 1])
    assert curve.tpf.tolist() == pytest.approx([0, 0.5, 0.5, 1, 1])
    assert curve.area == pytest.approx(0.75)


def test_area_of_a_curve_is_the_auc_with_ties_and_of_the_average_the_mean(table):
    curves = reader_curves(table, 0)
    for _, curve, area in curves:
        assert curve.area == pytest.approx(area, abs=1e-12)
    tied = empirical_roc(np.array([1.0, 1, 2]), np.array([1.0, 2, 2]))
    every = [curve for _, curve, _ in curves] + [tied]
    assert average_roc(every).area == pytest.approx(np.mean([curve.area for curve in every]), abs=1e-12)


def test_average_of_two_curves_by_hand():
    # Perfect curve (height 1 everywhere) and the diagonal: height (1 + x) / 2, jumping from 0 to 1/2 at x = 0.
    mean = average_roc(
        [empirical_roc(np.array([0.0]), np.array([1.0])), empirical_roc(np.array([0.0]), np.array([0.0]))]
    )
    assert mean.fpf.tolist() == [0, 0, 1, 1]
    assert mean.tpf.tolist() == pytest.approx([0, 0.5, 1, 1])


def test_areas_of_afroc_curves_are_the_figures_of_merit(marks):
    # By hand: wAFROC 11/16, AFROC 2/3.
    assert afroc_curve(marks, 0, 0).area == pytest.approx(11 / 16)
    assert afroc_curve(marks, 0, 0, weighted=False).area == pytest.approx(2 / 3)


def test_a_reader_without_a_rating_in_one_class_has_no_curve(table):
    ratings = table.ratings.copy()
    ratings[0, 1, ~table.truth] = np.nan
    shown = reader_curves(type(table)(table.tests, table.readers, table.cases, table.truth, ratings, ""), 0)
    assert [name for name, *_ in shown] == ["1", "3"]


def test_forest_lists_readers_then_pooled_and_refuses_strangers(table):
    document = studies.analyse_ratings(table)
    rows = forest_rows(document, "1", "2")
    assert [label for label, *_ in rows] == [
        "1",
        "2",
        "3",
        "all readers, readers and cases random",
        "these readers, cases random",
    ]
    assert np.mean([value for _, value, _ in rows[:3]]) == pytest.approx(rows[3][1])
    with pytest.raises(DataRefused, match="tests '1' and '9' are not compared"):
        forest_rows(document, "1", "9")
    assert len(forest_figure(document, "1", "2").data) == 5


def test_reliability_bins_by_hand():
    # Scale 0..100, two bins: {10, 40} holds one abnormal of two, {60, 100, 100} two of three.
    bins = reliability_bins(np.array([10.0, 40, 60, 100, 100]), np.array([0, 1, 0, 1, 1], bool), (0, 100), 2)
    assert [(own.mean, own.share, own.n) for own in bins] == [
        (0.25, 0.5, 2),
        (pytest.approx(260 / 300), pytest.approx(2 / 3), 3),
    ]
    with pytest.raises(ValueError, match="ratings 10 to 100 leave the scale 0 to 50"):
        reliability_bins(np.array([10.0, 100]), np.array([0, 1], bool), (0, 50))


def test_switches_refuse_an_unknown_verdict():
    assert [bar.name for bar in switch_figure({"R01": {"helped": 2}}).data] == [
        "stayed right", "wrong to right", "right to wrong", "stayed wrong",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="verdict 'swayed' is not one of"):
        switch_figure({"R01": {"swayed": 1}})


def test_shares_of_failures_carry_wilson_intervals():
    # Wilson of 81 / 263: (.25529, .36621).
    bar = share_figure({"HIL": 81}, 263, "Sites").data[0]
    assert bar.x[0] - bar.error_x.arrayminus[0] == pytest.approx(0.25529, abs=5e-6)
    assert bar.x[0] + bar.error_x.array[0] == pytest.approx(0.36621, abs=5e-6)
    squares = site_cause_figure({("HIL", "NRM"): 3, ("CLA", "OVL"): 1}, ["HIL", "CLA"], ["NRM", "OVL"]).data[0]
    assert list(zip(squares.y, squares.x, squares.text, strict=True)) == [("HIL", "NRM", "3"), ("CLA", "OVL", "1")]
    assert squares.marker.size[0] > squares.marker.size[1]


def test_power_and_times_have_a_line_per_group():
    parts = Components(0.0008, 0.0003, 0.0003, 0.0002, None, 0.0002)
    sized = studies.size_study(parts, 114, 0.05, [4, 6], [50, 100])
    assert [line.name for line in power_figure(sized).data] == ["4 readers", "6 readers"]
    shown = time_figure({"unaided": {"R01": [30, 40]}, "aided": {"R01": [20]}})
    assert [list(box.y) for box in shown.data] == [[30, 40], [20]]


def test_report_is_one_file_that_asks_no_network_and_escapes_text(table, marks):
    document = studies.analyse_ratings(table)
    sections = [
        *ratings_sections(document, table, (float(np.nanmin(table.ratings)), float(np.nanmax(table.ratings)))),
        *marks_sections(studies.analyse_marks(marks) | {"warnings": []}, marks),
        Section("<img src=x>", ["a & b"], [Table(["h"], [["<script>"]])]),
    ]
    page = html_report("Study", [("Lock", "abc")], sections)
    without_plotly = page.split("<script>")[0]
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in without_plotly
    assert "Research use only — not for diagnosis" in without_plotly
    assert 'src="http' not in page
    assert "<link" not in page
    assert page.count("Plotly.newPlot(") == 4


def test_figures_of_a_study_draw(table, marks):
    assert len(roc_figure(table).data) == 1 + 2 * 4
    assert len(afroc_figure(marks).data) == 1
    assert reliability_figure(table, (-10, 10)).data
