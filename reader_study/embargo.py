"""What a study hides in the clinical pages: who is blinded in it (its readers and panel members) sees no model output, review
or truth of its cases while it is under way. `webapp.accounts.policy` asks here without knowing studies."""

from uuid import UUID

from django.db.models import Q, QuerySet

from reader_study.hidden_examination import hidden_images
from reader_study.models import Case, Membership, ReadingSession, Study
from reader_study.policy import current_memberships
from webapp.accounts.models import User
from webapp.accounts.policy import Absence, Person, Refusal
from webapp.reveal.embargoed import embargo_by_set

# From opening until lock. A draft does not hide anything yet: what a reader saw before counts as a look for washout.
STATES = Study.UNDER_WAY
# Who runs or checks the study sees. Every other role is blinded, one that is added later too.
SIGHTED = (Membership.Role.MANAGER, Membership.Role.STATISTICIAN, Membership.Role.AUDITOR)
IN_STUDY = Refusal(
    "in_study", "This case is in a reader study of yours: model output and reviews are hidden until it ends."
)


def embargoed_images(user: Person) -> QuerySet[Case, UUID]:
    """Ids of the images under embargo for this person, for `exclude(image__in=...)`: the whole examination of each case, as
    `hidden_examination` resolves it. Earlier and later examinations of the patient stay, so that clinical work goes on."""
    if not isinstance(user, User):
        return Case.objects.none().values_list("image", flat=True)
    return hidden_images(blinded_cases(user))


def sessions_to_come(user: User) -> QuerySet[ReadingSession]:
    """The person's sessions that are planned or open, in studies under way."""
    rows = ReadingSession.objects.filter(reader__user=user, reader__study__state__in=STATES)
    found: QuerySet[ReadingSession] = rows.exclude(state__in=ReadingSession.ENDED)
    return found


def reads_on(user: User) -> bool:
    """Whether the person still has something to read in a study."""
    return sessions_to_come(user).exists()


def images_still_to_read(user: User) -> QuerySet[Case, UUID]:
    """Ids of the images that are not there for a reader outside the study until the last session in it has ended: everything that
    the study hides, so that no click on a row costs the reader a washout."""
    studies = sessions_to_come(user).order_by().values("reader__study")
    return hidden_images(Case.objects.filter(study__in=studies, voided_at=None))


# What reader_study registers with accounts.policy.
is_embargoed = embargo_by_set(embargoed_images, IN_STUDY)
is_absent = Absence(reads_on, images_still_to_read)


def blinded_cases(user: User) -> QuerySet[Case]:
    """Cases that are hidden from the person, of every study under way."""
    blinded = current_memberships().filter(user=user, study__state__in=STATES).exclude(role__in=SIGHTED)
    studies = blinded.values("study")
    # A withdrawn reader has read some of the cases and might read them elsewhere: hidden until the lock all the same.
    was_reader = Study.objects.filter(readers__user=user, state__in=STATES).values("pk")
    found: QuerySet[Case] = Case.objects.filter(Q(study__in=studies) | Q(study__in=was_reader), voided_at=None)
    return found
