"""Which statements a person may be shown, and since when they have known them. Pages, API and exports get rows from here, never
from LaterTruth.objects.

The rule: not under any embargo (a study, the look before the model), and after the own answer. To a finding that the model in
service asks about, or a term that means the same, that is an answer to this very finding, in a look before the model or beside
it: whoever answers another one first learns nothing. Where it cannot be read what the model asks, it may be any finding. To what
nobody is asked about, any own answer on the image. What is said of a refusal alone is no answer: it says nothing of the image.
Whoever entered a statement knows it.
"""

from collections.abc import Iterable

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from webapp.accounts.models import User
from webapp.accounts.policy import Person, may_export_later_truth
from webapp.archive.models import Project
from webapp.later_truth.models import LaterTruth, LaterTruthShown
from webapp.predictions.bundle_store import finding_rows_in_service
from webapp.reveal.embargoed import not_under_embargo
from webapp.reviews.finding_terms import finding_terms
from webapp.reviews.models import CaseReview
from webapp.reviews.verdict_label import BY_VERDICT
from webapp.sentinel.models import FirstAnswer, FirstLook

OF_A_REFUSAL = [verdict for verdict, label in BY_VERDICT.items() if label is None]


def standing_truths(person: Person | None) -> QuerySet[LaterTruth]:
    """Statements that were not taken back, of images that are not hidden from the person. None: the machine's own command line."""
    rows: QuerySet[LaterTruth] = LaterTruth.objects.filter(withdrawal__isnull=True)
    rows = rows.select_related("image__project", "created_by")
    return rows if person is None else not_under_embargo(rows, person, "image", labels_only=True)


def open_truths(person: Person) -> QuerySet[LaterTruth]:
    """Those that this person may be shown on a case."""
    if not isinstance(person, User):
        return LaterTruth.objects.none()
    rows = standing_truths(person).alias(asked=_asked())
    return rows.filter(_after_own_answer(person) | Q(created_by=person))


def exported_truths(person: Person) -> QuerySet[LaterTruth]:
    """What an export holds: of managers and admins, who take out the training set too, every statement."""
    return standing_truths(person) if may_export_later_truth(person) else open_truths(person)


def note_shown(person: User, truths: Iterable[LaterTruth]) -> list[LaterTruth]:
    """Keeps the moment from which the person knows each of these; returns those that they are shown for the first time."""
    truths = list(truths)
    known = set(LaterTruthShown.objects.filter(person=person, truth__in=truths).values_list("truth", flat=True))
    new = [truth for truth in truths if truth.pk not in known]
    now = timezone.now()
    LaterTruthShown.objects.bulk_create(
        [LaterTruthShown(truth=truth, person=person, since=now) for truth in new], ignore_conflicts=True
    )
    return new


def _after_own_answer(person: User) -> Q:
    reviews = CaseReview.objects.standing().filter(reader=person, image=OuterRef("image"))
    reviews = reviews.exclude(verdict__in=OF_A_REFUSAL)
    looks = FirstLook.objects.filter(reader=person, draw__image=OuterRef("image"), locked_at__isnull=False)
    answers = FirstAnswer.objects.filter(look__reader=person, look__draw__image=OuterRef("image"))
    on_subject = Exists(reviews.filter(finding=OuterRef("finding"), term=OuterRef("term")))
    on_asked = Exists(reviews.filter(finding=OuterRef("asked"))) | Exists(answers.filter(finding=OuterRef("asked")))
    return Q(on_subject) | ~Q(asked="") & Q(on_asked) | Q(asked="") & Q(Exists(reviews) | Exists(looks))


def _asked() -> Case:
    """The finding that has to be answered before a statement is shown; empty where any own answer on the image is enough."""
    cases = [case for project in Project.objects.all() for case in _asked_in(project)]
    return Case(*cases, default=Value(""))


def _asked_in(project: Project) -> list[When]:
    of_finding = ~Q(finding="")
    rows = finding_rows_in_service(project)
    if rows or not project.active_bundle:
        of_finding = Q(finding__in=[row["key"] for row in rows])
    terms = [(code, key) for code, term in finding_terms().terms.items() if (key := term.finding_of(rows))]
    return [
        When(of_finding, image__project=project, then=F("finding")),
        *(When(image__project=project, term=code, then=Value(key)) for code, key in terms),
    ]
