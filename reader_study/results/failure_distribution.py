"""Counts of a failure-mode study: site x cause with Wilson intervals, shares at hilum and clavicle, agreement of coders."""

from collections import Counter
from typing import Any

import numpy as np

from measures.wilson import wilson_interval
from reader_study.analysis.agreement.cohen import kappa, table_of
from reader_study.models import FailureItem, FailureMode, Study
from reader_study.results.given_points import given_points
from webapp.reviews.failure_scheme import PAPER_OUTCOMES, PAPER_SITES
from webapp.reviews.scheme_versions import SchemeBook


def final_codes(study: Study) -> list[FailureMode]:
    """One row per item: the chair's where there is one, else the first coder's. Items nobody coded are left out."""
    found = []
    for item in _items(study):
        rows = [row for row in item.codings.all() if row.reading is None or row.reading.state != "void"]
        rows.sort(key=lambda row: (not row.is_adjudication, row.created_at, str(row.pk)))
        if rows:
            found.append(rows[0])
    return found


def failure_distribution(study: Study) -> dict[str, Any]:
    """JSON-ready; shares within each outcome. Codes of earlier versions of the scheme are counted through its maps."""
    final, book = final_codes(study), SchemeBook()
    versions = sorted({row.scheme_version for row in final})
    for row in final:
        _carry(row, book)
    totals = Counter(row.outcome for row in final)
    cells = Counter((row.outcome, row.site, row.cause) for row in final)
    return {
        "scheme_version": book.current.version,
        "coded_in_versions": versions,
        "scheme_map": book.map_words(versions),
        "items": _items(study).count(),
        "coded": len(final),
        "points": given_points(study),
        "rows": [
            {"outcome": outcome, "site": site, "cause": cause, **_share(count, totals[outcome])}
            for (outcome, site, cause), count in sorted(cells.items(), key=lambda pair: (pair[0][0], -pair[1], pair[0]))
        ],
        "sites": [
            {"outcome": outcome, "site": site, **_share(count, totals[outcome])}
            for (outcome, site), count in sorted(Counter((row.outcome, row.site) for row in final).items())
        ],
        "shares": {site: _paper_share(final, site) for site in PAPER_SITES},
        "wrong_box_centres": _centres(final),
        "kappa": {name: _kappa(study, name, list(book.current.titles(f"{name}s")), book) for name in ("site", "cause")},
    }


def _carry(row: FailureMode, book: SchemeBook) -> None:
    """Site and cause in codes of the version in force; the stored row stays as it is."""
    row.site = book.carried(row.scheme_version, "sites", row.site)
    row.cause = book.carried(row.scheme_version, "causes", row.cause)


def _items(study: Study) -> Any:
    rows = FailureItem.objects.filter(case__study=study, case__voided_at=None)
    return rows.select_related("case__image").prefetch_related("codings__reading")


def _share(count: int, n: int) -> dict[str, Any]:
    return {"n": count, "of": n, "share": count / n, "ci": list(wilson_interval(count, n))}


def _paper_share(final: list[FailureMode], site: str) -> dict[str, Any]:
    """Share of FP and FN_LOC at the site: what paper 001 says in words."""
    own = [row for row in final if row.outcome in PAPER_OUTCOMES]
    count = sum(row.site == site for row in own)
    return _share(count, len(own)) if own else {"n": 0, "of": 0, "share": None, "ci": None}


def _centres(final: list[FailureMode]) -> list[dict[str, Any]]:
    """Centres of wrong boxes as fractions of the image."""
    found = []
    for row in final:
        if row.outcome in ("FP", "FN_LOC", "FP_LOC") and row.item and row.item.predicted_boxes:
            box, image = row.item.predicted_boxes[0], row.item.case.image
            x, y = (box["x"] + box["w"] / 2) / image.columns, (box["y"] + box["h"] / 2) / image.rows
            found.append({"outcome": row.outcome, "site": row.site, "x": x, "y": y})
    return found


def _kappa(study: Study, name: str, levels: list[str], book: SchemeBook) -> dict[str, Any]:
    """Cohen's kappa of the first two coders over the items that two readers coded."""
    pairs = []
    for item in _items(study):
        rows = sorted((r for r in item.codings.all() if not r.is_adjudication), key=lambda r: (r.created_at, str(r.pk)))
        for row in rows[:2]:
            _carry(row, book)
        if len(rows) >= 2:
            pairs.append((levels.index(getattr(rows[0], name)), levels.index(getattr(rows[1], name))))
    if not pairs:
        return {"estimate": None, "n": 0, "reason": "no failure was coded twice"}
    one, other = np.array(pairs).T
    estimate = kappa(table_of(one, other, np.arange(len(levels))))
    reason = None if estimate is not None else "undefined: no variation to agree about"
    return {"estimate": estimate, "n": len(pairs), "reason": reason}
