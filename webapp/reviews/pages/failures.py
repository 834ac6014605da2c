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

from inference.probability import fraction
from measures.wilson import wilson_interval
from webapp.accounts.policy import may_export_training_set, may_see_image, require, require_person
from webapp.code_filters import FilterRefused
from webapp.reviews.answer_points import answers_by_point, pooled_words
from webapp.reviews.failure_list import AT, PAGE_SIZE, FailureList
from webapp.reviews.failure_scheme import VERDICTS
from webapp.reviews.finding_terms import finding_terms
from webapp.reviews.left_out import left_out_words
from webapp.reviews.models import CaseReview, CaseReviewQuerySet
from webapp.reviews.review_filter import bundle_names
from webapp.reviews.scheme_versions import SchemeBook
from webapp.reviews.visible import visible_reviews

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
    person, error = require_person(request.user), ""
    everything = visible_reviews(person).current()
    asked = {name: value for name, value in request.GET.dict().items() if name != AT}
    try:
        listed = FailureList.from_query(asked, person)
    except FilterRefused as refused:
        listed, error = FailureList.from_query({}, person), str(refused)
    chosen, filtered, found = listed.filters, listed.filtered, listed.rows
    book = SchemeBook()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    codes = urlencode(chosen.codes)
    what_is_listed = {"current": "1"} | ({} if "verdict" in chosen.codes else {"listed": "1"})
    context = {
        "error": error,
        "page": page,
        "lines": [_line(review, book) for review in page],
        "filters": chosen.choices(),
        "is_filtered": bool(codes),
        "has_any": everything.exclude(verdict__in=("agree", "cannot_judge")).exists(),
        "counts": count_rows(found.failures(), book)[:COUNT_ROWS],
        "left_out": left_out_words(filtered),
        "pooled": pooled_words(answers_by_point(found.failures()), "failures", dict(bundle_names(filtered))),
        "scheme": book.current.version,
        "scheme_map": book.map_words(found.order_by().values_list("scheme_version", flat=True).distinct()),
        "codes": codes,
        "case_query": listed.case_query(),
        "may_export": may_export_training_set(request.user) is None,
        "export": f"{reverse('review_export')}?{urlencode(what_is_listed | chosen.codes)}",
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
    names, scheme = dict(bundle_names(reviews)), book.current
    rows = []
    for (bundle, verdict, site, cause), n in sorted(marks.items(), key=lambda item: (-item[1], item[0])):
        total = totals[bundle, verdict]
        name, low_high = names.get(bundle, bundle[:8]), wilson_interval(n, total)
        why = scheme.title("causes", cause) if cause else "not said"
        titles = (VERDICTS[verdict].title, scheme.title("sites", site), why)
        rows.append(CountRow(name, *titles, n, total, *low_high))
    return rows


def _line(review: CaseReview, book: SchemeBook) -> dict[str, Any]:
    """One row of the list, in the words of the scheme that the review was made in."""
    version, severity = review.scheme_version, review.severity
    return {
        "image": review.image_id,
        "code": review.image.code,
        "finding": review.finding.replace("_", " ") or finding_terms().title(review.term),
        "verdict": VERDICTS[review.verdict].title,
        "site": book.title(version, "sites", review.site) if review.site else "",
        "laterality": book.title(version, "lateralities", review.laterality)
        if review.laterality not in ("U", "")
        else "",
        "cause": book.title(version, "causes", review.cause) if review.cause else "",
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
