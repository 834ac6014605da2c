"""Which images a training set holds and what is known of each; which are left out, and why."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from inference.exam.sides import FRONTAL_VIEWS
from reader_study.hidden_examination import cases_under_way, hidden_images
from reader_study.models import Case, Study, Truth
from reader_study.visible import visible_to
from webapp.accounts.policy import Person, may_use_labels
from webapp.archive.models import Image, Project
from webapp.archive.view_positions import view_label
from webapp.reveal.label_kind import LabelKind
from webapp.reveal.shown_image import is_image_shown
from webapp.reviews.finding_terms import finding_terms
from webapp.reviews.models import CaseReview, CaseReviewQuerySet
from webapp.reviews.visible import visible_reviews
from webapp.sentinel.waiting import ANSWER_FIRST
from webapp.training_set.first_words import FirstWords, first_words, with_first_words
from webapp.training_set.kept_back import kept_back_of
from webapp.training_set.labels import Label, Opinion, Place, agreed, inside, label_of
from webapp.training_set.later_labels import LaterLabel, later_labels
from webapp.training_set.study_words import study_words

FINDING = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Names of the table's other columns: see training/data/reviewed.py, which reads it.
COLUMNS = (
    "file", "sha256", "patient", "view", "boxes", "kinds", "unaided", "draw_probability", "readers", "bundle",
)  # fmt: skip
IN_STUDY = "images of reader studies that are under way never leave; how many there are is not told"


@dataclass(frozen=True)
class ReviewedCase:
    """One image with its labels. readers: ids of people, and the sources of truths (panel, ct ...). others: what readers
    saw that the model has no finding for; it makes no label, also where another model has a finding for it."""

    image: Image
    labels: dict[str, Label]
    readers: tuple[int, ...]
    sources: tuple[str, ...]
    bundles: tuple[str, ...]
    others: tuple["OtherFinding", ...] = ()


@dataclass(frozen=True)
class OtherFinding:
    """A term of the list (finding_terms.py in reviews) that a reader saw; place: None where no box was drawn."""

    term: str
    terms_version: int
    reader: int
    place: Place | None


@dataclass(frozen=True)
class LeftOut:
    """case: the short code that people see; empty for what is not told by case."""

    case: str
    code: str
    text: str


@dataclass(frozen=True)
class Selection:
    """What would be exported, before any file is read."""

    cases: tuple[ReviewedCase, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        return tuple(sorted({name for case in self.cases for name in case.labels}))


def select_cases(user: Person | None, project: Project) -> Selection:
    """Cases that this person may export for training, oldest image first: `labelled_cases` without those that never train."""
    selection, never = labelled_cases(user, project), kept_back_of(project)
    left_out = [
        LeftOut(case.image.code, never[case.image.pk].code, never[case.image.pk].text)
        for case in selection.cases
        if case.image.pk in never
    ]
    cases = tuple(case for case in selection.cases if case.image.pk not in never)
    return Selection(cases, (*selection.left_out, *left_out))


def labelled_cases(user: Person | None, project: Project) -> Selection:
    """Cases of which this person may know what was said, oldest image first. None: the person at the machine's own command
    line, who sees every locked study."""
    reviews = list(_reviews(user, project))
    opinions, changed = _opinions(reviews)
    others = _others(reviews)
    truths = _truths(user, project)
    later = later_labels(user, project, images_under_way(), _is_name)
    cases, left_out = [], [LeftOut("", "in_study", IN_STUDY)]
    images = Image.objects.filter(pk__in={*opinions, *truths, *changed, *others, *later}).order_by("created_at", "pk")
    for image in images:
        refusal = None if user is None else may_use_labels(user, image)
        if refusal is not None:
            if refusal == ANSWER_FIRST:  # known by truth alone; the model is not open to this person yet
                left_out.append(LeftOut(image.code, "first_look", "its look before the model is still open"))
            continue  # a rule without a set; told as in_study
        case = _case(image, opinions.get(image.pk, {}), truths.get(image.pk, {}), later.get(image.pk, {}))
        case = replace(case, others=_within(others.get(image.pk, ()), image))
        fault = _fault(image, case, image.pk in changed)
        if fault is not None:
            left_out.append(LeftOut(image.code, *fault))
        else:
            cases.append(case)
    return _with_first_words(Selection(tuple(cases), tuple(left_out)), user, project)


def _with_first_words(selection: Selection, user: Person | None, project: Project) -> Selection:
    """With what readers said before the model was shown, which may be all that is known of an image."""
    hidden = images_under_way()
    found = first_words(user, project, hidden, _is_name)
    for image_id, words in study_words(user, project, hidden, _is_name).items():
        found.setdefault(image_id, FirstWords(None)).add_unless_there(words)
    cases = {case.image.pk: case for case in selection.cases}
    images = Image.objects.filter(pk__in=found)
    left_out = [one for one in selection.left_out if one.case not in {image.code for image in images}]
    for image in images:
        own = found[image.pk]
        case = cases.pop(image.pk, None) or ReviewedCase(image, {}, (), (), ())
        labels = {
            name: label
            for name in {*case.labels, *own.words}
            if (label := with_first_words(case.labels.get(name), own.words.get(name, ()), own.chance_of(name)))
            is not None
        }
        case = replace(case, labels=_cut(labels, image), readers=tuple(sorted({*case.readers, *own.readers})))
        fault = _fault(image, case, False)
        if fault is not None:
            left_out.append(LeftOut(image.code, *fault))
        else:
            cases[image.pk] = case
    ordered = sorted(cases.values(), key=lambda case: (case.image.created_at, str(case.image.pk)))
    return Selection(tuple(ordered), tuple(left_out))


def _is_name(finding: str) -> bool:
    """Whether the key may head a column of the table."""
    return FINDING.fullmatch(finding) is not None and finding not in COLUMNS


def _cut(labels: dict[str, Label], image: Image) -> dict[str, Label]:
    """With boxes cut to the image."""
    return {name: replace(one, places=inside(one.places, image.columns, image.rows)) for name, one in labels.items()}


def is_under_way(image: Image) -> bool:
    """True while a reader study shows the image."""
    return Image.objects.filter(pk=image.pk, pk__in=images_under_way()).exists()


def _reviews(user: Person | None, project: Project) -> CaseReviewQuerySet:
    """Current reviews of images that no study has under way, whoever asks."""
    rows = (
        CaseReview.objects.select_related("prediction", "image")
        if user is None
        else visible_reviews(user, as_labels=True)
    )
    found: CaseReviewQuerySet = rows.current().filter(image__project=project).exclude(image__in=images_under_way())
    return found


def images_under_way() -> "QuerySet[Case, UUID]":
    """Ids of the images that a reader study shows now, and of all that it hides with them, whoever asks."""
    return hidden_images(cases_under_way())


def _opinions(reviews: Iterable[CaseReview]) -> tuple[dict[object, dict[str, dict[int, CaseReview]]], set[object]]:
    """image -> finding -> reader -> newest review of the bytes that are stored now; and images with reviews of others."""
    found: dict[object, dict[str, dict[int, CaseReview]]] = defaultdict(lambda: defaultdict(dict))
    changed: set[object] = set()
    for review in sorted(reviews, key=lambda one: (one.created_at, str(one.pk))):
        if not is_image_shown(review.image, review.image_sha256):
            changed.add(review.image_id)
        elif FINDING.fullmatch(review.finding) and review.finding not in COLUMNS:
            readers = found[review.image_id][review.finding]
            readers.pop(review.reader_id, None)  # so that the newest comes last
            readers[review.reader_id] = review
    return found, changed


def _others(reviews: Iterable[CaseReview]) -> dict[object, list[OtherFinding]]:
    """image -> what was seen beyond the model's findings in the bytes that are stored now, oldest first.

    Of a reader who marked a term under several bundles the newest; what a note names may be as many things as there are marks.
    """
    terms = finding_terms().terms
    found: dict[object, dict[object, OtherFinding]] = defaultdict(dict)
    for review in sorted(reviews, key=lambda one: (one.created_at, str(one.pk))):
        if review.term and is_image_shown(review.image, review.image_sha256):
            place = Place(**review.box) if review.box else None
            version = review.terms_version or 0
            is_named = review.term in terms and terms[review.term].needs_note
            thing = review.pk if is_named else (review.reader_id, review.term)
            found[review.image_id].pop(thing, None)  # so that the newest comes last
            found[review.image_id][thing] = OtherFinding(review.term, version, review.reader_id, place)
    return {image: list(things.values()) for image, things in found.items()}


def _within(others: Iterable[OtherFinding], image: Image) -> tuple[OtherFinding, ...]:
    """With boxes cut to the image."""
    cut = ((one, inside([one.place] if one.place else [], image.columns, image.rows)) for one in others)
    return tuple(replace(one, place=places[0] if places else None) for one, places in cut)


def _truths(user: Person | None, project: Project) -> dict[object, dict[str, list[Truth]]]:
    """image -> finding -> newest frozen truth of each locked study that the person may see."""
    rows = Truth.objects.filter(
        Q(case__voided_at=None, case__study__state__in=Study.AFTER_LOCK, state=Truth.State.FROZEN),
        case__image__project=project,
    )
    rows = rows if user is None else visible_to(rows, user)
    rows = rows.exclude(case__image__in=images_under_way()).select_related("case").prefetch_related("regions")
    newest: dict[tuple[object, str], Truth] = {}
    for truth in rows.order_by("version"):
        if FINDING.fullmatch(truth.finding) and truth.finding not in COLUMNS:
            newest[truth.case_id, truth.finding] = truth
    found: dict[object, dict[str, list[Truth]]] = defaultdict(lambda: defaultdict(list))
    for truth in sorted(newest.values(), key=lambda one: (one.created_at, str(one.pk))):
        found[truth.case.image_id][truth.finding].append(truth)
    return found


def _case(
    image: Image,
    opinions: dict[str, dict[int, CaseReview]],
    truths: dict[str, list[Truth]],
    later: dict[str, list[LaterLabel]],
) -> ReviewedCase:
    """Truth of a finding, adjudicated or found later, stands before clinical reviews of it."""
    labels: dict[str, Label] = {}
    readers, sources, bundles = set(), set(), set()
    for finding, reviews in opinions.items():
        label = label_of([_opinion(review) for review in reviews.values()])
        if label is not None and finding not in truths and finding not in later:
            labels[finding] = label
            readers |= set(reviews)
            bundles |= {review.bundle_id for review in reviews.values()}
    for finding in {**truths, **later}:
        settled, found = truths.get(finding, []), later.get(finding, [])
        labels[finding] = agreed([*map(_truth_label, settled), *(one.label for one in found)])
        sources |= {truth.source for truth in settled} | {one.source for one in found}
    return ReviewedCase(
        image, _cut(labels, image), tuple(sorted(readers)), tuple(sorted(sources)), tuple(sorted(bundles))
    )


def _opinion(review: CaseReview) -> Opinion:
    findings = review.prediction.document.get("findings", [])
    own: dict[str, Any] = next((finding for finding in findings if finding.get("key") == review.finding), {})
    boxes = tuple(Place(box["x"], box["y"], box["w"], box["h"]) for box in own.get("boxes") or [])
    drawn = Place(**review.box) if review.box else None
    return Opinion(review.reader_id, review.bundle_id, review.verdict, review.model_decision, drawn, boxes)


def _truth_label(truth: Truth) -> Label:
    value = {Truth.Status.NEGATIVE: 0, Truth.Status.POSITIVE: 1}.get(Truth.Status(truth.status), -1)
    regions = truth.regions.all() if value == 1 else ()
    kind = LabelKind.PANEL if truth.source == Truth.Source.PANEL else LabelKind.IMPORTED
    return Label(value, tuple(Place(one.x, one.y, one.w, one.h) for one in regions), kind)


def _fault(image: Image, case: ReviewedCase, is_changed: bool) -> tuple[str, str] | None:
    """Code and sentence for an image that cannot be a row of the table."""
    if image.view and image.view not in FRONTAL_VIEWS:
        return "not_frontal", f"view {view_label(image.view)} is not one of PA, AP, frontal or not stated"
    if case.labels:
        return None
    if is_changed:
        return "other_file", "the reviews are of another file than the one that is stored"
    if case.others:
        return "no_label", "readers saw only what the model has no finding for"
    return "no_label", "readers only said whether the model was right to give no answer"
