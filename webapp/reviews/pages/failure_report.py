"""`/failures/report/`: what the recorded failures of one model say, and what changed against another one."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reports.html_report import Section, Table, sections_to_show
from webapp import audit
from webapp.accounts.policy import require_person
from webapp.reviews.answer_points import AnswersAtPoint, answers_by_point, is_worth_telling, pooled_words
from webapp.reviews.bundle_change import SiteChange
from webapp.reviews.failure_report import Share, changes, hard_examples_csv, paper_shares, wrong_box_centres
from webapp.reviews.failure_scheme import FAILURE_VERDICTS, OUTCOMES, PAPER_OUTCOMES, VERDICTS
from webapp.reviews.left_out import left_out_words
from webapp.reviews.models import CaseReview, CaseReviewQuerySet
from webapp.reviews.scheme_versions import SchemeBook
from webapp.reviews.visible import visible_reviews
from webapp.reviews.wrong_box_figure import wrong_box_figure

Bundles = dict[str, str]


@login_required
@require_safe
def failure_report(request: HttpRequest) -> HttpResponse:
    """The model that is chosen, or the first by name; 400 names an unknown one. Reviews that the person may see."""
    user = require_person(request.user)
    current, book = visible_reviews(user).current(), SchemeBook()
    bundles = _bundles(current)
    asked = {name: request.GET.get(name, "") for name in ("bundle", "other")}
    error = next(
        (f"{name} {key[:64]!r} has no review here" for name, key in asked.items() if key and key not in bundles), ""
    )
    bundle = asked["bundle"] if asked["bundle"] in bundles else next(iter(bundles), "")
    other = asked["other"] if asked["other"] in bundles and asked["other"] != bundle else ""
    own = current.filter(bundle_id=bundle)
    failures = list(own.failures())
    sections = _of_one(own, failures, book) if failures else []
    if other and not error:
        sections.append(_of_two(current, bundles, bundle, other, book))
    context = {
        "error": error,
        "bundles": bundles,
        "bundle": bundle,
        "other": other,
        "count": len(failures),
        "left_out": left_out_words(own),
        "images": len({row.image_id for row in failures}),
        "scheme": book.current.version,
        "scheme_map": book.map_words({row.scheme_version for row in failures}),
        "sections_of_result": sections_to_show(sections, "failures"),
    }
    return render(request, "reviews/failure_report.html", context, status=400 if error else 200)


@login_required
@require_safe
def hard_examples(request: HttpRequest) -> HttpResponse:
    """The images of one model with the most recorded failures first, as CSV; 400 names an unknown model."""
    user = require_person(request.user)
    current, bundle = visible_reviews(user).current(), request.GET.get("bundle", "")
    if bundle not in _bundles(current):
        text = f"bundle {bundle[:64]!r} has no review here"
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    rows = list(current.failures().filter(bundle_id=bundle))
    audit.record(user, "export_hard_examples", f"bundle:{bundle}", count=len(rows))
    answer = HttpResponse(hard_examples_csv(rows, SchemeBook()), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="sightline-hard-examples-{bundle[:8]}.csv"'
    return answer


def _bundles(reviews: Any) -> Bundles:
    """Bundle id -> the name people know it by, in the order of names."""
    columns = reviews.order_by().values_list("bundle_id", "prediction__bundle_name", "prediction__bundle_version")
    named = {key: f"{name} {version} · {key[:4]}…{key[-2:]}".strip() for key, name, version in columns.distinct()}
    return dict(sorted(named.items(), key=lambda one: (one[1], one[0])))


def _of_one(own: CaseReviewQuerySet, failures: list[CaseReview], book: SchemeBook) -> list[Section]:
    points = answers_by_point(own.judging())
    told = [_points(points)] if is_worth_telling(points) else []
    pooled = pooled_words(answers_by_point(own.filter(outcome__in=PAPER_OUTCOMES)), "errors")
    return [*told, _shares(paper_shares(failures, book), pooled), _centres(wrong_box_centres(failures), pooled)]


def _of_two(current: CaseReviewQuerySet, bundles: Bundles, first: str, second: str, book: SchemeBook) -> Section:
    own, others = current.filter(bundle_id=first), current.filter(bundle_id=second)
    judged = current.judging()
    under = {key: judged.filter(bundle_id=key).order_by().values("image") for key in (first, second)}
    # The same answers as in the table: images that were judged under both.
    both = judged.filter(bundle_id__in=under, image__in=under[first]).filter(image__in=under[second])
    pooled = pooled_words(answers_by_point(both), bundles=bundles)
    return _changes(changes(own, others, book), bundles[first], bundles[second], pooled)


def _points(points: list[AnswersAtPoint]) -> Section:
    """Right and wrong answers apart for each point: what a share that pools them hides."""
    cells = [
        [
            one.title,
            one.point,
            *(str(n) for n in (one.count, *(one.verdicts[code] for code in ("agree", *FAILURE_VERDICTS)))),
        ]
        for one in points
    ]
    header = [
        "finding",
        "operating point",
        "answers",
        "agree",
        *(VERDICTS[code].title.lower() for code in FAILURE_VERDICTS),
    ]
    words = [
        "Answers that readers called right or wrong, by the operating point that the model gave them at.",
        *pooled_words(points),
    ]
    return Section("Operating points of the answers", words, [Table(header, cells)])


def _shares(rows: list[Share], pooled: list[str]) -> Section:
    cells = [
        [
            row.outcome,
            row.site,
            f"{row.count} of {row.total}",
            "—" if row.ci is None else f"{row.count / row.total:.2f} ({row.ci[0]:.2f}, {row.ci[1]:.2f})",
        ]
        for row in rows
    ]
    return Section(
        "At the hilum and at the clavicle over the apex",
        [
            "Share of the false positives (FP) and wrong places (FN_LOC), the two errors that paper 001 describes.",
            *pooled,
        ],
        [Table(["outcome", "site", "n", "share (95 % Wilson interval)"], cells)],
    )


def _centres(centres: dict[str, list[tuple[float, float]]], pooled: list[str]) -> Section:
    words = "The model’s boxes of findings marked false positive or wrong place; of a false positive without one, the reader’s box."
    if not centres:
        return Section("Where the wrong boxes lie", [f"{words} There is none yet."])
    named = {f"{OUTCOMES[code]} {code}": points for code, points in centres.items()}
    return Section("Where the wrong boxes lie", [words, *pooled], [], [wrong_box_figure(named)])


def _changes(rows: list[SiteChange], first: str, second: str, pooled: list[str]) -> Section:
    cells = [
        [row.site, *(str(n) for n in (row.n, row.both, row.only_first, row.only_second, row.neither)), f"{row.p:.4f}"]
        for row in rows
    ]
    header = ["site", "images", "both fail", "only the first", "only the second", "neither", "exact McNemar p"]
    words = [
        f"First {first}, second {second}: images that readers reviewed under both. Each site is tested by itself;"
        " p values are not corrected for their number.",
        *pooled,
        *([] if rows else ["No image that was reviewed under both has a failure."]),
    ]
    return Section("Change between the two models", words, [Table(header, cells)] if rows else [])
