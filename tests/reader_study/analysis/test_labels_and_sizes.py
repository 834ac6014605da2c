"""`--alpha` reaches every label and the JSON; what cannot be sized or is no correlation is said in one line."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from reader_study.analysis.agreement import result
from reader_study.analysis.agreement.icc import intraclass_correlations
from reader_study.analysis.cli import main
from reader_study.analysis.documents import confidence
from reader_study.analysis.studies import analyse_agreement
from reader_study.analysis.tables import read_agreement
from reader_study.analysis.text_report import report as text_of
from tests.reader_study.analysis.oracle_data import failing_input, write_ratings

SIZE = ["--pilot-cases", "114", "--effect", ".05", "--readers", "5", "--cases", "100"]
GOOD = {"--var": ".0008", "--cov1": ".0003", "--cov2": ".0003", "--cov3": ".0002", "--var-tr": ".0002"}


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    generator = np.random.default_rng(2)
    rows = [
        (reader, test, case, int(case > 9), int(generator.integers(0, 6)))
        for reader, test, case in product("RS", "AB", range(20))
    ]
    return write_ratings(tmp_path / "R.csv", list(rows))


@pytest.mark.parametrize(
    ("alpha", "words"), [("0.2", "80 % CI"), ("0.05", "95 % CI"), ("0.025", "97.5 % CI"), ("0.001", "99.9 % CI")]
)
@pytest.mark.parametrize("command", [["mrmc"], ["mrmc", "--method", "ustat"], ["mrmc", "--method", "dbm"]])
def test_alpha_reaches_every_label(
    ratings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], alpha: str, words: str
) -> None:
    report = tmp_path / "report.html"
    pages = ["--report", str(report)]
    assert main([command[0], str(ratings), *command[1:], "--alpha", alpha, *pages]) == 0
    shown = capsys.readouterr().out + report.read_text()
    assert words in shown
    assert words == "95 % CI" or "95 % CI" not in shown
    assert main([command[0], str(ratings), *command[1:], "--alpha", alpha, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["alpha"] == float(alpha)


def test_alpha_of_agreement(ratings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result, "DRAWS", 100)
    document = analyse_agreement(read_agreement(ratings), alpha=0.2)
    wide = analyse_agreement(read_agreement(ratings), alpha=0.05)
    assert document["alpha"] == 0.2
    assert "80 % CI" in text_of(document)
    for name in ("ICC(2,1)", "krippendorff_alpha"):
        low, high = document["tests"]["A"][name]["ci"]
        assert wide["tests"]["A"][name]["ci"][0] < low < high < wide["tests"]["A"][name]["ci"][1]


def test_alpha_of_marks_and_of_the_model(ratings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mrmc", str(ratings), "--ai", "S", "--alpha", "0.1"]) == 0
    assert "95 % CI" not in capsys.readouterr().out
    rows = [(r, t, case, "NL", "", k) for k, (r, t, case) in enumerate(product("RS", "AB", "nmpq"))]
    marks = write_ratings(tmp_path / "M.csv", list(rows), "reader,test,case,mark_type,lesion,rating")
    lesions = write_ratings(tmp_path / "L.csv", [("n", 0), ("m", 0), ("p", 1), ("q", 2)], "case,n_lesions")
    assert main(["froc", str(marks), "--lesions", str(lesions), "--alpha", "0.1"]) == 0
    assert "90 % CI" in capsys.readouterr().out


def test_the_narrower_limits_of_a_larger_alpha(
    shared_data: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = failing_input(shared_data, "F11_alpha.csv")
    assert main(["mrmc", str(path), "--alpha", "0.2"]) == 0
    shown = capsys.readouterr().out
    assert "80 % CI" in shown
    assert "95 %" not in shown


def test_the_words_of_an_odd_alpha() -> None:
    assert [confidence(a) for a in (0.05, 0.3, 1 / 3, 0.0001)] == ["95 % CI", "70 % CI", "66.6667 % CI", "99.99 % CI"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (dict.fromkeys(GOOD, "0"), "Var 0 is not above 0"),
        ({"--var": "0"}, "Var 0 is not above 0"),
        ({"--var": "-1e-4"}, "Var -0.0001 is not above 0"),
        ({"--var-tr": "-1e-4"}, "Var(TR) -0.0001 is below 0"),
        ({"--cov1": ".0009"}, "Cov1 0.0009 is above Var 0.0008"),
        ({"--cov2": ".0009"}, "Cov2 0.0009 is above Var 0.0008"),
        ({"--cov3": "-.0009"}, "Cov3 -0.0009 is above Var 0.0008"),
        ({"--cov1": ".0008", "--cov2": ".0002", "--var-tr": "0"}, "leave no variance for rrrc with 5 readers"),
    ],
)
def test_components_of_no_study_are_refused(
    capsys: pytest.CaptureFixture[str], changed: dict[str, str], message: str
) -> None:
    options = [f"{name}={value}" for name, value in {**GOOD, **changed}.items()]
    assert main(["size", *SIZE, *options]) == 1
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("analysis", ["rrrc", "frrc", "rrfc"])
def test_no_components_end_in_a_traceback(capsys: pytest.CaptureFixture[str], analysis: str) -> None:
    for values in product(("0", ".0008"), repeat=5):
        options = [f"{name}={value}" for name, value in zip(GOOD, values, strict=True)]
        assert main(["size", *SIZE, *options, "--analysis", analysis, "--json"]) in (0, 1)
        assert capsys.readouterr().err.count("\n") <= 1


@pytest.mark.parametrize("effect", ["0", "1.5", "-1e300"])
def test_an_effect_is_a_difference_of_figures(capsys: pytest.CaptureFixture[str], effect: str) -> None:
    options = [f"{name}={value}" for name, value in GOOD.items()]
    assert main(["size", *SIZE, *options, f"--effect={effect}"]) == 1
    assert capsys.readouterr().err.startswith("effect ")


@pytest.mark.parametrize(
    "ratings",
    [
        [[1, 2], [2, 1]],  # no variation between cases: ICC(1,1) -1, its average over -0
        [[1, 9], [9, 1], [5, 5]],
        [[1, 2, 3], [3, 1, 2], [2, 3, 1]],
        [[1, 5], [1, 5], [1, 5]],
        [[3, 3], [3, 3], [3, 4]],
        [[0, 1e-9], [1, 1]],
    ],
)
def test_a_correlation_is_one_or_says_why_not(ratings: list[list[float]]) -> None:
    with np.errstate(all="raise"):
        found = intraclass_correlations(np.array(ratings, float))
    for value in found.values():
        if value.estimate is None:
            assert value.reason
        else:
            assert -1 <= value.estimate <= 1
            assert value.ci is None or -1 <= value.ci[0] <= value.ci[1] <= 1
