"""What the recorded failures of a model say: shares at hilum and clavicle, wrong boxes, change, hard examples."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from measures.wilson import wilson_interval
from webapp.csv_text import csv_text
from webapp.reviews.answer_points import versions_of
from webapp.reviews.bundle_change import SiteChange, site_changes
from webapp.reviews.failure_scheme import PAPER_OUTCOMES, PAPER_SITES
from webapp.reviews.models import CaseReview
from webapp.reviews.scheme_versions import SchemeBook


@dataclass(frozen=True)
class Share:
    """Failures at a site among all of the outcome; the Wilson 95 % interval, None without any failure."""

    outcome: str
    site: str
    count: int
    total: int
    ci: tuple[float, float] | None


def paper_shares(failures: Sequence[CaseReview], book: SchemeBook) -> list[Share]:
    """For FP, FN_LOC and both together, at the hilum and at the clavicle over the apex."""
    found = []
    for name, outcomes in (*((one, (one,)) for one in PAPER_OUTCOMES), ("FP and FN_LOC", PAPER_OUTCOMES)):
        sites = [_site(row, book) for row in failures if row.outcome in outcomes]
        for site in PAPER_SITES:
            ci = wilson_interval(sites.count(site), len(sites)) if sites else None
            found.append(Share(name, site, sites.count(site), len(sites), ci))
    return found


def wrong_box_centres(failures: Iterable[CaseReview]) -> dict[str, list[tuple[float, float]]]:
    """Outcome -> centres of the model's boxes of the finding, as fractions of the image.

    A false positive without any box of the model's has the reader's; a wrong place has none then, for the reader's box
    tells where the finding truly is.
    """
    found: dict[str, list[tuple[float, float]]] = {}
    for row in failures:
        if row.outcome not in PAPER_OUTCOMES:
            continue
        boxes = _model_boxes(row) or ([row.box] if row.outcome == "FP" and row.box else [])
        for box in boxes:
            x, y = (box["x"] + box["w"] / 2) / row.image.columns, (box["y"] + box["h"] / 2) / row.image.rows
            if 0 <= x <= 1 and 0 <= y <= 1:
                found.setdefault(row.outcome, []).append((x, y))
    return dict(sorted(found.items()))


def changes(first: Iterable[CaseReview], second: Iterable[CaseReview], book: SchemeBook) -> list[SiteChange]:
    """Exact McNemar per site, first model against second. Both: every current review, agreement too; an image of which nobody
    said that a definite answer of the model was right or wrong is not reviewed."""
    return site_changes(_sites_by_image(first, book), _sites_by_image(second, book), list(book.current.sites))


def hard_examples_csv(failures: Iterable[CaseReview], book: SchemeBook) -> str:
    """Images with the most recorded failures first; codes of the scheme in force. points: `own` counts answers
    at the bundle's own operating point, `v3` those at version 3 of the image's project. No name, date or number of a patient."""
    by_image: dict[str, list[CaseReview]] = {}
    for row in failures:
        by_image.setdefault(str(row.image_id), []).append(row)
    ordered = sorted(by_image.values(), key=lambda rows: (-len(rows), str(rows[0].image_id)))
    header = (
        "image",
        "case",
        "image_sha256",
        "failures",
        "findings",
        "outcomes",
        "sites",
        "causes",
        "scheme_version",
        "points",
        "notice",
    )
    return csv_text(header, _hard_rows(ordered, book))


def _hard_rows(ordered: Iterable[Sequence[CaseReview]], book: SchemeBook) -> Iterator[list[Any]]:
    for rows in ordered:
        causes = (book.carried(row.scheme_version, "causes", row.cause) for row in rows if row.cause)
        yield [
            str(rows[0].image_id), rows[0].image.code, rows[0].image_sha256, len(rows),
            _counted(row.finding for row in rows), _counted(row.outcome for row in rows),
            _counted(_site(row, book) for row in rows), _counted(causes), book.current.version,
            _counted(versions_of(rows)), "research use only - not for diagnosis",
        ]  # fmt: skip


def _counted(codes: Iterable[str]) -> str:
    """ "HIL 2; CLA 1"."""
    return "; ".join(f"{code} {n}" for code, n in sorted(Counter(codes).items(), key=lambda one: (-one[1], one[0])))


def _sites_by_image(reviews: Iterable[CaseReview], book: SchemeBook) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in reviews:
        if not row.judges_the_model:
            continue
        sites = found.setdefault(str(row.image_id), set())
        if row.outcome:
            sites.add(_site(row, book))
    return found


def _site(row: CaseReview, book: SchemeBook) -> str:
    return str(book.carried(row.scheme_version, "sites", row.site))


def _model_boxes(row: CaseReview) -> list[dict[str, float]]:
    findings = {one["key"]: one for one in row.prediction.document.get("findings", [])}
    return list(findings.get(row.finding, {}).get("boxes") or [])
