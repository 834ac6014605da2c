"""Later truth of one image as the API and the reading page give it."""

from django.utils import timezone

from webapp.accounts.models import User
from webapp.accounts.policy import may_enter_later_truth
from webapp.archive.models import Image
from webapp.later_truth.models import LaterTruth
from webapp.later_truth.record_truth import first_day
from webapp.later_truth.truth_body import LaterTruthDocument, LaterTruthRow, TruthChoice, TruthChoices
from webapp.later_truth.visible import open_truths
from webapp.predictions.bundle_store import finding_rows_in_service, findings_in_service
from webapp.reviews.finding_terms import finding_terms


def truth_document(person: User, image: Image) -> tuple[LaterTruthDocument, list[LaterTruth]]:
    """JSON-ready, and the rows that it tells. The caller has asked whether the person may see the model's output of the image."""
    truths = list(open_truths(person).filter(image=image))
    choices = None if may_enter_later_truth(person, image) else _choices(image)
    return {"truths": [truth_row(truth, person) for truth in truths], "choices": choices}, truths


def truth_row(truth: LaterTruth, person: User) -> LaterTruthRow:
    by = truth.created_by
    return {
        "id": str(truth.pk),
        "finding": truth.finding,
        "term": truth.term,
        "title": subject_title(truth),
        "says": truth.says,
        "source": truth.source,
        "source_title": truth.get_source_display(),
        "exam_date": truth.exam_date.isoformat(),
        "days_after": truth.days_after,
        "box": truth.box,  # type: ignore[typeddict-item]
        "note": truth.note,
        "kind": truth.kind.value,
        "entered_by": by.get_username() if by else "",
        "is_mine": truth.created_by_id == person.pk,
        "created_at": truth.created_at.isoformat(),
    }


def subject_title(truth: LaterTruth) -> str:
    """What is spoken of, for people. A finding that the model in service does not have is named by its key."""
    if truth.term:
        return finding_terms().title(truth.term)
    return findings_in_service(truth.image.project).get(truth.finding, truth.finding.replace("_", " "))


def _choices(image: Image) -> TruthChoices:
    rows = finding_rows_in_service(image.project)
    terms = [term for term in finding_terms().in_use().values() if not term.finding_of(rows)]
    return {
        "findings": [_choice(row["key"], row["title"]) for row in rows],
        "terms": [_choice(term.code, term.title) for term in terms],
        "sources": [_choice(code, title) for code, title in LaterTruth.Source.choices],
        "first_day": first_day(image).isoformat() if image.study_date else None,
        "last_day": timezone.localdate().isoformat(),
    }


def _choice(code: str, title: str) -> TruthChoice:
    return {"code": code, "title": title}
