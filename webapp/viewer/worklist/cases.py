"""Images with the state of their newest result, ready to be filtered and sorted in the database."""

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.expressions import OrderBy

from webapp.accounts.policy import Person
from webapp.archive.models import Image
from webapp.predictions.models import Prediction
from webapp.reveal.embargoed import under_embargo
from webapp.reviews.models import CaseReview
from webapp.viewer.worklist.query import WorklistQuery
from webapp.viewer.worklist.searches import search_condition
from webapp.work.models import Job


def cases(user: Person) -> QuerySet[Image]:
    """Images annotated with `latest` (prediction id), `case_state` (a code of filters.STATES), `highest` probability and finding.

    case_state: read (somebody reviewed it), else by the newest result: waiting, failed, refused, to_read; no_model without one.
    Images under embargo for `user` are `hidden` and carry nothing of results and reviews, so that neither order, nor filters,
    nor counts can tell them.
    """
    hidden = under_embargo(user)
    newest = Prediction.objects.filter(image=OuterRef("pk")).order_by("-created_at", "-id").values("pk")[:1]
    result = Prediction.objects.filter(pk=OuterRef("latest"))
    is_hidden = Value(False) if hidden is None else Case(When(hidden, then=Value(True)), default=Value(False))
    return (
        Image.objects.annotate(is_hidden=ExpressionWrapper(is_hidden, BooleanField()))
        .annotate(
            latest=Case(When(is_hidden=True, then=Value(None)), default=Subquery(newest), output_field=UUIDField()),
            is_read=Case(
                When(is_hidden=True, then=Value(False)),
                default=Exists(CaseReview.objects.current().filter(image=OuterRef("pk"))),
            ),
        )
        .annotate(
            job_state=Subquery(result.values("job__state")[:1]),
            highest=Subquery(result.values("highest_probability")[:1]),
            highest_finding=Subquery(result.values("highest_finding")[:1]),
            highest_decision=Subquery(result.values("highest_decision")[:1]),
        )
        .annotate(case_state=_case_state())
    )


def select(query: WorklistQuery, user: Person, search: str = "") -> QuerySet[Image]:
    """The cases of one choice of filters, in its order. `search` is the text behind the query's search code."""
    return cases(user).filter(condition(query, search)).order_by(*order(query))


def condition(query: WorklistQuery, search: str = "") -> Q:
    """What a choice of filters lets through."""
    wanted = query.filters.condition()
    if query.search:
        # A code this session does not know must not show everything as if nothing had been searched.
        wanted &= search_condition(search) if search else Q(pk__in=[])
    return wanted


def order(query: WorklistQuery) -> list[OrderBy]:
    """Sort columns, ending in arrival and id so that pages never overlap."""
    column = {"arrived": "created_at", "finding": "highest", "study": "study_date"}[query.sort.lstrip("-")]
    is_descending = query.sort.startswith("-")
    first = F(column).desc(nulls_last=True) if is_descending else F(column).asc(nulls_last=True)
    second = [F("study_time").desc() if is_descending else F("study_time").asc()] if column == "study_date" else []
    arrival = F("created_at").asc() if query.sort == "arrived" else F("created_at").desc()
    return [first, *second, arrival, F("pk").desc()]


def _case_state() -> Case:
    return Case(
        When(is_hidden=True, then=Value("hidden")),
        When(is_read=True, then=Value("read")),
        When(latest__isnull=True, then=Value("no_model")),
        When(job_state__in=[Job.State.QUEUED, Job.State.RUNNING], then=Value("waiting")),
        When(job_state__in=[Job.State.FAILED, Job.State.CANCELLED], then=Value("failed")),
        When(highest_decision="refused", then=Value("refused")),
        default=Value("to_read"),
    )
