"""One row of the worklist, from an image, its newest result and its reviews."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import localtime

from inference.probability import fraction
from webapp.accounts.policy import Person
from webapp.archive.models import Image
from webapp.archive.view_positions import view_label
from webapp.predictions.models import Prediction
from webapp.reveal.embargoed import reasons
from webapp.reviews.failure_scheme import SHORTCOMINGS, VERDICTS
from webapp.reviews.finding_terms import finding_terms
from webapp.reviews.models import CaseReview
from webapp.reviews.scheme_versions import SchemeBook
from webapp.reviews.visible import visible_reviews
from webapp.viewer.worklist.filters import STATES
from webapp.viewer.worklist.labels import age_of_case, person_label, study_label
from webapp.viewer.worklist.listing import Listed
from webapp.viewer.worklist.queue import Queue, read_queue
from webapp.work.models import Job

# State -> shape and colour of its dot: amber = the model waits for a reader, teal = a reader has spoken, red = refused.
DOTS = {
    "to_read": "model",
    "read": "reader",
    "refused": "stop",
    "failed": "stop",
    "waiting": "focus",
    "no_model": "idle",
    "hidden": "idle",
}

_IMAGE_COLUMNS = tuple("patient_id patient_sex age_years study_date study_time view created_at warnings".split())
_RESULT_COLUMNS = ("job", "document", "highest_finding", "highest_probability")
READ_BY_COLLEAGUE = "Read by a colleague; your look is open."


@dataclass(frozen=True)
class Meter:
    """The highest finding as a bar: percent of the bar's width, operating point as a tick (percent, or empty) and in words."""

    percent: str
    tick: str
    point: str
    title: str
    text: str
    note: str


@dataclass(frozen=True)
class Row:
    """What one line of the worklist says. Text is data: templates and scripts show it as text only.

    What a template would make of other values (address, numbers, the moment of arrival) is text here already: fifty rows of it
    were half of what a list costs."""

    id: UUID
    address: str
    number: str
    person: str
    study: str
    view: str
    state: str
    state_title: str
    dot: str
    meter: Meter | None
    sentence: str
    review: str
    failures: tuple[str, ...]
    age: str
    arrived: str
    warnings: tuple[str, ...]


def rows(listed: Sequence[Listed], user: Person, now: datetime.datetime) -> list[Row]:
    """Rows of one page of the list for `user`; a fixed number of queries however many there are."""
    images = Image.objects.only(*_IMAGE_COLUMNS).in_bulk([case.image for case in listed])
    found = Prediction.objects.only(*_RESULT_COLUMNS).in_bulk([case.latest for case in listed if case.latest])
    # What a result without a number waits for or failed by stands in its job; the others' jobs say nothing to a list.
    numberless = [result.job_id for result in found.values() if result.highest_probability is None]  # type: ignore[attr-defined]
    jobs = Job.objects.in_bulk([key for key in numberless if key])
    # Only a case that the person may see and somebody has read carries reviews: the others are not asked for any.
    reviews = _reviews_by_image([case.image for case in listed if case.state == "read"], user)
    # Asked only where a case waits: on most pages none does.
    queue = read_queue() if any(case.state == "waiting" for case in listed) else Queue({}, None)
    why, book = _why_hidden(listed, images, user), SchemeBook()
    return [
        _row(
            images[case.image], case, found.get(case.latest) if case.latest else None, reviews[case.image],
            _Page(queue, user, now, why, book, jobs),
        )
        for case in listed
    ]  # fmt: skip


def _why_hidden(listed: Sequence[Listed], images: Mapping[UUID, Image], user: Person) -> dict[UUID, str]:
    """The sentence of each case whose result and reviews are hidden."""
    states = {case.image: case.state for case in listed if case.latest is None and case.state in ("hidden", "read")}
    hidden = {key: images[key] for key in states}
    why = reasons(user, hidden) if hidden else {}
    return {key: READ_BY_COLLEAGUE if states[key] == "read" else refusal.text for key, refusal in why.items()}


def _reviews_by_image(images: list[UUID], user: Person) -> dict[UUID, list[CaseReview]]:
    by_image: dict[UUID, list[CaseReview]] = defaultdict(list)
    if not images:
        return by_image
    reviews = visible_reviews(user).filter(image__in=images).current()
    for review in reviews.select_related(None).select_related("reader"):
        by_image[review.image_id].append(review)  # type: ignore[attr-defined]
    return by_image


@dataclass(frozen=True)
class _Page:
    """What all rows of a page share."""

    queue: Queue
    user: Person
    now: datetime.datetime
    why_hidden: Mapping[UUID, str]
    book: SchemeBook
    jobs: Mapping[UUID, Job]

    def job(self, prediction: Prediction | None) -> Job | None:
        """Of a result without a number."""
        key: UUID | None = prediction.job_id if prediction else None  # type: ignore[attr-defined]
        return self.jobs.get(key) if key else None


def _row(image: Image, case: Listed, prediction: Prediction | None, reviews: list[CaseReview], page: _Page) -> Row:
    """`prediction` is None and `reviews` are empty for a hidden case."""
    document = {} if prediction is None else prediction.document
    meter = _meter(prediction, document)
    is_hidden = image.pk in page.why_hidden
    return Row(
        id=image.pk,
        address=reverse("reading", args=[image.pk]),
        number=image.patient_id or "no id",
        person=person_label(image),
        study=study_label(image),
        view=view_label(image.view) or "–",
        state=case.state,
        state_title=_state_title(case.state, page.job(prediction)),
        dot=DOTS[case.state],
        meter=meter,
        sentence=page.why_hidden[image.pk] if is_hidden else _sentence(prediction, document, meter, page),
        review=_review_label(reviews, document, page.user),
        failures=tuple(_failure_label(review, page.book) for review in reviews if review.verdict in SHORTCOMINGS),
        age=age_of_case(image, page.now),
        arrived=localtime(image.created_at).isoformat(),
        warnings=tuple(str(code).replace("_", " ") for code in image.warnings),
    )


def _state_title(state: str, job: Job | None) -> str:
    """As in the filter, but a case that waits says whether a worker has it."""
    is_running = job is not None and job.state == Job.State.RUNNING
    return "running" if state == "waiting" and is_running else STATES[state]


def _meter(prediction: Prediction | None, document: dict[str, Any]) -> Meter | None:
    """The bar of the highest finding, only from a result that is finished and was not refused."""
    if prediction is None or prediction.highest_probability is None:
        return None
    finding = next((row for row in document.get("findings", []) if row["key"] == prediction.highest_finding), None)
    if finding is None:
        return None
    point = finding.get("operating_point") or {}
    threshold = point.get("threshold")
    is_negative = finding.get("decision") == "negative"
    return Meter(
        percent=f"{100 * prediction.highest_probability:.1f}",
        tick="" if threshold is None else f"{100 * threshold:.1f}",
        point="" if threshold is None else _point_name(threshold, point.get("project_version")),
        title="none above" if is_negative else finding["title"],
        text=fraction(prediction.highest_probability),
        note="uncertain" if finding.get("decision") == "uncertain" else "",
    )


def _point_name(threshold: float, project_version: int | None) -> str:
    """As the panel of the reading page says it."""
    whose = "" if project_version is None else f" of the project (version {project_version})"
    return f"operating point {fraction(threshold)}{whose}"


def _sentence(prediction: Prediction | None, document: dict[str, Any], meter: Meter | None, page: _Page) -> str:
    """What stands in the place of the bar: waiting, failed, refused, or no model."""
    if meter is not None:
        return ""
    if prediction is None:
        return "no model was active when it arrived"
    job = page.job(prediction)
    if job and job.state in Job.UNFINISHED:
        return page.queue.sentence(job)
    if job and job.state == Job.State.CANCELLED:
        return "cancelled; run it again from the case"
    if job and job.state == Job.State.FAILED:
        return job.error_text or "the worker failed without a reason"
    return f"no score: {_refusal_reason(document)}"


def _refusal_reason(document: dict[str, Any]) -> str:
    checks = (document.get("gate") or {}).get("checks", [])
    texts = [str(check.get("text", "")) for check in checks if check.get("passed") is False]
    reasons = [str(finding.get("reason") or "") for finding in document.get("findings", [])]
    return next((text for text in [*texts, *reasons] if text), "the model refused without a reason")


def _review_label(reviews: list[CaseReview], document: dict[str, Any], user: Person) -> str:
    """Who has said something, about how many of the findings."""
    if not reviews:
        return ""
    who = "me" if any(review.reader_id == user.pk for review in reviews) else reviews[0].reader.get_username()
    readers = {review.reader_id for review in reviews}
    others = f" + {len(readers) - 1}" if len(readers) > 1 else ""
    total = len(document.get("findings", []))
    seen = len({review.finding for review in reviews if review.finding})
    return f"{who}{others} · {seen} of {total}" if total else f"{who}{others}"


def _failure_label(review: CaseReview, book: SchemeBook) -> str:
    title = VERDICTS[review.verdict].title.lower() if review.verdict in VERDICTS else review.verdict
    if not review.outcome:
        return f"missed · {finding_terms().title(review.term).lower()}" if review.term else title
    return f"{title} · {book.title(review.scheme_version, 'sites', review.site)}"
