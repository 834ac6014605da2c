"""Readings are declared: an unread case is missing, a read one without marks counts, a reader without any mark stays."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from reader_study.analysis.cli import main
from reader_study.analysis.marks_files import read_marks
from reader_study.analysis.studies import analyse_marks
from tests.reader_study.analysis.oracle_data import failing_input, write_ratings

HEADER = "reader,test,case,mark_type,lesion,rating"
NORMAL, ABNORMAL = ["n1", "n2", "n3"], ["p1", "p2", "p3", "p4"]
CASES = [*NORMAL, *ABNORMAL]
EVERY = list(product(["R", "S", "quiet"], ["A", "B"], CASES))


def files(folder: Path, readings: list[tuple[str, ...]] | None) -> list[Path]:
    generator = np.random.default_rng(1)
    rows: list[tuple[object, ...]] = []
    for reader, test, case in EVERY:
        if reader == "quiet" or (readings is not None and (reader, test, case) not in readings):
            continue
        if case in ABNORMAL and generator.random() < 0.7:
            rows.append((reader, test, case, "LL", 1, round(float(generator.random()) + 1, 3)))
        if generator.random() < 0.5:
            rows.append((reader, test, case, "NL", "", round(float(generator.random()) * 2, 3)))
    lesions = [(case, int(case in ABNORMAL)) for case in CASES]
    found = [
        write_ratings(folder / "M.csv", rows, HEADER),
        write_ratings(folder / "L.csv", list(lesions), "case,n_lesions"),
    ]
    if readings is not None:
        found.append(write_ratings(folder / "R.csv", list(readings), "reader,test,case"))
    return found


def test_a_reader_without_any_mark_stays(tmp_path: Path) -> None:
    marks, lesions, readings = files(tmp_path, EVERY)
    table = read_marks(marks, lesions, readings=readings)
    for fom in ("wafroc", "afroc", "hrauc", "wafroc1", "afroc1"):
        document = analyse_marks(table, fom)
        assert document["design"]["readers"] == ["quiet", "R", "S"]
        own = [entry["value"] for entry in document["estimates"] if entry["reader"] == "quiet"]
        assert own == [0.5, 0.5]
    assert not any("not declared" in text for text in document["warnings"])


def test_rows_of_kind_none_declare(tmp_path: Path) -> None:
    marks, lesions, readings = files(tmp_path, EVERY)
    marked = {tuple(line.split(",")[:3]) for line in marks.read_text().splitlines()[1:]}
    rows = [(*key, "NONE", "", "") for key in EVERY if key not in marked]
    with marks.open("a") as file:
        file.writelines(",".join(row) + "\n" for row in rows)
    one, other = read_marks(marks, lesions), read_marks(files(tmp_path, EVERY)[0], lesions, readings=readings)
    assert np.array_equal(one.highest_nl, other.highest_nl)
    assert np.array_equal(one.lesions, other.lesions, equal_nan=True)


def test_an_unread_case_is_missing_and_not_empty(tmp_path: Path) -> None:
    some = [key for key in EVERY if key not in {("R", "A", "n3"), ("S", "B", "p4")}]
    marks, lesions, readings = files(tmp_path, some)
    table = read_marks(marks, lesions, readings=readings)
    assert (~table.read).sum() == 2
    document = analyse_marks(table)
    assert document["design"]["type"] == "pairwise"
    assert any("2 of 42 ratings are missing" in text for text in document["warnings"])
    as_empty = analyse_marks(read_marks(marks, lesions, normals=3))
    assert document["means"] != as_empty["means"]


def test_without_declarations_it_is_said(tmp_path: Path) -> None:
    marks, lesions = files(tmp_path, None)
    document = analyse_marks(read_marks(marks, lesions))
    assert document["design"]["readers"] == ["R", "S"]
    assert any(text.startswith("readings are not declared") for text in document["warnings"])


def test_a_reader_absent_from_one_test_is_left_out_and_named(tmp_path: Path) -> None:
    some = [key for key in EVERY if key[:2] != ("S", "B")]
    marks, lesions, readings = files(tmp_path, some)
    document = analyse_marks(read_marks(marks, lesions, readings=readings))
    assert document["design"]["readers"] == ["quiet", "R"]
    assert "reader 'S' read nothing in test 'B' and is left out" in document["warnings"]


@pytest.mark.parametrize(
    ("readings", "message"),
    [
        (EVERY[1:], "M.csv: marks of reader 'R', test 'A', case 'n1', which R.csv does not list"),
        ([*EVERY, EVERY[0]], "R.csv row 44: reading of reader 'R', test 'A', case 'n1' stands twice"),
        ([*EVERY, ("R", "", "n1")], "R.csv row 44: reader, test or case is empty"),
        ([], "R.csv: no readings"),
    ],
)
def test_bad_readings_are_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], readings: list[tuple[str, ...]], message: str
) -> None:
    marks, lesions, _ = files(tmp_path, EVERY)
    with marks.open("a") as file:
        file.write("R,A,n1,NL,,5\n")
    path = write_ratings(tmp_path / "R.csv", list(readings), "reader,test,case")
    assert main(["froc", str(marks), "--lesions", str(lesions), "--readings", str(path)]) == 1
    assert capsys.readouterr().err == message + "\n"


def test_marks_and_none_contradict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marks, lesions, _ = files(tmp_path, EVERY)
    with marks.open("a") as file:
        file.write("R,A,n1,NL,,5\nR,A,n1,NONE,,\n")
    assert main(["froc", str(marks), "--lesions", str(lesions)]) == 1
    assert "case 'n1' has marks and a row of mark_type NONE" in capsys.readouterr().err


def test_the_conservative_reader(shared_data: Callable[[str], Path], tmp_path: Path) -> None:
    marks = failing_input(shared_data, "F04_marks_R3_conservative.csv")
    lesions = failing_input(shared_data, "F04_lesions.csv")
    cases = [line.split(",")[0] for line in lesions.read_text().splitlines()[1:]]
    rows = list(product(["R1", "R2", "R3"], ["A", "B"], cases))
    readings = write_ratings(tmp_path / "R.csv", list(rows), "reader,test,case")
    document = analyse_marks(read_marks(marks, lesions, readings=readings))
    own = [entry["value"] for entry in document["estimates"] if entry["reader"] == "R3"]
    assert own == [0.5, 0.5]
    undeclared = analyse_marks(read_marks(marks, lesions))
    assert any("not declared" in text for text in undeclared["warnings"])
