import json

import numpy as np
import pytest

from measures.roc_area import auc
from reader_study.analysis import covariance
from reader_study.analysis import obuchowski_rockette as obuchowski
from reader_study.analysis.ai_alone import against_ai
from reader_study.analysis.cli import main
from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.simulate import STRUCTURES, simulate


@pytest.fixture(scope="module")
def table():
    return simulate(STRUCTURES["LL"], np.random.default_rng(8), readers=4, n_normal=14, n_abnormal=11)


def test_a_perfect_model_leaves_the_readers_own_variance(table):
    # AUC 1 with no variance: d_j = A_j - 1, so SE and df are those of the one-test analysis of the readers.
    found = against_ai(table, table.truth.astype(float), figure_of_merit("auc"))
    alone = obuchowski.analyse(covariance.estimate(table, figure_of_merit("auc"))).rrrc.singles
    for own, readers in zip(found, alone, strict=True):
        assert own.model == 1
        assert own.random_readers.estimate == pytest.approx(readers.estimate - 1)
        assert own.random_readers.se == pytest.approx(readers.se)
        assert own.random_readers.df == pytest.approx(readers.df)


def test_fixed_readers_equal_the_jackknife_of_the_mean_difference(table):
    # Var(mean d) = (n - 1) / n sum_k (d(k) - mean)^2 with d(k) the mean over readers of A_j - A_AI without case k. For
    # readers whose covariance is above 0 this is [Var + (r - 1) Cov2] / r.
    scores = np.random.default_rng(1).normal(table.truth * 1.0, 1.0)
    own = against_ai(table, scores, figure_of_merit("auc"))[0]
    n = len(table.truth)
    d = np.empty(n)
    for k in range(n):
        kept = np.arange(n) != k
        areas = [auc(row[kept & ~table.truth], row[kept & table.truth]) for row in (*table.ratings[0], scores)]
        d[k] = np.mean(areas[:-1]) - areas[-1]
    assert own.fixed_readers.se == pytest.approx(np.sqrt((n - 1) / n * np.sum((d - d.mean()) ** 2)))
    assert own.fixed_readers.estimate == pytest.approx(np.mean(list(own.differences.values())))


def test_a_case_without_a_score_is_refused(table):
    scores = np.where(np.arange(len(table.truth)) == 3, np.nan, 0.5)
    with pytest.raises(DataRefused, match="24 scores for 25 cases"):
        against_ai(table, scores, figure_of_merit("auc"))


def test_the_command_line_keeps_the_model_out_of_the_average_and_writes_a_report(table, tmp_path, capsys):
    scores = np.random.default_rng(1).normal(table.truth * 1.0, 1.0)
    rows = ["reader,test,case,truth,rating"]
    for (test, reader, case), rating in np.ndenumerate(table.ratings):
        rows.append(f"R{reader},{test},{case},{int(table.truth[case])},{rating}")
    rows += [f"AI,model,{case},{int(table.truth[case])},{score}" for case, score in enumerate(scores)]
    ratings, page = tmp_path / "ratings.csv", tmp_path / "study.html"
    ratings.write_text("\n".join(rows))
    assert main(["mrmc", str(ratings), "--ai", "AI", "--report", str(page), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["design"]["readers"] == ["R0", "R1", "R2", "R3"]
    expected = against_ai(table, scores, figure_of_merit("auc"))
    assert [own["rrrc"]["estimate"] for own in document["ai"]] == pytest.approx(
        [own.random_readers.estimate for own in expected]
    )
    assert "ROC, readers and their average" in page.read_text()
    assert main(["mrmc", str(ratings), "--ai", "AI"]) == 0
    assert "readers - model" in capsys.readouterr().out
    assert main(["mrmc", str(ratings), "--ai", "R9"]) == 1
    assert "--ai 'R9' is not one of the readers AI, R0" in capsys.readouterr().err
