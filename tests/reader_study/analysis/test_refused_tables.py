"""Bad input: one line that names file, row, value and what is allowed; exit code 1."""

from itertools import product
from pathlib import Path

import pytest

from reader_study.analysis.cli import main
from tests.reader_study.analysis.oracle_data import write_ratings

GOOD = [
    (reader, test, case, truth, rating)
    for reader, test, (case, truth, rating) in product(
        "ab", "12", [("n1", 0, 1), ("n2", 0, 3), ("p1", 1, 2), ("p2", 1, 4)]
    )
]


def changed(index: int, **values: object) -> list[tuple[object, ...]]:
    names = ("reader", "test", "case", "truth", "rating")
    rows = [list(row) for row in GOOD]
    for name, value in values.items():
        rows[index][names.index(name)] = value
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (changed(1, truth=2), "RATINGS.csv row 3: truth '2' is not one of 0, 1"),
        (changed(2, rating="NaN"), "RATINGS.csv row 4: rating 'NaN' is not a finite number"),
        (changed(2, rating="high"), "row 4: rating 'high' is not a finite number"),
        (changed(1, case="n1", truth=0), "row 3: reader 'a', test '1', case 'n1' stands twice"),
        (changed(4, truth=1), "row 6: truth 1 of case 'n1' was 0 before"),
        (changed(0, reader=""), "row 2: reader is empty"),
        (GOOD[:-1], "reader 'b' in test '2': 1 abnormal cases, auc needs at least 2"),
        ([row for row in GOOD if row[3] == 0], "reader 'a' in test '1': 0 abnormal cases, auc needs at least 2"),
    ],
)
def test_a_bad_table_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[tuple[object, ...]], message: str
) -> None:
    path = write_ratings(tmp_path / "RATINGS.csv", rows)
    assert main(["mrmc", str(path), "--json"]) == 1
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("reader,test,case,truth,score", "column 'rating' is missing; found reader, test, case, truth, score"),
        ("reader,test,treatment,truth,rating", "columns test, treatment mean the same"),
    ],
)
def test_a_bad_header_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], header: str, message: str) -> None:
    assert main(["mrmc", str(write_ratings(tmp_path / "R.csv", GOOD, header))]) == 1
    assert message in capsys.readouterr().err


def test_a_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mrmc", str(tmp_path / "none.csv")]) == 1
    assert "none.csv: cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["mrmc"], ["mrmc", "x.csv", "--method", "anova"], ["size", "--effect", "0.1", "--readers", "9:4"]]
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--fom", "roc"], "fom 'roc' is not one of auc, auc_binormal"),
        (["--fom", "sens:3", "--covariance", "delong"], "covariance 'delong' takes fom auc only"),
        (["--design", "nested-readers"], "the ratings are not nested-readers"),
        (["--design", "split-plot"], "the ratings are not split-plot"),
    ],
)
def test_choices_that_do_not_fit_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert main(["mrmc", str(write_ratings(tmp_path / "R.csv", GOOD)), *options]) == 1
    assert message in capsys.readouterr().err


def test_missing_cells_are_analysed_by_ustat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_ratings(tmp_path / "R.csv", GOOD[:-1])
    assert main(["mrmc", str(path), "--method", "ustat"]) == 0
    assert "missing or uncrossed" in capsys.readouterr().out


def test_identical_tests_differ_by_zero_with_a_reason(tmp_path: Path) -> None:
    from reader_study.analysis.studies import analyse_ratings
    from reader_study.analysis.tables import read_ratings

    document = analyse_ratings(read_ratings(write_ratings(tmp_path / "R.csv", GOOD)))
    assert document["rrrc"]["differences"][0]["estimate"] == 0
    assert document["rrrc"]["f"] is None
    assert document["rrrc"]["reason"]


def test_one_reader_and_one_test_still_have_an_area(tmp_path: Path) -> None:
    from reader_study.analysis.studies import analyse_ratings
    from reader_study.analysis.tables import read_ratings

    rows = [row for row in GOOD if row[0] == "a" and row[1] == "1"]
    document = analyse_ratings(read_ratings(write_ratings(tmp_path / "R.csv", rows)))
    assert document["means"] == {"1": 0.75}
    assert "one reader only" in document["rrrc"]["reason"]
