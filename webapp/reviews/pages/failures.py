"""`/failures/`: every recorded failure of the model, and where and why it fails, counted per bundle."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from measures.wilson import wilson_interval
from webapp.accounts.policy import may_export_training_set, may_see_image, require
from webapp.predictions.probability import fraction
from webapp.reviews.failure_scheme import FAILURE_VERDICTS, VERDICTS
from webapp.reviews.models import CaseReview, CaseReviewQuerySet
from webapp.reviews.review_filter import ReviewFilter
from webapp.reviews.scheme_versions import SchemeBook
from webapp.reviews.visible import visible_reviews

PAGE_SIZE = 50
COUNT_ROWS = 12


@dataclass(frozen=True)
class CountRow:
    """One site x cause pair of one bundle: share of all its failures of that verdict, with the Wilson 95 % interval."""

    bundle: str
    verdict: str
    site: str
    cause: str
    count: int
    total: int
    low: float
    high: float

    @property
    def percent(self) -> str:
        """ "40 % (17–69)"."""
        return f"{100 * self.count / self.total:.0f} % ({100 * self.low:.0f}–{100 * self.high:.0f})"

    @property
    def bar(self) -> tuple[str, str, str]:
        """Start and width of the interval and place of the share, in percent of a bar."""
        return f"{100 * self.low:.1f}", f"{100 * (self.high - self.low):.1f}", f"{100 * self.count / self.total:.1f}"


@login_required
@require_GET
def failures(request: HttpRequest) -> HttpResponse:
    """The list with its filters; 400 with the reason for a code that the scheme does not have."""
    require(may_see_image(request.user))
    error = ""
    try:
        chosen = ReviewFilter.from_query(request.GET)
        if chosen.verdict and chosen.verdict not in FAILURE_VERDICTS:
            raise ValueError(f"verdict {chosen.verdict!r} is not one of {', '.join(FAILURE_VERDICTS)}")
    except ValueError as refused:
        chosen, error = ReviewFilter(), str(refused)
    everything = visible_reviews(request.user).current().failures()
    found = chosen.apply(everything)
    book = SchemeBook()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    codes = urlencode(chosen.as_query())
    everything_current = {"current": "1", "failures": "1"}
    context = {
        "error": error,
        "page": page,
        "lines": [_line(review, book) for review in page],
        "filters": _filters(everything, chosen, book),
        "is_filtered": bool(codes),
        "has_any": everything.exists(),
        "counts": count_rows(found, book)[:COUNT_ROWS],
        "scheme": book.current.version,
        "scheme_map": book.map_words(found.order_by().values_list("scheme_version", flat=True).distinct()),
        "codes": codes,
        "may_export": may_export_training_set(request.user) is None,
        "export": f"{reverse('review_export')}?{urlencode(everything_current | chosen.as_query())}",
    }
    return render(request, "reviews/failures.html", context, status=400 if error else 200)


def count_rows(reviews: CaseReviewQuerySet, book: SchemeBook) -> list[CountRow]:
    """Counts of verdict x site x cause per bundle, most frequent first, in codes of the scheme in force."""
    columns = reviews.order_by().values_list("scheme_version", "bundle_id", "verdict", "site", "cause")
    marks = Counter(
        (bundle, verdict, book.carried(version, "sites", site), book.carried(version, "causes", cause))
        for version, bundle, verdict, site, cause in columns
    )
    totals: Counter[tuple[str, str]] = Counter()
    for (bundle, verdict, _, _), n in marks.items():
        totals[bundle, verdict] += n
    names, scheme = dict(_bundles(reviews)), book.current
    rows = []
    for (bundle, verdict, site, cause), n in sorted(marks.items(), key=lambda item: (-item[1], item[0])):
        total = totals[bundle, verdict]
        name, low_high = names.get(bundle, bundle[:8]), wilson_interval(n, total)
        titles = (VERDICTS[verdict].title, scheme.title("sites", site), scheme.title("causes", cause))
        rows.append(CountRow(name, *titles, n, total, *low_high))
    return rows


def _bundles(reviews: CaseReviewQuerySet) -> list[tuple[str, str]]:
    """Bundle ids with a name people know them by."""
    columns = (
        reviews.order_by().values_list("bundle_id", "prediction__bundle_name", "prediction__bundle_version").distinct()
    )
    return sorted((key, f"{name} {version} · {key[:4]}…{key[-2:]}".strip()) for key, name, version in columns)


def _filters(everything: CaseReviewQuerySet, chosen: ReviewFilter, book: SchemeBook) -> list[dict[str, Any]]:
    keys = sorted(
        {*everything.order_by().values_list("finding", flat=True).distinct(), *filter(None, [chosen.finding])}
    )
    bundles = _bundles(everything)
    if chosen.bundle and chosen.bundle not in dict(bundles):
        bundles.append((chosen.bundle, f"{chosen.bundle[:8]}…"))
    options: dict[str, list[tuple[str, str]]] = {
        "verdict": [(code, VERDICTS[code].title) for code in FAILURE_VERDICTS],
        "finding": [(key, key.replace("_", " ")) for key in keys],
        "site": list(book.current.sites.items()),
        "cause": list(book.current.causes.items()),
        "bundle": bundles,
    }
    return [
        {
            "name": name,
            "label": name.capitalize(),
            "any": f"any {name}",
            "value": getattr(chosen, name),
            "options": options[name],
        }
        for name in options
    ]


def _line(review: CaseReview, book: SchemeBook) -> dict[str, Any]:
    """One row of the list, in the words of the scheme that the review was made in."""
    version, severity = review.scheme_version, review.severity
    return {
        "image": review.image_id,
        "code": review.image.code,
        "finding": review.finding.replace("_", " "),
        "verdict": VERDICTS[review.verdict].title,
        "site": book.title(version, "sites", review.site),
        "laterality": book.title(version, "lateralities", review.laterality) if review.laterality != "U" else "",
        "cause": book.title(version, "causes", review.cause),
        "severity": "" if severity is None else f"{severity} · {book.title(version, 'severities', severity)}",
        "confidence": review.confidence or "",
        "probability": fraction(review.model_probability),
        # A threshold may have moved, or the reader marks a false hot spot: stored, and said.
        "is_contradiction": (review.verdict, review.model_decision)
        in {("false_positive", "negative"), ("false_negative", "positive"), ("wrong_place", "negative")},
        "decision": review.model_decision,
        "bundle": f"{review.prediction.bundle_name} {review.prediction.bundle_version}".strip(),
        "reader": review.reader.get_username(),
        "note": review.note,
        "created_at": review.created_at,
    }
