"""Every method against programs that are not ours, on a made study that is committed: these oracles never skip.

oracles/ holds the study (draw.py, seeded), the scripts that made the digits (digits.R, digits.py) and the digits, each with
the program and version that gave it. Debian packages neither RJafroc nor MRMCaov nor iMRMC; where no package had a method
(OR, U-statistics, free response, sizing, reading times), digits.R computes the published formula over single pairs of
cases, or from pROC's areas and covariances.
The published studies stay beside this: test_van_dyke.py and test_tony_froc.py.
"""

import csv
from functools import cache

import numpy as np
import pytest

from measures.mcnemar import mcnemar_exact
from measures.wilson import wilson_interval
from reader_study.analysis import froc, studies
from reader_study.analysis.agreement import cohen, fleiss, icc, krippendorff
from reader_study.analysis.agreement.bland_altman import limits_of_agreement
from reader_study.analysis.binormal import fit_binormal
from reader_study.analysis.documents import Document
from reader_study.analysis.lroc import lroc_area
from reader_study.analysis.marks_files import read_marks
from reader_study.analysis.multiplicity import holm
from reader_study.analysis.obuchowski_rockette import Components
from reader_study.analysis.partial_auc import partial_auc
from reader_study.analysis.reading_time import time_ratio
from reader_study.analysis.tables import RatingsTable, read_ratings
from tests.reader_study.analysis.oracles import draw

FILES = ("digits_r.csv", "digits_python.csv")
PRINTED = 1e-10  # twelve digits are printed; both sides compute in float64


@cache
def digits(name: str) -> dict[str, float]:
    with (draw.HERE / name).open() as file:
        return {row["quantity"]: float(row["value"]) for row in csv.DictReader(file)}


def by_r(prefix: str) -> dict[str, float]:
    """The digits whose name starts with `prefix` and a dot, by the rest of the name."""
    found = {
        name[len(prefix) + 1 :]: value for name, value in digits(FILES[0]).items() if name.startswith(prefix + ".")
    }
    assert found, f"no digits of {prefix}"
    return found


def close(value: object, rel: float = PRINTED) -> object:
    return pytest.approx(value, rel=rel, abs=1e-12)


@pytest.fixture(scope="module")
def table() -> RatingsTable:
    return read_ratings(draw.HERE / "ratings.csv")


@pytest.fixture(scope="module")
def complete(table: RatingsTable) -> np.ndarray:
    """Ratings of t1 [cases, readers]."""
    return table.ratings[0].T


def classes(table: RatingsTable, test: int, reader: int) -> tuple[np.ndarray, np.ndarray]:
    return table.ratings[test, reader, ~table.truth], table.ratings[test, reader, table.truth]


def test_the_seeded_study_is_the_committed_one() -> None:
    committed = [(draw.HERE / name).read_text() for name in ("ratings.csv", "marks.csv", "lesions.csv")]
    assert [draw.ratings(), *draw.marks()] == committed


def test_every_digit_names_its_program_and_version() -> None:
    for name in FILES:
        with (draw.HERE / name).open() as file:
            assert {row["program"].split()[0] for row in csv.DictReader(file)} <= {"R", "krippendorff", "statsmodels"}


def test_areas(table: RatingsTable) -> None:
    document = studies.analyse_ratings(table)
    assert {f"{own['test']}.{own['reader']}": own["value"] for own in document["estimates"]} == close(by_r("auc"))


@pytest.mark.parametrize(
    ("name", "cell", "limits"), [("pauc_0_0.3", (0, 0), (0, 0.3)), ("pauc_0.1_0.6", (1, 2), (0.1, 0.6))]
)
def test_partial_areas(table: RatingsTable, name: str, cell: tuple[int, int], limits: tuple[float, float]) -> None:
    (wanted,) = (value for key, value in digits(FILES[0]).items() if key.startswith(name + "."))
    assert partial_auc(*classes(table, *cell), *limits) == close(wanted)


def test_binormal(table: RatingsTable) -> None:
    # Both searches stop where the likelihood is flat: six digits of each agree, not twelve.
    fit = fit_binormal(*classes(table, 0, 0))
    wanted = by_r("binormal")
    assert fit.auc == pytest.approx(wanted["auc"], abs=2e-6)
    assert (fit.a, fit.b) == pytest.approx((wanted["a"], wanted["b"]), abs=2e-4)


def as_printed(document: Document) -> dict[str, float]:
    random, fixed, cases = document["rrrc"], document["frrc"], document["rrfc"]
    low, high = random["differences"][0]["ci"]
    return {
        **{name: document["components"][name] for name in ("var", "cov1", "cov2", "cov3")},
        "ms_t": document["ms"]["T"],
        "ms_tr": document["ms"]["TR"],
        **{f"rrrc_{name}": random[name] for name in ("f", "df2", "p")},
        "rrrc_se": random["differences"][0]["se"],
        "rrrc_low": low,
        "rrrc_high": high,
        **{f"frrc_{name}": fixed[name] for name in ("chi2", "p")},
        **{f"rrfc_{name}": cases[name] for name in ("f", "p")},
    }


@pytest.mark.parametrize("estimator", ["jackknife", "delong", "unbiased"])
def test_obuchowski_rockette(table: RatingsTable, estimator: str) -> None:
    assert as_printed(studies.analyse_ratings(table, estimator=estimator)) == close(by_r(f"or.{estimator}"), 1e-8)


def test_dorfman_berbaum_metz(table: RatingsTable) -> None:
    block = studies.analyse_ratings(table, method="dbm")["dbm"]
    assert {**block["ms"], "f": block["f"]} == close(by_r("dbm"), 1e-8)


def test_one_shot_u_statistics(table: RatingsTable) -> None:
    block = studies.analyse_ratings(table, method="ustat")["ustat"]
    found = {own["test"]: own["se"] for own in block["tests"]} | {"difference": block["differences"][0]["se"]}
    assert found == close(by_r("ustat.se"), 1e-8)


@pytest.mark.parametrize("analysis", ["rrrc", "frrc", "rrfc"])
def test_sizing(table: RatingsTable, analysis: str) -> None:
    parts = Components(**studies.analyse_ratings(table)["components"])
    document = studies.size_study(parts, len(table.cases), 0.08, [8], [150], analysis=analysis)
    assert document["grid"][0]["power"] == close(by_r("size")[analysis], 1e-8)


@pytest.mark.parametrize("fom", froc.NAMES)
def test_free_response(fom: str) -> None:
    marks = read_marks(draw.HERE / "marks.csv", draw.HERE / "lesions.csv", normals=24)
    found = {f"t{test + 1}.r2": froc.value(marks, test, 1, fom) for test in range(2)}
    assert found == close(by_r(f"froc.{fom}"))


def test_localisation_roc(table: RatingsTable) -> None:
    normal, abnormal = classes(table, 0, 0)
    hits = np.arange(1, len(abnormal) + 1) % 3 != 0
    assert lroc_area(normal, abnormal, hits) == close(digits(FILES[0])["lroc"])


@pytest.mark.parametrize("weights", cohen.WEIGHTS)
def test_kappa(complete: np.ndarray, weights: str) -> None:
    counts = cohen.table_of(complete[:, 0], complete[:, 1], np.arange(1.0, 7.0))
    assert cohen.kappa(counts, weights) == close(by_r("kappa")[weights])


def test_pabak_and_ac1(complete: np.ndarray) -> None:
    counts = cohen.table_of(complete[:, 0], complete[:, 1], np.arange(1.0, 7.0))
    assert cohen.pabak(counts) == close(digits(FILES[0])["pabak"])
    assert cohen.gwet_ac1(counts) == close(digits(FILES[0])["gwet_ac1"])


def test_fleiss(complete: np.ndarray) -> None:
    counts = np.array([[(row == level).sum() for level in range(1, 7)] for row in complete])
    assert fleiss.fleiss_kappa(counts) == close(digits(FILES[1])["fleiss"])


@pytest.mark.parametrize("level", krippendorff.LEVELS)
def test_krippendorff_with_missing_ratings(complete: np.ndarray, level: str) -> None:
    holes = complete.T.copy()
    holes[0, ::7] = holes[2, 3::5] = np.nan
    assert krippendorff.krippendorff_alpha(holes, level) == close(digits(FILES[1])[f"krippendorff.{level}"])


@pytest.mark.parametrize("form", icc.FORMS)
def test_intraclass_correlations(complete: np.ndarray, form: str) -> None:
    found = icc.intraclass_correlations(complete)[form]
    wanted = by_r("icc." + form[4:-1].replace(",", "_"))
    assert found.ci is not None
    assert (found.estimate, *found.ci) == close((wanted["I"], wanted["l"], wanted["u"]), 1e-8)


def test_bland_altman(complete: np.ndarray) -> None:
    found = limits_of_agreement(complete[:, 0], complete[:, 1])
    printed = {
        "bias": found.bias,
        "bias_low": found.bias_ci[0],
        "upper": found.upper,
        "upper_high": found.upper_ci[1],
    }
    assert printed == close(by_r("bland_altman"))


def test_reading_times(table: RatingsTable) -> None:
    order = np.arange(1, len(table.cases) + 1)
    seconds = 20 + 3 * table.ratings + np.arange(1, 5)[None, :, None] + order / 10
    found = time_ratio(seconds[1], seconds[0])
    assert found.ci is not None
    assert {"ratio": found.ratio, "high": found.ci[1], "df": found.df} == close(by_r("time"), 1e-8)


@pytest.mark.parametrize("name", FILES)
def test_holm_wilson_and_mcnemar(name: str) -> None:
    wanted = digits(name)
    assert holm([0.012, 0.2, 0.034, 0.0004, 0.034]) == close([wanted[f"holm.{k}"] for k in range(1, 6)])
    assert wilson_interval(17, 60) == close((wanted["wilson.low"], wanted["wilson.high"]))
    assert mcnemar_exact(4, 11) == close(wanted["mcnemar"])
