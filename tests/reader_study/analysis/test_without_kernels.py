"""Mid-ranks give what the tables of all pairs gave, to 1e-12, with ties, -inf and missing ratings."""

import numpy as np
import pytest

from reader_study.analysis import covariance, froc
from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.lroc import lroc_area
from reader_study.analysis.partial_auc import partial_auc, partial_auc_leave_one_out
from reader_study.analysis.tables import RatingsTable
from reader_study.analysis.ustatistics import OneShot, Pairs, unbiased_covariance
from tests.measures.pair_kernel import kernel

EXACT = {"rel": 0.0, "abs": 1e-12}


def drawn(seed: int, n0: int = 17, n1: int = 13, missing: float = 0.0) -> RatingsTable:
    generator = np.random.default_rng(seed)
    ratings = generator.integers(0, 6, (2, 3, n0 + n1)) + (np.arange(n0 + n1) >= n0)
    ratings = np.where(generator.random(ratings.shape) < missing, np.nan, ratings.astype(float))
    names = [tuple(str(k) for k in range(count)) for count in (2, 3, n0 + n1)]
    order = generator.permutation(n0 + n1)  # classes mixed
    return RatingsTable(names[0], names[1], names[2], (np.arange(n0 + n1) >= n0)[order], ratings[:, :, order], "")


def masked_kernels(table: RatingsTable) -> tuple[np.ndarray, np.ndarray]:
    """psi times mask and mask, [t, r, n0, n1]."""
    x, y = table.ratings[:, :, ~table.truth], table.ratings[:, :, table.truth]
    mask = (~np.isnan(x))[..., :, None] & (~np.isnan(y))[..., None, :]
    psi = np.array([[kernel(a, b) for a, b in zip(p, q, strict=True)] for p, q in zip(x, y, strict=True)])
    return psi * mask, mask.astype(float)


def all_other(p: np.ndarray, q: np.ndarray) -> float:
    total = 0.0
    for shared in range(8):
        kept = tuple(axis for axis in range(3) if not shared >> axis & 1)
        left, right = (p.sum(axis=kept), q.sum(axis=kept)) if kept else (p, q)
        total += (-1) ** bin(shared).count("1") * float(np.sum(left * right))
    return total


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("seed", range(3))
def test_one_shot(seed: int, missing: float) -> None:
    table = drawn(seed, missing=missing)
    psi, mask = masked_kernels(table)
    shot = OneShot(table)
    for one in (0, 1):
        assert shot.auc(one) == pytest.approx(psi[one].sum() / mask[one].sum(), **EXACT)
        for other in (0, 1):
            area = [psi[k].sum() / mask[k].sum() for k in (one, other)]
            moment = all_other(psi[one], psi[other]) / all_other(mask[one], mask[other])
            assert shot.covariance(one, other) == pytest.approx(area[0] * area[1] - moment, **EXACT)


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_unbiased(missing: float) -> None:
    table = drawn(4, missing=missing)
    psi, mask = (part.reshape(6, *part.shape[2:]) for part in masked_kernels(table))
    flat = table.ratings.reshape(6, -1)
    found = unbiased_covariance(Pairs(flat[:, ~table.truth], flat[:, table.truth]))

    def no_case_shared(p: np.ndarray, q: np.ndarray) -> float:
        by_x, by_y = p.sum(axis=1) @ q.sum(axis=1), p.sum(axis=0) @ q.sum(axis=0)
        return float(p.sum() * q.sum() - by_x - by_y + (p * q).sum())

    for a in range(6):
        for b in range(6):
            areas = psi[a].sum() / mask[a].sum() * psi[b].sum() / mask[b].sum()
            moment = no_case_shared(psi[a], psi[b]) / no_case_shared(mask[a], mask[b])
            assert found[a, b] == pytest.approx(areas - moment, **EXACT)


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    table = drawn(5)
    whole = Pairs(table.ratings[0][:, ~table.truth], table.ratings[0][:, table.truth])
    expected = whole.same_pair
    monkeypatch.setattr("reader_study.analysis.ustatistics._BLOCK", 3 * 13)
    parts = Pairs(table.ratings[0][:, ~table.truth], table.ratings[0][:, table.truth])
    assert np.array_equal(parts.same_pair, expected)


@pytest.mark.parametrize("fom", ["auc", "pauc:0,1", "pauc:0,0.3", "pauc:0.11,0.47", "sens:3", "spec:2"])
def test_jackknife(fom: str) -> None:
    table, merit = drawn(6), figure_of_merit(fom)
    left = []
    for cell in np.ndindex(2, 3):
        normal, abnormal = table.ratings[cell][~table.truth], table.ratings[cell][table.truth]
        refits = [merit.value(np.delete(normal, k), abnormal) for k in range(17 * merit.counts_normal)]
        refits += [merit.value(normal, np.delete(abnormal, k)) for k in range(13 * merit.counts_abnormal)]
        assert merit.leave_one_out(normal, abnormal) == pytest.approx(refits, **EXACT)
        left.append(refits)
    centred = np.array(left) - np.mean(left, axis=1, keepdims=True)
    n = centred.shape[1]
    expected = ((n - 1) / n * centred @ centred.T).reshape(2, 3, 2, 3)
    assert covariance.estimate(table, merit).covariance == pytest.approx(expected, **EXACT)


def test_delong() -> None:
    table = drawn(7)
    psi = masked_kernels(table)[0].reshape(6, 17, 13)
    expected = np.cov(psi.mean(axis=1)) / 13 + np.cov(psi.mean(axis=2)) / 17
    found = covariance.estimate(table, figure_of_merit("auc"), "delong").covariance
    assert found.reshape(6, 6) == pytest.approx(expected, **EXACT)


def old_partial_auc(normal: np.ndarray, abnormal: np.ndarray, low: float, high: float) -> float:
    cuts = np.unique(np.concatenate([normal, abnormal]))[::-1]
    x = np.array([0.0, *((normal >= cut).mean() for cut in cuts)])
    y = np.array([0.0, *((abnormal >= cut).mean() for cut in cuts)])

    def up_to(limit: float) -> float:
        area = 0.0
        for x0, x1, y0, y1 in zip(x, x[1:], y, y[1:], strict=False):
            if x1 > x0 and x0 < limit:
                end = min(x1, limit)
                area += (end - x0) * (y0 + y0 + (y1 - y0) * (end - x0) / (x1 - x0)) / 2
        return area

    return (up_to(high) - up_to(low)) / (high - low)


@pytest.mark.parametrize("scale", [1, 1000])
def test_partial_areas(scale: int) -> None:
    generator = np.random.default_rng(8)
    for _ in range(20):
        normal, abnormal = generator.integers(0, 5 * scale, 19) * 1.0, generator.integers(scale, 7 * scale, 15) * 1.0
        low, high = np.sort(generator.random(2))
        assert partial_auc(normal, abnormal, low, high) == pytest.approx(
            old_partial_auc(normal, abnormal, low, high), **EXACT
        )
        left = partial_auc_leave_one_out(normal, abnormal, low, high)
        assert left[3] == pytest.approx(old_partial_auc(np.delete(normal, 3), abnormal, low, high), **EXACT)
        assert left[19 + 4] == pytest.approx(old_partial_auc(normal, np.delete(abnormal, 4), low, high), **EXACT)


@pytest.mark.parametrize("fom", froc.NAMES)
def test_free_response(fom: str) -> None:
    generator = np.random.default_rng(9)
    nl = generator.integers(0, 4, (1, 1, 20)).astype(float)
    nl[generator.random(nl.shape) < 0.4] = -np.inf
    lesions = generator.integers(0, 5, (1, 1, 9, 3)).astype(float)
    lesions[generator.random(lesions.shape) < 0.3] = -np.inf
    lesions[:, :, :5, 2] = np.nan
    weights = np.where(np.isnan(lesions[0, 0]), 0.0, generator.random((9, 3)))
    weights /= weights.sum(axis=1, keepdims=True)
    table = froc.MarksTable(("A",), ("1",), 11, nl, lesions, weights)
    rows = nl[0, 0] if fom.endswith("1") else nl[0, 0, :11]
    present = ~np.isnan(lesions[0, 0])
    if fom == "hrauc":
        sums = kernel(rows, np.maximum(nl[0, 0, 11:], np.nanmax(lesions[0, 0], axis=1)))
    else:
        own = weights if fom.startswith("w") else present.astype(float)
        psi = np.stack([kernel(rows, lesions[0, 0, :, k]) for k in range(3)], axis=2)
        sums = np.nansum(np.where(present, psi, 0.0) * np.where(present, own, 0.0), axis=2)
    total = present.sum() if fom.startswith("afroc") else 9
    assert froc.value(table, 0, 0, fom) == pytest.approx(sums.sum() / (len(rows) * total), **EXACT)


def test_localisation_roc() -> None:
    generator = np.random.default_rng(10)
    normal, abnormal = generator.integers(0, 5, 14) * 1.0, generator.integers(1, 6, 11) * 1.0
    hits = generator.random(11) < 0.6
    assert lroc_area(normal, abnormal, hits) == pytest.approx((kernel(normal, abnormal) * hits).mean(), **EXACT)
