"""Order never depends on hashing, and text that is no plain number or no plain name is one line, never a traceback."""

from collections.abc import Callable
from itertools import permutations, product
from pathlib import Path

import pytest

from reader_study.analysis.cli import main, whole_numbers
from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.matching import hit_rule
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.studies import analyse_ratings
from reader_study.analysis.tables import natural_key, read_ratings
from tests.reader_study.analysis.oracle_data import failing_input, write_ratings

NAMES = ["ai", "AI", "Ai", "a1", "a01", "a²", "a2", "a10", "٣", "3", "½", "", "Ω", "a 1"]


def ratings_of(tests: list[str]) -> list[tuple[object, ...]]:
    cases = [("n1", 0), ("n2", 0), ("n3", 0), ("p1", 1), ("p2", 1), ("p3", 1)]
    return [
        (reader, test, case, truth, (3 * k + 5 * len(reader) + 7 * place) % 11)
        for reader, (place, test), (k, (case, truth)) in product(["r", "rr"], enumerate(tests), enumerate(cases))
    ]


def test_names_that_differ_have_an_order_of_their_own() -> None:
    assert len({repr(natural_key(name)) for name in NAMES}) == len(NAMES)
    assert len({tuple(sorted(names, key=natural_key)) for names in permutations(NAMES[:5])}) == 1
    assert sorted(["a10", "a2", "a01"], key=natural_key) == ["a01", "a2", "a10"]


@pytest.mark.parametrize("tests", [["ai", "AI"], ["A²", "A"], ["٣", "3"], ["x\u2028y", "x"], ["straße", "STRASSE"]])
def test_any_two_names_are_analysed_in_one_order(tmp_path: Path, tests: list[str]) -> None:
    documents = [
        analyse_ratings(read_ratings(write_ratings(tmp_path / "R.csv", rows)))
        for rows in (ratings_of(tests), ratings_of(tests)[::-1])
    ]
    for document in documents:
        document.pop("input_sha256")
    assert documents[0] == documents[1]
    assert set(documents[0]["means"]) == set(tests)


def test_names_that_are_easily_taken_for_one_another_are_said(tmp_path: Path) -> None:
    document = analyse_ratings(read_ratings(write_ratings(tmp_path / "R.csv", ratings_of(["ai", "AI"]))))
    assert "tests 'AI' and 'ai' differ in case or form only and are taken as two" in document["warnings"]


def test_names_that_hashing_ordered(shared_data: Callable[[str], Path]) -> None:
    document = analyse_ratings(read_ratings(failing_input(shared_data, "F06_names_equal_key.csv")))
    assert document["design"]["tests"] == ["AI", "ai"]
    assert abs(document["rrrc"]["differences"][0]["estimate"]) == pytest.approx(0.04)


def test_a_superscript_in_a_name(shared_data: Callable[[str], Path]) -> None:
    assert main(["mrmc", str(failing_input(shared_data, "F07_superscript_name.csv"))]) == 0


@pytest.mark.parametrize("rating", ["1_0", "٣", "²", "0x10", "1e400", "infinity", "-nan", "1,5", "1 0"])
def test_a_rating_is_a_plain_number(tmp_path: Path, capsys: pytest.CaptureFixture[str], rating: str) -> None:
    rows = [*ratings_of(["1", "2"])[:-1], ("rr", "2", "p3", 1, f'"{rating}"')]
    assert main(["mrmc", str(write_ratings(tmp_path / "R.csv", rows))]) == 1
    assert capsys.readouterr().err == f"R.csv row {len(rows) + 1}: rating '{rating}' is not a finite number\n"


@pytest.mark.parametrize("text", ["1_0", "²", "٣", "1:1_0", "1:99999999", ""])
def test_a_range_is_of_plain_whole_numbers(text: str) -> None:
    with pytest.raises(Exception, match=r"whole numbers|are the most"):
        whole_numbers(text)


@pytest.mark.parametrize("text", ["sens:1_0", "pauc:0,٣", "spec:²"])
def test_a_cut_is_a_plain_number(text: str) -> None:
    with pytest.raises(DataRefused, match="is not one of auc"):
        figure_of_merit(text)


@pytest.mark.parametrize("text", ["radius:1_0", "iou:٣", "radius:inf"])
def test_a_hit_rule_is_of_plain_numbers(text: str) -> None:
    with pytest.raises(DataRefused, match="is not one of centre"):
        hit_rule(text)


@pytest.mark.parametrize("count", ["1_0", "²", "٣", "-1", "1001"])
def test_a_number_of_lesions_is_plain(tmp_path: Path, capsys: pytest.CaptureFixture[str], count: str) -> None:
    marks = write_ratings(
        tmp_path / "M.csv", [("r", "1", "p", "NL", "", 1)], "reader,test,case,mark_type,lesion,rating"
    )
    lesions = write_ratings(tmp_path / "L.csv", [("p", count)], "case,n_lesions")
    assert main(["froc", str(marks), "--lesions", str(lesions)]) == 1
    assert capsys.readouterr().err == f"L.csv row 2: n_lesions '{count}' is not a whole number from 0 to 1000\n"


@pytest.mark.parametrize("option", [["--var", "1_0"], ["--effect", "nan"], ["--pilot-cases", "٣"], ["--alpha", "1_0"]])
def test_a_number_of_the_command_is_plain(capsys: pytest.CaptureFixture[str], option: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["size", "--readers", "4", "--cases", "50", *option])
    assert stop.value.code == 2
    assert f"'{option[1]}' is not a" in capsys.readouterr().err
