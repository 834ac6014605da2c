"""Which statements a person may be shown, and since when they have known them. Pages, API and exports get rows from here, never
from LaterTruth.objects.

The rule: not under any embargo (a study, the look before the model), and after the own answer. To a finding that the model in
service asks about, that is an answer to this very finding, in a look before the model or beside it: whoever answers another one
first learns nothing. To what nobody is asked about, any own answer on the image. Whoever entered a statement knows it.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from webapp.accounts.models import User
from webapp.accounts.policy import Person, may_export_later_truth
from webapp.archive.models import Project
from webapp.later_truth.models import LaterTruth, LaterTruthShown
from webapp.predictions.bundle_store import findings_in_service
from webapp.reveal.embargoed import not_under_embargo
from webapp.reviews.models import CaseReview
from webapp.sentinel.models import FirstAnswer, FirstLook


def standing_truths(person: Person | None) -> QuerySet[LaterTruth]:
    """Statements that were not taken back, of images that are not hidden from the person. None: the machine's own command line."""
    rows: QuerySet[LaterTruth] = LaterTruth.objects.filter(withdrawal__isnull=True)
    rows = rows.select_related("image", "created_by")
    return rows if person is None else not_under_embargo(rows, person, "image")


def open_truths(person: Person) -> QuerySet[LaterTruth]:
    """Those that this person may be shown on a case."""
    if not isinstance(person, User):
        return LaterTruth.objects.none()
    return standing_truths(person).filter(_after_own_answer(person) | Q(created_by=person))


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
    looks = FirstLook.objects.filter(reader=person, draw__image=OuterRef("image"), locked_at__isnull=False)
    on_image = Exists(reviews) | Exists(looks)
    same = {"finding": OuterRef("finding")}
    answers = FirstAnswer.objects.filter(look__reader=person, look__draw__image=OuterRef("image"), **same)
    on_subject = Exists(reviews.filter(term=OuterRef("term"), **same)) | Exists(answers)
    return Q(on_subject) | ~_asked() & Q(on_image)


def _asked() -> Q:
    """Statements on findings that the model in service of the image's project asks about."""
    found = Q(pk__in=[])
    for project in Project.objects.all():
        found |= Q(image__project=project, finding__in=list(findings_in_service(project)))
    return found
