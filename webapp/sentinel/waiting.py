"""The one rule of who sees the model's output of a drawn image, and when. Pages, lists, files and events ask it as an embargo.

Nobody before the own answer, or before the model was asked for with a reason. Managers and admins see it as soon as anybody's
look has ended, since exports, failures and training sets are theirs; what they say of the image then is not unaided, and no first
look of theirs is taken.
"""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from webapp.accounts import policy
from webapp.accounts.models import User
from webapp.accounts.policy import Person, Refusal
from webapp.archive.models import Image
from webapp.reveal.embargoed import embargo_by_set, under_embargo
from webapp.sentinel.models import FirstLook, SentinelDraw

ANSWER_FIRST = Refusal("answer_first", "Your look first: the model is shown after your answer.")
MANAGING = (User.Role.MANAGER, User.Role.ADMIN)


def waiting_images(person: Person) -> QuerySet[SentinelDraw, UUID]:
    """Ids of the drawn images whose model output this person must not see yet."""
    looks = FirstLook.objects.filter(draw=OuterRef("pk"))
    if not isinstance(person, User):
        looks = looks.none()
    elif person.role not in MANAGING:
        looks = looks.filter(reader=person)
    found: QuerySet[SentinelDraw] = SentinelDraw.objects.filter(~Exists(looks), is_drawn=True)
    return found.values_list("image", flat=True)


# What the app registers with accounts.policy.
is_waiting = embargo_by_set(waiting_images, ANSWER_FIRST, is_look_counted=False)


def only_waiting(person: Person, path: str) -> Q:
    """Rows whose image nothing but the own look hides from the person; `path` leads from the row to its image."""
    waiting = Q(**{f"{path}__in": waiting_images(person)})
    otherwise = under_embargo(person, path, besides=is_waiting)
    return waiting if otherwise is None else waiting & ~otherwise


def hidden_otherwise(person: Person, image: Image) -> Refusal | None:
    """What else hides the image from the person, as a reader study does: no first look is taken then."""
    others = (embargo for embargo in policy.EMBARGOES if embargo is not is_waiting)
    return next((refusal for embargo in others if (refusal := embargo(person, image))), None)
