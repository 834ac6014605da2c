"""Van Dyke (114 cases, 5 readers, 2 tests) against OR-DBM MRMC 2.51 and RJafroc: the printed digits of studies_methods.md §13."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reader_study.analysis import studies
from reader_study.analysis.cli import main
from reader_study.analysis.documents import Document
from reader_study.analysis.tables import RatingsTable, read_ratings
from tests.reader_study.analysis.oracle_data import VAN_DYKE, study_file

HALF = 0.5000001  # of the last printed digit


def digits(text: str) -> object:
    """A printed number as an approximation to half a unit of its last digit."""
    places = len(text.split(".")[1])
    return pytest.approx(float(text), abs=HALF * 10**-places)


@pytest.fixture
def table(shared_data: Callable[[str], Path]) -> RatingsTable:
    return read_ratings(study_file(shared_data, VAN_DYKE))


@pytest.fixture
def jackknife(table: RatingsTable) -> Document:
    return studies.analyse_ratings(table, method="dbm")


def test_areas_of_every_reader(jackknife: Document) -> None:
    printed = (
        ".91964573 .85877617 .90386473 .97310789 .82979066 .94782609 .90531401 .92173913 .99935588 .92995169".split()
    )
    assert [entry["value"] for entry in jackknife["estimates"]] == [digits(text) for text in printed]
    assert jackknife["means"] == {"1": digits(".89703704"), "2": digits(".94083736")}


def test_mean_squares_and_components(jackknife: Document) -> None:
    assert jackknife["ms"] == {"T": digits(".00479617"), "R": digits(".00383620"), "TR": digits(".00055103")}
    printed = {
        "var": ".00080229",
        "cov1": ".00034661",
        "cov2": ".00034407",
        "cov3": ".00023903",
        "var_r": ".00153500",
        "var_tr": ".00020040",
    }
    assert jackknife["components"] == {name: digits(text) for name, text in printed.items()}


def test_dorfman_berbaum_metz_components_and_identity(jackknife: Document) -> None:
    parts, ms = jackknife["dbm"]["components"], jackknife["dbm"]["ms"]
    printed = {"C": ".02724923", "TC": ".01197530", "RC": ".01226473", "error": ".03997160"}
    assert {name: parts[name] for name in printed} == {name: digits(text) for name, text in printed.items()}
    components = jackknife["components"]
    assert ms["T"] / 114 == pytest.approx(jackknife["ms"]["T"])
    assert 5 * (components["cov2"] - components["cov3"]) == pytest.approx((ms["TC"] - ms["TRC"]) / 114)
    assert jackknife["dbm"]["f"] == pytest.approx(jackknife["rrrc"]["f"])


def test_random_readers_random_cases(jackknife: Document) -> None:
    block = jackknife["rrrc"]
    (difference,) = block["differences"]
    assert (block["f"], block["df2"], block["p"]) == (digits("4.4563"), digits("15.260"), digits(".05167"))
    assert difference["estimate"] == digits("-.04380032")
    assert difference["se"] == digits(".020749")
    assert difference["ci"] == [digits("-.08796"), digits(".00036")]
    one, two = block["tests"]
    assert (one["se"], one["df"]) == (digits(".03317360"), digits("12.74"))
    assert one["ci"] == [digits(".82522360"), digits(".96885048")]
    assert (two["se"], two["df"]) == (digits(".02156637"), digits("12.71"))
    assert two["ci"] == [digits(".89413783"), digits(".98753689")]


def test_fixed_readers_random_cases(jackknife: Document) -> None:
    block = jackknife["frrc"]
    (difference,) = block["differences"]
    assert (block["chi2"], block["p"]) == (digits("5.47595"), digits(".01928"))
    assert (difference["se"], difference["ci"]) == (digits(".018717"), [digits("-.08049"), digits("-.00711")])
    printed = "-.02818 .02551 -.04654 .02630 -.01787 .03121 -.02625 .01729 -.10016 .04406".split()
    found = [value for entry in block["readers"] for value in (entry["estimate"], entry["se"])]
    assert found == [digits(text) for text in printed]


def test_random_readers_fixed_cases(jackknife: Document) -> None:
    block = jackknife["rrfc"]
    assert (block["f"], block["df1"], block["df2"]) == (digits("8.7040"), 1, 4)
    assert (block["p"], block["differences"][0]["se"]) == (digits(".04196"), digits(".014846"))
    assert block["differences"][0]["ci"] == [digits("-.08502"), digits("-.00258")]


def test_delong_covariances(table: RatingsTable) -> None:
    document = studies.analyse_ratings(table, estimator="delong")
    printed = {"var": ".0007921325", "cov1": ".000342009", "cov2": ".0003395265", "cov3": ".0002358497"}
    assert {n: document["components"][n] for n in printed} == {n: digits(text) for n, text in printed.items()}
    block = document["rrrc"]
    assert (block["f"], block["df2"], block["p"]) == (digits("4.484854"), digits("15.06611"), digits(".05123303"))
    assert block["differences"][0]["ci"] == [digits("-.0878672"), digits(".0002665519")]


def test_unbiased_covariances_and_one_shot_are_the_same_standard_error(table: RatingsTable) -> None:
    document = studies.analyse_ratings(table, estimator="unbiased")
    one_shot = studies.analyse_ratings(table, method="ustat")["ustat"]
    assert document["components"]["var"] == digits(".0007883925")
    assert document["components"]["cov1"] == digits(".0003416706")
    block = document["rrrc"]
    assert (block["f"], block["df2"], block["p"]) == (digits("4.489614"), digits("15.03418"), digits(".0511618"))
    assert block["differences"][0]["se"] == digits(".02067154")
    assert one_shot["differences"][0]["se"] == pytest.approx(block["differences"][0]["se"], rel=1e-9)
    assert [entry["se"] for entry in one_shot["tests"]] == [digits(".03307120"), digits(".02149120")]


@pytest.mark.parametrize(
    ("analysis", "readers", "cases", "power", "ncp"),
    [
        ("rrrc", 10, 165, ".80541995", "8.209597"),
        ("frrc", 10, 131, ".80091813", "7.867272"),
        ("rrfc", 10, 53, ".80496663", "10.048716"),
    ],
)
def test_sizing(jackknife: Document, analysis: str, readers: int, cases: int, power: str, ncp: str) -> None:
    parts = studies.Components(**jackknife["components"])
    document = studies.size_study(parts, 114, 0.043800322, [readers], [60, cases], analysis=analysis)
    assert document["grid"][1]["power"] == pytest.approx(float(power), abs=1e-6)
    assert document["grid"][1]["ncp"] == pytest.approx(float(ncp), abs=1e-6)
    assert document["smallest"][str(readers)] == cases


@pytest.mark.parametrize(
    ("column", "design", "zero"),
    [("case2", "nested-readers", ("cov2", "cov3")), ("case3", "nested-tests", ("cov1", "cov3"))],
)
def test_nested_designs_are_found(
    shared_data: Callable[[str], Path], column: str, design: str, zero: tuple[str, str], jackknife: Document
) -> None:
    document = studies.analyse_ratings(read_ratings(study_file(shared_data, VAN_DYKE), column))
    assert document["design"]["type"] == design
    assert [document["components"][name] for name in zero] == [0, 0]
    assert document["components"]["var"] == pytest.approx(jackknife["components"]["var"])
    assert document["means"] == pytest.approx(jackknife["means"])


def test_the_command_prints_one_document(
    shared_data: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mrmc", str(study_file(shared_data, VAN_DYKE)), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["rrrc"]["p"] == digits(".05167")
    assert len(document["input_sha256"]) == 64


def test_swapping_the_tests_only_flips_signs(table: RatingsTable) -> None:
    swapped = RatingsTable(table.tests, table.readers, table.cases, table.truth, table.ratings[::-1], "")
    one = studies.analyse_ratings(table)["rrrc"]["differences"][0]
    other = studies.analyse_ratings(swapped)["rrrc"]["differences"][0]
    assert other["estimate"] == pytest.approx(-one["estimate"])
    assert (other["se"], other["p"]) == (pytest.approx(one["se"]), pytest.approx(one["p"]))


def test_reversing_truth_and_ratings_leaves_the_area(table: RatingsTable) -> None:
    reverse = RatingsTable(table.tests, table.readers, table.cases, ~table.truth, -table.ratings, "")
    assert studies.analyse_ratings(reverse)["means"] == pytest.approx(studies.analyse_ratings(table)["means"])


def test_order_of_cases_changes_nothing(table: RatingsTable) -> None:
    order = np.random.default_rng(0).permutation(len(table.cases))
    mixed = RatingsTable(table.tests, table.readers, table.cases, table.truth[order], table.ratings[:, :, order], "")
    assert studies.analyse_ratings(mixed)["rrrc"]["p"] == pytest.approx(studies.analyse_ratings(table)["rrrc"]["p"])
