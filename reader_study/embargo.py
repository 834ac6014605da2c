"""What a study hides in the clinical pages: who is blinded in it (its readers and panel members) sees no model output, review
or truth of its cases while it is under way. `webapp.accounts.policy` asks here without knowing studies."""

from uuid import UUID

from django.db.models import Q, QuerySet

from reader_study.hidden_examination import hidden_images
from reader_study.models import Case, Membership, Study
from reader_study.policy import current_memberships
from webapp.accounts.models import User
from webapp.accounts.policy import Person, Refusal
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


# What reader_study registers with accounts.policy.
is_embargoed = embargo_by_set(embargoed_images, IN_STUDY)


def blinded_cases(user: User) -> QuerySet[Case]:
    """Cases that are hidden from the person, of every study under way."""
    blinded = current_memberships().filter(user=user, study__state__in=STATES).exclude(role__in=SIGHTED)
    studies = blinded.values("study")
    # A withdrawn reader has read some of the cases and might read them elsewhere: hidden until the lock all the same.
    was_reader = Study.objects.filter(readers__user=user, state__in=STATES).values("pk")
    found: QuerySet[Case] = Case.objects.filter(Q(study__in=studies) | Q(study__in=was_reader), voided_at=None)
    return found
