"""The cases before and after one, in the order of the worklist its reader came from."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q

from webapp.accounts.policy import Person
from webapp.archive.models import Image
from webapp.viewer.worklist.cases import cases, condition, order
from webapp.viewer.worklist.query import WorklistQuery
from webapp.viewer.worklist.searches import search_text

OPENED_KEY, OPENED_KEPT = "worklist_opened", 200


@dataclass(frozen=True)
class Neighbours:
    """Place of a case in its list: position from 1, count, ids before and after (None at the ends)."""

    previous: UUID | None
    next: UUID | None
    position: int
    count: int


def neighbours(image: Image, query: WorklistQuery, user: Person, session: SessionBase) -> Neighbours:
    """Cases opened since the list was shown stay in it, so that reading one does not pull it from under its neighbours."""
    opened = [*session.get(OPENED_KEY, []), str(image.pk)]
    wanted = condition(query, search_text(session, query.search)) | Q(pk__in=opened)
    keys = list(cases(user).filter(wanted).order_by(*order(query)).values_list("pk", flat=True))
    place = keys.index(image.pk)
    return Neighbours(
        previous=keys[place - 1] if place else None,
        next=keys[place + 1] if place + 1 < len(keys) else None,
        position=place + 1,
        count=len(keys),
    )


def remember_opened(session: SessionBase, image: Image) -> None:
    """Called when a case is opened."""
    opened = session.get(OPENED_KEY, [])
    if str(image.pk) not in opened:
        session[OPENED_KEY] = [*opened, str(image.pk)][-OPENED_KEPT:]


def forget_opened(session: SessionBase) -> None:
    """Called when the list is shown: it is taken anew."""
    session.pop(OPENED_KEY, None)
