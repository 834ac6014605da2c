"""What came of a reader's own cases: what they had said until they knew, beside what was found later. For that reader alone.

What was said then is the newest word on the finding, of a review or a look before the model, from before the reader first knew any
statement on it (`LaterTruthShown`): a correction after that changes nothing, nor does taking the answer back.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.later_truth.models import LaterTruth, LaterTruthShown
from webapp.later_truth.visible import open_truths
from webapp.reviews.failure_scheme import VERDICTS, WITHDRAWN
from webapp.reviews.models import CaseReview
from webapp.reviews.verdict_label import ABSENT, PRESENT, verdict_label
from webapp.sentinel.models import FirstAnswer

MOST_CASES = 200
SAYS = {LaterTruth.Says.PRESENT: PRESENT, LaterTruth.Says.ABSENT: ABSENT}


class Outcome(Enum):
    AGREED = "agreed"
    DIFFERED = "differed"
    NOT_COMPARED = "not compared"


class Subject(NamedTuple):
    image: UUID
    finding: str
    term: str


@dataclass(frozen=True)
class Word:
    """label: 1, 0, -1 or None, as in `verdict_label`. text: in the words of the page."""

    at: datetime.datetime
    label: int | None
    text: str


@dataclass(frozen=True)
class OwnFinding:
    """One statement beside what the reader had said; said: None for nothing."""

    truth: LaterTruth
    said: Word | None
    outcome: Outcome


@dataclass(frozen=True)
class OwnCase:
    image: Image
    findings: tuple[OwnFinding, ...]
    is_new: bool

    @property
    def outcome(self) -> Outcome:
        """Differed where any finding did; agreed where one was compared and none differed."""
        outcomes = {one.outcome for one in self.findings}
        return next((one for one in (Outcome.DIFFERED, Outcome.AGREED) if one in outcomes), Outcome.NOT_COMPARED)


def own_cases(person: User) -> list[OwnCase]:
    """The reader's cases with later truth that is open to them, the newest statement first; at most MOST_CASES."""
    truths = _of_newest_cases(_on_own_cases(person))
    known = _known_since(person, truths)
    words = _words(person, {truth.image_id for truth in truths})
    shown = set(LaterTruthShown.objects.filter(person=person, truth__in=truths).values_list("truth", flat=True))
    by_image: dict[UUID, list[LaterTruth]] = defaultdict(list)
    for truth in truths:
        by_image[truth.image_id].append(truth)
    found = []
    for own in by_image.values():
        clashing = _clashing(own)
        findings = tuple(_own_finding(truth, words, known, clashing) for truth in own)
        found.append(OwnCase(own[0].image, findings, any(truth.pk not in shown for truth in own)))
    return found


def count_own_cases(person: User) -> tuple[int, int]:
    """(own cases with later truth, however many, those of them with something that the reader has not been shown)."""
    if not LaterTruth.objects.filter(_spoken_of(person)).exists():
        return 0, 0  # who sees what need not be asked: it is dear, and most people have no such case
    truths = _on_own_cases(person).order_by().values("image")
    shown = Exists(LaterTruthShown.objects.filter(person=person, truth=OuterRef("pk")))
    counted = truths.aggregate(all=Count("image", distinct=True), unseen=Count("image", distinct=True, filter=~shown))
    return counted["all"], counted["unseen"]


def _on_own_cases(person: User) -> QuerySet[LaterTruth]:
    """Open to the person, on images of which they ever said something: not on those of which they only entered what was found."""
    return open_truths(person).filter(_spoken_of(person))


def _spoken_of(person: User) -> Q:
    reviews = CaseReview.objects.filter(reader=person, image=OuterRef("image"))
    answers = FirstAnswer.objects.filter(look__reader=person, look__draw__image=OuterRef("image"))
    return Q(Exists(reviews)) | Q(Exists(answers))


def _of_newest_cases(truths: QuerySet[LaterTruth]) -> list[LaterTruth]:
    """Newest first, of the MOST_CASES images with the newest ones."""
    cases = truths.order_by().values("image").annotate(newest=Max("created_at")).order_by("-newest")[:MOST_CASES]
    return list(truths.filter(image__in=[case["image"] for case in cases]).order_by("-created_at", "pk"))


def _subject(row: LaterTruth | CaseReview) -> Subject:
    return Subject(row.image_id, row.finding, row.term)


def _known_since(person: User, truths: Iterable[LaterTruth]) -> dict[Subject, datetime.datetime]:
    """Also by statements that were taken back since: they had been read."""
    rows = LaterTruthShown.objects.filter(person=person, truth__image__in={truth.image_id for truth in truths})
    found = rows.values_list("truth__image", "truth__finding", "truth__term").annotate(since=Min("since")).order_by()
    return {Subject(*subject): since for *subject, since in found}


def _words(person: User, images: set[UUID]) -> dict[Subject, list[Word]]:
    """All that the person ever said of these images, oldest first; a withdrawal is a word that says nothing."""
    found: dict[Subject, list[Word]] = defaultdict(list)
    reviews = CaseReview.objects.filter(reader=person, image__in=images).order_by("created_at", "pk")
    for review in reviews:
        is_taken_back = review.verdict == WITHDRAWN.code
        label = None if is_taken_back else verdict_label(review.verdict, review.model_decision)
        title = "" if is_taken_back else _title(review)
        found[_subject(review)].append(Word(review.created_at, label, title))
    answers = FirstAnswer.objects.filter(look__reader=person, look__draw__image__in=images).select_related("look__draw")
    for answer in answers:
        label = {"present": 1, "absent": 0}.get(answer.says, -1)
        subject = Subject(answer.look.draw.image_id, answer.finding, "")
        found[subject].append(Word(answer.look.created_at, label, f"{answer.get_says_display()}, before the model"))
    return {subject: sorted(words, key=lambda word: word.at) for subject, words in found.items()}


def _title(review: CaseReview) -> str:
    title = VERDICTS[review.verdict].title.lower()
    return f"agree with the model: {review.model_decision}" if review.verdict == "agree" else title


def _clashing(truths: Iterable[LaterTruth]) -> set[Subject]:
    """Subjects of which one examination said yes and another no."""
    said: dict[Subject, set[int]] = defaultdict(set)
    for truth in truths:
        if truth.says in SAYS:
            said[_subject(truth)].add(SAYS[LaterTruth.Says(truth.says)])
    return {subject for subject, values in said.items() if len(values) > 1}


def _own_finding(
    truth: LaterTruth,
    words: dict[Subject, list[Word]],
    known: dict[Subject, datetime.datetime],
    clashing: set[Subject],
) -> OwnFinding:
    subject = _subject(truth)
    until = known.get(subject)
    then = [word for word in words.get(subject, ()) if until is None or word.at <= until]
    said = then[-1] if then and then[-1].text else None
    truly = SAYS.get(LaterTruth.Says(truth.says))
    if said is None or said.label not in (PRESENT, ABSENT) or truly is None or subject in clashing:
        outcome = Outcome.NOT_COMPARED
    else:
        outcome = Outcome.AGREED if said.label == truly else Outcome.DIFFERED
    return OwnFinding(truth, said, outcome)
