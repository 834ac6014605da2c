"""What readers of locked studies said of an image before the model: labels with no known chance of having been asked for.

Only of studies whose protocol says that readings may be labels, of those who may see such a study, and of scored cases. A study
chooses its cases, so that a figure made of these words is one of the study's cases: enriched, not a rate. A word is aided where its
reader had met the model's output of the image before: in another reading, or by opening the image in clinical review.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from reader_study import policy
from reader_study.models import Case, FindingRating, Protocol, Reading, Study
from reader_study.visible import studies_of
from webapp.accounts.models import User
from webapp.accounts.policy import Person
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.reveal.embargoed import not_under_embargo
from webapp.reveal.label_kind import LabelKind
from webapp.reveal.shown_image import is_image_shown
from webapp.sentinel.models import FirstAnswer
from webapp.training_set.first_words import FirstWord
from webapp.training_set.labels import Place

SHOWN = ("open", "see_predictions")  # events after which a person may have seen the model of an image
Words = dict[UUID, dict[str, list[FirstWord]]]


def study_words(user: Person | None, project: Project, hidden: Any, is_name: Any) -> Words:
    """Image -> finding -> words, oldest first, of the bytes that are stored now. hidden, is_name: as in `first_words`."""
    rows = FindingRating.objects.filter(
        call__isnull=False,
        reading__stage=Reading.Stage.UNAIDED,
        reading__state=Reading.State.LOCKED,
        reading__assignment__case__in=_cases(user, project, hidden),
    )
    rows = rows.select_related("finding", "reading__assignment__case__image", "reading__assignment__reader")
    listed = [row for row in rows.order_by("reading__locked_at", "pk") if is_name(row.finding.code)]
    shown = _shown_before([row.reading for row in listed])
    found: Words = defaultdict(lambda: defaultdict(list))
    for row in listed:
        case = row.reading.assignment.case
        if is_image_shown(case.image, case.image_sha256):
            kind = LabelKind.AIDED if row.reading.pk in shown else LabelKind.UNAIDED
            found[case.image_id][row.finding.code].append(_word(row, kind))
    return found


def _cases(user: Person | None, project: Project, hidden: Any) -> Any:
    cases = Case.objects.filter(image__project=project, voided_at=None, role=Case.Role.SCORED)
    cases = cases.filter(study__in=_studies(user)).exclude(image__in=hidden)
    return cases if user is None else not_under_embargo(cases, user, "image", labels_only=True)


def _studies(user: Person | None) -> list[Study]:
    """Locked ones that permit it, of those in which the person has a role that sees readings."""
    rows = Study.objects.filter(state__in=Study.AFTER_LOCK, kind=Study.Kind.READING)
    if user is not None:
        own = studies_of(user, policy.MANAGER, policy.STATISTICIAN) if isinstance(user, User) else []
        rows = rows.filter(pk__in=own)  # type: ignore[misc]
    newest = {
        row.study_id: row.body
        for row in Protocol.objects.filter(study__in=rows, frozen_at__isnull=False).order_by("version")
    }
    return [study for study in rows if (newest.get(study.pk, {}).get("reading") or {}).get("as_labels") is True]


def _shown_before(readings: Iterable[Reading]) -> set[UUID]:
    """Readings whose reader may have met the model's output of the image by then."""
    listed = list({reading.pk: reading for reading in readings}.values())
    people = {reading.assignment.reader.user_id for reading in listed}
    images = {reading.assignment.case.image_id for reading in listed}
    times: dict[tuple[int, str], datetime] = {}
    revealed = Reading.objects.filter(
        ai_revealed_at__isnull=False, assignment__reader__user__in=people, assignment__case__image__in=images
    ).values_list("assignment__reader__user", "assignment__case__image", "ai_revealed_at")
    events = AccessEvent.objects.filter(actor__in=people, verb__in=SHOWN, target__in=[f"image:{one}" for one in images])
    met = [(person, f"image:{image}", at) for person, image, at in revealed]
    met += events.values_list("actor", "target", "at")
    for person, target, at in met:
        if at is not None:
            times[person, target] = min(at, times.get((person, target), at))
    return {
        reading.pk
        for reading in listed
        if (first := times.get((reading.assignment.reader.user_id, f"image:{reading.assignment.case.image_id}")))
        and (reading.locked_at is None or first < reading.locked_at)
    }


def _word(row: FindingRating, kind: LabelKind) -> FirstWord:
    says = FirstAnswer.Says.PRESENT if row.call else FirstAnswer.Says.ABSENT
    boxes = [mark for mark in row.reading.marks.all() if mark.finding_id == row.finding_id and mark.w > 0]  # type: ignore[attr-defined]
    drawn = Place(boxes[0].x, boxes[0].y, boxes[0].w, boxes[0].h) if row.call and boxes else None
    return FirstWord(row.reading.assignment.reader.user_id, "", says.value, "", drawn, kind=kind)
